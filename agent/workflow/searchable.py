"""What is laid beside a document that comes to rest: its sidecar, and a scan's copy that can be searched.

The copy is made from what is stored of the reading, so that it can be made again at any time; whatever forbids it, the
document is filed, and its sidecar says why there is no copy. The sidecar tells of the copy before it lies there: what
a death leaves is known as ours, also by a later version whose copies have other bytes. The audit trail has a line
before each copy is laid down or taken away, and one after it; a sidecar comes with the run that it tells of.
"""

import structlog

from agent import errors
from agent.core.stories import sidecar, traits
from agent.domain.document import DocumentText
from agent.domain.life import Document, Upshot
from agent.domain.outcome import Archived
from agent.domain.phrase import Phrase
from agent.domain.searchable import WHY, SearchableCopy, Unsearchable, searchable_name
from agent.ports import Ports

log = structlog.get_logger(__name__)


def lay_beside(document: Document, location: str, ports: Ports) -> SearchableCopy | Unsearchable | None:
    """Write the sidecar of the document that lies there, and the copy of an archived scan. Safe to repeat.

    Gives what the sidecar tells of a copy; None for a document that needs none.

    Raises:
        StorageUnavailable, ReaderUnavailable, ReadingStopped: not now; the whole step is done again.
    """
    text = _recognised(document, ports)
    if text is None:
        take_copy_away(document, location, ports)
        _write_sidecar(document, location, ports)
        return None
    laid = _lay_copy(document, location, text, ports)
    if isinstance(laid, Unsearchable):
        log.warning("searchable_copy_left_out", reason=laid)
        _write_sidecar(document, location, ports, laid)
    return laid


def _recognised(document: Document, ports: Ports) -> DocumentText | None:
    """What was read of a document in the archive, if words of it come from OCR."""
    if ports.searchable is None or not isinstance(document.outcome, Archived):
        return None
    assert document.sha256 is not None
    return ports.ledger.recognised_text(document.document_id, document.sha256)


def _lay_copy(
    document: Document, location: str, text: DocumentText, ports: Ports
) -> SearchableCopy | Unsearchable:
    """Take away the copy there was, tell of the new one, and put it in its place."""
    assert ports.searchable is not None
    path = ports.folders.path(location)
    with ports.searchable.made(path, text, should_stop=ports.should_stop) as made:
        take_copy_away(document, location, ports)
        if isinstance(made, Unsearchable):
            return made
        copy = SearchableCopy(name=searchable_name(location), sha256=made.sha256)
        _write_sidecar(document, location, ports, copy)
        _tell("placing_copy", document, copy, ports)
        try:
            ports.folders.place_searchable(location, made, document.tag)
        except errors.DestinationTaken:
            _tell("copy_left_out", document, copy, ports)
            return Unsearchable.NAME_TAKEN
        _tell("copy_placed", document, copy, ports)
    log.info("searchable_copy_made")
    return copy


def _write_sidecar(
    document: Document, location: str, ports: Ports, laid: SearchableCopy | Unsearchable | None = None
) -> None:
    tag = document.tag if document.take else ""
    ports.folders.write_sidecar(location, sidecar(document, laid), tag)


def take_copy_away(document: Document, location: str, ports: Ports) -> None:
    """Take away the copy of ours that lies there, if one does. Safe to repeat.

    Raises:
        StorageUnavailable: not now.
    """
    gone = ports.folders.remove_searchable(
        location, before=lambda copy: _tell("removing_copy", document, copy, ports)
    )
    if gone is not None:
        _tell("copy_removed", document, gone, ports)


def _tell(event: str, document: Document, copy: SearchableCopy, ports: Ports) -> None:
    """Write a line of the audit trail on a copy, by its hash."""
    ports.journal.append(event, ports.clock.now(), copy=copy.sha256, **traits(document))


def lay_again(document: Document, ports: Ports) -> Upshot:
    """Make again what lies beside a document in the archive; the document itself stays as it is.

    Raises:
        StorageUnavailable, ReaderUnavailable, ReadingStopped: not now.
    """
    assert document.location is not None
    ports.journal.append("laying_beside", ports.clock.now(), **traits(document, document.outcome))
    laid = lay_beside(document, document.location, ports)
    ports.journal.append("laid_beside", ports.clock.now(), **traits(document, document.outcome))
    match laid:
        case Unsearchable() as why:
            told = Phrase("{document} stays filed, without a searchable copy.", document=document.reference)
            return Upshot(done=False, phrases=(told, Phrase(WHY[why])))
        case None:
            told = Phrase(
                "{document} stays filed; what lies beside it was made again.", document=document.reference
            )
            return Upshot(done=True, phrases=(told,))
        case _:
            told = Phrase(
                "{document} stays filed; its searchable copy is made again.", document=document.reference
            )
            return Upshot(done=True, phrases=(told,))
