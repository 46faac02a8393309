"""What is left lying in `incoming/` is told once, when it lasts, and not again after a restart."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from agent import errors
from agent.core.voice import Privacy, Voice
from agent.domain.message import Message, MessageKind, Topic
from agent.workflow.notices import QUIET_LOOKS, Announcer, Leftovers
from tests.fakes_outbox import StandingClock

LEFT, NOTHING = MessageKind.LEFT_LYING, MessageKind.NOTHING_LEFT
MEMO, PHOTO = {"memo.docx": "other format"}, {"photo.jpg": "other format"}


@dataclass
class Board:
    """Keeps the notices; refuses while it is full."""

    told: list[Message] = field(default_factory=list)
    is_full: bool = False

    def announce(self, messages: Sequence[tuple[str, Message]], now: datetime.datetime) -> None:
        if self.is_full:
            raise errors.LedgerUnavailable("The disk is full.")
        self.told += [message for _, message in messages]

    def last_notice(self, topic: Topic) -> MessageKind | None:
        if self.is_full:
            raise errors.LedgerUnavailable("The disk is full.")
        return self.told[-1].kind if self.told else None

    def first_lines(self) -> list[tuple[MessageKind, str]]:
        return [(message.kind, message.lines[0] if message.lines else "") for message in self.told]


@pytest.fixture
def board() -> Board:
    return Board()


def leftovers_of(board: Board) -> Leftovers:
    return Leftovers(
        Announcer(Topic.LEFTOVERS, board, StandingClock(), ("anna",)), voice=Voice(privacy=Privacy.FULL)
    )


def test_what_passes_is_never_told(board: Board) -> None:
    leftovers = leftovers_of(board)
    for things in ({}, MEMO, {}, PHOTO, {}):
        assert not leftovers.look(things)
    assert board.told == []


def test_what_lasts_is_told_once_and_so_is_what_comes_later(board: Board) -> None:
    leftovers = leftovers_of(board)
    for things in (MEMO, MEMO, *[MEMO | PHOTO] * 2 * QUIET_LOOKS):
        leftovers.look(things)
    assert board.first_lines() == [(LEFT, "memo.docx: other format"), (LEFT, "photo.jpg: other format")]


def test_people_are_left_in_peace_for_a_while_and_then_told_of_all_that_came(board: Board) -> None:
    leftovers, many = leftovers_of(board), dict[str, str](MEMO)
    for number in range(QUIET_LOOKS + 1):
        leftovers.look(many)
        many = many | {f"{number:02}.jpg": "other format"}
    assert len(board.told) == 1
    leftovers.look(many)
    assert len(board.told) == 2
    assert board.told[1].title == f"Left in incoming/: {QUIET_LOOKS} things that are not filed"


def test_that_nothing_is_left_is_told_once_after_two_looks(board: Board) -> None:
    leftovers = leftovers_of(board)
    for things in (MEMO, MEMO, {}, {}, {}):
        leftovers.look(things)
    assert [message.kind for message in board.told] == [LEFT, NOTHING]


def test_a_thing_that_comes_back_is_told_again(board: Board) -> None:
    leftovers = leftovers_of(board)
    for things in (MEMO, MEMO, {}, *[MEMO] * QUIET_LOOKS):
        leftovers.look(things)
    assert [message.kind for message in board.told] == [LEFT, LEFT]


def test_what_people_were_told_outlives_a_restart(board: Board) -> None:
    first = leftovers_of(board)
    for things in (MEMO, MEMO):
        first.look(things)
    second = leftovers_of(board)
    for things in (
        {},
        MEMO,
        MEMO,
        MEMO | PHOTO,
        MEMO | PHOTO,
    ):  # the first look may come too early to see all
        second.look(things)
    assert board.first_lines() == [(LEFT, "memo.docx: other format"), (LEFT, "photo.jpg: other format")]


def test_what_no_ledger_could_take_is_told_later(board: Board) -> None:
    leftovers = leftovers_of(board)
    leftovers.look({})
    leftovers.look({})
    board.is_full = True
    for things in (MEMO, MEMO):
        assert not leftovers.look(things)
    board.is_full = False
    assert leftovers.look(MEMO)
    assert board.first_lines() == [(LEFT, "memo.docx: other format")]
