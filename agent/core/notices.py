"""What people are told of the house itself: it stands still, it goes on. Of folders, only the home's own are named."""

from collections.abc import Sequence

from agent.domain.document import DocumentId, reference
from agent.domain.message import Message, MessageKind

NAMED = 3
"""How many documents a notice names; the rest are counted."""


def paused_notice(sentence: str, hint: str) -> Message:
    return Message(
        kind=MessageKind.INTAKE_PAUSED,
        document_id=None,
        title="No new documents are taken in",
        lines=(sentence, hint, "They wait in incoming/, and are safe there. More: dossierd check"),
    )


def resumed_notice() -> Message:
    return Message(kind=MessageKind.INTAKE_RESUMED, document_id=None, title="Documents are taken in again")


def stuck_notice(documents: Sequence[DocumentId], sentence: str, hint: str) -> Message:
    """Say that documents can't go on.

    Args:
        documents: at least one.
        sentence: what the first of them met.
    """
    named = ", ".join(map(reference, documents[:NAMED])) + (", ..." if len(documents) > NAMED else "")
    count = "1 document" if len(documents) == 1 else f"{len(documents)} documents"
    return Message(
        kind=MessageKind.FILING_STUCK,
        document_id=None,
        title=f"{count} can't go on: {named}",
        lines=(
            *(line for line in (sentence, hint) if line),
            "They are safe, and tried again every minute. More: dossierd check",
        ),
    )


def unstuck_notice() -> Message:
    return Message(kind=MessageKind.FILING_RESUMED, document_id=None, title="All documents go on again")
