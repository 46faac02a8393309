"""Which column of a file of people holds what: as it is said on the command line, and as it is shown."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated

import typer
from rich.text import Text

from agent import errors
from agent.adapters.registry import CsvRegistry, chosen_column
from agent.cli.shared import typed
from agent.cli.wording import count_people, say, say_table, table
from agent.domain.identity import Person
from agent.domain.message import visible

LOST_SHARE = 0.5
"""Where more than this share of those who had a number are without it, its column was probably not taken for it."""

_ENCODINGS = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}
"""Python's names of what a file is written in, as editors say them."""

ColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="WHAT=HEADER",
        help="Which column holds what, such as dob=Naissance; may be repeated. Nothing after = leaves it out.",
    ),
]


def chosen_columns(columns: Sequence[str]) -> dict[str, str]:
    """Read what was said of columns.

    Raises:
        RequestRefused: it is no choice, or one thing is chosen twice.
    """
    chosen: dict[str, str] = {}
    for words in columns:
        choice = chosen_column(typed(words))
        if choice is None:
            raise errors.RequestRefused(
                f"--column '{visible(words)}' says nothing of a column.",
                hint='It looks like: --column dob="Né le"',
            )
        if choice[0] in chosen:
            raise errors.RequestRefused(f"--column says twice where {visible(choice[0])} is.")
        chosen[choice[0]] = choice[1]
    return chosen


def show_columns(found: CsvRegistry) -> None:
    """Show which column is taken for what, for a person or a log to see that a birth date is one."""
    listing = table("column in the file", "is taken for")
    for column, field in found.fields.items():
        listing.add_row(Text(visible(column)), field)
    for column in found.unused:
        listing.add_row(Text(visible(column), style="dim"), Text("- (not used)", style="dim"))
    say_table(listing)
    read_as = _ENCODINGS.get(found.encoding, found.encoding)
    say(f"{count_people(len(found.people))}, read as {read_as}, separated by '{found.separator}'.")


def losses(known: Iterable[Person], coming: Iterable[Person]) -> list[str]:
    """Say which numbers and dates most people would lose; shares are compared, because people may come and go."""
    people, had = _counted(known)
    arriving, have = _counted(coming)
    return [
        f"{field}: {count_people(count)} had one, {have[field] or 'none'} in this file."
        for field, count in sorted(had.items())
        if have[field] * people < (1 - LOST_SHARE) * count * arriving
    ]


def _counted(people: Iterable[Person]) -> tuple[int, Counter[str]]:
    """How many people they are, and how many of them have each number, and a birth date."""
    count, having = 0, Counter[str]()
    for person in people:
        count += 1
        having.update({it.kind for it in person.identifiers})
        having["dob"] += person.birth_date is not None
        having["phone"] += person.phone is not None
    return count, +having
