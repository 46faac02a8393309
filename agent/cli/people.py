"""Commands about the registry: the people whom documents can be about."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from agent import errors
from agent.adapters.home import REGISTRY_FILE
from agent.adapters.registry import CsvRegistry, RegistryIndex, read_csv
from agent.app import make_home, refuse_root
from agent.cli.shared import HomeOption, JsonOption, out, print_json, table
from agent.config import load
from agent.domain.message import visible

app = typer.Typer(help="The people whom documents can be about.", no_args_is_help=True)


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="A CSV file with the columns id, last_name, first_name, dob, ...")
    ],
    yes: Annotated[
        bool, typer.Option("--yes", help="Don't ask whether the columns are understood rightly.")
    ] = False,
    confirm_deletions: Annotated[
        bool, typer.Option("--confirm-deletions", help="Let it go through even if many records would vanish.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take the people of a CSV file in place of all known ones; nothing is imported if a single row is wrong."""
    settings = load(home=home)
    refuse_root(settings)
    found = read_csv(file)
    if not yes:
        _confirm(found)
    make_home(settings.home)
    index = RegistryIndex(settings.home / "state" / REGISTRY_FILE)
    try:
        imported = index.replace(found.people, confirm_deletions=confirm_deletions)
    finally:
        index.close()
    if as_json:
        print_json(imported)
    else:
        out.print(
            Text(
                f"The registry has {imported.people} people: {imported.added} new, {imported.changed} changed, "
                f"{imported.removed} gone."
            )
        )


def _confirm(found: CsvRegistry) -> None:
    """Show which column is taken for what, and ask, because a birth date in the wrong column is a wrong person."""
    listing = table("column in the file", "is taken for")
    for column, field in found.fields.items():
        listing.add_row(Text(visible(column)), field)
    out.print(listing)
    out.print(
        Text(f"{len(found.people)} people, {found.encoding}, separated by '{visible(found.separator)}'.")
    )
    if not sys.stdin.isatty():
        raise errors.RequestRefused(
            "Nobody is there to confirm the columns.", hint="If they are right, add --yes."
        )
    typer.confirm("Is that right?", abort=True)


@app.command()
def find(
    words: Annotated[list[str], typer.Argument(help="Parts of a name, a birth date, a number.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look people up by what you know of them."""
    settings = load(home=home)
    index = RegistryIndex(settings.home / "state" / REGISTRY_FILE)
    try:
        people = index.find(" ".join(words))
    finally:
        index.close()
    if as_json:
        print_json(people)
    elif not people:
        out.print("Nobody was found.")
    else:
        listing = table("record", "name", "born", "numbers")
        for person in people:
            numbers = ", ".join(f"{it.kind} {it.value}" for it in person.identifiers)
            born = f"{person.birth_date:%d/%m/%Y}" if person.birth_date else "-"
            name = f"{person.last_name} {person.first_name}"
            listing.add_row(person.record_id, Text(visible(name)), born, Text(visible(numbers)))
        out.print(listing)
    raise typer.Exit(0 if people else 1)
