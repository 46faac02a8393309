"""When failures are a storm, and what people are told of it. A few are told one by one, each with its number."""

import datetime
from collections.abc import Sequence
from dataclasses import replace

from agent.core.alerts import alert_line
from agent.core.messages import CHOSEN
from agent.core.voice import ENGLISH, Voice
from agent.domain.message import Message, MessageKind
from agent.domain.outcome import FAILURES, FailureReason
from agent.domain.storm import Storm, UntoldFailure

MOST_APART = 5
"""Failures of one cause within `WINDOW` that are told one by one: as many as somebody reads."""
WINDOW = datetime.timedelta(minutes=10)
EDIT_PAUSE = datetime.timedelta(seconds=30)
"""Between two edits of the count: more are no easier to read, and Telegram slows down who sends them."""
QUIET_AFTER = datetime.timedelta(minutes=10)
"""A storm is over when nothing has come for so long; less, and a slow one is told again and again."""
TOLD_APART: frozenset[FailureReason] = frozenset(CHOSEN)
"""What a human has just said of each document is no storm."""


def begun(untold: Sequence[UntoldFailure], failed_at: Sequence[datetime.datetime]) -> Storm | None:
    """Say whether failures of one cause are a storm.

    Args:
        untold: those that people were not told of yet; at least one.
        failed_at: when each failed document did, these among them, since `WINDOW` before the first of these.
    """
    moments = sorted(failed_at)
    crowds = zip(moments, moments[MOST_APART:], strict=False)
    first = next((first for first, last in crowds if last - first <= WINDOW), None)
    if first is None:
        return None
    began_at = min(first, *(failure.failed_at for failure in untold))
    return Storm(
        reason=untold[0].reason,
        began_at=began_at,
        last_at=moments[-1],
        count=sum(moment >= began_at for moment in moments),
    )


def grown(storm: Storm, untold: Sequence[UntoldFailure]) -> Storm:
    """Count further failures of its cause."""
    return replace(
        storm,
        last_at=max(storm.last_at, *(failure.failed_at for failure in untold)) if untold else storm.last_at,
        count=storm.count + len(untold),
    )


def is_news(storm: Storm, now: datetime.datetime) -> bool:
    """Whether people are to be told how it stands."""
    if storm.told_at is None:
        return True
    return storm.count > storm.told_count and (
        now - storm.told_at >= EDIT_PAUSE or now < storm.told_at or is_spent(storm, now)
    )


def is_spent(storm: Storm, now: datetime.datetime) -> bool:
    """Whether it is over."""
    return now - storm.last_at >= QUIET_AFTER


def storm_message(storm: Storm, voice: Voice = ENGLISH) -> Message:
    """Say how many it is by now; a later one takes its place."""
    text = FAILURES[storm.reason]
    since = voice.say("Since {hour}.", hour=_moment(storm, storm.began_at, voice))
    return Message(
        kind=MessageKind.STORM,
        document_id=None,
        title=_counted(storm, voice),
        lines=(
            f"{voice.say(text.sentence)} {since}",
            voice.say(text.in_chat or text.hint),
            voice.say("Nothing is lost: they lie untouched in failed/."),
            alert_line("storm", voice),
        ),
        typed=(_listing(voice),),
    )


def over_message(storm: Storm, voice: Voice = ENGLISH) -> Message:
    """Say that no more come, and how many it was in the end."""
    return Message(
        kind=MessageKind.STORM_OVER,
        document_id=None,
        title=voice.say("Over: {counted}", counted=_counted(storm, voice)),
        lines=(
            voice.say(FAILURES[storm.reason].sentence),
            voice.say(
                "The first at {first}, the last at {last}; none since.",
                first=_moment(storm, storm.began_at, voice),
                last=_moment(storm, storm.last_at, voice),
            ),
            voice.say("Nothing is lost: they lie untouched in failed/."),
        ),
        typed=(_listing(voice),),
    )


def _listing(voice: Voice) -> str:
    return voice.say("To list them, type: dossierd failures")


def _counted(storm: Storm, voice: Voice) -> str:
    return voice.count(
        "{number} document could not be filed", "{number} documents could not be filed", storm.count
    )


def _moment(storm: Storm, moment: datetime.datetime, voice: Voice) -> str:
    """The time of day; with its date where the storm has seen two days."""
    begun_on, last_on = (at.astimezone(voice.timezone).date() for at in (storm.began_at, storm.last_at))
    return voice.hour(moment) if begun_on == last_on else voice.day_and_hour(moment)
