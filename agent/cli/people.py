"""Commands about the registry: the people whom documents can be about."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from agent import errors
from agent.adapters.registry import CsvRegistry, RegistryIndex, read_csv
from agent.adapters.registry.copied import from_file
from agent.adapters.registry.fields import numbers_words
from agent.adapters.registry.search import MOST_TYPED
from agent.app import refuse_root
from agent.cli import hygiene
from agent.cli.columns import ColumnOption, chosen_columns, losses, show_columns
from agent.cli.shared import (
    EMPTY_REGISTRY,
    IMPORT_HINT,
    ColumnsRightOption,
    ConfirmChangesOption,
    ConfirmDeletionsOption,
    HomeOption,
    JsonOption,
    changing_registry,
    keep_for_journal,
    make_home,
    make_own_folders,
    open_registry,
    people_known,
    typed,
)
from agent.cli.syncing import sync
from agent.cli.wording import err, imported_words, out, print_json, say, say_table, table
from agent.config import Settings, load
from agent.domain.identity import Person, RecordId
from agent.domain.message import visible

app = typer.Typer(help="The people whom documents can be about.", no_args_is_help=True)
app.command()(sync)
app.command()(hygiene.report)

VANISHING_SHARE = 0.5
"""A file that drops more of the known people than this is probably the wrong one, however small the office."""
FOUND_SHOWN = 20
FOUND_NEXT = 50
"""The least that is advised where `FOUND_SHOWN` were too few."""
CHANGES_HINT = "If each id still means the same person, add --confirm-changes."
CONFIRM_HINT = "If the file is complete, add --confirm-deletions."


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="A CSV file with the columns id, last_name, first_name, dob, ...")
    ],
    column: ColumnOption = None,
    yes: ColumnsRightOption = False,
    confirm_deletions: ConfirmDeletionsOption = False,
    confirm_changes: ConfirmChangesOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take the people of a CSV file in place of all known ones.

    Nothing is imported if a single row is wrong.
    """
    settings = load(home=home)
    refuse_root(settings)
    if settings.registry_url is not None:
        raise errors.RequestRefused(
            "The people come from the database in DOSSIERD_REGISTRY_URL; a file would be undone by its next copy.",
            hint="Type: dossierd registry sync. Or take that setting out, and restart dossierd.",
        )
    found = read_csv(file, chosen_columns(column or []), settings.vocabulary.kinds)
    if not as_json:
        show_columns(found)
    for loss in _losses_since(settings, found):
        say(loss, style="yellow", to=err)
    if not yes:
        _confirm_columns(as_json=as_json)
    make_home(settings.home)
    make_own_folders(settings)
    with changing_registry(settings) as index:
        known, vanishing = index.count(), _vanishing(index, found.people)
        if vanishing and not as_json:
            say(f"{vanishing} of the {known} known people are not in this file and would be gone.")
        if vanishing and not confirm_deletions:
            confirm_deletions = _allow(vanishing, known, asks=not yes)
        try:
            imported = index.replace(
                from_file(index, found.people, numbers_words(settings.vocabulary.kinds)),
                confirm_deletions=confirm_deletions,
                confirm_changes=confirm_changes,
            )
        except errors.IdentitiesChanged as error:
            raise errors.RequestRefused(error.sentence, hint=CHANGES_HINT) from error
        except errors.RequestRefused as error:
            raise errors.RequestRefused(error.sentence, hint=CONFIRM_HINT) from error
        keep_for_journal(index, "registry_imported", imported)
    if as_json:
        print_json(imported)
    else:
        say(imported_words(imported))


def _losses_since(settings: Settings, found: CsvRegistry) -> list[str]:
    """What the known people have and those of a file lack; nothing is made by looking."""
    if people_known(settings) == 0:
        return []
    with open_registry(settings) as index:
        return losses(index.everybody(), found.people)


