"""Recovery: the second net. At start it finishes what a death interrupted, by the same steps as would have done it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import structlog

from agent import errors
from agent.domain.document import DocumentId, SeenFile
from agent.domain.life import Document
from agent.domain.outcome import IN_WORK, State
from agent.ports import Ports
from agent.workflow.forgetting import finish_erasure
from agent.workflow.intake import confirm_claim, take_in
from agent.workflow.lines import about

log = structlog.get_logger(__name__)


def recover(ports: Ports, orphans: Sequence[SeenFile]) -> tuple[list[DocumentId], list[DocumentId]]:
    """Put every unfinished row into a state that work can go on from.

    Args:
        orphans: files in the claim folder that no row knows, because the ledger was restored or lost.

    Returns:
        The documents to work on: those that may have brought the daemon down, which must run alone, and the others.
    """
    _finish_erasures(ports, frozenset)
    for document in _left(ports.ledger.in_states(frozenset({State.CLAIMING})), ports):
        with _put_off():
            _resume(document, ports)
    for document in _left(ports.ledger.in_states(frozenset({State.READING})), ports):
        _interrupt(document, ports)
    for seen in orphans:
        with _put_off():
            take_in(seen, ports)
            log.warning("orphan_adopted", size=seen.size)
    waiting = _left(ports.ledger.in_states(IN_WORK), ports)
    suspects = [document.document_id for document in waiting if is_suspect(document)]
    others = [document.document_id for document in waiting if not is_suspect(document)]
    log.info("recovered", count=len(waiting), suspects=len(suspects))
    return suspects, others


def stranded(ports: Ports, known: Callable[[], frozenset[DocumentId]]) -> list[DocumentId]:
    """Find documents in work that nobody works on, because an error came between the row and the queue.

    Claims and erasures that came to a stop are finished on the way.

    Args:
        known: what is queued or under way; asked after the ledger, so that what ends meanwhile doesn't seem stranded.
    """
    _finish_claims(ports)
    _finish_erasures(ports, known)
    waiting = _left(ports.ledger.in_states(IN_WORK), ports)
    for document in waiting:
        if document.state is State.READING and document.run != ports.hosts.run:
            _interrupt(document, ports)
    busy = known()
    left = [document for document in waiting if document.document_id not in busy]
    for document in left:
        if document.run is not None and document.run == ports.hosts.run:
            ports.ledger.release(document)  # so that whichever host is asked next may take it
    return [document.document_id for document in left]


def _finish_claims(ports: Ports) -> None:
    """Finish what came to a stop after the rename; a file that could not be renamed is the watcher's to try again."""
    for document in _left(ports.ledger.in_states(frozenset({State.CLAIMING})), ports):
        with _put_off():
            if not ports.folders.is_unclaimed(document.seen):
                _resume(document, ports)


def _left(documents: Sequence[Document], ports: Ports) -> list[Document]:
    """Those that are left to us: no other host holds them that stands."""
    own, standing = ports.hosts.run, ports.hosts.standing()
    return [document for document in documents if document.run == own or document.run not in standing]


def _resume(document: Document, ports: Ports) -> None:
    """Go on with a claim that came to a stop; one that another host began is taken over first."""
    if ports.hosts.run is not None:
        taken = ports.ledger.take(document.document_id)
        if taken is None:
            return
        document = replace(taken, seen=ports.folders.as_seen_here(taken.seen))
    confirm_claim(document, ports)


def _interrupt(document: Document, ports: Ports) -> None:
    """Give back what a daemon was reading that died, or was fenced off."""
    if ports.ledger.interrupt(document.document_id):
        with about(document):
            log.warning("reading_interrupted", attempt=document.attempts)


def _finish_erasures(ports: Ports, known: Callable[[], frozenset[DocumentId]]) -> None:
    """Finish what came to a stop before its file was gone, each by itself: one file that is refused holds up no other.

    They are asked for twice, around what is known, so that what somebody has in hands, or has just ended, is let be.
    """
    begun = {document.document_id for document in _left(ports.erasing.unfinished(), ports)}
    if not begun:
        return
    left_to_us = begun - known()
    for document in ports.erasing.unfinished():
        if document.document_id in left_to_us:
            with _put_off():
                finish_erasure(document, ports)


@contextmanager
def _put_off() -> Iterator[None]:
    """Leave to the next sweep what a full or failing disk refuses now: the daemon must come up all the same."""
    try:
        yield
    except errors.StorageUnavailable as error:
        log.warning("recovery_put_off", reason=error.reason)


def is_suspect(document: Document) -> bool:
    """Whether a document was being read when the daemon died."""
    return document.state is State.CLAIMED and document.attempts > 0
