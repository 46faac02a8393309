"""Custody: from the moment a file is ours until it rests, it is in exactly one place and its row says which.

Every change is written as an intent, then done, then written as done; every effect may be repeated. `settle` commits
an outcome and `finish` does the move that it names; recovery, the retry of a full disk, and the requests of people
call the same two.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import structlog

from agent import errors
from agent.core.cards import taken_back
from agent.core.messages import message_for, missing_message, who
from agent.core.places import place_of, suffix_of
from agent.core.stories import reason_of, traits
from agent.core.voice import Privacy, Voice
from agent.domain.decision import Denial
from agent.domain.document import Claim, DocumentId
from agent.domain.inputs import Inputs
from agent.domain.lesson import Teaching
from agent.domain.life import Document, Step
from agent.domain.message import Message, addressed
from agent.domain.outcome import (
    AT_REST,
    IN_WORK,
    Duplicate,
    Event,
    Failed,
    FailureReason,
    InReview,
    Outcome,
    State,
    is_split,
)
from agent.domain.reading import Reading
from agent.domain.settlement import Settlement
from agent.ports import Ports
from agent.workflow.carrying import bring_home, carry_off, clear_away, is_under_way
from agent.workflow.searchable import lay_beside, take_copy_away
from agent.workflow.timing import MOVE, timed

log = structlog.get_logger(__name__)


@contextmanager
def in_custody(document_id: DocumentId, ports: Ports) -> Iterator["Custody"]:
    """Guard the work on one document: whatever is raised inside, it ends somewhere, and its row says where.

    A document that can't be read fails with its reason; an error of ours fails it as `internal_error`; what the
    machine is to blame for hands it back untouched and is raised again, so that the dispatcher tries later.
    """
    custody = Custody(document_id, ports)
    with structlog.contextvars.bound_contextvars(document=f"D-{document_id}"):
        try:
            yield custody
        except errors.DocumentUnreadable as error:
            custody.settle(Failed(reason=error.failure, detail=error.detail))
        except (errors.FileVanished, errors.FileChanged) as error:
            custody.let_go(error)
        except errors.DossierdError as error:
            if error.retryable:
                raise
            custody.fail(error)
        except Exception as error:  # noqa: BLE001 -- the first net: no document is lost to a mistake of ours
            custody.fail(error)
        finally:
            try:
                custody.hand_back()
            finally:  # a ledger that is away must not lend this document's ids to the next one's lines
                structlog.contextvars.unbind_contextvars("correlation_id", "epoch")


class Custody:
    """The hold on one document while it is worked on."""

    def __init__(self, document_id: DocumentId, ports: Ports) -> None:
        self._document_id = document_id
        self._ports = ports
        self._claim: Claim | None = None
        self._steps: list[Step] = []

    def begin(self) -> Claim | None:
        """Bring the document home, hash it, count the attempt.

        Gives None when there is nothing to read: it rests already or only its move is left, it holds the bytes of
        another document, or it has brought the daemon down too often.
        """
        ports, document = self._ports, self._ports.ledger.take(self._document_id)
        if document is None or document.state not in IN_WORK:
            return None
        structlog.contextvars.bind_contextvars(correlation_id=document.correlation_id, epoch=document.epoch)
        if document.state is State.MOVING:
            clear_away(document, ports)
            finish(document, ports)
            return None
        if document.state is State.READING:
            # The ledger was out of reach when it should have been handed back.
            ports.ledger.hand_back(document.document_id, Event.STOPPED, ports.clock.now())
            document = ports.ledger.take(document.document_id)
            assert document is not None
        location = bring_home(document, ports)
        if document.attempts >= ports.rules.max_crashes:
            settle(
                document, Failed(reason=FailureReason.POISON, detail=f"{document.attempts} attempts"), ports
            )
            return None
        started = self._start(document, location)
        if not isinstance(started, Document):
            settle(document, Duplicate(original=started), ports)
            return None
        log.info("reading_started", attempt=started.attempts, size=started.size)
        self._claim = started.as_claim()
        return self._claim

    def _start(self, document: Document, location: str) -> Document | DocumentId:
        """Take the hash and count the attempt; gives the other document instead that really has the same bytes."""
        ports = self._ports
        sha256, size = ports.folders.fingerprint(location)
        started = ports.ledger.start(document.document_id, sha256, size, ports.clock.now())
        if isinstance(started, Document) or _is_where_it_was_put(started, ports):
            return started
        return ports.ledger.start(document.document_id, sha256, size, ports.clock.now())

    def step(self, name: str, *, since: Reading | None = None) -> AbstractContextManager[None]:
        """Time one step, as `timed` does."""
        return timed(name, self._steps, self._ports.clock, since=since)

    def settle(self, outcome: Outcome, *, pages: int | None = None, inputs: Inputs | None = None) -> None:
        """Commit an outcome and do its move.

        Raises:
            FileChanged: the bytes are no longer those that were read.
            RegistryChanged: the people or lessons are no longer those of the inputs.
        """
        document = self._ports.ledger.document(self._document_id)
        assert document is not None
        self._check_bytes(document)
        settle(
            document,
            outcome,
            self._ports,
            pages=pages,
            steps=tuple(self._steps),
            inputs=inputs,
        )

    def _check_bytes(self, document: Document) -> None:
        assert document.location is not None
        if self._claim and self._ports.folders.fingerprint(document.location)[0] != self._claim.sha256:
            raise errors.FileChanged("The file was written to while it was read.")

    def let_go(self, error: errors.CustodyError) -> None:
        """The file is gone, or not the one that was read: read it again if it is ours still, else call it missing."""
        document = self._ports.ledger.document(self._document_id)
        assert document is not None
        if not self._is_held(document):
            raise errors.LeaseLost from error
        if (
            isinstance(error, errors.FileChanged)
            and is_under_way(document, self._ports)
            and document.state in {State.READING, State.MOVING}
        ):
            self._ports.ledger.hand_back(self._document_id, Event.CHANGED, self._ports.clock.now())
            raise error
        miss(document, self._ports)

    def fail(self, error: Exception) -> None:
        """An error of ours: the document is set aside, unharmed, and the log has where it came from.

        One that is settled already keeps its outcome: the error is raised again, and the move tried later.
        """
        log.exception("document_raised", reason=type(error).__name__)
        document = self._ports.ledger.document(self._document_id)
        if document is not None and document.state is State.MOVING:
            raise error
        if document is not None and document.state in {State.CLAIMED, State.READING}:
            outcome = Failed(reason=FailureReason.INTERNAL_ERROR, detail=type(error).__name__)
            settle(document, outcome, self._ports, steps=tuple(self._steps))

    def hand_back(self) -> None:
        """Give back what nothing has settled: a stop, a machine's fault. The attempt is given back with it.

        What is settled and could not be moved now is anybody's to move, where hosts share the home.
        """
        document = self._ports.ledger.document(self._document_id)
        if document is None or not self._is_held(document):
            return
        if document.state is State.READING:
            self._ports.ledger.hand_back(self._document_id, Event.STOPPED, self._ports.clock.now())
            log.info("document_handed_back")
        elif document.run is not None:
            self._ports.ledger.release(document)

    def _is_held(self, document: Document) -> bool:
        """Whether the document is in our hands, and not in those of a host that has taken it over."""
        return document.run == self._ports.hosts.run


def settle(
    document: Document,
    outcome: Outcome,
    ports: Ports,
    *,
    event: Event = Event.SETTLED,
    pages: int | None = None,
    steps: tuple[Step, ...] = (),
    inputs: Inputs | None = None,
    actor: str | None = None,
    answer: str | None = None,
    denials: Sequence[Denial] = (),
    teachings: Sequence[Teaching] = (),
) -> Document:
    """Commit an outcome with its target and messages in one transaction, then do the move.

    Args:
        event: SETTLED for the daemon's own work; ANSWERED, SPLIT, UNDONE or REFILED open the next epoch.
        inputs: what was decided from; refuses to commit when the registry or a lesson has changed since.
        actor: the human behind it.
        answer: closes the open review.
        denials: where the document does not belong, as the actor says by this.
        teachings: what the answer may teach.

    Raises:
        RegistryChanged, LedgerUnavailable, and what `finish` raises.
    """
    day = ports.clock.date_of(document.claimed_at or document.seen_at)
    opens_epoch = event is not Event.SETTLED
    settlement = Settlement(
        event=event,
        outcome=outcome,
        target=place_of(document.document_id, outcome, day, suffix_of(document.original_name)),
        messages=_messages(document, outcome, event, actor, ports, pages=pages),
        steps=steps,
        opens_epoch=opens_epoch,
        answered_by=actor if answer is not None else None,
        answer=answer,
        inputs=inputs,
        denials=denials,
        teachings=teachings,
    )
    intent = {"event": event, "actor": actor or "rule", **traits(document, outcome)}
    ports.journal.append("settling", ports.clock.now(), **intent)
    settled = ports.ledger.settle(
        document.document_id,
        settlement,
        ports.clock.now(),
        still_holds=lambda: inputs is None or inputs.registry_version == ports.registry.version(),
    )
    if settled is None:
        raise errors.RegistryChanged(
            "The registry, or what was learned, changed while the document was decided."
        )
    log.info("document_settled", outcome=outcome.state, reason=reason_of(outcome))
    return finish(settled, ports)


def _messages(
    document: Document, outcome: Outcome, event: Event, actor: str | None, ports: Ports, *, pages: int | None
) -> list[tuple[str, Message]]:
    """What each recipient is told of an outcome; where questions are put in chats, `workflow.asking` puts them."""
    if ports.asks_in_chats and isinstance(outcome, InReview):
        if event is not Event.UNDONE or actor is None:
            return []
        message = taken_back(
            document.document_id, who(actor), ports.voice, asked=ports.ledger.asked_in_chats()
        )
    else:
        message = _message(document, outcome, event, ports.voice, pages)
    return [
        *addressed(message, ports.recipients),
        *_told_to_onlookers(document, outcome, event, ports, pages),
    ]


def _told_to_onlookers(
    document: Document, outcome: Outcome, event: Event, ports: Ports, pages: int | None
) -> list[tuple[str, Message]]:
    """What goes one way: a failure, unless a human chose it, and never a file's name."""
    if not (ports.onlookers and isinstance(outcome, Failed) and outcome.decided_by == "rule"):
        return []
    sparing = replace(ports.voice, privacy=Privacy.MINIMAL)
    return addressed(_message(document, outcome, event, sparing, pages), (), ports.onlookers)


