"""`dossierd pause` and `dossierd resume`: whether new documents are taken in."""

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.shared import HomeOption, JsonOption, ask, finish, open_ledger, typed
from agent.config import load
from agent.domain.life import Action, Reply


def register(app: typer.Typer) -> None:
    for command in (pause, resume):
        app.command()(command)


def pause(
    lasts: Annotated[
        str, typer.Option("--for", metavar="SPAN", help="End it by itself after 30m, 2h or 1d.")
    ] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in no new documents, until resumed.

    They wait in incoming/. What was taken in before goes on. A restart does not end it.
    """
    finish(_ask(home, Action.PAUSE, typed(lasts)), as_json=as_json)


def resume(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Take in new documents again after a pause."""
    finish(_ask(home, Action.RESUME), as_json=as_json)


def _ask(home: Path | None, action: Action, argument: str = "") -> Reply:
    settings = load(home=home)
    with open_ledger(settings):  # a folder that is no home is told, not made one
        pass
    return ask(settings, action, None, argument)
