"""A document's pages dealt out to children: in turns, on all slots, and what holds from one turn to the next."""

from pathlib import Path

import pytest

from agent.adapters.reading import dealing
from agent.adapters.reading.child import read_document
from agent.domain.document import PageProblem
from agent.domain.outcome import FailureReason
from agent.domain.reading import Turn, Wanted
from agent.errors import DocumentUnreadable
from tests.integration import pdfs, reading_jobs
from tests.integration.test_reading_sandbox import assert_nothing_is_left, reader_of

pytestmark = pytest.mark.reliability


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    return pdfs.letter(tmp_path / "letter.pdf")


def never() -> bool:
    return False


def always() -> bool:
    return True


def numbers(turns: list[Turn]) -> list[int]:
    return [page.number for turn in turns for page in turn.pages]


def test_a_letter_is_one_turn_and_so_are_thirty_pages_with_a_text_layer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dealing, "_SHARE_SECONDS", 60.0)  # on a slow machine it would be shared
    path = pdfs.letters(
        tmp_path / "long.pdf", *[(f"This is the letter number {n} of thirty",) * 9 for n in range(30)]
    )
    with reader_of(read_document, tmp_path, at_once=2) as reader:
        reader._max_pages = 30
        [turn] = list(reader.read(path, Wanted(), should_stop=never))
    assert numbers([turn]) == list(range(1, 31))
    assert (turn.page_count, turn.lost) == (30, 0)
    assert turn.bytes > 0


def test_only_the_wanted_pages_are_read(tmp_path: Path) -> None:
    path = pdfs.letters(
        tmp_path / "three.pdf", *[(f"This is the letter number {n} of three",) for n in (1, 2, 3)]
    )
    with reader_of(read_document, tmp_path) as reader:
        turns = list(reader.read(path, Wanted(pages=(1, 3)), should_stop=never))
    assert numbers(turns) == [1, 3]
    assert turns[0].page_count == 3


def test_the_pages_of_one_slow_document_are_read_by_two_children_at_once_and_each_once(
    letter: Path, tmp_path: Path
) -> None:
    """No child of this job ends before another one has begun."""
    with reader_of(reading_jobs.read_in_company, tmp_path, at_once=2, fenced="off") as reader:
        turns = list(reader.read(letter, Wanted(), should_stop=never))
    assert sorted(numbers(turns)) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert len(turns) > 2


def test_a_slow_document_keeps_a_part_and_shares_the_rest(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.read_up_to_the_halt, tmp_path, at_once=2, fenced="off") as reader:
        turns = list(reader.read(letter, Wanted(), should_stop=never))
    assert sorted(numbers(turns)) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [1, 2] in [numbers([turn]) for turn in turns]


def test_who_makes_way_shares_nothing(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.read_up_to_the_halt, tmp_path, at_once=2, fenced="off") as reader:
        [turn] = list(reader.read(letter, Wanted(), should_stop=never, should_yield=always))
    assert numbers([turn]) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_document_that_is_at_its_end_shares_nothing(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.end_slowly, tmp_path, at_once=2, fenced="off") as reader:
        [turn] = list(reader.read(letter, Wanted(), should_stop=never))
    assert (numbers([turn]), turn.lost) == ([1, 2, 3, 4, 5, 6, 7, 8], 0)


def test_pages_known_before_are_dealt_to_all_slots_from_the_beginning(letter: Path, tmp_path: Path) -> None:
    wanted = Wanted(pages=(2, 3, 5, 8))
    with reader_of(reading_jobs.read_in_company, tmp_path, at_once=2, fenced="off") as reader:
        turns = list(reader.read(letter, wanted, should_stop=never))
    assert sorted(numbers(turns)) == [2, 3, 5, 8]


def test_what_a_turn_does_not_come_to_is_read_by_the_next(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.read_the_first_page, tmp_path) as reader:
        turns = list(reader.read(letter, Wanted(), should_stop=never))
    assert [numbers([turn]) for turn in turns] == [[number] for number in range(1, 9)]


def test_who_makes_way_has_read_one_turn(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.read_the_first_page, tmp_path, at_once=2) as reader:
        turns = list(reader.read(letter, Wanted(pages=(4, 5, 6)), should_stop=never, should_yield=always))
    assert numbers(turns) == [4]


