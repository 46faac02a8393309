"""How the people whom a human may choose from differ."""

from collections import Counter
from collections.abc import Sequence

from rich.text import Text

from agent.cli.wording import person_words, say, say_table, table
from agent.core.telling_apart import compared
from agent.domain.identity import Person
from agent.domain.message import visible

FIELDS_SHOWN = 5
"""As many as a terminal of 80 columns holds."""


def say_differences(people: Sequence[Person]) -> None:
    """Write a table of what tells people apart; nothing of fewer than two."""
    if len(people) < 2:
        return
    fields = compared(people)
    say("")
    if not fields:
        say("They differ in nothing but their record's id.", style="bold")
        return
    say("How they differ", style="bold")
    told = fields[:FIELDS_SHOWN]
    listing = table("  record", *(name for name, _ in told))
    for column in (listing.columns[0], *listing.columns[2 if told[0][0] == "name" else 1 :]):
        column.no_wrap = True
    for row, person in enumerate(people):
        cells = (Text(visible(values[row])) for _, values in told)
        listing.add_row(Text(f"  {visible(person.record_id)}"), *cells)
    say_table(listing)
    if others := [name for name, _ in fields[FIELDS_SHOWN:]]:
        say(f"... and in: {', '.join(others)}", indent=2)


def say_how_those_alike_differ(people: Sequence[Person]) -> None:
    """The same, of those alone who read the same in a list: namesakes born on one day, or on one that nobody knows."""
    counts = Counter(map(person_words, people))
    say_differences([person for person in people if counts[person_words(person)] > 1])
