"""Times of the day at the office, as its settings write them: `08:00`, `20:00-07:00`, or `none`."""

import datetime
import re
from dataclasses import dataclass

NONE = "none"
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When messages come without a sound; the end belongs to the day, and may lie on the next one."""

    begin: datetime.time
    end: datetime.time

    def holds(self, moment: datetime.datetime, timezone: datetime.tzinfo) -> bool:
        """Whether a moment lies in them."""
        time = moment.astimezone(timezone).time()
        if self.begin <= self.end:
            return self.begin <= time < self.end
        return time >= self.begin or time < self.end


def quiet_hours(text: str) -> QuietHours | None:
    """Read the setting; None for `none`.

    Raises:
        ValueError: it is written otherwise.
    """
    if text.strip().lower() == NONE:
        return None
    begin, dash, end = text.partition("-")
    begins, ends = _time_of(begin), _time_of(end)
    if not dash or begins is None or ends is None or begins == ends:
        raise ValueError("must be written like 20:00-07:00, or none")
    return QuietHours(begin=begins, end=ends)


def digest_time(text: str) -> datetime.time | None:
    """Read the setting; None for `none`.

    Raises:
        ValueError: it is written otherwise.
    """
    if text.strip().lower() == NONE:
        return None
    found = _time_of(text)
    if found is None:
        raise ValueError("must be written like 08:00, or none")
    return found


def _time_of(text: str) -> datetime.time | None:
    found = _TIME.fullmatch(text.strip())
    return None if found is None else datetime.time(int(found[1]), int(found[2]))