def test_who_stops_listening_ends_all_children(letter: Path, tmp_path: Path) -> None:
    wanted = Wanted(pages=tuple(range(1, 9)))
    with reader_of(reading_jobs.hang_but_for_the_first, tmp_path, at_once=2, fenced="off") as reader:
        turns = reader.read(letter, wanted, should_stop=never)
        assert 1 in numbers([next(turns)])
        turns.close()
        assert_nothing_is_left(tmp_path)
        assert reader._slots._free == 2


def test_pages_given_up_in_earlier_turns_count(letter: Path, tmp_path: Path) -> None:
    with (
        reader_of(reading_jobs.crash_at_the_second_page, tmp_path) as reader,
        pytest.raises(DocumentUnreadable) as caught,
    ):
        list(reader.read(letter, Wanted(pages=(1, 2), lost=3), should_stop=never))
    assert (caught.value.failure, caught.value.detail) == (FailureReason.READER_CRASHED, "signal 6")


def test_a_page_given_up_is_told_once(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.crash_at_the_second_page, tmp_path) as reader:
        [turn] = list(reader.read(letter, Wanted(), should_stop=never))
    assert turn.lost == 1


def test_when_earlier_turns_have_used_the_time_up_the_rest_says_so_and_no_child_is_begun(
    letter: Path, tmp_path: Path
) -> None:
    wanted = Wanted(pages=(3, 4), spent_seconds=60.0)
    with reader_of(reading_jobs.crash, tmp_path) as reader:
        [turn] = list(reader.read(letter, wanted, should_stop=never))
    assert [(page.number, page.problem) for page in turn.pages] == [
        (3, PageProblem.NOT_REACHED),
        (4, PageProblem.NOT_REACHED),
    ]


def test_a_page_that_outlasts_the_document_costs_only_what_was_not_read_before(
    letter: Path, tmp_path: Path
) -> None:
    wanted = Wanted(pages=(3, 4), spent_seconds=1.0)
    with reader_of(reading_jobs.hang, tmp_path, document_seconds=2.5, page_seconds=0.1) as reader:
        turns = list(reader.read(letter, wanted, should_stop=never))
    assert numbers(turns) == [3, 4]
    assert {page.problem for turn in turns for page in turn.pages} == {PageProblem.NOT_REACHED}


@pytest.mark.security
def test_pages_that_were_not_asked_for_are_not_believed(letter: Path, tmp_path: Path) -> None:
    with (
        reader_of(reading_jobs.signal_itself_politely, tmp_path) as reader,
        pytest.raises(DocumentUnreadable) as caught,
    ):
        list(reader.read(letter, Wanted(pages=(2,)), should_stop=never))
    assert caught.value.detail == "no usable result"


def test_a_document_with_more_text_than_is_kept_says_so_on_each_page_that_is_left_out(tmp_path: Path) -> None:
    """However small the room that is left, pages without their words find a place."""
    path = pdfs.letters(
        tmp_path / "long.pdf",
        *[(f"This is the letter number {n} of twenty, {'or so ' * 9}",) for n in range(20)],
    )
    with reader_of(read_document, tmp_path, at_once=2) as reader:
        reader._max_text_bytes = 4000
        turns = list(reader.read(path, Wanted(pages=tuple(range(1, 21))), should_stop=never))
    assert sorted(numbers(turns)) == list(range(1, 21))
    problems = [page.problem for turn in turns for page in turn.pages]
    assert set(problems) == {None, PageProblem.TOO_MUCH_TEXT}


@pytest.mark.security
def test_who_tells_of_new_pages_for_ever_is_ended_after_a_turn(
    letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dealing, "TURN_SECONDS", 0.0)
    with (
        reader_of(reading_jobs.tell_of_pages_for_ever, tmp_path, page_seconds=0.1) as reader,
        pytest.raises(DocumentUnreadable) as caught,
    ):
        list(reader.read(letter, Wanted(lost=3), should_stop=never))
    assert caught.value.failure is FailureReason.TIMED_OUT
    assert "page" in (caught.value.detail or "")
    assert "seconds" not in (caught.value.detail or "")
