"""The registry or the lessons have changed: open questions are decided again, from the text that was stored.

After the registry these are questions for which nobody was found, and those that were asked because the registry was
not to be trusted. After a lesson was confirmed or revoked they are all questions: it may name whom nothing named.

Nothing is read again. A question whose decision would come out as before is left alone, so that nobody is asked the
same thing twice; a new person who is merely near changes nothing. So is one left alone that a person has filed or
rejected before: what people took back, no rule redoes.
"""

from collections.abc import Callable, Sequence

import structlog

from agent import errors
from agent.core.decide import REGISTRY_UNTRUSTED
from agent.core.reasons import NAMING
from agent.core.stories import traits
from agent.domain.decision import Ambiguous, Decision, Unmatched, candidates_of
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.lesson import Lesson
from agent.domain.life import Document
from agent.domain.outcome import InReview, State
from agent.ports import Ports
from agent.workflow.deciding import active_lessons, judge_named
from agent.workflow.lines import about

log = structlog.get_logger(__name__)

NOT_PEOPLES = frozenset({"retry", "redecided", State.MISSING.value})
"""How a question is closed without an answer to it."""


def redecide(
    ports: Ports,
    enqueue: Callable[[DocumentId], None],
    still: Callable[[], bool],
    *,
    are_lessons_new: bool = False,
) -> bool:
    """Look at the open questions that a better registry may answer, and hand on those that it decides otherwise.

    Args:
        enqueue: takes a document that is to be decided, filed or asked about anew.
        still: asked before each that is decided again, whether to go on. It may take a moment.
        are_lessons_new: other lessons count than before, so that any question may be answered.

    Returns:
        Whether it came to its end. It doesn't while the registry can't be trusted: nothing would be matched then.

    Raises:
        RegistryUnavailable, LedgerUnavailable, StorageUnavailable: the same call goes on with the rest later.
    """
    lessons = active_lessons(ports)
    for document in ports.ledger.in_states(frozenset({State.IN_REVIEW})):
        before = _unanswered(document, ports, is_any=are_lessons_new)
        if before is None:
            continue
        if not still():
            return False
        now = _decided_now(document, ports, lessons)
        if now is None:
            return False
        if _gist(now) != _gist(before):
            _hand_on(document, ports, enqueue)
    return True


def _unanswered(document: Document, ports: Ports, *, is_any: bool) -> Decision | None:
    """The question about a document, if it hung on the registry (or is any), and no person has had a say in it."""
    if not isinstance(document.outcome, InReview):
        return None
    if not is_any and not _hung_on_registry(document.outcome.decision):
        return None
    answers = {review.answer for review in ports.ledger.reviews_of(document.document_id)} - {None}
    return document.outcome.decision if answers <= NOT_PEOPLES else None


def _hung_on_registry(decision: Decision) -> bool:
    return isinstance(decision, Unmatched) or (
        isinstance(decision, Ambiguous) and decision.reason.code == REGISTRY_UNTRUSTED
    )


def _decided_now(document: Document, ports: Ports, lessons: Sequence[Lesson]) -> Decision | None:
    """What would be decided now; None while the registry can't be trusted. Without its text it stays as it is."""
    assert isinstance(document.outcome, InReview)
    assert document.sha256 is not None
    text = ports.ledger.text(document.document_id, document.sha256)
    if text is None:
        return document.outcome.decision
    denials = ports.ledger.denials(document.sha256)
    judged = judge_named(text, ports.registry, ports.rules, lessons, denials)
    return judged.decision if judged.people.is_trustworthy else None


def _gist(decision: Decision) -> tuple[str, frozenset[RecordId]]:
    """What makes a question another one: the verdict, and whom the document names.

    Those who are merely near are no part of it: somebody is near to most letters of strangers sooner or later.
    """
    named = (it for it in candidates_of(decision) if any(reason.code in NAMING for reason in it.reasons))
    return decision.verdict, frozenset(it.person.record_id for it in named)


def _hand_on(document: Document, ports: Ports, enqueue: Callable[[DocumentId], None]) -> None:
    with about(document):
        _open_again(document, ports, enqueue)


def _open_again(document: Document, ports: Ports, enqueue: Callable[[DocumentId], None]) -> None:
    ports.journal.append("redeciding", ports.clock.now(), **traits(document))
    try:
        ports.ledger.redecide(document.document_id, ports.clock.now())
    except errors.RequestRefused:  # a person was quicker
        return
    log.info("question_reopened")
    enqueue(document.document_id)
