"""What people are told by the running daemon, over real HTTP, whether Telegram is there or not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.domain.outcome import State
from tests.botapi import CHAT, TOKEN, BotApi
from tests.faults.world import SETTINGS, World, end, letter_about, stop
from tests.listening import Listening

pytestmark = [pytest.mark.slow, pytest.mark.reliability, pytest.mark.timeout(180)]


def _settings(url: str) -> str:
    return (
        SETTINGS
        + f"DOSSIERD_TELEGRAM_TOKEN={TOKEN}\nDOSSIERD_TELEGRAM_CHATS={CHAT}\nDOSSIERD_TELEGRAM_API_URL={url}\n"
    )


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as running:
        yield running


def _undelivered(world: World) -> list[tuple[object, ...]]:
    return world.sql("SELECT document_id FROM outbox WHERE sent_at IS NULL")


def test_results_questions_and_failures_arrive_once_each(tmp_path: Path, api: BotApi) -> None:
    world = World.make(tmp_path / "home", _settings(api.url))
    dropped = {
        "match.pdf": letter_about(100),
        "name-only.pdf": letter_about(101, name_only=True),
        "memo.pdf": b"Not a PDF.\n",
    }
    daemon = world.start("run", module="agent")
    try:
        world.wait_until_up(daemon)
        for count, (name, content) in enumerate(dropped.items(), start=1):
            world.drop(name, content)
            world.wait(lambda count=count: world.rests() and len(world.documents()) == count, daemon)  # type: ignore[misc]
        stop(daemon)
    finally:
        end(daemon)
    told = api.texts
    assert len(told) == 3
    assert "D-1" in told[0]
    assert "D-2" in told[1]
    assert api.kept[1].labels[-2:] == [["None of these", "Later"], ["Search"]]
    assert "D-3" in told[2]
    assert "Accepted are PDF, JPEG, PNG and TIFF" in told[2]
    assert "famille" not in "".join(told).lower()
    assert TOKEN.partition(":")[2] not in world.said() + "".join(
        it.read_text() for it in (world.home / "logs").iterdir()
    )


def test_filing_goes_on_while_telegram_is_away_and_everything_arrives_later(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home", _settings("http://127.0.0.1:9"))
    dropped = {f"{number}.pdf": letter_about(number) for number in range(100, 106)}
    daemon = world.start("run", module="agent")
    try:
        world.wait_until_up(daemon)
        for name, content in dropped.items():
            world.drop(name, content)
        world.wait(lambda: [it.state for it in world.documents()] == [State.ARCHIVED] * len(dropped), daemon)
        assert len(_undelivered(world)) == len(dropped)
        stop(daemon)
    finally:
        end(daemon)
    with BotApi() as api:
        (world.home / ".env").write_text(_settings(api.url))
        again = world.start("run", module="agent")
        try:
            world.wait_until_up(again)
            world.wait(lambda: not _undelivered(world), again)
            stop(again)
        finally:
            end(again)
        assert sorted(text.split("D-")[1].split()[0] for text in api.texts) == ["1", "2", "3", "4", "5", "6"]
    world.check(dropped)


def test_a_revoked_token_stops_no_filing_and_check_says_so(tmp_path: Path, api: BotApi) -> None:
    world = World.make(
        tmp_path / "home", _settings(api.url).replace(TOKEN, "999:wrong-token-wrong-token-wrong")
    )
    daemon = world.start("run", module="agent")
    try:
        world.wait_until_up(daemon)
        world.drop("match.pdf", letter_about(100))
        world.wait(lambda: [it.state for it in world.documents()] == [State.ARCHIVED], daemon)
        checked = subprocess.run(
            [sys.executable, "-m", "agent", "check", "--home", str(world.home)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "COLUMNS": "200"},
        )
        assert checked.returncode == 1
        assert "token" in checked.stdout
        assert "wrong-token" not in checked.stdout + world.said()
        stop(daemon)
    finally:
        end(daemon)


def test_a_further_address_is_told_of_trouble_once_and_of_nobody(tmp_path: Path, api: BotApi) -> None:
    with Listening() as server:
        address = server.address.replace("json://", "json://anna:s3cret-word@") + "/office"
        world = World.make(tmp_path / "home", _settings(api.url) + f"DOSSIERD_NOTIFY_URLS={address}\n")
        for _ in range(2):  # what was told is not told again after a restart
            daemon = world.start("run", module="agent")
            try:
                world.wait_until_up(daemon)
                if not world.documents():
                    world.drop("match.pdf", letter_about(100))
                    world.drop("memo.pdf", b"Not a PDF.\n")
                    world.wait(lambda: world.rests() and len(world.documents()) == 2, daemon)
                world.wait(lambda: not _undelivered(world), daemon)
                stop(daemon)
            finally:
                end(daemon)
        ((path, told),) = server.heard
    failed = next(it for it in world.documents() if it.state is State.FAILED)
    assert path == "/office"
    assert (told["title"], told["type"]) == (f"{failed.reference} could not be filed", "warning")
    assert "memo" not in told["message"]
    logs = "".join(it.read_text() for it in (world.home / "logs").iterdir())
    assert "s3cret-word" not in world.said() + logs


def test_an_address_that_takes_nothing_keeps_no_chat_waiting_and_gets_what_it_missed(
    tmp_path: Path, api: BotApi
) -> None:
    with Listening() as server:
        server.status = 500
        world = World.make(
            tmp_path / "home", _settings(api.url) + f"DOSSIERD_NOTIFY_URLS={server.address}/office\n"
        )
        daemon = world.start("run", module="agent")
        try:
            world.wait_until_up(daemon)
            world.drop("memo.pdf", b"Not a PDF.\n")
            api.wait_until(lambda it: len(it.kept) == 1, 40)
            world.wait(lambda: len(_undelivered(world)) == 1, daemon)
            server.status = 200
            world.wait(lambda: not _undelivered(world), daemon)
            stop(daemon)
        finally:
            end(daemon)
        assert server.titles("/office") == ["D-1 could not be filed"]
