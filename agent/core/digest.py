"""When the daily digest is due, and what it says."""

import datetime
from collections.abc import Sequence

from agent.core.costs import dollars
from agent.core.sample_cards import digest_line
from agent.core.status import CHOSEN, COUNTED
from agent.core.voice import ENGLISH, Voice
from agent.domain.anchor import Anchor
from agent.domain.digest import DigestDay, DigestNumbers
from agent.domain.message import Message, MessageKind
from agent.domain.outcome import FailureReason, State
from agent.domain.sampling import SampleWeek


def due_day(
    now: datetime.datetime,
    at: datetime.time,
    timezone: datetime.tzinfo,
    last: DigestDay,
) -> datetime.date | None:
    """Say for which day a digest is to be written now, if for any.

    It is late where the daemon was down, but no later than the same day; a day that has had its own gets no other,
    whatever the clocks were set to. A time that a day has twice is its first, one that it has not comes with the next.
    """
    today = now.astimezone(timezone).date()
    return today if today > last.day and now >= _moment(today, at, timezone) else None


def first_day(now: datetime.datetime, at: datetime.time, timezone: datetime.tzinfo) -> DigestDay:
    """Where digests begin: what was before is not told of, and the next one is due at its time."""
    today = now.astimezone(timezone).date()
    is_past = now >= _moment(today, at, timezone)
    return DigestDay(day=today if is_past else today - datetime.timedelta(days=1), until=now)


def _moment(day: datetime.date, at: datetime.time, timezone: datetime.tzinfo) -> datetime.datetime:
    return datetime.datetime.combine(day, at, timezone).astimezone(datetime.UTC)


def digest_message(
    numbers: DigestNumbers,
    *,
    since: datetime.datetime,
    now: datetime.datetime,
    audit_head: Anchor,
    samples: Sequence[SampleWeek] = (),
    voice: Voice = ENGLISH,
) -> Message:
    """Write the day in numbers.

    Args:
        audit_head: the journal's last line: what stands before it can't be changed unseen.
        samples: what came of the weekly samples, the newest first; empty where it is not told today.
    """
    parts = [
        voice.say(
            "{filed} filed ({by_rule} automatic, {by_people} by you)",
            filed=numbers.by_rule + numbers.by_people,
            by_rule=numbers.by_rule,
            by_people=numbers.by_people,
        ),
        _open(numbers, now, voice),
        voice.count(*COUNTED[State.FAILED], numbers.failed),
    ]
    for reason, count in (
        (FailureReason.REJECTED, numbers.rejected),
        (FailureReason.SPLIT, numbers.split),
    ):
        if count:
            parts.append(voice.count(*CHOSEN[reason], count))
    if numbers.duplicates:
        parts.append(voice.say("{number} came a second time", number=numbers.duplicates))
    if numbers.missing:
        parts.append(voice.say("{number} missing", number=numbers.missing))
    parts.append(voice.say("cost {cost}", cost=dollars(numbers.cost_micros)))
    parts.append(voice.say("audit head {anchor}", anchor=audit_head.shown))
    return Message(
        kind=MessageKind.DIGEST,
        document_id=None,
        title=voice.say("Daily digest, since {since}", since=voice.day_and_hour(since)),
        lines=(" · ".join(parts), *digest_line(samples, voice), *_what_to_do(numbers, voice)),
        typed=(voice.say("Which failed: dossierd failures"),) if numbers.failed else (),
    )


def _open(numbers: DigestNumbers, now: datetime.datetime, voice: Voice) -> str:
    if numbers.oldest_at is None:
        return voice.say("none open")
    hours = max(0, int((now - numbers.oldest_at).total_seconds() // 3600))
    return voice.say("{number} open, oldest {hours} h", number=numbers.open, hours=hours)


def _what_to_do(numbers: DigestNumbers, voice: Voice) -> tuple[str, ...]:
    commands = [
        command
        for command, count in (
            ("dossierd pending", numbers.open),
            ("dossierd check", numbers.missing),
        )
        if count
    ]
    return (voice.say("More: {commands}", commands=", ".join(commands)),) if commands else ()
