"""Reading in turns: what is saved, what is read again, who goes first, and what the log and the steps tell of it."""

import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from agent import errors
from agent.domain.document import DocumentId, DocumentText, PageProblem, text_of_plain
from agent.domain.outcome import Archived, Event, Failed, FailureReason, State
from agent.domain.reading import Wanted
from agent.ports import Ports
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from tests.custody_builders import ABOUT_ANNA, ANNA, NOON, Office, hash_of, make_ports
from tests.fakes import PageByPage

pytestmark = pytest.mark.reliability

PAGES = text_of_plain("\f".join([ABOUT_ANNA, "two", "three", "four"]))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = make_ports(tmp_path / "home", people=(ANNA,))
    yield made
    made.ledger.close()


@pytest.fixture
def source() -> PageByPage:
    return PageByPage(PAGES)


class Line:
    """Who asks is told to make way after so many turns, once."""

    def __init__(self, after: int) -> None:
        self._left = after

    def should_yield(self, _document_id: DocumentId) -> bool:
        self._left -= 1
        return self._left == 0


def ports_of(office: Office, source: PageByPage, line: Line | None = None) -> Ports:
    ports = dataclasses.replace(office.ports, text_source=source)
    return ports if line is None else dataclasses.replace(ports, should_yield=line.should_yield)


def claimed(office: Office, content: bytes = b"%PDF long") -> DocumentId:
    document_id = take_in(office.drop(content), office.ports)
    assert document_id is not None
    return document_id


def test_a_document_that_makes_way_is_read_on_where_it_was(office: Office, source: PageByPage) -> None:
    document_id, ports = claimed(office), ports_of(office, source, Line(after=2))
    with pytest.raises(errors.ReadingYielded):
        process_document(document_id, ports)
    between = office.row(document_id)
    assert (between.state, between.attempts) == (State.CLAIMED, 0)
    [(of, progress)] = office.ledger.readings_under_way().items()
    assert (of, progress.pages_read, progress.page_count, progress.seconds) == (document_id, 2, 4, 20.0)
    process_document(document_id, ports)
    assert source.read_pages == [1, 2, 3, 4]
    assert source.asked == [Wanted(), Wanted(pages=(3, 4), spent_seconds=20.0)]
    assert isinstance(office.row(document_id).outcome, Archived)
    assert office.ledger.readings_under_way() == {}


def test_the_step_of_reading_lasts_as_long_as_all_turns_and_begins_with_the_first(
    office: Office, source: PageByPage
) -> None:
    document_id, ports = claimed(office), ports_of(office, source, Line(after=3))
    with pytest.raises(errors.ReadingYielded):
        process_document(document_id, ports)
    office.clock.advance(hours=1)
    process_document(document_id, ports)
    [read] = [step for _, step in office.ledger.steps(document_id) if step.name == "read"]
    assert read.started_at == NOON - datetime.timedelta(seconds=10)
    assert (
        30_000 <= read.duration_ms < 60_000
    )  # three turns of ten seconds before; the fourth took no time here


def test_what_a_death_interrupts_is_read_on_after_the_last_saved_turn(
    office: Office, source: PageByPage
) -> None:
    class Death(BaseException):
        pass

    def die(page: int) -> None:
        if page == 3:
            raise Death

    document_id = claimed(office)
    source.before = die
    with pytest.raises(Death):
        process_document(document_id, ports_of(office, source))
    source.before = lambda _: None
    process_document(document_id, ports_of(office, source))
    assert source.read_pages == [1, 2, 3, 4]


def test_new_pages_are_progress_and_crashes_before_them_count_no_more(
    office: Office, source: PageByPage
) -> None:
    document_id = claimed(office)
    for _ in range(4):
        office.ledger.start(document_id, hash_of(b"%PDF long"), 9, NOON)
        office.ledger.hand_back(document_id, Event.INTERRUPTED, NOON)
    assert office.row(document_id).attempts == 4
    seen: list[int] = []
    source.before = lambda _: seen.append(office.row(document_id).attempts)
    process_document(document_id, ports_of(office, source))
    assert seen == [5, 1, 1, 1]


@pytest.mark.observability
def test_the_log_has_a_line_for_each_turn_and_none_for_a_document_of_one(
    office: Office, source: PageByPage
) -> None:
    document_id = claimed(office)
    with structlog.testing.capture_logs() as lines:
        process_document(document_id, ports_of(office, source))
    told = [
        (line["page"], line["of"], line["remaining_seconds"])
        for line in lines
        if line["event"] == "pages_read"
    ]
    assert told == [(1, 4, 30), (2, 4, 20), (3, 4, 10), (4, 4, 0)]
    letter = claimed(office, b"%PDF letter")
    with structlog.testing.capture_logs() as lines:
        process_document(letter, ports_of(office, PageByPage(text_of_plain(ABOUT_ANNA))))
    assert [line for line in lines if line["event"] == "pages_read"] == []


def test_a_document_is_damaged_when_no_page_of_any_turn_can_be_read_and_a_retry_begins_anew(
    office: Office,
) -> None:
    source = PageByPage(_ruined(PAGES, {1, 2, 3, 4}))
    document_id = claimed(office)
    process_document(document_id, ports_of(office, source))
    outcome = office.row(document_id).outcome
    assert isinstance(outcome, Failed)
    assert (outcome.reason, outcome.detail) == (FailureReason.DAMAGED, "none of 4 pages can be read")
    sha256 = office.row(document_id).sha256
    assert sha256 is not None
    assert office.ledger.reading(document_id, sha256) is None


def test_a_document_with_one_good_page_is_not_damaged(office: Office) -> None:
    source = PageByPage(_ruined(PAGES, {1, 2, 3}))
    document_id = claimed(office)
    process_document(document_id, ports_of(office, source))
    assert office.row(document_id).state is State.IN_REVIEW


def _ruined(text: DocumentText, numbers: set[int]) -> DocumentText:
    return DocumentText(
        pages=tuple(
            dataclasses.replace(page, lines=(), problem=PageProblem.ENGINE_FAILED)
            if page.number in numbers
            else page
            for page in text.pages
        )
    )
