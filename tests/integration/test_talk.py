"""The talk: what was heard is taken up before anything is asked anew, and one thing that can't be holds up no other."""

import datetime
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from agent import errors
from agent.adapters.ledger import SqlInbox, open_engine
from agent.adapters.telegram.updates import heard_in
from agent.daemon import talking
from agent.daemon.talking import Listener, Talk, namer
from agent.domain.hearing import Heard, Said
from agent.workflow.asking import Asking
from agent.workflow.conversation import Conversation
from agent.workflow.hearing import Hearing
from tests.fakes_outbox import NOON, StandingClock

pytestmark = pytest.mark.reliability

BOT = "123"
DAY = datetime.timedelta(days=1)
MINUTE = datetime.timedelta(minutes=1)


def words(number: int) -> dict[str, Any]:
    """An update in which somebody writes its number."""
    message = {"message_id": number, "chat": {"id": 1}, "from": {"id": 1}, "text": f"{number}"}
    return {"update_id": number, "message": message}


class _Listener:
    bot = BOT

    def heard_in(self, update: Mapping[str, Any]) -> Heard | None:
        return heard_in(update, BOT)


class _Conversation:
    """Hears words, and meets errors with some."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.errors: dict[str, Exception] = {}

    def hear(self, hearing: Hearing) -> None:
        assert isinstance(hearing.heard, Said)
        self.heard.append(hearing.heard.text)
        error = self.errors.pop(hearing.heard.text, None)
        if error is not None:
            raise error


class _Asking:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[datetime.datetime | None, bool]] = []

    def turn(self, heard_again_at: datetime.datetime | None, *, is_heard: bool) -> bool:
        self.told.append((heard_again_at, is_heard))
        return False


class Racing(SqlInbox):
    """The ears write down a press, and that the silence is over, right after the talk has looked at what waits."""

    is_racing = False

    def waiting(self) -> Sequence[tuple[str, int, Mapping[str, Any], datetime.datetime]]:
        found = super().waiting()
        if self.is_racing:
            self.is_racing = False
            self.keep(BOT, [(words(9), NOON + 2 * DAY)])
            self.polled(BOT, NOON + 2 * DAY, DAY)
        return found


class Talking:
    """A talk over a real inbox."""

    def __init__(self, inbox: Racing) -> None:
        self.inbox, self.conversation, self.asking = inbox, _Conversation(), _Asking()
        self.now = NOON
        self.talk = Talk(
            cast(Listener, _Listener()),
            inbox,
            cast(Conversation, self.conversation),
            cast(Asking, self.asking),
            lambda: self.now,
            wakes=threading.Event(),
            still=lambda: True,
            on_said=lambda: None,
        )


@pytest.fixture
def talking_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Talking]:
    monkeypatch.setattr(talking, "PAUSE_SECONDS", 0.0)
    engine = open_engine(tmp_path / "ledger.sqlite", may_upgrade=True)
    yield Talking(Racing(engine))
    engine.dispose()


def test_a_silence_that_ends_during_a_turn_counts_once_what_came_with_it_is_taken_up(
    talking_to: Talking,
) -> None:
    talking_to.inbox.polled(BOT, NOON, DAY)
    talking_to.inbox.is_racing = True
    talking_to.now = NOON + 2 * DAY
    talking_to.talk.turn()
    assert (talking_to.conversation.heard, talking_to.asking.told) == ([], [(None, False)])
    talking_to.talk.turn()
    assert talking_to.conversation.heard == ["9"]
    assert talking_to.asking.told[-1] == (NOON + 2 * DAY, True)


@pytest.mark.parametrize(
    "trouble",
    [
        errors.RegistryUnavailable("It can't be searched."),
        errors.NotifierUnavailable("It does not say what our bot is called."),
    ],
    ids=["registry", "bot's name"],
)
def test_what_waits_for_somebody_else_keeps_questions_from_being_asked_anew(
    talking_to: Talking, trouble: errors.DossierdError
) -> None:
    inbox, conversation = talking_to.inbox, talking_to.conversation
    inbox.polled(BOT, NOON, DAY)
    inbox.keep(BOT, [(words(number), NOON + 2 * DAY) for number in (1, 2)])
    inbox.polled(BOT, NOON + 2 * DAY, DAY)
    conversation.errors["1"] = trouble
    talking_to.talk.turn()
    assert (conversation.heard, talking_to.asking.told[-1][0]) == (["1", "2"], None)
    talking_to.talk.turn()
    assert (conversation.heard, talking_to.asking.told[-1][0]) == (["1", "2", "1"], NOON + 2 * DAY)


def test_what_raises_or_is_refused_is_taken_up_once_and_holds_up_nothing(talking_to: Talking) -> None:
    inbox, conversation = talking_to.inbox, talking_to.conversation
    inbox.keep(BOT, [(it, NOON) for it in (words(1), words(2), words(3), {"update_id": 4})])
    conversation.errors = {"1": RuntimeError("a mistake of ours"), "2": errors.RequestRefused("No.")}
    talking_to.talk.turn()
    talking_to.talk.turn()
    assert conversation.heard == ["1", "2", "3"]


def test_whoever_has_heard_nothing_for_ten_minutes_hears_no_answer(talking_to: Talking) -> None:
    talking_to.talk.turn()
    talking_to.inbox.polled(BOT, NOON, DAY)
    for minutes in (0, 10, 11):
        talking_to.now = NOON + minutes * MINUTE
        talking_to.talk.turn()
    assert [is_heard for _, is_heard in talking_to.asking.told] == [False, True, True, False]


def test_a_bot_that_was_renamed_is_called_by_its_new_name_ten_minutes_later() -> None:
    clock, names = StandingClock(), ["our_bot", "new_bot"]
    name = namer(lambda: names.pop(0), clock.now)
    assert [name(), name()] == ["our_bot", "our_bot"]
    clock.advance(599)
    assert name() == "our_bot"
    clock.advance(1)
    assert [name(), name()] == ["new_bot", "new_bot"]
    assert names == []
