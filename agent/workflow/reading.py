"""Reading: what was read once from the same bytes is never read, or paid for, again.

A document is read in turns of some seconds (`ports.TextSource`). Each turn is saved before the next is waited for, so
that a death costs one turn; and between two turns a long document makes way for those that wait (`ReadingYielded`).
Where a further pass over some pages is to follow the plain reading, it goes through `_read_pages` as well, with
`Wanted(pages=those, passes=n)`: what it gives takes the place of what was read of these pages before.
"""

from contextlib import closing

import structlog

from agent import errors
from agent.domain.document import Claim, DocumentText
from agent.domain.outcome import FailureReason
from agent.domain.reading import Reading, Wanted
from agent.ports import Ports

log = structlog.get_logger(__name__)


def earlier_turns(claim: Claim, ports: Ports) -> Reading | None:
    """What runs before this one have read of a document whose reading is not done."""
    reading = ports.ledger.reading(claim.document_id, claim.sha256)
    return None if reading is None or reading.progress.is_done else reading


def read_text(claim: Claim, ports: Ports) -> DocumentText:
    """Give the document's text: as stored, else read in disposable children and stored before anything is made of it.

    Raises:
        DocumentUnreadable, ReaderUnavailable, ReadingStopped: as `ports.TextSource` says.
        ReadingYielded: others wait, and go first; what was read is kept.
        StorageUnavailable: there is nowhere to put it away; nothing was read.
    """
    try:
        return _read(claim, ports)
    except errors.DocumentUnreadable:
        ports.ledger.forget_text(claim.document_id)  # a retry, after whatever was changed, begins anew
        raise


def _read(claim: Claim, ports: Ports) -> DocumentText:
    reading = ports.ledger.reading(claim.document_id, claim.sha256)
    if reading is None or not reading.progress.is_done:
        _read_pages(claim, Wanted() if reading is None else reading.wanted(), ports)
    text = ports.ledger.text(claim.document_id, claim.sha256)
    if text is None:
        raise errors.ReadingYielded("Others go first; the reading goes on after them.")
    if text.is_ruin:
        detail = f"none of {len(text.pages)} pages can be read"
        raise errors.DocumentUnreadable(FailureReason.DAMAGED, detail)
    return text


def _read_pages(claim: Claim, wanted: Wanted, ports: Ports) -> None:
    """Read the wanted pages, and save turn by turn, until they are read or others go first."""
    ports.folders.probe()  # no OCR for what could not be put away afterwards
    path = ports.folders.path(ports.folders.claimed_location(claim.document_id))
    turns = ports.text_source.read(
        path,
        wanted,
        should_stop=ports.should_stop,
        should_yield=lambda: ports.should_yield(claim.document_id),
    )
    with closing(turns):
        for turn in turns:
            progress = ports.ledger.save_turn(claim.document_id, claim.sha256, turn, ports.clock.now())
            if len(turn.pages) < progress.page_count:
                log.info(
                    "pages_read",
                    page=progress.pages_read,
                    of=progress.page_count,
                    remaining_seconds=progress.remaining_seconds,
                )
