"""`failures`: what could not be filed, cause by cause, with what to do about each; or how much of it, over time."""

import datetime
import sys
from collections import Counter
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from agent.adapters.ledger import SqlFailed
from agent.cli.shared import HomeOption, JsonOption, open_tables
from agent.cli.wording import brief, print_json, rows_of, say, say_table, table
from agent.config import Settings, load
from agent.core.pauses import span_of
from agent.domain.life import Document
from agent.domain.message import visible
from agent.domain.outcome import FAILURES, Failed

DEFAULT_SPAN = "7d"
LISTED = 20
"""Documents of each cause: enough to see what they have in common."""


class FailureKey(StrEnum):
    """What failures are counted by."""

    CODE = "code"
    SENDER = "sender"
    """The folder below `incoming/` that it came by: nothing else says who sent a file."""
    DAY = "day"


def register(app: typer.Typer) -> None:
    app.command()(failures)


def failures(
    last: Annotated[
        str | None,
        typer.Option("--last", metavar="SPAN", help="Count all failures of the last 24h or 7d instead."),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="KEYS",
            help="Count them by code, sender (the folder below incoming/), day, or several: code,sender.",
        ),
    ] = None,
    is_whole: Annotated[
        bool, typer.Option("--all", help=f"List all, not the newest {LISTED} of each cause.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what could not be filed, by its cause, and what to do about it."""
    settings = load(home=home)
    if last is not None or by is not None:
        _count(settings, last or DEFAULT_SPAN, by or FailureKey.CODE, as_json=as_json)
        return
    with open_tables(settings) as engine:
        failed = SqlFailed(engine).standing(LISTED if not (is_whole or as_json) else sys.maxsize)
    if as_json:
        everything = sorted(
            (it for _, documents in failed.values() for it in documents), key=lambda it: it.document_id
        )
        print_json([{**brief(it), "hint": _hint(it)} for it in everything])
        return
    if not failed:
        say("Nothing has failed.")
    now = datetime.datetime.now(datetime.UTC)
    for cause, (count, newest) in failed.items():
        say(f"{count}  {FAILURES[cause].sentence}", style="bold")
        say(FAILURES[cause].hint, indent=2)
        say_table(rows_of(newest, now))
        if count > len(newest):
            say(f"and {count - len(newest)} that are older: dossierd failures --all", indent=2)


def _count(settings: Settings, last: str, by: str, *, as_json: bool) -> None:
    """Count failures, also of what was solved since."""
    span, keys = span_of(last), _keys_of(by)
    if span is None:
        raise typer.BadParameter("--last is written like 24h, 90m or 7d, up to 30d.")
    since = datetime.datetime.now(datetime.UTC) - span
    with open_tables(settings) as engine:
        found = SqlFailed(engine).counts(since, ZoneInfo(settings.timezone))
    counts = Counter[tuple[str, ...]]()
    for (reason, folder, day), count in found.items():
        of = {
            FailureKey.CODE: str(reason),
            FailureKey.SENDER: visible(f"incoming/{folder}"),
            FailureKey.DAY: day.isoformat(),
        }
        counts[tuple(of[key] for key in keys)] += count
    is_by_day = keys[0] is FailureKey.DAY
    listed = sorted(counts.items(), key=lambda it: it[0] if is_by_day else (-it[1], *it[0]))
    if as_json:
        print_json([{**dict(zip(keys, values, strict=True)), "failures": count} for values, count in listed])
        return
    if not listed:
        say(f"Nothing has failed since {since:%Y-%m-%d %H:%M} UTC.")
        return
    say(f"{counts.total()} could not be filed since {since:%Y-%m-%d %H:%M} UTC.", style="bold")
    rows = table(*keys, "failures")
    for values, count in listed:
        rows.add_row(*(Text(value) for value in values), f"{count}")
    say_table(rows)


def _keys_of(text: str) -> list[FailureKey]:
    try:
        return list(dict.fromkeys(FailureKey(word.strip()) for word in text.split(",")))
    except ValueError as error:
        raise typer.BadParameter("--by takes code, sender and day, joined by commas.") from error


def _hint(document: Document) -> str:
    assert isinstance(document.outcome, Failed)
    return FAILURES[document.outcome.reason].hint_for(document.reference)
