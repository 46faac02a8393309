"""Documents of a ledger, at each place of their way."""

import datetime

from agent.adapters.ledger import SqlLedger
from agent.domain.document import (
    CorrelationId,
    DocumentId,
    SeenFile,
    Sha256,
)
from agent.domain.life import Document, Step
from agent.domain.message import Message, MessageKind
from agent.domain.outcome import (
    Archived,
    Event,
    Failed,
    FailureReason,
    InReview,
    Outcome,
)
from agent.domain.settlement import Settlement
from tests.custody_builders import ANNA, NOON, a_match, ambiguous, hash_of

LATER = NOON + datetime.timedelta(minutes=1)
SEEN = SeenFile(name="scan.pdf", device=1, inode=2, size=3, modified_ns=4)
HASH = hash_of(b"abc")
ABSENT = DocumentId(999)


def a_claimed(ledger: SqlLedger, seen: SeenFile = SEEN) -> DocumentId:
    document = ledger.open_claim(seen, "scan.pdf", CorrelationId("c"), NOON)
    ledger.confirm_claim(document.document_id, f"claimed/{document.document_id}", NOON)
    return document.document_id


def a_begun(ledger: SqlLedger, sha256: Sha256 = HASH) -> DocumentId:
    document_id = a_claimed(ledger)
    assert isinstance(ledger.start(document_id, sha256, 3, NOON), Document)
    return document_id


def a_told(document_id: DocumentId) -> Message:
    return Message(kind=MessageKind.FILED, document_id=document_id, title="t", lines=("a", "b"))


def a_settlement(document_id: DocumentId, outcome: Outcome, event: Event = Event.SETTLED) -> Settlement:
    return Settlement(
        event=event,
        outcome=outcome,
        target="there.pdf",
        messages=[(recipient, a_told(document_id)) for recipient in ("anna", "bert")],
        steps=(Step(name="read", started_at=NOON, duration_ms=5),),
        opens_epoch=event is not Event.SETTLED,
    )


FILED = Archived(record_id=ANNA.record_id, decided_by="rule", document_kind="imaging", decision=a_match())
ASKED = InReview(decision=ambiguous(), document_kind="imaging")
BROKEN = Failed(reason=FailureReason.DAMAGED, detail="page 3")


def a_moving(ledger: SqlLedger, outcome: Outcome = FILED, sha256: Sha256 = HASH) -> DocumentId:
    document_id = a_begun(ledger, sha256)
    assert ledger.settle(document_id, a_settlement(document_id, outcome), NOON)
    return document_id


def a_resting(ledger: SqlLedger, outcome: Outcome = FILED, sha256: Sha256 = HASH) -> DocumentId:
    document_id = a_moving(ledger, outcome, sha256)
    ledger.complete(document_id, LATER)
    return document_id


def row_of(ledger: SqlLedger, document_id: DocumentId) -> Document:
    found = ledger.document(document_id)
    assert found is not None
    return found