def _message(document: Document, outcome: Outcome, event: Event, voice: Voice, pages: int | None) -> Message:
    return message_for(
        document.document_id,
        outcome,
        epoch=document.epoch + (event is not Event.SETTLED),
        original_name=document.original_name,
        pages=pages,
        document_kind=getattr(outcome, "document_kind", None),
        voice=voice,
        again_at=document.claimed_at if event is Event.SETTLED and document.epoch > 1 else None,
    )


def finish(document: Document, ports: Ports) -> Document:
    """Do the move that a settled row intends, or what a death has left of it; then the row says done.

    Raises:
        StorageUnavailable: the disk refuses; the document is safe where it is, and `finish` can be called again.
        FileVanished, FileChanged: somebody was at it by hand.
    """
    steps = list[Step]()
    with timed(MOVE, steps, ports.clock):
        document = _lay_down(document, ports)
    ports.journal.append("rested", ports.clock.now(), **traits(document, document.outcome))
    rested = ports.ledger.complete(document.document_id, ports.clock.now(), steps)
    log.info("document_rested", state=rested.state)
    ports.on_rested(rested)
    return rested


def _lay_down(document: Document, ports: Ports) -> Document:
    """Bring the file to its target, and what belongs beside it."""
    source = document.location
    document = carry_off(document, ports)
    target = document.target
    assert source is not None
    assert target is not None
    _let_parts_in(document, ports)
    if isinstance(document.outcome, InReview):
        ports.folders.remove_sidecar(target)
    else:
        lay_beside(document, target, ports)
    if source != target:
        take_copy_away(document, source, ports)
        ports.folders.remove_sidecar(source)
    return document


