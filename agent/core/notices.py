"""What people are told of the house itself: it stands still, it goes on, something is left lying."""

from collections import Counter
from collections.abc import Mapping, Sequence

from agent.core.alerts import alert_line
from agent.core.voice import ENGLISH, Privacy, Voice
from agent.domain.document import DocumentId, reference
from agent.domain.message import Message, MessageKind
from agent.domain.phrase import Phrase
from agent.domain.wellness import named

NAMED = 3
"""How many documents a notice names; the rest are counted."""

LONGEST_NAME = 120

LISTED = 10
"""How many things that were left lying a notice lists; the rest are counted."""


def paused_notice(sentence: Phrase | str, hint: Phrase | str, *, voice: Voice) -> Message:
    return Message(
        kind=MessageKind.INTAKE_PAUSED,
        document_id=None,
        title=voice.say("No new documents are taken in"),
        lines=(
            voice.tell(sentence),
            voice.tell(hint),
            voice.say("They wait in incoming/, and are safe there. More: dossierd check"),
            alert_line("intake", voice),
        ),
    )


def resumed_notice(*, voice: Voice) -> Message:
    return Message(
        kind=MessageKind.INTAKE_RESUMED, document_id=None, title=voice.say("Documents are taken in again")
    )


def stuck_notice(
    documents: Sequence[DocumentId], sentence: Phrase | str, hint: Phrase | str, *, voice: Voice
) -> Message:
    """Say that documents can't go on.

    Args:
        documents: at least one.
        sentence: what the first of them met.
    """
    named = ", ".join(map(reference, documents[:NAMED])) + (", ..." if len(documents) > NAMED else "")
    return Message(
        kind=MessageKind.FILING_STUCK,
        document_id=None,
        title=voice.count(
            "{number} document can't go on: {documents}",
            "{number} documents can't go on: {documents}",
            len(documents),
            documents=named,
        ),
        lines=(
            *filter(None, map(voice.tell, (sentence, hint))),
            voice.say("They are safe, and tried again every minute. More: dossierd check"),
            alert_line("filing", voice),
        ),
    )


def unstuck_notice(*, voice: Voice) -> Message:
    return Message(
        kind=MessageKind.FILING_RESUMED, document_id=None, title=voice.say("All documents go on again")
    )


def left_notice(things: Mapping[str, str], *, voice: Voice) -> Message:
    """Say what lies in `incoming/` and is not filed; by its name only where names of files may be told.

    Args:
        things: names below `incoming/`, each with what is wrong in a word or two; at least one.
    """
    return Message(
        kind=MessageKind.LEFT_LYING,
        document_id=None,
        title=voice.count(
            "Left in incoming/: {number} thing that is not filed",
            "Left in incoming/: {number} things that are not filed",
            len(things),
        ),
        lines=(
            *_listed(things, voice),
            voice.say(
                "Only PDFs and pictures that dossierd may read and move are filed. What to do: dossierd check"
            ),
            alert_line("leftovers", voice),
        ),
    )


def _listed(things: Mapping[str, str], voice: Voice) -> list[str]:
    if voice.privacy is not Privacy.FULL:
        return [f"{voice.say(why)}: {count}" for why, count in Counter(things.values()).items()]
    listed = [f"{_short(name)}: {voice.say(why)}" for name, why in list(things.items())[:LISTED]]
    rest = len(things) - len(listed)
    return [*listed, *([voice.say("and {count} more", count=rest)] if rest else [])]


def _short(name: str) -> str:
    """Keep the end of a long path, which tells most; a message has room for so many."""
    return name if len(name) <= LONGEST_NAME else "…" + name[1 - LONGEST_NAME :]


def nothing_left_notice(*, voice: Voice) -> Message:
    return Message(
        kind=MessageKind.NOTHING_LEFT,
        document_id=None,
        title=voice.say("Nothing is left lying in incoming/ any more"),
    )


def unwell_notice(
    sentence: Phrase | str, hint: Phrase | str, voice: Voice = ENGLISH, *, part: str = ""
) -> Message:
    """Say that a part of the house is not well, in its own words.

    Args:
        part: its name, by which it is known what kind of alert it is.
    """
    return Message(
        kind=MessageKind.UNWELL,
        document_id=None,
        title=voice.say("Something needs you"),
        lines=(
            *filter(None, map(voice.tell, (sentence, hint))),
            voice.say("More: dossierd check"),
            *filter(None, (alert_line(part, voice),)),
        ),
    )


def well_notice(part: str, voice: Voice = ENGLISH) -> Message:
    return Message(
        kind=MessageKind.WELL_AGAIN,
        document_id=None,
        title=voice.tell(Phrase("Resolved: {part}", part=named(part))),
    )
