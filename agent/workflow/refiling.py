"""Take a filing back: an undo, a refile, and what they share with the other things that people ask for."""

import datetime

from agent import errors
from agent.core import desk
from agent.domain.decision import Denial, Reason, Unmatched
from agent.domain.identity import RecordId
from agent.domain.life import Document, Request, Upshot
from agent.domain.outcome import Archived, Event, InReview, State
from agent.domain.phrase import Command, Phrase
from agent.ports import Ports
from agent.workflow.custody import settle
from agent.workflow.learning import take_back


def undo(request: Request, document: Document, ports: Ports) -> Upshot:
    """Bring a filing back to review, within the hours that the rules allow.

    Raises:
        RequestRefused: it is filed no longer, was filed anew, or those hours are over.
    """
    filed = document.outcome
    told = Phrase("{document} is back in review.", document=document.reference)
    if isinstance(filed, InReview) and is_since(document.settled_at, request):
        # our own work, asked for again after a crash
        return Upshot(done=True, phrases=(told, *take_back(request, ports)))
    if document.state is not State.ARCHIVED or not isinstance(filed, Archived):
        raise errors.RequestRefused(*desk.not_undone(document))
    if has_changed(document, request):
        again = all_the_same(request, f"undo {document.reference}")
        raise errors.RequestRefused(*desk.filed_anew(document), *again)
    assert document.rested_at is not None
    if ports.clock.now() - document.rested_at > datetime.timedelta(hours=ports.rules.undo_hours):
        raise errors.RequestRefused(
            Phrase(
                "{document} was filed more than {hours} hours ago.",
                document=document.reference,
                hours=ports.rules.undo_hours,
            ),
            desk.refiling(document),
        )
    back_to_review(document, request, ports)
    return Upshot(done=True, phrases=(told, *take_back(request, ports)))


def back_to_review(document: Document, request: Request, ports: Ports) -> None:
    """Take an archived document back, and ask whose it is: under that record it is never filed by rule again."""
    filed = document.outcome
    assert isinstance(filed, Archived)
    decision = filed.decision or Unmatched(
        reason=Reason(code="undone", supports=False, sentence="The filing was undone by a human.")
    )
    outcome = InReview(decision=decision, document_kind=filed.document_kind, taken_back_by=request.actor)
    denials = (denial(filed.record_id, request, was_filed=True),)
    settle(document, outcome, ports, event=Event.UNDONE, actor=request.actor, denials=denials)


def refile(request: Request, document: Document, ports: Ports) -> Upshot:
    """File a document under another record, at any time.

    Raises:
        RequestRefused: it is filed no longer, was filed anew, or there is no such record.
    """
    filed = document.outcome
    told = desk.filed(document, RecordId(request.argument))
    if _is_refiled(document, request):  # our own work, asked for again after a crash
        return Upshot(done=True, phrases=(told, *take_back(request, ports)))
    if document.state is not State.ARCHIVED or not isinstance(filed, Archived):
        raise errors.RequestRefused(*desk.not_refiled(document))
    record_id = known(RecordId(request.argument), ports)
    if record_id == filed.record_id:
        already = Phrase(
            "{document} is filed under {record} already.", document=document.reference, record=record_id
        )
        return Upshot(done=True, phrases=(already,))
    if has_changed(document, request):
        again = all_the_same(request, f"refile {document.reference} {record_id}")
        raise errors.RequestRefused(*desk.filed_anew(document), *again)
    outcome = Archived(
        record_id=record_id,
        decided_by=request.actor,
        document_kind=filed.document_kind,
        decision=filed.decision,
    )
    denials = (denial(filed.record_id, request, was_filed=True),)
    settle(document, outcome, ports, event=Event.REFILED, actor=request.actor, denials=denials)
    return Upshot(done=True, phrases=(told, *take_back(request, ports)))


def _is_refiled(document: Document, request: Request) -> bool:
    filed = document.outcome
    return (
        isinstance(filed, Archived)
        and (filed.record_id, filed.decided_by) == (request.argument, request.actor)
        and is_since(document.settled_at, request)
    )


def denial(record_id: RecordId, request: Request, *, was_filed: bool = False) -> Denial:
    """Say that a document does not belong under a record."""
    return Denial(record_id=record_id, actor=request.actor, was_filed=was_filed)


def known(record_id: RecordId, ports: Ports) -> RecordId:
    """Give a record that the registry has.

    Raises:
        RequestRefused: it has none of that name.
    """
    if ports.registry.person(record_id) is None:
        raise errors.RequestRefused(
            Phrase("There is no such record in the registry."),
            Phrase("To look for one: {command}", command=Command("registry find", Phrase("NAME"))),
        )
    return record_id


def has_changed(document: Document, request: Request) -> bool:
    """Whether a document is another than the one that somebody had before their eyes when they asked.

    A request without an epoch was typed where none is known: in a chat, maybe while no daemon ran.
    """
    if request.epoch is not None:
        return request.epoch != document.epoch
    return document.settled_at is not None and document.settled_at > request.requested_at


def all_the_same(request: Request, words: str) -> tuple[Phrase, ...]:
    """How to insist on what was typed in a chat, which no clock can refuse: what names the epoch that it means."""
    return (desk.insisting(words),) if request.epoch is None and request.asked_in is not None else ()


def is_since(moment: datetime.datetime | None, request: Request) -> bool:
    """Whether something happened after a request was meant."""
    return moment is not None and moment >= request.requested_at
