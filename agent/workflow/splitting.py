"""Splitting: a document that holds several is taken apart, and its parts enter like any file that is dropped.

The parts are made and kept out of sight first; then one transaction says that the document is split; then its file is
moved to `failed/` and the parts are laid into `incoming/`; then the row says done. So a death before the transaction
leaves a document in review, and after it `custody.finish` does what is left. See docs/decisions/0022.
"""

from collections.abc import Sequence

from agent import errors
from agent.core.page_ranges import ranges_of
from agent.core.stories import traits
from agent.domain.document import Sha256
from agent.domain.life import Document, Request, Upshot
from agent.domain.outcome import Event, Failed, FailureReason, Refused, is_split, next_state
from agent.domain.phrase import Command, Phrase
from agent.domain.splitting import WHY_UNSPLIT, PageRange, Unsplit, part_name, ranges_in_words
from agent.ports import Ports
from agent.workflow.custody import settle


def split(request: Request, document: Document, ports: Ports) -> Upshot:
    """Take a document in review apart by the ranges of pages that were asked for.

    Raises:
        RequestRefused: the sentence says why.
        DossierdError: retryable ones; once the document is split, `custody.finish` does the rest.
    """
    if _is_done(request, document):  # our own work, asked for again after a crash
        return Upshot(done=True, phrases=(Phrase("{document} is split.", document=document.reference),))
    _check_asked(request, document, ports)
    ranges = _ranges(request, document, ports)
    with ports.splitter.parts_of(
        ports.folders.path(_location(document)), ranges, should_stop=ports.should_stop
    ) as parts:
        if isinstance(parts, Unsplit):
            raise errors.RequestRefused(
                Phrase("{document} can't be split.", document=document.reference), Phrase(WHY_UNSPLIT[parts])
            )
        names = [part_name(document.document_id, each) for each in ranges]
        ports.folders.stage_parts(document.document_id, list(zip(names, parts, strict=True)))
        hashes = [part.sha256 for part in parts]
    _tell_journal(request, document, ranges, hashes, ports)
    settle(
        document,
        Failed(
            reason=FailureReason.SPLIT,
            detail=f"pages {ranges_in_words(ranges)}",
            decided_by=request.actor,
        ),
        ports,
        event=Event.SPLIT,
        actor=request.actor,
        answer=f"split {ranges_in_words(ranges)}",
    )
    return Upshot(
        done=True,
        phrases=(
            Phrase(
                "{document} is split into {count} documents: pages {pages}.",
                document=document.reference,
                count=len(ranges),
                pages=ranges_in_words(ranges),
            ),
            Phrase("They are taken in like any other; the whole lies untouched in failed/."),
        ),
    )


def _is_done(request: Request, document: Document) -> bool:
    outcome = document.outcome
    return (
        isinstance(outcome, Failed)
        and is_split(outcome)
        and outcome.decided_by == request.actor
        and document.settled_at is not None
        and document.settled_at >= request.requested_at
    )


def _check_asked(request: Request, document: Document, ports: Ports) -> None:
    """Refuse what has no open question, or one that was opened after the request: its text may be another."""
    refused = next_state(document.state, Event.SPLIT)
    if isinstance(refused, Refused):
        raise errors.RequestRefused(refused.phrase)
    review = ports.ledger.review(document.document_id)
    is_stale = request.epoch is None and (review is None or review.opened_at > request.requested_at)
    if is_stale or request.epoch not in {None, document.epoch}:
        raise errors.RequestRefused(
            Phrase("{document} was asked about again meanwhile.", document=document.reference),
            Phrase("What is asked now: {command}", command=Command(f"show {document.reference}")),
        )


def _ranges(request: Request, document: Document, ports: Ports) -> Sequence[PageRange]:
    assert document.sha256 is not None
    reading = ports.ledger.reading(document.document_id, document.sha256)
    if reading is None:
        raise errors.RequestRefused(
            Phrase("How many pages {document} has is no longer known.", document=document.reference),
            Phrase("To read it again: {command}", command=Command(f"retry {document.reference}")),
        )
    ranges = ranges_of(request.argument, reading.page_count)
    if isinstance(ranges, Refused):
        raise errors.RequestRefused(
            Phrase("{document} is not split.", document=document.reference), ranges.phrase
        )
    return ranges


def _tell_journal(
    request: Request,
    document: Document,
    ranges: Sequence[PageRange],
    hashes: Sequence[Sha256],
    ports: Ports,
) -> None:
    """Write which part has which bytes: by them each new document is known as a part of this one."""
    parts = {str(each): sha256 for each, sha256 in zip(ranges, hashes, strict=True)}
    ports.journal.append("splitting", ports.clock.now(), actor=request.actor, parts=parts, **traits(document))


def _location(document: Document) -> str:
    assert document.location is not None
    return document.location
