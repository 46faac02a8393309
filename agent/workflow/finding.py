"""Finding documents again, for the command line and the chat alike.

The registry knows the people, the ledger the rest: no name of a person is copied into the index.
"""

from collections.abc import Iterable
from dataclasses import replace

from agent import errors
from agent.asked import Finder, People
from agent.domain.finding import Findings, Place, Sought, Term
from agent.domain.identity import RecordId

MOST_TOKENS = 32
"""Each is searched for; whoever types more has pasted something."""
SHORTER = f"{MOST_TOKENS} words or numbers are enough to find anything."
_HINT = "Type words of the text, a name, a date, the file's name or D-7; or --since and --until."


def find(sought: Sought, finder: Finder, registry: People, limit: int) -> Findings:
    """Find the documents that have all that was typed.

    What can't be searched now is left out, and told: a document may be found without it.

    Raises:
        RequestRefused: nothing was typed, or too much.
        LedgerUnavailable: the database can't be used now.
    """
    if not sought.terms and sought.span is None:
        raise errors.RequestRefused("There is nothing to search for.", hint=_HINT)
    if sought.token_count > MOST_TOKENS:
        raise errors.RequestRefused("That is too much to search for at once.", hint=SHORTER)
    people, left_out = _people(sought, finder, registry)
    findings = finder.find(sought, people, limit)
    return replace(findings, left_out=left_out, has_nobody=not findings.count and _is_empty(registry))


def _is_empty(registry: People) -> bool:
    try:
        return registry.count() == 0
    except errors.RegistryUnavailable:
        return False


def _people(
    sought: Sought, finder: Finder, registry: People
) -> tuple[list[frozenset[RecordId]], tuple[Place, ...]]:
    """For each term the records of those who have it; its own alone, where the registry can't be searched."""
    records = finder.records()
    typed = [_typed(term, records) for term in sought.terms]
    try:
        known = [registry.find_among(term.typed, records) for term in sought.terms]
    except errors.RegistryUnavailable:
        return typed, (Place.PERSON,)
    return [own | others for own, others in zip(typed, known, strict=True)], ()


def _typed(term: Term, records: Iterable[RecordId]) -> frozenset[RecordId]:
    """The record whose id a term is, also of somebody who is in the registry no more."""
    wanted = term.typed.casefold()
    return frozenset(it for it in records if it.casefold() == wanted)