def _let_parts_in(document: Document, ports: Ports) -> None:
    """Lay the parts of a document that was split; those of one that was not, after all, are of no use."""
    if not is_split(document.outcome):
        ports.folders.discard_parts(document.document_id)
        return
    laid = ports.folders.lay_parts(document.document_id)
    ports.journal.append("parts_laid", ports.clock.now(), count=laid, **traits(document))
    log.info("parts_laid", count=laid)


def miss(document: Document, ports: Ports) -> bool:
    """Write that a document is no longer where we put it: a person moved or edited it by hand.

    Gives False, and writes nothing, when its row has changed since it was looked at: it was moved by us.

    Raises:
        StorageUnavailable: the home itself is not there.
    """
    ports.folders.must_be_there()
    ports.journal.append("missing", ports.clock.now(), **traits(document))
    message = missing_message(document.document_id, voice=ports.voice)
    is_missing = ports.ledger.miss(
        document, addressed(message, ports.recipients, ports.onlookers), ports.clock.now()
    )
    if is_missing:
        log.warning("document_missing", document=document.reference)
    return is_missing


def _is_where_it_was_put(document_id: DocumentId, ports: Ports) -> bool:
    """Whether a document that holds some bytes really has them; one at rest that has not is called missing."""
    document = ports.ledger.document(document_id)
    assert document is not None
    if document.state not in AT_REST:
        return True
    return is_at_its_place(document, ports) or not miss(document, ports)


def is_at_its_place(document: Document, ports: Ports) -> bool:
    """Whether the file with a document's bytes lies where its row says."""
    assert document.location is not None
    try:
        return ports.folders.fingerprint(document.location)[0] == document.sha256
    except errors.FileVanished:
        return False
