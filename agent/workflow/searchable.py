"""A scan's copy that can be searched: laid beside the original whenever it comes to lie in the archive.

It is made from what is stored of the reading, so that it can be made again at any time; whatever forbids it, the
document is filed, and its sidecar says why there is no copy.
"""

import structlog

from agent import errors
from agent.domain.document import TextOrigin
from agent.domain.life import Document
from agent.domain.outcome import Archived
from agent.domain.searchable import SearchableCopy, Unsearchable, searchable_name
from agent.ports import Ports

log = structlog.get_logger(__name__)


def lay_beside(document: Document, ports: Ports) -> SearchableCopy | Unsearchable | None:
    """Make the copy of a scan that lies in the archive; None for a document that needs none. Safe to repeat.

    Raises:
        StorageUnavailable, ReaderUnavailable, ReadingStopped: not now; the whole step is done again.
    """
    assert document.target is not None
    made = _make(document, ports)
    if isinstance(made, Unsearchable):
        log.warning("searchable_copy_left_out", reason=made)
    if not isinstance(made, SearchableCopy):
        ports.folders.remove_searchable(document.target)
    return made


def _make(document: Document, ports: Ports) -> SearchableCopy | Unsearchable | None:
    if ports.searchable is None or not isinstance(document.outcome, Archived):
        return None
    assert document.sha256 is not None
    assert document.target is not None
    text = ports.ledger.text(document.document_id, document.sha256)
    if text is None or not any(page.origin is TextOrigin.OCR and page.lines for page in text.pages):
        return None
    path = ports.folders.path(document.target)
    with ports.searchable.made(path, text, should_stop=ports.should_stop) as made:
        if isinstance(made, Unsearchable):
            return made
        tag = f"{document.reference}-e{document.epoch}"
        try:
            sha256 = ports.folders.place_searchable(document.target, made, tag)
        except errors.DestinationTaken:
            return Unsearchable.NAME_TAKEN
    log.info("searchable_copy_made")
    return SearchableCopy(name=searchable_name(document.target), sha256=sha256)
