"""What is not well is told once, if it lasts, and so is its end; across restarts."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent import errors
from agent.domain.hearing import Silence
from agent.domain.message import Message, MessageKind, Topic
from agent.domain.wellness import PartState
from agent.workflow.notices import UNHEARD_AFTER, Announcer, Wellness, tell_of_silence
from tests.fakes_outbox import StandingClock
from tests.french import FRENCH

GOOD = PartState(part="ocr", is_bad=False)
BAD = PartState(part="ocr", is_bad=True, sentence="tesseract is missing", hint="Install it.")
UNWELL, WELL = MessageKind.UNWELL, MessageKind.WELL_AGAIN


@dataclass
class Board:
    """Keeps the notices about each part; refuses while it is full."""

    told: dict[str, list[tuple[str, MessageKind]]] = field(default_factory=dict)
    is_full: bool = False

    def wellness(self) -> Wellness:
        def announcer(part: str, spared: str | None) -> Announcer:
            told = [name for name in ("anna", "bert") if name != spared]
            return Announcer(Topic.HEALTH, Part(self, part), StandingClock(), told)

        return Wellness(announcer)


@dataclass
class Part:
    board: Board
    part: str

    def announce(self, messages: Sequence[tuple[str, Message]], now: datetime.datetime) -> None:
        told = [(recipient, message.kind) for recipient, message in messages]
        self.board.told.setdefault(self.part, []).extend(told)

    def last_notice(self, topic: Topic) -> MessageKind | None:
        if self.board.is_full:
            raise errors.LedgerUnavailable("The disk is full.")
        told = self.board.told.get(self.part)
        return told[-1][1] if told else None


def looks(board: Board, *states: Sequence[PartState]) -> list[bool]:
    wellness = board.wellness()
    return [wellness.look(parts) for parts in states]


def test_what_passes_is_not_told() -> None:
    board = Board()
    assert looks(board, [GOOD], [BAD], [GOOD], [BAD]) == [False] * 4
    assert board.told == {}


def test_what_lasts_is_told_once_and_so_is_its_end() -> None:
    board = Board()
    assert looks(board, [BAD], [BAD], [BAD], [GOOD], [GOOD]) == [False, True, False, True, False]
    assert board.told == {
        "ocr": [("anna", UNWELL), ("bert", UNWELL), ("anna", WELL), ("bert", WELL)],
    }


def test_a_restart_repeats_nothing_and_forgets_no_end() -> None:
    board = Board()
    looks(board, [BAD], [BAD])
    assert looks(board, [BAD], [BAD]) == [False, False]
    assert looks(board, [GOOD]) == [True]


def test_parts_are_told_of_apart_and_whoever_is_told_of_is_spared() -> None:
    board = Board()
    blocked = PartState(part="chat 1", is_bad=True, sentence="Blocked.", spared="anna")
    assert looks(board, [BAD, blocked], [BAD, blocked], [GOOD, blocked]) == [False, True, True]
    assert board.told["chat 1"] == [("bert", UNWELL)]
    assert board.told["ocr"][-1] == ("bert", WELL)


def test_what_the_ledger_can_not_take_is_told_when_it_can() -> None:
    board = Board(is_full=True)
    wellness = board.wellness()
    assert [wellness.look([BAD]), wellness.look([BAD])] == [False, False]
    board.is_full = False
    assert wellness.look([BAD])


@dataclass
class Kept:
    """Keeps the words of what is announced."""

    lines: list[tuple[str, ...]] = field(default_factory=list)

    def announce(self, messages: Sequence[tuple[str, Message]], now: datetime.datetime) -> None:
        self.lines += [message.lines for _, message in messages]

    def last_notice(self, topic: Topic) -> MessageKind | None:
        return None


def test_a_french_office_is_told_in_french_that_its_bot_hears_nothing_and_why() -> None:
    kept = Kept()
    silence = Silence(
        since=datetime.datetime(2026, 3, 1, 10, 42, tzinfo=datetime.UTC),
        sentence="Telegram can't be reached, or is in trouble itself.",
        hint="Look at the log (journalctl -u dossierd), then type: systemctl restart dossierd",
    )
    announcer = Announcer(Topic.HEALTH, kept, StandingClock(), ["anna"])
    assert tell_of_silence(announcer, silence, silence.since + UNHEARD_AFTER, FRENCH)
    assert kept.lines == [
        (
            (
                "telegram\N{NO-BREAK SPACE}: Telegram est injoignable, ou lui-même en panne. "
                "Rien n'a été reçu depuis le 01/03/2026 à 10:42."
            ),
            (
                "Regardez le journal (journalctl -u dossierd), "
                "puis tapez\N{NO-BREAK SPACE}: systemctl restart dossierd"
            ),
            "Détails\N{NO-BREAK SPACE}: dossierd check",
            (
                "Alerte telegram (panne\N{NO-BREAK SPACE}; à traiter maintenant)\N{NO-BREAK SPACE}: "
                "docs/operations.md#alert-telegram"
            ),
        )
    ]
