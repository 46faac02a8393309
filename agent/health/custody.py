"""Whether the ledger is intact, and each document is where its row says, with the bytes that came in."""

from collections.abc import Sequence
from pathlib import Path

from agent import errors
from agent.adapters.ledger import SqlLedger, SqlPulse
from agent.config import Settings
from agent.domain.life import Document
from agent.domain.outcome import ACCEPTED, AT_REST, State
from agent.domain.phrase import Phrase, plain
from agent.domain.room import MEGABYTE
from agent.durable import hash_file
from agent.health.finding import NAMED, Finding, Level, has_run, nothing_yet, open_ledger, some
from agent.ledgers import engine_of, ledger_place

CHECKED_BYTES = 64 * MEGABYTE
"""So large a ledger is compared page by page in less than a second; a larger one is on request only."""
NEWEST = 5_000
"""So many documents are looked for in half a second, on a slow disk too."""


_PAGES_IN_POSTGRESQL = Phrase("PostgreSQL keeps them: `pg_amcheck` compares them")
_IN_POSTGRESQL = Phrase("can be read and written, in PostgreSQL")


def intact(settings: Settings) -> Finding:
    """Whether the ledger can be read and written; whether it is intact, where that can be told in a moment."""
    if not has_run(settings):
        return nothing_yet("ledger")
    place = ledger_place(settings)
    engine = engine_of(settings)
    try:
        megabytes = place.stat().st_size // MEGABYTE if isinstance(place, Path) else None
        SqlPulse(engine).try_writing()
        if megabytes is not None and megabytes * MEGABYTE <= CHECKED_BYTES:
            return _pages("ledger", SqlLedger(engine))
    finally:
        engine.dispose()
    if megabytes is None:
        return Finding(part="ledger", level=Level.GOOD, said=_IN_POSTGRESQL)
    said = Phrase(
        "can be read and written; to compare its {megabytes} MB: {command}",
        megabytes=megabytes,
        command="dossierd check --deep",
    )
    return Finding(part="ledger", level=Level.GOOD, said=said)


def pages(settings: Settings) -> Finding:
    """Whether each page of the ledger is intact, however many they are."""
    if not has_run(settings):
        return nothing_yet("pages")
    if not isinstance(ledger_place(settings), Path):
        return Finding(part="pages", level=Level.GOOD, said=_PAGES_IN_POSTGRESQL)
    ledger = open_ledger(settings)
    try:
        return _pages("pages", ledger)
    finally:
        ledger.close()


def _pages(part: str, ledger: SqlLedger) -> Finding:
    if ledger.check() != "ok":
        return Finding(
            part=part,
            level=Level.BAD,
            said=Phrase("the database is damaged"),
            advice=Phrase("Stop the daemon and restore state/ from a backup."),
        )
    return Finding(part=part, level=Level.GOOD, said=Phrase("intact"))


def conservation(settings: Settings) -> Finding:
    """Every document that was ever accepted is in exactly one place, and that place is where its row says.

    Of many, only the newest are looked for; `same_bytes` looks at all.
    """
    if not has_run(settings):
        return nothing_yet("documents")
    ledger = open_ledger(settings)
    try:
        counts = ledger.counts()
        gone = [
            it
            for it in _newest_at_rest(ledger, sum(counts[it] for it in counts if it in AT_REST))
            if not _place_of(it, settings).is_file() and ledger.document(it.document_id) == it
        ]
        missing = ledger.in_states(frozenset({State.MISSING}))
    finally:
        ledger.close()
    accepted = [(counts[state], state) for state in State if state in ACCEPTED and counts.get(state)]
    told = ", ".join(f"{count} {state.replace('_', ' ')}" for count, state in accepted)
    said = Phrase(
        "{count} accepted: {states}",
        count=sum(count for count, _ in accepted),
        states=plain(told) if told else Phrase("none yet"),
    )
    if not (gone or missing):
        return Finding(part="documents", level=Level.GOOD, said=said)
    retries = "; ".join(f"dossierd retry {it.reference}" for it in missing[:NAMED])
    return Finding(
        part="documents",
        level=Level.BAD,
        said=Phrase(
            "{accepted}; {count} not where they were put: {documents}",
            accepted=said,
            count=len(gone) + len(missing),
            documents=some([it.reference for it in (*gone, *missing)]),
        ),
        advice=Phrase(
            "Somebody moved, removed or changed them by hand. "
            "Put each file back where `dossierd show` says, then: {commands}",
            commands=retries,
        )
        if retries
        else Phrase(
            "Somebody moved, removed or changed them by hand. Put each file back where `dossierd show` says."
        ),
    )


def _newest_at_rest(ledger: SqlLedger, resting: int) -> Sequence[Document]:
    if resting <= NEWEST:
        return ledger.in_states(AT_REST)
    return [it for it in ledger.latest(NEWEST) if it.state in AT_REST]


def same_bytes(settings: Settings) -> Finding:
    """Every document at rest has the bytes that came in."""
    if not has_run(settings):
        return nothing_yet("bytes")
    ledger = open_ledger(settings)
    try:
        resting = ledger.in_states(AT_REST)
        changed = [
            it.reference
            for it in resting
            if not _has_its_bytes(it, settings) and ledger.document(it.document_id) == it
        ]
    finally:
        ledger.close()
    if changed:
        return Finding(
            part="bytes",
            level=Level.BAD,
            said=Phrase(
                "{count} of {all} are gone or not as they came: {documents}",
                count=len(changed),
                all=len(resting),
                documents=some(changed),
            ),
            advice=Phrase("Restore each from a backup to where `dossierd show` says."),
        )
    said = Phrase("{count} compared, all as they came", count=len(resting))
    return Finding(part="bytes", level=Level.GOOD, said=said)


def _place_of(document: Document, settings: Settings) -> Path:
    assert document.location is not None
    return settings.home / document.location


def _has_its_bytes(document: Document, settings: Settings) -> bool:
    try:
        return hash_file(_place_of(document, settings))[0] == document.sha256
    except errors.CustodyError:
        return False
