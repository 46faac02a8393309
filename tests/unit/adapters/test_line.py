"""The line: who goes first, and that nobody waits for ever. A run is simulated pick by pick; there is no time in it."""

import pytest

from agent.adapters.dispatch.line import LONG_TURNS, Line
from agent.domain.document import DocumentId

pytestmark = pytest.mark.reliability

ONE, TWO, THREE, FOUR = map(DocumentId, (1, 2, 3, 4))


def pick(line: Line) -> DocumentId | None:
    """Take who is next."""
    waiting = line.next(())
    if waiting is None:
        return None
    line.take(waiting)
    return waiting.document_id


def run_turn(line: Line) -> DocumentId:
    """Let who is next take a turn, and stand in the line again."""
    document_id = pick(line)
    assert document_id is not None
    line.took_turn(document_id)
    line.join(document_id)
    return document_id


def joined(*document_ids: DocumentId) -> Line:
    line = Line()
    for document_id in document_ids:
        line.join(document_id)
    return line


def test_who_came_first_goes_first() -> None:
    line = joined(TWO, ONE, THREE)
    assert [pick(line) for _ in range(4)] == [TWO, ONE, THREE, None]


@pytest.mark.parametrize("turns", range(1, 12))
def test_a_new_document_goes_before_one_that_has_had_turns(turns: int) -> None:
    line = joined(ONE)
    for _ in range(turns):
        run_turn(line)
    line.join(TWO)
    first = pick(line)
    if turns % 4 == 3:  # the patient pick: the long document waits longer
        assert first == ONE
        first = pick(line)
    assert first == TWO


def test_ten_long_documents_under_way_hold_a_letter_up_for_one_pick_at_most() -> None:
    scans = [DocumentId(number) for number in range(1, 11)]
    for turns_before in range(100, 104):
        line = joined(*scans)
        for _ in range(turns_before):
            run_turn(line)
        letter = DocumentId(99)
        line.join(letter)
        assert letter in {pick(line), pick(line)}


def test_long_documents_are_done_one_after_the_other() -> None:
    """Else ten of them would all end at the very end."""
    scans = [DocumentId(number) for number in range(1, 5)]
    line = joined(*scans)
    for _ in range(4 * LONG_TURNS * 3):
        run_turn(line)
    taken = [run_turn(line) for _ in range(400)]
    assert taken.count(ONE) >= 300


def test_a_long_document_is_not_starved_by_letters_that_never_end() -> None:
    line = joined(ONE)
    for _ in range(20):
        run_turn(line)
    taken = []
    for number in range(100, 200):
        line.join(DocumentId(number))
        line.join(DocumentId(number + 1000))
        waiting = line.next(())
        assert waiting is not None
        line.take(waiting)
        taken.append(waiting.document_id)
        if waiting.document_id == ONE:
            line.took_turn(ONE)
            line.join(ONE)
    assert ONE in taken
    gaps = [number for number, document_id in enumerate(taken) if document_id == ONE]
    assert gaps[0] <= 4


def test_a_suspect_goes_first_once_and_then_stands_in_the_line() -> None:
    line = joined(ONE)
    line.suspect(TWO)
    line.join(TWO)
    assert run_turn(line) == TWO
    assert pick(line) == ONE
    waiting = line.next(())
    assert waiting is not None
    assert (waiting.document_id, waiting.is_suspect) == (TWO, True)


def test_who_is_under_way_makes_way_for_a_letter_and_not_for_a_longer_one() -> None:
    line = joined(ONE, TWO)
    for _ in range(4 * LONG_TURNS):
        run_turn(line)
    while (under_way := run_turn(line)) != ONE:
        continue
    assert pick(line) == under_way
    assert not line.goes_before(ONE, {ONE})
    line.join(THREE)
    assert line.goes_before(ONE, {ONE})
    assert not line.goes_before(ONE, {ONE, THREE})


def test_a_document_that_came_to_an_end_is_new_when_it_comes_again() -> None:
    line = joined(ONE, TWO)
    line.suspect(ONE)
    for _ in range(4):
        run_turn(line)
    assert line.new == 0
    for document_id in (ONE, TWO):
        while document_id in line:
            pick(line)
    line.forget(ONE)
    line.join(ONE)
    waiting = line.next(())
    assert waiting is not None
    assert (waiting.turns, waiting.is_suspect, line.new, len(line)) == (0, False, 1, 1)


@pytest.mark.parametrize("turns_before", range(100, 104))
def test_of_letters_that_are_claimed_who_came_first_is_begun_first_whatever_long_ones_there_are(
    turns_before: int,
) -> None:
    """Each fourth pick at most is a long one's, so that eleven letters and one more take sixteen."""
    line = joined(*(DocumentId(number) for number in range(1, 11)))
    for _ in range(turns_before):
        run_turn(line)
    for number in range(20, 31):
        line.join(DocumentId(number))
    letter = DocumentId(99)
    line.join(letter)
    picks = [pick(line) for _ in range(16)]
    assert letter in picks
    assert [it for it in picks if it is not None and it >= 20] == [*range(20, 31), 99]
