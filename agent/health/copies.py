"""Whether each scan's searchable copy lies beside it as it was made. It can be made again: nothing here is ever bad."""

from agent.beside import CopyState, searchable_of, state_of_copy, told_copy
from agent.config import Settings
from agent.domain.outcome import State
from agent.domain.phrase import Phrase, in_a_row, listed, plain
from agent.domain.searchable import SEARCHABLE_SUFFIX, SearchableCopy, Unsearchable
from agent.health.finding import NAMED, Finding, Level, has_run, nothing_yet, open_ledger, some


def searchable(settings: Settings) -> Finding:
    """Every copy that a sidecar tells of is there, unchanged, and there is no other."""
    if not has_run(settings):
        return nothing_yet("copies")
    lying = set(
        (settings.home / "archive").rglob(f"*{SEARCHABLE_SUFFIX}")
    )  # first: what is filed meanwhile has a row
    found: dict[CopyState, list[str]] = {state: [] for state in CopyState}
    without = 0
    ledger = open_ledger(settings)
    try:
        for document in ledger.in_states(frozenset({State.ARCHIVED, State.MOVING})):
            path = settings.home / (document.target or document.location or "")
            told = told_copy(path)
            without += isinstance(told, Unsearchable)
            if not isinstance(told, SearchableCopy):
                continue
            lying.discard(searchable_of(path))
            if document.state is State.ARCHIVED:
                state = state_of_copy(path, told)
                if state is CopyState.AS_MADE or ledger.document(document.document_id) == document:
                    found[state].append(document.reference)
    finally:
        ledger.close()
    strays = sorted(str(path.relative_to(settings.home)) for path in lying if path.exists())
    return finding_of(found, strays, without)


def finding_of(found: dict[CopyState, list[str]], strays: list[str], without: int) -> Finding:
    """Say what is to be said of copies, by their state; of files that no document tells of; of scans without a copy."""
    missing, changed = found[CopyState.MISSING], found[CopyState.CHANGED]
    told = [_as_made(len(found[CopyState.AS_MADE]), without)]
    hints = []
    if missing:
        told.append(Phrase("{count} missing: {documents}", count=len(missing), documents=some(missing)))
    if changed:
        told.append(
            Phrase("{count} changed by hand: {documents}", count=len(changed), documents=some(changed))
        )
        hints.append(Phrase("What was changed is left alone; move it away, and retry makes the copy again."))
    if strays:
        told.append(
            Phrase("{count} that no document tells of: {files}", count=len(strays), files=plain(some(strays)))
        )
        hints.append(Phrase("Look whether their person is still the right one; dossierd leaves them alone."))
    if missing:  # the last: a command is typed as it stands, to the end
        commands = "; ".join(f"dossierd retry {it}" for it in missing[:NAMED])
        hints.append(Phrase("To make them again: {commands}", commands=commands))
    if not hints:
        return Finding(part="copies", level=Level.GOOD, said=listed(*told))
    return Finding(part="copies", level=Level.NOTICE, said=listed(*told), advice=in_a_row(*hints))


def _as_made(count: int, without: int) -> Phrase:
    made = Phrase("{count} as they were made", count=count)
    match without:
        case 0:
            return made
        case 1:
            return Phrase("{made}, 1 scan has none: dossierd show says why", made=made)
        case _:
            return Phrase("{made}, {count} scans have none: dossierd show says why", made=made, count=without)
