"""Telegram in every kind of trouble while the daemon works: filing goes on; all is said once, in order, after it."""

import itertools
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import httpx
import pytest

from agent.domain.outcome import State
from tests.botapi import (
    CHAT,
    OUTAGES,
    TOKEN,
    BotApi,
    Hang,
    refusal,
)
from tests.faults.world import SETTINGS, World, end, letter_about, stop

pytestmark = [pytest.mark.slow, pytest.mark.reliability, pytest.mark.timeout(300)]

GROUP = -1002
CHATS = (CHAT, GROUP)
USUAL_SECONDS = 20.0
"""A letter takes a second or two, whatever Telegram does; the rest is for a machine that is busy."""
BACK_SECONDS = 60.0


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, api: BotApi) -> World:
    telegram = (
        f"DOSSIERD_TELEGRAM_TOKEN={TOKEN}\nDOSSIERD_TELEGRAM_CHATS={CHAT},{GROUP}\n"
        f"DOSSIERD_TELEGRAM_API_URL={api.url}\nDOSSIERD_TELEGRAM_USERS=anna={CHAT}\n"
    )
    return World.make(tmp_path / "home", SETTINGS + telegram)


class Office:
    """Drops letters into a running daemon's home, and knows what must become of them."""

    def __init__(self, world: World, daemon: subprocess.Popen[bytes]) -> None:
        self.world, self.daemon = world, daemon
        self.dropped: dict[str, bytes] = {}
        self.expected: list[State] = []
        self._numbers = itertools.count(100)

    def drop(self, *, is_clear: bool) -> None:
        """Drop one, and wait until it rests where it must."""
        number = next(self._numbers)
        self.dropped[f"{number}.pdf"] = letter_about(number, name_only=not is_clear)
        self.expected.append(State.ARCHIVED if is_clear else State.IN_REVIEW)
        self.world.drop(f"{number}.pdf", self.dropped[f"{number}.pdf"])
        self.world.wait(self._rests, self.daemon, USUAL_SECONDS)

    def a_message_was_postponed(self) -> None:
        self.world.wait(lambda: bool(self._waiting("attempts > 0")), self.daemon, USUAL_SECONDS)

    def all_is_told(self) -> None:
        self.world.wait(lambda: not self._waiting("true"), self.daemon, BACK_SECONDS)

    def _waiting(self, condition: str) -> list[tuple[object, ...]]:
        waiting = "SELECT parcel_id FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL AND "
        return self.world.sql(waiting + condition)

    def _rests(self) -> bool:
        return [it.state for it in self.world.documents()] == self.expected


@pytest.fixture
def office(world: World) -> Iterator[Office]:
    daemon = world.start("run", module="agent")
    world.wait_until_up(daemon)
    yield Office(world, daemon)
    stop(daemon)
    end(daemon)
    logs = "".join(path.read_text() for path in (world.home / "logs").iterdir())
    assert TOKEN.partition(":")[2] not in world.log.read_text() + logs


class Rival:
    """A second program that polls the same bot: each of its polls ends the daemon's."""

    def __init__(self, api: BotApi) -> None:
        self._address = f"{api.url}/bot{TOKEN}/getUpdates"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._poll)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _poll(self) -> None:
        with httpx.Client(timeout=10) as client:
            while not self._stop.is_set():
                client.post(
                    self._address, json={"timeout": 1, "allowed_updates": ["message", "callback_query"]}
                )


def check(world: World) -> str:
    """What `dossierd check` shows on a wide screen; it must find something."""
    checked = subprocess.run(
        [sys.executable, "-m", "agent", "check", "--home", str(world.home)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "300"},
    )
    assert checked.returncode == 1
    return checked.stdout


def copies_of(api: BotApi, chat: int) -> Counter[str]:
    """How often a chat was told of each document."""
    return Counter(document_in(text) for text in api.shown(chat))


def document_in(text: str) -> str:
    return next(word for word in text.split() if word.startswith("D-"))


