"""What a human is told. Plain text only: each channel renders and escapes it in its own way."""

from dataclasses import dataclass
from enum import StrEnum

from agent.domain.document import DocumentId


class MessageKind(StrEnum):
    """What a message is about; chosen, grouped and rendered by it."""

    FILED = "filed"
    QUESTION = "question"
    FAILED = "failed"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message about one document. Its reference makes a repeated delivery harmless."""

    kind: MessageKind
    document_id: DocumentId
    title: str
    lines: tuple[str, ...] = ()