def _confirm_columns(*, as_json: bool) -> None:
    """Ask whether the columns are taken rightly, because a birth date in the wrong one is a wrong person."""
    if as_json or not sys.stdin.isatty():
        raise errors.RequestRefused(
            "Without a terminal, or with --json, nobody can be asked whether the columns are right.",
            hint="If they are right, add --yes. If not: --column dob=HEADER",
        )
    if not typer.confirm("Is that right?"):
        raise errors.RequestRefused(
            "Nothing was imported.", hint='Say which column is which: --column dob="Né le"'
        )


def _vanishing(index: RegistryIndex, coming: Iterable[Person]) -> int:
    """How many of the known people are not among those who come."""
    return index.count() - sum(index.person(person.record_id) is not None for person in coming)


def _allow(vanishing: int, known: int, *, asks: bool) -> bool:
    """Whether a person lets these people go.

    Args:
        asks: a person is there. Else the decision is left to the index, except that most of a registry never goes.

    Raises:
        RequestRefused: most would go, and nobody is there to be asked.
    """
    if asks:
        return typer.confirm("Import it all the same?", abort=True)
    if vanishing > VANISHING_SHARE * known:
        raise errors.RequestRefused(
            f"This would remove {vanishing} of {known} people; nothing was changed.", hint=CONFIRM_HINT
        )
    return False


@app.command()
def find(
    words: Annotated[
        list[str], typer.Argument(help="Parts of a name, a birth date, a number; or a record's id.")
    ],
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=MOST_TYPED, help="How many are shown.")
    ] = FOUND_SHOWN,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look people up by what you know of them.

    Where nobody is registered so, those who are near are shown; the exit code is 1 then, as where nobody is.
    Who is left out of the list is counted below it; with --json on stderr.
    """
    settings = load(home=home)
    if people_known(settings) == 0:
        raise errors.RequestRefused(f"{EMPTY_REGISTRY}.", hint=f"Type: {IMPORT_HINT}")
    wanted = typed(" ".join(words))
    with open_registry(settings) as index:
        people = _found(index, wanted)
        near = () if people else index.find_near(wanted)
    shown = people[:limit] or near
    if as_json:
        print_json([asdict(one) | {"is_near": not people} for one in shown])
    elif not shown:
        say("Nobody was found. A name may be cut short, but a birth date or number is typed whole.")
    else:
        if near:
            say("Nobody is registered just so. These are near:", style="yellow")
        _say_people(shown)
    if (left_out := _left_out_words(len(people), limit)) is not None:
        say(left_out, to=err if as_json else out)
    raise typer.Exit(0 if people else 1)


def _found(index: RegistryIndex, wanted: str) -> list[Person]:
    """Whoever has this record id as it stands, and after that whoever is found by what a person has."""
    recorded = index.person(RecordId(wanted.strip()))
    others = [one for one in index.find(wanted, MOST_TYPED) if one != recorded]
    return others if recorded is None else [recorded, *others]


def _left_out_words(found: int, limit: int) -> str | None:
    """Say that the list is cut: who reads it must not take somebody for unknown who is only further down."""
    if found < MOST_TYPED and found <= limit:
        return None
    many = found - limit if found < MOST_TYPED else f"at least {found - limit}"
    more = f"{many} more" if limit < found else "perhaps more"
    further = f", or --limit {max(FOUND_NEXT, found)}" if limit < found else ""
    return f"... and {more}: add a first name or a birth date{further}"


def _say_people(people: Sequence[Person]) -> None:
    listing = table("record", "name", "born", "numbers")
    for person in people:
        numbers = ", ".join(f"{it.kind} {it.value}" for it in person.identifiers)
        born = f"{person.birth_date:%d/%m/%Y}" if person.birth_date else "-"
        name = f"{person.last_name} {person.first_name}"
        if person.birth_name:
            name += f" (born {person.birth_name})"
        listing.add_row(person.record_id, Text(visible(name)), born, Text(visible(numbers)))
    say_table(listing)
