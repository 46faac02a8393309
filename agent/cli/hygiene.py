"""`registry report`: what in the registry makes documents hard to file, for whoever keeps it."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Annotated

import typer

from agent import errors
from agent.adapters.clock import SystemClock
from agent.adapters.registry import Inspection
from agent.cli.shared import EMPTY_REGISTRY, IMPORT_HINT, HomeOption, JsonOption, open_registry, people_known
from agent.cli.wording import count_people, err, person_words, say
from agent.config import load
from agent.core.hygiene import ADVICE, Concern, Finding

EXAMPLES = 10
"""How many findings of a kind are shown unless another number is asked for."""
_SAID_BY_TITLE = frozenset(
    {
        Concern.BIRTHDAY_IN_FUTURE,
        Concern.BIRTHDAY_TOO_EARLY,
        Concern.BIRTHDAY_MISSING,
        Concern.BIRTHDAY_FIRST_OF_JANUARY,
    }
)
"""Of these each finding says the same."""
_MANY = 50_000
"""People whom it takes longer than some seconds to look through."""
_PEOPLE_SHOWN = 6
"""Of those whom one finding is about."""


def report(
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="How many of each kind are shown; 0 shows all.")
    ] = EXAMPLES,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look for what makes documents hard to file: duplicates, wrong numbers, missing birth dates.

    Nothing is changed. Exit code 0: nothing to look at; 1: something.
    """
    settings = load(home=home)
    known = people_known(settings)
    if known == 0:
        raise errors.RequestRefused(f"{EMPTY_REGISTRY}.", hint=f"Type: {IMPORT_HINT}")
    if known > _MANY:
        say(f"Looking through {count_people(known)}. That takes some minutes for a million.", to=err)
    clock = SystemClock(settings.timezone)
    with (
        open_registry(settings) as index,
        closing(Inspection(index.everybody(), settings.vocabulary, clock.date_of(clock.now()))) as found,
    ):
        counts = found.counts()
        if as_json:
            _print(found, counts)
        else:
            _tell(found, counts, limit)
    raise typer.Exit(1 if counts else 0)


def _tell(found: Inspection, counts: dict[Concern, int], limit: int) -> None:
    """First how much there is of each kind, then some of it, with what to do."""
    looked_at = f"{count_people(found.people_count)} looked through"
    if not counts:
        say(f"{looked_at}: nothing to look at.")
        return
    say(f"{looked_at}:")
    for concern, count in counts.items():
        say(f"{count:>7,}  {ADVICE[concern].title}", indent=2)
    for concern, count in counts.items():
        say("")
        title = ADVICE[concern].title
        say(f"{title[0].upper()}{title[1:]} ({count:,})", style="bold")
        say(ADVICE[concern].meaning)
        shown = limit or count
        for finding in found.findings(concern, shown):
            _tell_finding(finding)
        if count > shown:
            say(f"... and {count - shown:,} more; all of them: --limit 0", indent=2)


def _tell_finding(finding: Finding) -> None:
    """Who, and why; for one person alone on one line."""
    if len(finding.people) == 1:
        (person,) = finding.people
        reason = "" if finding.concern in _SAID_BY_TITLE else f": {finding.reason}"
        say(f"{person.record_id}  {person_words(person)}{reason}", indent=2)
        return
    say(finding.reason, indent=2)
    for person in finding.people[:_PEOPLE_SHOWN]:
        say(f"{person.record_id}  {person_words(person)}", indent=6)
    if len(finding.people) > _PEOPLE_SHOWN:
        say(f"... and {len(finding.people) - _PEOPLE_SHOWN:,} more", indent=6)


def _print(found: Inspection, counts: dict[Concern, int]) -> None:
    """Write everything for a program, one finding a line: there may be more than memory holds."""
    head = json.dumps({"people": found.people_count, "counts": counts})
    typer.echo(f'{head[:-1]}, "findings": [')
    before = ""
    for finding in _all(found, counts):
        told = {
            "concern": finding.concern,
            "records": [person.record_id for person in finding.people],
            "reason": finding.reason,
        }
        typer.echo(f"{before}{json.dumps(told, ensure_ascii=False)}", nl=False)
        before = ",\n"
    typer.echo("\n]}")


def _all(found: Inspection, counts: dict[Concern, int]) -> Iterator[Finding]:
    for concern in counts:
        yield from found.findings(concern)