def test_every_trouble_by_turns_holds_up_no_filing_and_loses_no_message(api: BotApi, office: Office) -> None:
    api.order(Hang(), method="getUpdates")  # lasts for half a minute, beside all others
    for number, (name, outage) in enumerate(OUTAGES.items(), start=1):
        outage.begin(api)
        office.drop(is_clear=True)
        if number % 2:
            office.drop(is_clear=False)
        office.a_message_was_postponed()
        outage.end(api)
        office.all_is_told()
        for chat in CHATS:
            told = copies_of(api, chat)
            assert set(told) == {f"D-{it}" for it in range(1, len(office.dropped) + 1)}, name
    for chat in CHATS:
        order = [document_in(text) for text in api.shown(chat)]
        assert [document for document, _ in itertools.groupby(order)] == list(dict.fromkeys(order))
    assert len(api.kept) - len(CHATS) * len(office.dropped) == 1  # the copy of the first reply that was lost
    query = api.press("1 · P. F. · born 1931 · file 101")
    api.wait_until(lambda it: it.answer_to(query) is not None, BACK_SECONDS)
    office.expected[1] = State.ARCHIVED
    office.all_is_told()
    for it in office.world.documents():
        assert it.location is not None
        assert (office.world.home / it.location).read_bytes() == office.dropped[it.original_name]


def test_a_bot_out_of_reach_since_the_start_is_told_of_and_says_all_when_it_comes(
    world: World, api: BotApi
) -> None:
    api.down()
    daemon = world.start("run", module="agent")
    try:
        world.wait_until_up(daemon)
        office = Office(world, daemon)
        office.drop(is_clear=True)
        office.drop(is_clear=False)
        office.drop(is_clear=True)
        office.a_message_was_postponed()
        shown = check(world)
        assert "Telegram can't be reached, or is in trouble itself." in shown
        assert "let this machine reach api.telegram.org" in shown
        api.up()
        office.all_is_told()
        stop(daemon)
    finally:
        end(daemon)
    for chat in CHATS:
        assert [document_in(text) for text in api.shown(chat)] == ["D-1", "D-2", "D-3"]


def test_a_second_program_with_the_same_bot_stops_no_message_and_is_named(
    api: BotApi, office: Office
) -> None:
    with Rival(api):
        office.drop(is_clear=True)
        office.drop(is_clear=False)
        office.all_is_told()
        silent = "SELECT sentence FROM silences"
        office.world.wait(
            lambda: office.world.sql(silent) == [("Another program uses this bot.",)],
            office.daemon,
            USUAL_SECONDS,
        )
    api.wait_until(lambda it: len(it.kept) == 2 * len(CHATS), BACK_SECONDS)
    query = api.press("1 · P. F. · born 1931 · file 101")
    api.wait_until(lambda it: it.answer_to(query) is not None, BACK_SECONDS)
    office.all_is_told()
    assert [document_in(text) for text in api.shown(GROUP)] == ["D-1", "D-2"]


def test_a_chat_that_blocks_and_what_nobody_can_read_hold_up_nobody(api: BotApi, office: Office) -> None:
    api.block(GROUP)
    office.drop(is_clear=True)
    office.all_is_told()
    api.order(refusal(400, "Bad Request: PEER_ID_INVALID"), method="sendMessage")
    office.drop(is_clear=True)
    office.drop(is_clear=True)
    office.all_is_told()
    api.put("message", {"message_id": "none", "chat": []})
    api.put("callback_query", {"id": 7})
    api.say("/status")
    api.wait_until(lambda it: it.texts[-1].startswith("How it goes"), USUAL_SECONDS)
    office.all_is_told()
    told = [text.split()[0] for text in api.shown(CHAT)]
    assert told == ["Filed", "Filed", ">", "How"]  # the second was refused for good
    assert api.shown(GROUP) == []
    api.say("Hello again", chat=GROUP)
    office.drop(is_clear=True)
    api.wait_until(lambda it: len(it.shown(GROUP)) == 2, USUAL_SECONDS)


def test_a_stop_while_nothing_answers_takes_seconds_and_the_next_start_says_all(
    world: World, api: BotApi
) -> None:
    api.suffer(Hang())
    first = world.start("run", module="agent")
    try:
        world.wait_until_up(first)
        office = Office(world, first)
        office.drop(is_clear=True)
        office.drop(is_clear=False)
        api.wait_until(lambda it: {"sendMessage", "getUpdates"} <= set(it.calls), USUAL_SECONDS)
        stop(first)
    finally:
        end(first)
    api.recover()
    office.daemon = world.start("run", module="agent")
    try:
        world.wait_until_up(office.daemon)
        office.all_is_told()
        stop(office.daemon)
    finally:
        end(office.daemon)
    for chat in CHATS:
        assert [document_in(text) for text in api.shown(chat)] == ["D-1", "D-2"]
