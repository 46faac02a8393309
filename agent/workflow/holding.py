"""Hold a person of a human's choice against what was read of a document, and against what that human was shown."""

from agent import errors
from agent.core.explaining import held_against
from agent.core.presses import likeness_of
from agent.core.reasons import NAMING
from agent.domain.decision import Candidate
from agent.domain.document import DocumentId
from agent.domain.identity import Person, RecordId
from agent.domain.life import Document, Request
from agent.domain.phrase import Command, Phrase
from agent.ports import Ports


def held(document_id: DocumentId, person: Person, ports: Ports) -> Candidate | None:
    """What the document says for and against a person; None where what was read is no longer kept.

    Raises:
        LedgerUnavailable.
    """
    document = ports.ledger.document(document_id)
    if document is None or document.sha256 is None:
        return None
    text = ports.ledger.text(document_id, document.sha256)
    inputs = ports.ledger.inputs(document_id)
    return None if text is None or inputs is None else held_against(text, inputs, person)


def is_doubtful(choice: Candidate | Person) -> bool:
    """Whether the document speaks against somebody, or does not name that person at all."""
    if isinstance(choice, Person):
        return True
    return choice.is_vetoed or not any(reason.code in NAMING for reason in choice.reasons)


def refuse_another(request: Request, document: Document, record_id: RecordId, ports: Ports) -> None:
    """Refuse an answer that has waited until its record became another person's.

    Raises:
        RequestRefused: nothing is to be filed.
        RegistryUnavailable: not now.
    """
    if request.likeness is None:
        return
    person = ports.registry.person(record_id)
    if person is not None and likeness_of(person) == request.likeness:
        return
    raise errors.RequestRefused(
        Phrase(
            "{document} is not filed: {record} bears another name or birth date by now.",
            document=document.reference,
            record=record_id,
        ),
        Phrase("What is asked now: {command}", command=Command(f"show {document.reference}")),
    )
