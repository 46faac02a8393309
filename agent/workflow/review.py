"""Review: what people ask for. An answer, an undo, a refile is a new short run; it never reads or decides again.

Nothing here waits: a question is a row, and the answer to it is a request that is carried out once.
"""

import re
from collections.abc import Callable
from typing import assert_never

import structlog

from agent import errors
from agent.core import desk
from agent.core.stories import traits
from agent.core.voice import ENGLISH, Voice
from agent.domain.decision import Decision, Denial, candidates_of
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.lesson import Teaching
from agent.domain.life import Action, Document, Reply, Request, Upshot
from agent.domain.outcome import (
    AT_REST,
    Archived,
    Event,
    Failed,
    FailureReason,
    InReview,
    Outcome,
    State,
    is_split,
    no_document,
)
from agent.domain.phrase import Command, Phrase, Place, plain
from agent.ports import Ports
from agent.workflow.custody import is_at_its_place, miss, settle
from agent.workflow.forgetting import forget
from agent.workflow.holding import refuse_another
from agent.workflow.learning import LESSON_ACTIONS, judge_lesson, taught_by
from agent.workflow.lines import about
from agent.workflow.pausing import turn_intake
from agent.workflow.refiling import all_the_same, denial, has_changed, is_since, known, refile, undo
from agent.workflow.sampling import judge
from agent.workflow.searchable import lay_again
from agent.workflow.splitting import split

log = structlog.get_logger(__name__)

NONE_OF_THESE = "none"
RECORD_PREFIX = "record:"
"""An answer is `none`, a candidate's number from 1, or `record:` and a record's id.

The first two answer the question that was open when they were given, and no later one.
"""


def perform(request: Request, ports: Ports, enqueue: Callable[[DocumentId], None]) -> Reply:
    """Carry out what a human asked for, or say why not.

    Args:
        enqueue: takes a document that is to be read again, or whose move could not be ended here.

    Raises:
        DossierdError: retryable ones; the request stays open and is carried out later.
    """
    return reply_to(request, _upshot(request, ports, enqueue), ports.voice)


def reply_to(request: Request, upshot: Upshot, voice: Voice) -> Reply:
    """Word what became of a request: in the office's language for a chat, in English for the command line."""
    is_chat = request.asked_in is not None
    sentence = (voice if is_chat else ENGLISH).tell(*upshot.phrases, in_chat=is_chat)
    return Reply(done=upshot.done, sentence=sentence)


def _upshot(request: Request, ports: Ports, enqueue: Callable[[DocumentId], None]) -> Upshot:
    if request.document_id is None or request.action is Action.FORGET:
        return _perform_apart(request, ports)
    document = ports.ledger.document(request.document_id)
    if document is None:
        return Upshot(done=False, phrases=(no_document(request.document_id),))
    try:
        with about(document):
            return _perform(request, document, ports, enqueue)
    except errors.RequestRefused as error:
        return Upshot(done=False, phrases=error.phrases)
    except (errors.FileVanished, errors.FileChanged):
        miss(document, ports)
        gone = Phrase(
            "{document} is not where it was put, or was changed by hand. Nothing was done.",
            document=document.reference,
        )
        return Upshot(done=False, phrases=(gone,))
    except errors.DossierdError:
        enqueue(document.document_id)
        raise


def _perform_apart(request: Request, ports: Ports) -> Upshot:
    try:
        return forget(request, ports) if request.action is Action.FORGET else turn_intake(request, ports)
    except errors.RequestRefused as error:
        return Upshot(done=False, phrases=error.phrases)


