"""A further pass of OCR, as the workflow asks for it: a real ledger and real folders, and a reader that is played."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent import errors
from agent.domain.document import DocumentId, DocumentText, TextOrigin
from agent.domain.outcome import FailureReason, State
from agent.domain.reading import Turn, Wanted
from agent.domain.rivals import MOST_PASSES
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from tests.builders import text_of
from tests.custody_builders import ABOUT_ANNA, Office, make_ports

LINES = tuple(ABOUT_ANNA.strip().split("\n"))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = make_ports(tmp_path)
    yield made
    made.ledger.close()


def scanned(*, confidence: int = 95, unsure: str = "", passes: int = 1) -> DocumentText:
    text = text_of(*LINES, confidence=confidence, unsure=unsure)
    return DocumentText(pages=tuple(replace(page, coverage=1.0, passes=passes) for page in text.pages))


def process(office: Office, *script: DocumentText | Exception) -> DocumentId:
    office.text_source.script = list(script)
    document_id = take_in(office.drop(b"%PDF-1.7 a scan"), office.ports)
    assert document_id is not None
    process_document(document_id, office.ports)
    return document_id


def stored(office: Office, document_id: DocumentId) -> DocumentText:
    sha256 = office.row(document_id).sha256
    assert sha256 is not None
    text = office.ledger.text(document_id, sha256)
    assert text is not None
    return text


def test_an_unsure_name_is_read_again_and_the_better_reading_is_filed_and_kept(office: Office) -> None:
    document_id = process(office, scanned(confidence=82, unsure="MULLER"), scanned(passes=2))
    assert office.row(document_id).state is State.ARCHIVED
    assert len(office.text_source.paths) == 2
    (page,) = stored(office, document_id).pages
    assert (page.passes, page.origin) == (2, TextOrigin.OCR)


def test_what_is_sure_is_read_once(office: Office) -> None:
    document_id = process(office, scanned(), errors.ReaderUnavailable("It must not be asked again."))
    assert office.row(document_id).state is State.ARCHIVED


def test_a_page_that_stays_unsure_is_read_by_each_recipe_once_and_goes_to_a_human(office: Office) -> None:
    document_id = process(office, scanned(unsure="MULLER"))
    assert office.row(document_id).state is State.IN_REVIEW
    assert len(office.text_source.paths) == MOST_PASSES


def test_a_further_pass_that_fails_takes_nothing_away(office: Office) -> None:
    failure = errors.DocumentUnreadable(FailureReason.READER_CRASHED)
    document_id = process(office, scanned(unsure="MULLER"), failure)
    assert office.row(document_id).state is State.IN_REVIEW
    assert len(office.text_source.paths) == 2
    assert "MULLER" in stored(office, document_id).text


def test_a_further_pass_that_fails_at_its_second_page_keeps_what_it_made_of_the_first(office: Office) -> None:
    first = DocumentText(
        pages=tuple(
            replace(scanned(unsure="MULLER", confidence=82).pages[0], number=number) for number in (1, 2)
        )
    )
    second = replace(scanned(confidence=94, passes=2).pages[0], number=1)

    class FailingAtTheSecondPage:
        def read(
            self,
            path: Path,
            wanted: Wanted,
            *,
            should_stop: Callable[[], bool],
            should_yield: Callable[[], bool] = lambda: False,
        ) -> Generator[Turn, None, None]:
            if not wanted.passes:
                yield Turn(pages=first.pages, page_count=2)
                return
            yield Turn(pages=(second,), page_count=2)
            raise errors.DocumentUnreadable(FailureReason.READER_CRASHED)

    document_id = take_in(office.drop(b"%PDF-1.7 a scan"), office.ports)
    assert document_id is not None
    process_document(document_id, replace(office.ports, text_source=FailingAtTheSecondPage()))
    kept = stored(office, document_id).pages
    assert [page.passes for page in kept] == [2, MOST_PASSES]
    assert max(word.confidence or 0 for word in kept[0].lines[0].words) == 94
