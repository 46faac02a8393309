"""Reading: what was read once from the same bytes is never read, or paid for, again.

A document is read in turns of some seconds (`ports.TextSource`). Each turn is saved before the next is waited for, so
that a death costs one turn; and between two turns a long document makes way for those that wait (`ReadingYielded`).
A further pass over some pages gives turns as well; the better reading of each page takes the place of the first.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

import structlog

from agent import errors
from agent.core.rereading import exhausted, reread
from agent.domain.document import Claim, DocumentText
from agent.domain.outcome import FailureReason
from agent.domain.reading import Reading, Turn, Wanted
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


def read_again(claim: Claim, text: DocumentText, pages: Sequence[int], ports: Ports) -> DocumentText:
    """Take another pass of OCR over pages, those first that were tried least, and store the better readings.

    Raises:
        ReaderUnavailable, ReadingStopped: as `ports.TextSource` says.
        ReadingYielded: others wait, and go first; what was read is kept.
    """
    passes = min(text.pages[number - 1].passes for number in pages)
    numbers = _tried_no_more_than(passes, pages, text)
    reading = ports.ledger.reading(claim.document_id, claim.sha256)
    assert reading is not None
    wanted = replace(reading.wanted(), pages=numbers, passes=passes)
    try:
        _read_pages(claim, wanted, ports, first=text)
    except errors.DocumentUnreadable:  # it was read once: a pass that comes to nothing takes nothing away
        if left := _tried_no_more_than(passes, numbers, _stored(claim, ports)):
            spent = Turn(pages=exhausted(_stored(claim, ports), left), page_count=len(text.pages))
            ports.ledger.save_turn(claim.document_id, claim.sha256, spent, ports.clock.now())
    better = _stored(claim, ports)
    if _tried_no_more_than(passes, numbers, better):
        raise errors.ReadingYielded("Others go first; the reading goes on after them.")
    return better


def _stored(claim: Claim, ports: Ports) -> DocumentText:
    text = ports.ledger.text(claim.document_id, claim.sha256)
    assert text is not None
    return text


def _tried_no_more_than(passes: int, numbers: Sequence[int], text: DocumentText) -> tuple[int, ...]:
    return tuple(number for number in numbers if text.pages[number - 1].passes <= passes)


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


def _read_pages(claim: Claim, wanted: Wanted, ports: Ports, *, first: DocumentText | None = None) -> None:
    """Read the wanted pages, and save turn by turn, until they are read or others go first.

    Args:
        first: what an earlier pass made of them; of each page the better reading is saved.
    """
    ports.folders.probe()  # no OCR for what could not be put away afterwards
    path = ports.folders.path(ports.folders.claimed_location(claim.document_id, claim.take))
    turns = ports.text_source.read(
        path,
        wanted,
        should_stop=ports.should_stop,
        should_yield=lambda: ports.should_yield(claim.document_id),
    )
    with closing(turns):
        for read in turns:
            turn = read if first is None else replace(read, pages=reread(first, read.pages))
            progress = ports.ledger.save_turn(claim.document_id, claim.sha256, turn, ports.clock.now())
            if len(turn.pages) < progress.page_count:
                log.info(
                    "pages_read",
                    page=progress.pages_read,
                    of=progress.page_count,
                    remaining_seconds=progress.remaining_seconds,
                )