def _perform(
    request: Request, document: Document, ports: Ports, enqueue: Callable[[DocumentId], None]
) -> Upshot:
    if request.action not in LESSON_ACTIONS:
        _check_bytes(document, ports)
    match request.action:
        case Action.ANSWER:
            return _answer(request, document, ports)
        case Action.UNDO:
            return undo(request, document, ports)
        case Action.REFILE:
            return refile(request, document, ports)
        case Action.RETRY:
            return _retry(request, document, ports, enqueue)
        case Action.SPLIT:
            return split(request, document, ports)
        case Action.JUDGE:
            return judge(request, document, ports)
        case Action.CONFIRM_LESSON | Action.REVOKE_LESSON:
            return judge_lesson(request, ports)
        case Action.PAUSE | Action.RESUME | Action.FORGET:
            raise errors.RequestRefused(Phrase("A pause is about no document."))
        case _:
            assert_never(request.action)


def _answer(request: Request, document: Document, ports: Ports) -> Upshot:
    review = ports.ledger.review(document.document_id)
    if review is None or document.state is not State.IN_REVIEW:
        return _already(request, document, ports)
    is_typed = request.epoch is None and not request.argument.startswith(RECORD_PREFIX)
    is_stale = is_typed and review.opened_at > request.requested_at
    if is_stale or request.epoch not in {None, review.epoch}:
        raise errors.RequestRefused(
            Phrase(
                "{document} was asked about again after that answer was given.", document=document.reference
            ),
            Phrase("What is asked now: {command}", command=Command(f"show {document.reference}")),
        )
    teachings: tuple[Teaching, ...] = ()
    denials: tuple[Denial, ...] = ()
    if request.argument == NONE_OF_THESE:
        outcome: Archived | Failed = Failed(reason=FailureReason.REJECTED, decided_by=request.actor)
        denials = tuple(denial(one.person.record_id, request) for one in candidates_of(review.decision))
        told = [
            Phrase(
                "{document} is set aside in failed/: it belongs to none of the people in the registry.",
                document=document.reference,
            )
        ]
    else:
        record_id = _chosen(request.argument, review.decision, ports)
        refuse_another(request, document, record_id, ports)
        kind = document.outcome.document_kind if isinstance(document.outcome, InReview) else None
        outcome = Archived(
            record_id=record_id, decided_by=request.actor, document_kind=kind, decision=review.decision
        )
        teachings = _taught_by(document, record_id, ports)
        told = [desk.filed(document, record_id), *([desk.MAY_TEACH] if teachings else [])]
    settle(
        document,
        outcome,
        ports,
        event=Event.ANSWERED,
        actor=request.actor,
        answer=request.argument,
        denials=denials,
        teachings=teachings,
    )
    return Upshot(done=True, phrases=tuple(told))


def _taught_by(document: Document, record_id: RecordId, ports: Ports) -> tuple[Teaching, ...]:
    """What the answer may teach; nothing where that can't be found out: no answer waits for it."""
    try:
        return taught_by(document, record_id, ports)
    except Exception as error:  # noqa: BLE001 -- its text may be people's names
        log.warning("teaching_not_sought", document=document.reference, reason=type(error).__name__)
        return ()


def _chosen(argument: str, decision: Decision, ports: Ports) -> RecordId:
    """Find the record that an answer names: one of the candidates by its number, or any by its id."""
    if argument.startswith(RECORD_PREFIX):
        return known(RecordId(argument.removeprefix(RECORD_PREFIX)), ports)
    candidates = candidates_of(decision)
    if not _NUMBER.fullmatch(argument) or int(argument) > len(candidates):
        raise errors.RequestRefused(
            plain(f"There is no choice '{argument[:20]}': {_choices(len(candidates))}.")
        )
    return known(candidates[int(argument) - 1].person.record_id, ports)


_NUMBER = re.compile(r"[1-9][0-9]?")


def _choices(count: int) -> str:
    numbers = {0: "", 1: "1, "}.get(count, f"1 to {count}, ")
    return f"choose {numbers}'none', or a record with --record"


