"""`dossierd find`: documents found again by whatever is known of them."""

import datetime
from collections.abc import Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table
from rich.text import Text

from agent.adapters.ledger import SqlFinder
from agent.adapters.registry import RegistryIndex
from agent.cli.shared import (
    EMPTY_REGISTRY,
    IMPORT_HINT,
    HomeOption,
    JsonOption,
    open_registry,
    open_tables,
    typed,
)
from agent.cli.wording import (
    ago,
    brief,
    err,
    out,
    outcome_words,
    person_words,
    print_json,
    say,
    say_table,
    shortened,
    table,
)
from agent.config import load
from agent.core.finding import days_of, passage_in, phrases_in, sought
from agent.domain.finding import Findings, Found, Place, Sought
from agent.domain.identity import Person
from agent.domain.message import visible
from agent.domain.outcome import Archived
from agent.workflow.finding import find as find_documents

MOST_SHOWN = 1000
SHOWN = 20
_LEFT_OUT = {
    Place.PERSON: "The registry can't be searched now: nobody's name was looked for. More: dossierd check",
}


def register(app: typer.Typer) -> None:
    app.command()(find)


def _day(text: str) -> datetime.date:
    days = days_of(text)
    if len(days) != 1:
        raise typer.BadParameter(f"'{visible(text)}' is no day. It looks like 2026-11-27, or 27/11/2026.")
    return days[0]


def find(
    words: Annotated[
        list[str] | None,
        typer.Argument(help="A person's name or record id, a date, the file's name, D-7, words of the text."),
    ] = None,
    since: Annotated[
        datetime.date | None,
        typer.Option("--since", metavar="DAY", parser=_day, help="Came or was filed on this day or later."),
    ] = None,
    until: Annotated[
        datetime.date | None,
        typer.Option("--until", metavar="DAY", parser=_day, help="Came or was filed on this day or before."),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=MOST_SHOWN, help="How many are shown, the newest first.")
    ] = SHOWN,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find documents by what you know of them.

    All words must fit, each anywhere; accents and capitals don't matter, and the last word may be cut short. Words in
    quotes stand side by side. The exit code is 1 where nothing is found.
    """
    if since is not None and until is not None and since > until:
        raise typer.BadParameter("--since lies behind --until: no day is in between.")
    settings = load(home=home)
    phrases = [phrase for word in words or () for phrase in _phrases(typed(word))]
    wanted = sought(phrases, ZoneInfo(settings.timezone), since=since, until=until)
    with open_tables(settings) as engine, open_registry(settings) as registry:
        finder = SqlFinder(engine)
        found = find_documents(wanted, finder, registry, limit)
        lines = [(one, _passage(one, wanted, finder), _person(one, registry)) for one in found.shown]
    if as_json:
        print_json([_facts(one, passage) for one, passage, _ in lines])
    elif lines:
        say_table(_rows(lines, datetime.datetime.now(datetime.UTC)))
    elif found.has_nobody:
        say(f"Nothing was found. {EMPTY_REGISTRY}, so nobody can be found: {IMPORT_HINT}")
    else:
        say("Nothing was found. Fewer words find more; a date or a number is typed whole.")
    for place in found.left_out:
        say(_LEFT_OUT[place], style="yellow", to=err)
    if (further := _further_words(found, limit)) is not None:
        say(further, to=err if as_json else out)
    raise typer.Exit(0 if lines else 1)


def _phrases(word: str) -> Sequence[str]:
    """What the shell gave as one word: it has taken the quotes away that made a phrase of it."""
    return phrases_in(word) if any(sign in word for sign in '"“«') else [word]


def _passage(found: Found, wanted: Sought, finder: SqlFinder) -> str:
    if found.page is None:
        return ""
    page = finder.page(found.document.document_id, found.page)
    return "" if page is None else passage_in(page, wanted)


def _person(found: Found, registry: RegistryIndex) -> Person | None:
    outcome = found.document.outcome
    return registry.person(outcome.record_id) if isinstance(outcome, Archived) else None


def _facts(found: Found, passage: str) -> dict[str, object]:
    return {
        **brief(found.document),
        "found_in": found.places,
        "page": found.page,
        "passage": passage or None,
    }


def _rows(lines: Sequence[tuple[Found, str, Person | None]], now: datetime.datetime) -> Table:
    listing = table("", "state", "came", "came as", "what became of it")
    for column in listing.columns[:4]:
        column.no_wrap = True
    for found, passage, person in lines:
        document = found.document
        what = Text(visible(outcome_words(document)))
        if person is not None:
            what.append(f"\n{visible(person_words(person))}")
        if passage:
            what.append(f"\npage {found.page}: {visible(passage)}", style="dim")
        listing.add_row(
            document.reference,
            document.state.replace("_", " "),
            ago(document.seen_at, now),
            Text(shortened(visible(document.original_name))),
            what,
        )
    return listing


def _further_words(found: Findings, limit: int) -> str | None:
    if found.count <= limit:
        return None
    more = min(MOST_SHOWN, found.count)
    return f"... and {found.count - limit} more: add a word, --since or --until, or --limit {more}"
