"""The intake's gate: shut below the floor or where a folder refuses, and people know, once."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent import errors
from agent.domain.message import Message, MessageKind, Topic
from agent.domain.room import MEGABYTE, Room
from agent.workflow.gate import Gate
from agent.workflow.notices import Announcer
from tests.fakes_outbox import StandingClock

FLOOR = 200 * MEGABYTE
PAUSED, RESUMED = MessageKind.INTAKE_PAUSED, MessageKind.INTAKE_RESUMED


@dataclass
class Disk:
    """Room, and folders, as they are set."""

    megabytes: int = 900
    refusal: errors.StorageUnavailable | None = None

    def rooms(self) -> Sequence[Room]:
        return [Room(folders=("archive",), free_bytes=self.megabytes * MEGABYTE, free_inodes=None)]

    def probe(self) -> None:
        if self.refusal is not None:
            raise self.refusal


@dataclass
class Board:
    """Keeps the notices; raises its trouble where a ledger would refuse."""

    told: list[tuple[str, MessageKind]] = field(default_factory=list)
    trouble: errors.LedgerUnavailable | None = None

    def announce(self, messages: Sequence[tuple[str, Message]], now: datetime.datetime) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.told += [(recipient, message.kind) for recipient, message in messages]

    def last_notice(self, topic: Topic) -> MessageKind | None:
        assert topic is Topic.INTAKE
        return self.told[-1][1] if self.told else None


def gate_of(disk: Disk, board: Board) -> Gate:
    announcer = Announcer(Topic.INTAKE, board, StandingClock(), ("anna",))
    return Gate(disk, disk, announcer, floor_bytes=FLOOR)  # type: ignore[arg-type] # only the probe is asked


def test_a_gate_that_was_never_shut_tells_nobody() -> None:
    disk, board = Disk(), Board()
    gate = gate_of(disk, board)
    assert gate.is_open()
    assert gate.trouble is None
    assert board.told == []


def test_it_shuts_below_the_floor_and_opens_well_above_it() -> None:
    disk, board = Disk(megabytes=199), Board()
    gate = gate_of(disk, board)
    answers = []
    for megabytes in (199, 210, 239, 240, 210, 199):
        disk.megabytes = megabytes
        answers.append(gate.is_open())
    assert answers == [False, False, False, True, True, False]
    assert [kind for _, kind in board.told] == [PAUSED, RESUMED, PAUSED]


def test_it_shuts_while_a_folder_refuses_and_says_which() -> None:
    refusal = errors.StorageUnavailable("review/ can't be written to (EACCES).", hint="Look at the owner.")
    disk, board = Disk(refusal=refusal), Board()
    gate = gate_of(disk, board)
    assert not gate.is_open()
    assert gate.trouble == "review/ can't be written to (EACCES)."
    disk.refusal = None
    assert gate.is_open()
    assert [kind for _, kind in board.told] == [PAUSED, RESUMED]


def test_what_people_were_told_outlives_a_restart() -> None:
    disk, board = Disk(megabytes=1), Board()
    gate_of(disk, board).is_open()
    assert not gate_of(disk, board).is_open()
    assert board.told == [("anna", PAUSED)]
    disk.megabytes = 900
    assert gate_of(disk, board).is_open()
    assert board.told == [("anna", PAUSED), ("anna", RESUMED)]


def test_a_pause_that_no_ledger_could_take_is_told_later_if_it_lasts() -> None:
    disk, board = Disk(megabytes=1), Board(trouble=errors.LedgerUnavailable("The disk is full."))
    gate = gate_of(disk, board)
    assert not gate.is_open()
    assert board.told == []
    board.trouble = None
    assert not gate.is_open()
    assert board.told == [("anna", PAUSED)]


def test_a_pause_that_is_over_before_it_could_be_told_is_never_told() -> None:
    disk, board = Disk(megabytes=1), Board(trouble=errors.LedgerUnavailable("The disk is full."))
    gate = gate_of(disk, board)
    assert not gate.is_open()
    disk.megabytes, board.trouble = 900, None
    assert gate.is_open()
    assert board.told == []
