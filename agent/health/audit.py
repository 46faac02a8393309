"""Whether the audit trail is as it was written; its end at every look, all of it at a deep one."""

import contextlib

from agent import errors
from agent.adapters.home import LEDGER_FILE
from agent.adapters.journal import Head, Survey, glance, journal_in, survey
from agent.adapters.ledger import SqlDigests, open_engine
from agent.config import Settings
from agent.domain.digest import DigestDay
from agent.domain.phrase import Phrase
from agent.health.finding import Finding, Level, has_run, nothing_yet, typed


def last_anchored(settings: Settings) -> DigestDay | None:
    """The newest digest that told of the trail's last line; None before the first.

    Raises:
        LedgerUnavailable: the ledger can't be asked.
    """
    if not has_run(settings):
        return None
    engine = open_engine(settings.home / "state" / LEDGER_FILE, may_upgrade=False)
    try:
        return SqlDigests(engine).last_anchored()
    finally:
        engine.dispose()


def end_of_trail(settings: Settings) -> Finding:
    """The trail's last lines, and that it reaches as far as the last digest said."""
    if not has_run(settings):
        return nothing_yet("audit")
    noted = _noted(settings)
    found = glance(journal_in(settings.home), expected=noted)
    said = Phrase("{count} entries; the last are as they were written", count=found.head.sequence)
    return _finding_of("audit", found, said)


def whole_trail(settings: Settings) -> Finding:
    """Every line of every file."""
    if not has_run(settings):
        return nothing_yet("trail")
    noted = _noted(settings)
    found = survey(journal_in(settings.home), expected=noted)
    said = Phrase("{count} entries of the audit trail, each as it was written", count=found.entries)
    return _finding_of("trail", found, said)


def _noted(settings: Settings) -> list[Head]:
    """What must be there; read before the trail, which grows. A ledger that can't be asked is told by its own part."""
    with contextlib.suppress(errors.LedgerUnavailable):
        digest = last_anchored(settings)
        if digest is not None and digest.audit is not None:
            return [Head(sequence=digest.audit.entry, hash=digest.audit.hash)]
    return []


def _finding_of(part: str, found: Survey, said: Phrase) -> Finding:
    if found.is_whole:
        return Finding(part=part, level=Level.GOOD, said=said)
    first = found.problems[0]
    return Finding(
        part=part,
        level=Level.BAD,
        said=Phrase(
            "the audit trail is not as it was written: line {line} of {file}",
            line=first.line,
            file=first.file,
        ),
        advice=typed("dossierd audit verify"),
    )
