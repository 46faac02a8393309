"""Write the daily digest when it is due: each day once, in one transaction with the row that says so."""

import datetime
from collections.abc import Callable, Sequence

import structlog

from agent.asked import Digests
from agent.core.digest import digest_message, due_day, first_day
from agent.core.sampling import first_day_of
from agent.core.voice import ENGLISH, Voice
from agent.domain.anchor import Anchor
from agent.domain.digest import DigestDay
from agent.domain.message import addressed
from agent.domain.sampling import SampleWeek
from agent.ports import Clock

log = structlog.get_logger(__name__)


def write_digest(
    digests: Digests,
    at: datetime.time,
    timezone: datetime.tzinfo,
    *,
    recipients: Sequence[str],
    clock: Clock,
    audit_head: Callable[[], Anchor],
    voice: Voice = ENGLISH,
    onlookers: Sequence[str] = (),
    samples: Callable[[], Sequence[SampleWeek]] = tuple,
) -> bool:
    """Write what is due; gives whether there is something to send.

    Args:
        samples: what came of the weekly samples, which the first digest of a week tells.

    Raises:
        LedgerUnavailable, StorageUnavailable: nothing was written; it is as due as before.
    """
    now = clock.now()
    last = digests.last(now.astimezone(timezone).date())
    if last is None:
        digests.write(first_day(now, at, timezone), ())
        return False
    day = due_day(now, at, timezone, last)
    if day is None:
        return False
    head = audit_head()
    message = digest_message(
        digests.numbers(last.until, now),
        since=last.until,
        now=now,
        audit_head=head,
        samples=samples() if first_day_of(day) > first_day_of(last.day) else (),
        voice=voice,
    )
    digests.write(DigestDay(day=day, until=now, audit=head), addressed(message, recipients, onlookers))
    log.info("digest_written")
    return True
