"""What people are told of the house itself: it stands still, it goes on, something is left lying."""

from collections.abc import Mapping, Sequence

from agent.core.voice import ENGLISH, Voice
from agent.domain.document import DocumentId, reference
from agent.domain.message import Message, MessageKind

NAMED = 3
"""How many documents a notice names; the rest are counted."""

LONGEST_NAME = 120

LISTED = 10
"""How many things that were left lying a notice lists; the rest are counted."""


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


def left_notice(things: Mapping[str, str]) -> Message:
    """Say what lies in `incoming/` and is not filed.

    Args:
        things: names below `incoming/`, each with what is wrong in a word or two; at least one.
    """
    listed = [f"{_short(name)}: {why}" for name, why in list(things.items())[:LISTED]]
    rest = len(things) - len(listed)
    return Message(
        kind=MessageKind.LEFT_LYING,
        document_id=None,
        title="Left in incoming/: "
        + ("1 thing that is" if len(things) == 1 else f"{len(things)} things that are")
        + " not filed",
        lines=(
            *listed,
            *([f"and {rest} more"] if rest else []),
            "Only PDFs and pictures that dossierd may read and move are filed. What to do: dossierd check",
        ),
    )


def _short(name: str) -> str:
    """Keep the end of a long path, which tells most; a message has room for so many."""
    return name if len(name) <= LONGEST_NAME else "…" + name[1 - LONGEST_NAME :]


def nothing_left_notice() -> Message:
    return Message(
        kind=MessageKind.NOTHING_LEFT, document_id=None, title="Nothing is left lying in incoming/ any more"
    )


def unwell_notice(sentence: str, hint: str, voice: Voice = ENGLISH) -> Message:
    """Say that a part of the house is not well, in its own words."""
    return Message(
        kind=MessageKind.UNWELL,
        document_id=None,
        title=voice.say("Something needs you"),
        lines=(*(line for line in (sentence, hint) if line), voice.say("More: dossierd check")),
    )


def well_notice(part: str, voice: Voice = ENGLISH) -> Message:
    return Message(
        kind=MessageKind.WELL_AGAIN, document_id=None, title=voice.say("Resolved: {part}", part=part)
    )
