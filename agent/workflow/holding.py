"""Hold a person of a human's choice against what was read of a document."""

from agent.core.explaining import held_against
from agent.core.reasons import NAMING
from agent.domain.decision import Candidate
from agent.domain.document import DocumentId
from agent.domain.identity import Person
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
