"""The intake's gate: shut below the floor or where a folder refuses, and people know, once."""

import dataclasses
import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from agent import errors
from agent.core.voice import ENGLISH, Voice
from agent.domain.life import Action
from agent.domain.message import NOTICES, Message, MessageKind, Topic
from agent.domain.pause import Pause
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
class Word:
    """A pause as it is set, and what else a gate asks of the ports."""

    folders: Disk
    pause: Pause | None = None
    voice: Voice = ENGLISH
    clock: StandingClock = field(default_factory=StandingClock)

    @property
    def pauses(self) -> Self:
        return self

    def standing(self, now: datetime.datetime) -> Pause | None:
        return self.pause


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
        return next((kind for _, kind in reversed(self.told) if NOTICES[kind] is topic), None)


def gate_of(disk: Disk, board: Board, word: Word | None = None) -> Gate:
    of_trouble, of_pauses = (
        Announcer(topic, board, StandingClock(), ("anna",)) for topic in (Topic.INTAKE, Topic.PAUSE)
    )
    ports = word or Word(disk)
    return Gate(disk, ports, of_trouble=of_trouble, of_pauses=of_pauses, floor_bytes=FLOOR)  # type: ignore[arg-type]


def test_whoever_paused_in_a_chat_was_answered_there_and_is_not_told_again() -> None:
    disk, board = Disk(), Board()
    word = Word(disk)
    said_in: dict[Action, str] = {Action.PAUSE: "anna", Action.RESUME: "berta"}
    of_trouble, of_pauses = (
        Announcer(topic, board, StandingClock(), ("anna", "berta")) for topic in (Topic.INTAKE, Topic.PAUSE)
    )
    gate = Gate(
        disk,
        word,  # type: ignore[arg-type]
        of_trouble=of_trouble,
        of_pauses=of_pauses,
        floor_bytes=FLOOR,
        asked_in=said_in.get,
    )
    word.pause = Pause(begun_at=NOON, begun_by="telegram:anna")
    gate.is_open()
    word.pause = Pause(begun_at=NOON, begun_by="telegram:anna", ends_at=NOON)
    gate.is_open()
    word.pause = None
    gate.is_open()
    assert board.told == [
        ("berta", MessageKind.PAUSED),
        ("berta", MessageKind.PAUSED),
        ("anna", MessageKind.UNPAUSED),
    ]


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


# --- Somebody's pause

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
BREAK = Pause(begun_at=NOON, begun_by="cli:anna")
HALTED, OVER = MessageKind.PAUSED, MessageKind.UNPAUSED


def test_it_is_shut_while_somebody_has_paused_it_and_people_are_told_once() -> None:
    disk, board = Disk(), Board()
    word = Word(disk, BREAK)
    gate = gate_of(disk, board, word)
    assert [gate.is_open(), gate.is_open()] == [False, False]
    assert (gate.pause, gate.trouble) == (BREAK, None)
    word.pause = None
    assert [gate.is_open(), gate.is_open()] == [True, True]
    assert board.told == [("anna", HALTED), ("anna", OVER)]


def test_a_pause_outlives_a_restart_and_is_not_told_again() -> None:
    disk, board = Disk(), Board()
    word = Word(disk, BREAK)
    gate_of(disk, board, word).is_open()
    assert not gate_of(disk, board, word).is_open()
    assert board.told == [("anna", HALTED)]


def test_another_end_of_a_pause_is_told_again() -> None:
    disk, board = Disk(), Board()
    word = Word(disk, BREAK)
    gate = gate_of(disk, board, word)
    gate.is_open()
    word.pause = dataclasses.replace(BREAK, ends_at=NOON + datetime.timedelta(hours=2))
    assert [gate.is_open(), gate.is_open()] == [False, False]
    assert board.told == [("anna", HALTED), ("anna", HALTED)]


def test_nobody_is_told_that_documents_are_taken_in_while_a_pause_or_a_full_disk_is_left() -> None:
    disk, board = Disk(megabytes=1), Board()
    word = Word(disk, BREAK)
    gate = gate_of(disk, board, word)
    gate.is_open()
    disk.megabytes = 900
    assert not gate.is_open()
    assert [kind for _, kind in board.told] == [HALTED, PAUSED]
    word.pause = None
    assert gate.is_open()
    assert [kind for _, kind in board.told] == [HALTED, PAUSED, OVER, RESUMED]
