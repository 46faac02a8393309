"""What is kept for a time only goes at night, or later where it could not then, a little at each look; no document."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from agent.adapters.alive import Mark
from agent.app import Parts

log = structlog.get_logger(__name__)

NIGHT_HOUR = 3
"""At the office: nobody waits for the ledger then."""
LONGEST = datetime.timedelta(hours=25)
"""Between two times. A night's change from summer time takes that long."""
DONE_FILE = "kept"
"""In `state/`: its time says when nothing was left to go."""
ROTATED_LOGS = "dossierd.log.*"


class Retention(Protocol):
    """Lets go of what is old, a little at each call; 0 when nothing is left.

    Raises (all methods): LedgerUnavailable.
    """

    def let_go_of_texts(self, before: datetime.datetime) -> int: ...

    def let_go_of_messages(self, before: datetime.datetime) -> int: ...

    def shred(self) -> bool: ...


class Done(Protocol):
    """When nothing was left to go; None where that was never so."""

    def touch(self, now: datetime.datetime) -> None: ...

    def last(self) -> datetime.datetime | None: ...


class Keeping:
    """Once a night, from three o'clock at the office; at any time on a machine that is off at night.

    Args:
        done: outlives the daemon, which may be started each morning.
        text_days: how long what documents say is kept once they rest; 0: for ever.
        message_days: how long what was told is kept; 0: for ever.
        log_days: how long a rotated log is kept; 0: as long as there is room for it.
    """

    def __init__(
        self,
        retention: Retention,
        logs: Path,
        timezone: ZoneInfo,
        done: Done,
        *,
        text_days: int,
        message_days: int,
        log_days: int,
    ) -> None:
        self._retention = retention
        self._logs = logs
        self._timezone = timezone
        self._text_days = text_days
        self._message_days = message_days
        self._log_days = log_days
        self._done = done
        self._done_at = done.last()

    def look(self, now: datetime.datetime) -> bool:
        """Let a little go, where it is time and something is left to go. Gives whether anything went."""
        if not self._is_time(now):
            return False
        texts = messages = 0
        if self._text_days:
            texts = self._retention.let_go_of_texts(now - datetime.timedelta(days=self._text_days))
        if self._message_days:
            messages = self._retention.let_go_of_messages(now - datetime.timedelta(days=self._message_days))
        logs = sum(1 for _ in self._drop_logs(now)) if self._log_days else 0
        if texts or messages or logs:
            log.info("kept_no_longer", texts=texts, messages=messages, logs=logs)
            return True
        if self._retention.shred():
            return True
        self._done_at = now
        self._done.touch(now)
        return False

    def _is_time(self, now: datetime.datetime) -> bool:
        if self._done_at is None or now - self._done_at > LONGEST:
            return True
        local, done = now.astimezone(self._timezone), self._done_at.astimezone(self._timezone)
        return local.hour == NIGHT_HOUR and local.date() != done.date()

    def _drop_logs(self, now: datetime.datetime) -> Iterator[Path]:
        """Remove the old ones among the rotated logs; the one that is written is never among them."""
        oldest = (now - datetime.timedelta(days=self._log_days)).timestamp()
        for path in sorted(self._logs.glob(ROTATED_LOGS)):
            try:
                if path.stat().st_mtime < oldest:
                    path.unlink()
                    yield path
            except OSError as error:  # tomorrow again; nothing hangs on it
                log.info("log_not_removed", reason=type(error).__name__)


def keeping_of(parts: Parts) -> Keeping:
    settings = parts.settings
    return Keeping(
        parts.retention,
        settings.logs,
        ZoneInfo(settings.timezone),
        Mark(settings.state / DONE_FILE),
        text_days=settings.keep_text_days,
        message_days=settings.keep_message_days,
        log_days=settings.keep_log_days,
    )
