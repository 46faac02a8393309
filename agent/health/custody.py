"""Whether the ledger is intact, and each document is where its row says, with the bytes that came in."""

from pathlib import Path

from agent import errors
from agent.config import Settings
from agent.domain.life import Document
from agent.domain.outcome import ACCEPTED, AT_REST, State
from agent.durable import hash_file
from agent.health.finding import NAMED, Finding, Level, has_run, nothing_yet, open_ledger, some


def intact(settings: Settings) -> Finding:
    if not has_run(settings):
        return nothing_yet("ledger")
    ledger = open_ledger(settings)
    try:
        said = ledger.check()
    finally:
        ledger.close()
    if said != "ok":
        return Finding(
            part="ledger",
            level=Level.BAD,
            sentence="the database is damaged",
            hint="Stop the daemon and restore state/ from a backup.",
        )
    return Finding(part="ledger", level=Level.GOOD, sentence="intact")


def conservation(settings: Settings) -> Finding:
    """Every document that was ever accepted is in exactly one place, and that place is where its row says."""
    if not has_run(settings):
        return nothing_yet("documents")
    ledger = open_ledger(settings)
    try:
        counts = ledger.counts()
        gone = [
            it
            for it in ledger.in_states(AT_REST)
            if not _place_of(it, settings).is_file() and ledger.document(it.document_id) == it
        ]
        missing = ledger.in_states(frozenset({State.MISSING}))
    finally:
        ledger.close()
    accepted = [(counts[state], state) for state in State if state in ACCEPTED and counts.get(state)]
    told = ", ".join(f"{count} {state.replace('_', ' ')}" for count, state in accepted) or "none yet"
    sentence = f"{sum(count for count, _ in accepted)} accepted: {told}"
    if not (gone or missing):
        return Finding(part="documents", level=Level.GOOD, sentence=sentence)
    retries = "; ".join(f"dossierd retry {it.reference}" for it in missing[:NAMED])
    return Finding(
        part="documents",
        level=Level.BAD,
        sentence=f"{sentence}; {len(gone) + len(missing)} not where they were put: "
        + some([it.reference for it in (*gone, *missing)]),
        hint="Somebody moved, removed or changed them by hand. Put each file back where `dossierd show` says"
        + (f", then: {retries}" if retries else "."),
    )


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
            sentence=f"{len(changed)} of {len(resting)} are gone or not as they came: {some(changed)}",
            hint="Restore each from a backup to where `dossierd show` says.",
        )
    return Finding(part="bytes", level=Level.GOOD, sentence=f"{len(resting)} compared, all as they came")


def _place_of(document: Document, settings: Settings) -> Path:
    assert document.location is not None
    return settings.home / document.location


def _has_its_bytes(document: Document, settings: Settings) -> bool:
    try:
        return hash_file(_place_of(document, settings))[0] == document.sha256
    except errors.CustodyError:
        return False
