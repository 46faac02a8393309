"""Whether a running daemon hears what people press and write."""

import datetime
from zoneinfo import ZoneInfo

from agent.adapters.clock import SystemClock
from agent.adapters.home import HomeLock
from agent.adapters.ledger import SqlInbox
from agent.config import Settings
from agent.domain.hearing import HEARD_WITHIN, Silence
from agent.domain.phrase import OfficeTime, Phrase, plain
from agent.health.finding import has_run
from agent.ledgers import engine_of

_BLIP = datetime.timedelta(minutes=1)
"""A poll that failed is known to be over when the next one ends, which takes half a minute."""


def silence(settings: Settings) -> Silence | None:
    """Since when the daemon hears nothing of its bot, and why; None where all is well, or no daemon listens."""
    token, state = settings.telegram_token, settings.state
    if token is None or not has_run(settings) or not HomeLock(state).is_held():
        return None
    engine = engine_of(settings)
    try:
        inbox = SqlInbox(engine)
        known, polled_at = inbox.silence(token.get_secret_value().partition(":")[0]), inbox.polled_at()
    finally:
        engine.dispose()
    now = SystemClock(settings.timezone).now()
    if known is not None:
        return known if now - known.since >= _BLIP else None
    if polled_at is None or now - polled_at < HEARD_WITHIN:
        return None
    return Silence(
        since=polled_at,
        sentence=str(Phrase("Telegram is not even asked.")),
        hint=str(Phrase("Look at the log (journalctl -u dossierd), then type: systemctl restart dossierd")),
    )


def silence_phrase(found: Silence, settings: Settings) -> Phrase:
    """Say since when, in the office's time, and what that means for people."""
    return Phrase(
        "{why} Nothing was heard since {since}; presses of buttons wait",
        why=plain(found.sentence),
        since=OfficeTime(found.since.astimezone(ZoneInfo(settings.timezone))),
    )
