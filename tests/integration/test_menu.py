"""The menu of commands that Telegram shows, against a strict stand-in; no start waits on it."""

import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import HttpUrl, SecretStr

from agent import app
from agent.config import Settings
from agent.core.replies import menu
from agent.daemon.house import LOOKS_APART, House
from tests import botapi
from tests.botapi import CHAT, TOKEN, BotApi
from tests.french import FRENCH

METHOD = "setMyCommands"


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as running:
        yield running


@pytest.fixture
def parts(tmp_path: Path, api: BotApi) -> Iterator[app.Parts]:
    settings = Settings(
        home=tmp_path,
        allow_root=True,
        language="fr",
        telegram_token=SecretStr(TOKEN),
        telegram_chats=(CHAT,),
        telegram_api_url=HttpUrl(api.url),
    )
    made = app.build(settings)
    yield made
    made.close()


def _turn(parts: app.Parts, times: int) -> None:
    stop = threading.Event()
    stop.set()  # no waiting between two turns
    house = House(parts, stop, wellness=tuple, on_told=lambda: None)
    for _ in range(times):
        house.turn()


def test_the_menu_is_offered_once_in_the_language_of_the_office(parts: app.Parts, api: BotApi) -> None:
    _turn(parts, 2 * LOOKS_APART)
    (offered,) = api.commands.values()
    assert {told["command"]: told["description"] for told in offered} == menu(FRENCH)
    assert offered[0] == {"command": "status", "description": "où en est le travail"}
    assert (api.calls.count(METHOD), api.refusals) == (1, [])


def test_an_outage_puts_the_menu_off_and_nothing_else(parts: app.Parts, api: BotApi) -> None:
    api.order(botapi.SERVER_ERROR, method=METHOD)
    _turn(parts, 1 + LOOKS_APART)
    assert (api.calls.count(METHOD), len(api.commands)) == (2, 1)


def test_a_menu_that_telegram_refuses_is_not_offered_again(parts: app.Parts, api: BotApi) -> None:
    api.order(botapi.refusal(400, "Bad Request: BOT_COMMAND_INVALID"), method=METHOD)
    _turn(parts, 1 + LOOKS_APART)
    assert (api.calls.count(METHOD), len(api.commands)) == (1, 0)


def test_whose_start_meets_no_channel_offers_nothing(parts: app.Parts, api: BotApi) -> None:
    _turn(dataclasses.replace(parts, listener=None), 1)
    assert METHOD not in api.calls
