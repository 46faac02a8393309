"""`ledger`: bring the ledger into a database of the office's, and back."""

import datetime
import sys
from typing import Annotated

import typer
from sqlalchemy.engine import URL

from agent.app import refuse_root
from agent.cli.shared import HomeOption, JsonOption
from agent.cli.wording import print_json, say
from agent.config import load, login_name
from agent.core.setting_texts import database_address
from agent.keeping.copying import copy_from, copy_to
from agent.ledgers import place_of

FROM_INPUT = "-"

app = typer.Typer(help="Where the ledger lies: docs/scale.md.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """One command is a group too."""


@app.command()
def copy(
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help="Copy the ledger of state/ into this database.")
    ] = "",
    source: Annotated[
        str, typer.Option("--from", metavar="URL", help="Copy the ledger of this database into state/.")
    ] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the ledger from its file into PostgreSQL, or back; every row is compared. The daemon has to be stopped.

    The URL is as that of DOSSIERD_LEDGER_URL; - reads it from the standard input, so that no list of processes shows
    its password. Where it goes there must be none yet. The one that was copied stays, and is never worked in again.
    """
    if bool(to) == bool(source):
        raise typer.BadParameter("Say where it goes, --to URL, or where it comes from, --from URL.")
    settings = load(home=home)
    refuse_root(settings)
    place = _place(to or source)
    move = copy_to if to else copy_from
    counts = move(settings, place, actor=f"cli:{login_name()}", now=datetime.datetime.now(datetime.UTC))
    if as_json:
        print_json({"rows": dict(counts)})
        return
    rows = sum(counts.values())
    say(f"Copied, and compared: {counts['documents']} documents, {rows} rows in {len(counts)} tables.")
    if to:
        say("Next: write DOSSIERD_LEDGER_URL into .env, then: dossierd run", indent=2)
    else:
        say("Next: take DOSSIERD_LEDGER_URL out of .env, then: dossierd run", indent=2)


def _place(typed: str) -> URL:
    address = sys.stdin.readline().strip() if typed == FROM_INPUT else typed
    try:
        return place_of(database_address(address))
    except ValueError as error:
        raise typer.BadParameter(f"The URL {error}.") from None
