"""What is said of a pause, and how long one that somebody asks for shall last."""

import datetime
import re

from agent.core.messages import who
from agent.core.voice import Voice
from agent.domain.message import Message, MessageKind
from agent.domain.pause import Pause
from agent.domain.phrase import OfficeTime, Phrase

LONGEST = datetime.timedelta(days=30)
"""What is meant to last longer is no pause; a slip such as `20000m` is asked about."""

_SPAN = re.compile(r"([1-9][0-9]{0,4})\s*(m|min|h|d)")
_UNITS = {
    "m": datetime.timedelta(minutes=1),
    "min": datetime.timedelta(minutes=1),
    "h": datetime.timedelta(hours=1),
    "d": datetime.timedelta(days=1),
}


def span_of(text: str) -> datetime.timedelta | None:
    """Read how long something shall last: `30m`, `2h`, `1d`; None where it is written otherwise, or too long."""
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None:
        return None
    span = int(found[1]) * _UNITS[found[2]]
    return span if span <= LONGEST else None


def pause_phrase(pause: Pause, timezone: datetime.tzinfo | None = None) -> Phrase:
    """Say who has paused the intake, since when, and until when: `paused by anna at 2026-11-27 10:42`.

    Args:
        timezone: the office's, where the command line too tells the time there.
    """

    def time(moment: datetime.datetime) -> datetime.datetime | OfficeTime:
        return moment if timezone is None else OfficeTime(moment.astimezone(timezone))

    actor, since = who(pause.begun_by), time(pause.begun_at)
    if pause.ends_at is None:
        return Phrase("paused by {actor} at {since}", actor=actor, since=since)
    return Phrase(
        "paused by {actor} at {since}, until {until}", actor=actor, since=since, until=time(pause.ends_at)
    )


def pause_words(pause: Pause, voice: Voice) -> str:
    """The same, in the office's words."""
    return voice.tell(pause_phrase(pause))


def pause_notice(pause: Pause, voice: Voice) -> Message:
    """Tell that no new documents are taken in, because somebody wants that."""
    words = pause_words(pause, voice)
    return Message(
        kind=MessageKind.PAUSED,
        document_id=None,
        title=voice.say("No new documents are taken in: {words}", words=words),
        lines=(
            voice.say("They wait in incoming/, and are safe there. What was taken in before goes on."),
            voice.say("To take them in again: dossierd resume"),
        ),
    )


def pause_over_notice(voice: Voice) -> Message:
    return Message(kind=MessageKind.UNPAUSED, document_id=None, title=voice.say("The pause is over"))
