"""Intake: a file that stands still becomes ours. The row is written first, then the rename, then that it is done."""

from uuid import uuid4

import structlog

from agent import errors
from agent.core.stories import traits
from agent.domain.document import CorrelationId, DocumentId, SeenFile, printable
from agent.domain.life import Document
from agent.ports import Ports
from agent.workflow.lines import about

log = structlog.get_logger(__name__)


def take_in(seen: SeenFile, ports: Ports) -> DocumentId | None:
    """Make a file that stands still ours: the row first, then the rename. None when it slipped away meanwhile."""
    document = ports.ledger.open_claim(
        seen, printable(seen.name), CorrelationId(str(uuid4())), ports.clock.now()
    )
    if document.run != ports.hosts.run:
        return None  # another host has seen it first
    return confirm_claim(document, ports)


def confirm_claim(document: Document, ports: Ports) -> DocumentId | None:
    """Do the rename that a row in `claiming` intends; after a death, do what is left of it."""
    with about(document):
        return _claim(document, ports)


def _claim(document: Document, ports: Ports) -> DocumentId | None:
    ports.journal.append("claiming", ports.clock.now(), **traits(document))
    try:
        location = ports.folders.claim(document.seen, document.document_id)
    except (errors.FileVanished, errors.DestinationTaken) as error:
        ports.journal.append("claim_withdrawn", ports.clock.now(), **traits(document), reason=error.reason)
        ports.ledger.withdraw(document.document_id, ports.clock.now())
        log.info("claim_withdrawn", reason=error.reason)
        return None
    ports.journal.append("claimed", ports.clock.now(), **traits(document))
    ports.ledger.confirm_claim(document.document_id, location, ports.clock.now())
    log.info("document_claimed", size=document.seen.size)
    return document.document_id
