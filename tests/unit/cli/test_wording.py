"""What the commands say of a reading that is under way."""

from io import StringIO

import pytest
from rich.console import Console

from agent.cli.wording import progress_facts, progress_words, reading_words, say, shortened
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


def _said(text: str, width: int, *, is_terminal: bool = True) -> list[str]:
    console = Console(
        file=StringIO(),
        width=width,
        force_terminal=is_terminal,
        highlight=False,
        soft_wrap=True,
        color_system=None,
    )
    say(text, indent=5, hang=2, to=console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


def test_a_terminal_s_edge_breaks_a_sentence_between_words_and_under_the_words_behind_its_mark() -> None:
    assert _said("- The printed birth date is not the registered one.", 40) == [
        "     - The printed birth date is not the",
        "       registered one.",
    ]


def test_a_program_reads_a_sentence_on_one_line() -> None:
    assert len(_said("- The printed birth date is not the registered one.", 40, is_terminal=False)) == 1


def test_a_narrow_terminal_still_gets_whole_words() -> None:
    assert _said("- Unmissverständlichkeiten", 10) == ["     -", "     Unmissverständlichkeiten"]
