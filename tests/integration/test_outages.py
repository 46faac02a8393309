"""Outages of hours, with the daemon's own loops over real HTTP and a clock that is put forward."""

import dataclasses
import datetime
import json
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agent.adapters.clock import SystemClock
from agent.adapters.ledger import SqlInbox
from agent.app import Parts, build
from agent.config import load
from agent.daemon import Daemon, house, posting, talking
from agent.daemon.talking import TOLD_AT_MOST
from agent.domain.hearing import HEARD_WITHIN
from agent.domain.outcome import State
from tests.botapi import CHAT, TOKEN, BotApi, Drop, too_many_requests
from tests.faults.world import SETTINGS, World, letter_about
from tests.listening import Listening

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(120)]

PATIENCE_SECONDS = 30.0
BACK_SECONDS = 60.0
HOUR = 3600.0
STRANGER = 666


class JumpingClock(SystemClock):
    """The machine's time, put forward."""

    def __init__(self) -> None:
        super().__init__("UTC")
        self._ahead = datetime.timedelta(0)

    def now(self) -> datetime.datetime:
        return super().now() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += datetime.timedelta(seconds=seconds)


class Office:
    """A daemon in this process, its home, its Telegram, and a clock for both.

    Args:
        turns: grows with each turn of the talk.
    """

    def __init__(
        self, world: World, parts: Parts, api: BotApi, clock: JumpingClock, turns: list[object]
    ) -> None:
        self.world, self.parts, self.api, self.clock, self.turns = world, parts, api, clock, turns

    def live(self, story: Callable[[], None]) -> None:
        """Run the daemon while a story happens to it."""
        daemon = Daemon(self.parts)
        with ThreadPoolExecutor(1) as pool:

            def tell() -> None:
                try:
                    story()
                finally:
                    daemon.stop()

            told = []
            daemon.run(on_ready=lambda: told.append(pool.submit(tell)))
            told[0].result()

    def drop(self, number: int, *, is_clear: bool) -> None:
        """Drop a letter and wait until it rests where it must."""
        self.world.drop(f"{number}.pdf", letter_about(number, name_only=not is_clear))
        state = State.ARCHIVED if is_clear else State.IN_REVIEW
        self.wait(lambda: self.states().get(f"{number}.pdf") is state)

    def states(self) -> dict[str, State]:
        return {it.original_name: it.state for it in self.parts.ledger.in_states(frozenset(State))}

    def is_heard(self) -> None:
        """Wait until the bot was heard: what somebody writes ends the poll."""
        before = self.parts.inbox.polled_at()
        self.api.say("Hello", user=STRANGER)  # which nobody answers
        self.wait(lambda: self.parts.inbox.polled_at() != before)

    def fall_silent(self) -> None:
        """Cut the bot off, and wait until the talk knows; a clock that jumps in the middle of its turn is no outage."""
        self.api.down()
        self.advance(HEARD_WITHIN.total_seconds() + 1)
        before = len(self.turns)
        self.wait(lambda: len(self.turns) >= before + 2)

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.api.advance(seconds)

    def pass_hours(self, count: int) -> None:
        """Let hours go by in which what waits is tried again, in vain."""
        for _ in range(count):
            before = self._tries()
            self.advance(HOUR)
            self.wait(lambda seen=before: self._tries() > seen)  # type: ignore[misc]

    def seconds_until_told(self) -> float:
        """Give how long it takes, by the clock, until nothing waits any more."""
        for second in range(120):
            if self._nothing_waits():
                return second
            self.advance(1)
            self._look_for(self._nothing_waits, 0.2)
        raise AssertionError("it was not told")

    def wait(self, condition: Callable[[], bool]) -> None:
        assert self._look_for(condition, PATIENCE_SECONDS), (self.states(), self.api.shown())

    @staticmethod
    def _look_for(condition: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not (is_so := condition()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return is_so

    def _tries(self) -> int:
        ((count,),) = self.world.sql("SELECT coalesce(sum(attempts), 0) FROM outbox")
        assert isinstance(count, int)
        return count

    def told_of_messages(self) -> dict[tuple[str, str], list[str]]:
        """What the audit trail says of messages to the first chat, by document and kind."""
        told: dict[tuple[str, str], list[str]] = {}
        for line in (self.world.home / "logs" / "audit.jsonl").read_text(encoding="utf-8").splitlines():
            event, fields = (entry := json.loads(line))["event"], entry["fields"]
            if fields.get("to") == "chat 1" and fields["document"]:
                told.setdefault((fields["document"], fields["kind"]), []).append(event)
        return told

    def _nothing_waits(self) -> bool:
        return not self.world.sql("SELECT 1 FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL")


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as running_api:
        yield running_api


@pytest.fixture
def outside() -> Iterator[Listening]:
    """Who is told of trouble by another way."""
    with Listening() as listening:
        yield listening


@pytest.fixture
def office(
    tmp_path: Path, api: BotApi, outside: Listening, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    monkeypatch.setattr(house, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(posting, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(talking, "ERROR_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(talking, "PAUSE_SECONDS", 0.1)
    turns: list[object] = []
    look = SqlInbox.heard_again_at

    def counted(inbox: SqlInbox) -> datetime.datetime | None:
        turns.append(inbox)
        return look(inbox)

    monkeypatch.setattr(SqlInbox, "heard_again_at", counted)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    world = World.make(
        tmp_path / "home",
        SETTINGS
        + f"DOSSIERD_TELEGRAM_TOKEN={TOKEN}\nDOSSIERD_TELEGRAM_CHATS={CHAT}\n"
        + f"DOSSIERD_TELEGRAM_API_URL={api.url}\nDOSSIERD_DIGEST_AT=none\nDOSSIERD_READER_FENCE=off\n"
        + f"DOSSIERD_NOTIFY_URLS={outside.address}/office\n",
    )
    built, clock = build(load(home=world.home)), JumpingClock()
    parts = dataclasses.replace(built, clock=clock, ports=dataclasses.replace(built.ports, clock=clock))
    yield Office(world, parts, api, clock, turns)
    parts.close()
    for number, handler in handlers.items():
        signal.signal(number, handler)


def titles(api: BotApi) -> list[str]:
    """What stands in the chat, each message by its first line and document."""
    return [" / ".join(text.split(" · ")[0].split("\n")[:2]) for text in api.texts]


def test_an_hour_without_telegram_is_over_within_a_minute(api: BotApi, office: Office) -> None:
    def story() -> None:
        api.down()
        office.drop(100, is_clear=True)
        office.drop(101, is_clear=False)
        for _ in range(60):
            office.advance(60)
        office.pass_hours(1)
        office.drop(102, is_clear=True)
        api.up()
        assert office.seconds_until_told() <= BACK_SECONDS

    office.live(story)
    assert titles(api) == [
        "Filed under file 100 / D-1",
        "Whose document is this? / D-2",
        "Filed under file 102 / D-3",
    ]
    assert office.told_of_messages() == {
        (document, kind): ["sending_message", "message_sent"]
        for document, kind in (("D-1", "filed"), ("D-2", "question"), ("D-3", "filed"))
    }


def test_an_hour_of_lost_replies_costs_one_copy(api: BotApi, office: Office) -> None:
    def story() -> None:
        api.suffer(Drop(keeps=True))
        office.drop(100, is_clear=True)
        office.drop(101, is_clear=True)
        office.pass_hours(3)
        api.recover()
        assert office.seconds_until_told() <= BACK_SECONDS

    office.live(story)
    assert titles(api) == ["Filed under file 100 / D-1"] * 2 + ["Filed under file 101 / D-2"]


def test_a_pause_that_telegram_asks_for_is_kept_and_no_longer(api: BotApi, office: Office) -> None:
    def story() -> None:
        api.order(too_many_requests(3600), method="sendMessage")
        office.drop(100, is_clear=True)
        office.wait(lambda: "sendMessage" in api.calls)
        office.drop(101, is_clear=True)
        office.advance(3590)
        office.drop(102, is_clear=True)
        assert api.texts == []
        assert office.seconds_until_told() <= BACK_SECONDS

    office.live(story)
    assert titles(api) == [f"Filed under file {100 + it} / D-{it + 1}" for it in range(3)]


def test_after_a_day_and_more_what_nobody_has_seen_is_asked_once_and_what_they_have_anew(
    api: BotApi, office: Office
) -> None:
    def story() -> None:
        office.drop(100, is_clear=False)
        office.wait(lambda: len(api.kept) == 1)
        office.is_heard()
        office.fall_silent()
        office.drop(101, is_clear=False)
        office.drop(102, is_clear=True)
        office.pass_hours(2)
        office.advance(22 * HOUR)
        office.pass_hours(2)
        api.up()
        office.is_heard()
        assert office.seconds_until_told() <= BACK_SECONDS

    office.live(story)
    assert titles(api) == [
        "D-1 is asked about again further down",
        "Whose document is this? / D-2",
        "Filed under file 102 / D-3",
        "Whose document is this? / D-1",
    ]


def test_a_press_of_the_last_day_counts_before_anything_is_asked_anew(api: BotApi, office: Office) -> None:
    def story() -> None:
        office.drop(100, is_clear=False)
        office.wait(lambda: len(api.kept) == 1)
        office.is_heard()
        office.fall_silent()
        for _ in range(25):
            office.advance(HOUR)
        for _ in range(TOLD_AT_MOST + 20):  # the press is not among the first that Telegram tells
            api.say("Hello", user=STRANGER)
        api.press("1 · P. F. · born 1930 · file 100")
        office.advance(HOUR)
        api.up()
        office.wait(lambda: office.states() == {"100.pdf": State.ARCHIVED})
        assert office.seconds_until_told() <= BACK_SECONDS

    office.live(story)
    assert titles(api) == ["Filed under file 100 / D-1"]
    assert api.kept[0].history[-1].startswith("Whose document is this?")  # it was never called moved


def test_who_has_another_way_is_told_of_an_outage_when_it_lasts_and_when_it_ends(
    api: BotApi, office: Office, outside: Listening
) -> None:
    def story() -> None:
        api.down()
        office.wait(lambda: office.parts.inbox.silence(TOKEN.partition(":")[0]) is not None)
        office.advance(590)
        office.drop(100, is_clear=True)
        assert outside.heard == []
        office.advance(10)
        office.wait(lambda: len(outside.heard) == 1)
        api.up()
        office.is_heard()
        office.wait(lambda: len(outside.heard) == 2)
        assert office.seconds_until_told() <= BACK_SECONDS

    office.live(story)
    assert outside.titles("/office") == ["Something needs you", "Resolved: telegram"]
    assert "telegram: Telegram can't be reached" in outside.heard[0][1]["message"]
    assert titles(api) == ["Filed under file 100 / D-1"]
