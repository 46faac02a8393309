"""Reading: what was read once from the same bytes is never read, or paid for, again."""

from agent.domain.document import Claim, DocumentText
from agent.ports import Ports


def read_text(claim: Claim, ports: Ports) -> DocumentText:
    """Give the document's text: as stored, else read in a disposable child and stored before anything is made of it.

    Raises:
        DocumentUnreadable, ReaderUnavailable, ReadingStopped: as `ports.TextSource` says.
        StorageUnavailable: there is nowhere to put it away; nothing was read.
    """
    stored = ports.ledger.text(claim.document_id, claim.sha256)
    if stored is not None:
        return stored
    ports.folders.probe()  # no OCR for what could not be put away afterwards
    path = ports.folders.path(ports.folders.claimed_location(claim.document_id))
    text = ports.text_source.read(path, should_stop=ports.should_stop)
    ports.ledger.save_text(claim.document_id, claim.sha256, text)
    return text