def _retry(
    request: Request, document: Document, ports: Ports, enqueue: Callable[[DocumentId], None]
) -> Upshot:
    is_changed = has_changed(document, request)
    is_begun = request.epoch != document.epoch and _is_claimed_since(document, request, ports)
    if is_begun and is_changed and document.state in AT_REST:
        told = Phrase("{document} was read and decided again since.", document=document.reference)
        return Upshot(done=True, phrases=(told, desk.look(document)))
    is_begun &= document.state not in AT_REST
    if is_changed and not is_begun:
        raise errors.RequestRefused(
            *desk.changed(document),
            *all_the_same(request, f"retry {document.reference}"),
        )
    if document.state is State.MISSING and document.target is None and document.outcome is not None:
        restored = _restore(document, ports)
        if restored is not None:
            return restored
    if document.state is State.ARCHIVED:
        return lay_again(document, ports)
    if document.state is State.FAILED and is_split(document.outcome):
        raise errors.RequestRefused(
            Phrase("{document} was split: its pages are filed on their own.", document=document.reference),
            Phrase(
                "To have it filed as one after all, copy {place} into incoming/.",
                place=Place(document.location or ""),
            ),
        )
    if not is_begun:  # else our own work, asked for again after a crash, or another's
        event = Event.REDECIDED if document.state is State.IN_REVIEW else Event.RETRIED
        ports.journal.append(
            "retrying", ports.clock.now(), event=event, actor=request.actor, **traits(document)
        )
        ports.ledger.retry(document.document_id, event, request.actor, ports.clock.now())
    enqueue(document.document_id)
    told = Phrase("{document} will be read and decided again.", document=document.reference)
    return Upshot(done=True, phrases=(told,))


def _restore(document: Document, ports: Ports) -> Upshot | None:
    """Take a document back that a person has put back where it was.

    None where a copy that came in meanwhile was filed as a document of its own: read again, this is its duplicate.
    """
    if not is_at_its_place(document, ports):
        told = Phrase("{document} is not back yet.", document=document.reference)
        place = Phrase("Its file, unchanged, belongs at {place}", place=Place(document.location or ""))
        return Upshot(done=False, phrases=(told, place))
    restored = ports.ledger.restore(document.document_id, ports.clock.now())
    if restored is None:
        return None
    ports.journal.append("restored", ports.clock.now(), **traits(restored, restored.outcome))
    back = Phrase("{document} is back where it was put.", document=document.reference)
    return Upshot(done=True, phrases=(back,))


def _is_claimed_since(document: Document, request: Request, ports: Ports) -> bool:
    """Whether reading began after a request; a moment that is still to come is a wrong clock's, and says nothing."""
    claimed_at = document.claimed_at
    return claimed_at is not None and request.requested_at <= claimed_at <= ports.clock.now()


def _already(request: Request, document: Document, ports: Ports) -> Upshot:
    """Say what became of a question that is no longer open; our own answer, repeated after a crash, is done."""
    outcome = document.outcome
    by = getattr(outcome, "decided_by", None)
    is_ours = by == request.actor and is_since(document.settled_at, request)
    if is_ours and _is_chosen(request, outcome, ports):
        return Upshot(done=True, phrases=(Phrase("{document}: done.", document=document.reference),))
    is_failed_by_rule = document.state is State.FAILED and by == "rule"
    if by and document.settled_at and not is_failed_by_rule:
        return Upshot(done=False, phrases=desk.decided(document, by, document.settled_at))
    return Upshot(done=False, phrases=desk.no_question(document))


def _is_chosen(request: Request, outcome: Outcome | None, ports: Ports) -> bool:
    """Whether an outcome is what the answer asks for."""
    if request.argument == NONE_OF_THESE or not isinstance(outcome, Archived) or outcome.decision is None:
        return request.argument == NONE_OF_THESE and isinstance(outcome, Failed)
    return outcome.record_id == _chosen(request.argument, outcome.decision, ports)


def _check_bytes(document: Document, ports: Ports) -> None:
    """Refuse to move what a person has moved or edited by hand; what is not at rest is refused by its state."""
    if document.state not in AT_REST:
        return
    assert document.location is not None
    if ports.folders.fingerprint(document.location)[0] != document.sha256:
        raise errors.FileChanged("The file was changed by hand.")
