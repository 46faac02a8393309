"""Lawful erasure: what a document said, and whose it was, goes; that it was erased stays in the journal.

The order: the journal says so, then the ledger is emptied in one transaction, then the file goes, then the ledger knows
that it is gone. At start and at each sweep `finish_erasure` goes on where it stopped; nothing here may be done half and
forgotten.
The journal's line has number, actor and a word for the reason: no name, no record, no hash.
"""

import structlog

from agent import errors
from agent.domain.life import Document, Request, Upshot
from agent.domain.message import Message, MessageKind
from agent.domain.outcome import Event, Refused, State, next_state, no_document
from agent.domain.phrase import plain
from agent.ports import Ports
from agent.workflow.lines import about

log = structlog.get_logger(__name__)


def forget(request: Request, ports: Ports) -> Upshot:
    """Erase a document. Safe to repeat.

    Args:
        request: its argument is a `WhyErased`.

    Raises:
        RequestRefused: it is in work, or has changed since it was looked at.
        StorageUnavailable, LedgerUnavailable: it goes on later.
    """
    assert request.document_id is not None
    document = ports.ledger.document(request.document_id)
    if document is None:
        raise errors.RequestRefused(no_document(request.document_id))
    if document.state is not State.FORGOTTEN:
        refused = next_state(document.state, Event.FORGOTTEN)
        if isinstance(refused, Refused):
            raise errors.RequestRefused(refused.phrase)
        if request.epoch not in {None, document.epoch}:
            raise errors.RequestRefused(plain(f"{document.reference} has changed meanwhile: look again."))
        ports.journal.append(
            "forgetting",
            ports.clock.now(),
            document=document.reference,
            correlation_id=document.correlation_id,
            epoch=document.epoch,
            actor=request.actor,
            why=request.argument,
        )
        document = ports.erasing.erase(document, _told(document, ports), ports.clock.now())
    if not _finish(document, ports):
        return Upshot(
            done=False,
            phrases=(
                plain(
                    f"{document.reference} is erased, but another file stands in its place: {document.location}."
                ),
                plain("It has other bytes than came in: look at it, and remove it yourself."),
            ),
        )
    return Upshot(done=True, phrases=(plain(f"{document.reference} is erased."),))


def finish_erasure(document: Document, ports: Ports) -> None:
    """Go on with what a death or a disk interrupted: remove the file of a document that is erased in the ledger.

    Raises:
        StorageUnavailable, LedgerUnavailable: it goes on at the next sweep.
    """
    _finish(document, ports)


def _finish(document: Document, ports: Ports) -> bool:
    """Remove the file. False where one stands there that is not the document's."""
    is_ours = True
    if document.location is not None:
        if document.sha256 is not None:
            is_ours = ports.folders.erase(document.location, document.sha256)
        ports.journal.append(
            "forgotten",
            ports.clock.now(),
            document=document.reference,
            correlation_id=document.correlation_id,
            file="erased" if is_ours else "left",
        )
        ports.erasing.is_gone(document.document_id)
        with about(document):
            log.info("document_erased")
    ports.erasing.shred()
    return is_ours


def _told(document: Document, ports: Ports) -> Message:
    title = ports.voice.say("{document} was erased.", document=document.reference)
    return Message(kind=MessageKind.UNDONE, document_id=document.document_id, title=title)
