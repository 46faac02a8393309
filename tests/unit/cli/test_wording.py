"""What the commands say of a reading that is under way."""

import pytest

from agent.cli.wording import progress_facts, progress_words, reading_words, shortened
from agent.domain.document import DocumentId
from agent.domain.reading import Progress

pytestmark = pytest.mark.observability


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(22.5, "about 9 min left"), (1.0, "about 24 s left"), (300.0, "about 2 h left")],
)
def test_progress_is_told_in_pages_and_round_times(seconds: float, words: str) -> None:
    progress = Progress(pages_read=12, page_count=300, seconds=seconds)
    assert progress_words(progress) == f"page 12 of 300, {words}"


def test_programs_read_progress_by_the_names_of_the_log() -> None:
    progress = Progress(pages_read=12, page_count=300, seconds=22.5)
    assert progress_facts(progress) == {"page": 12, "of": 300, "remaining_seconds": 540}


def test_a_document_that_waits_between_two_turns_is_not_said_to_be_read_right_now() -> None:
    progress = Progress(pages_read=12, page_count=300, seconds=1.0)
    assert reading_words(DocumentId(7), progress) == "Reading of D-7: page 12 of 300, about 24 s left"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("scan.pdf", "scan.pdf"),
        ("exactly-22-columns.pdf", "exactly-22-columns.pdf"),
        ("laboratoire/2026/compte-rendu-0117.pdf", "laboratoir…du-0117.pdf"),
    ],
)
def test_a_long_file_name_is_cut_in_its_middle(name: str, shown: str) -> None:
    assert shortened(name) == shown
