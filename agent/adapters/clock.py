"""The time of the machine, and the dates of the office. Nothing else in dossierd asks what time it is."""

import datetime
from zoneinfo import ZoneInfo


class SystemClock:
    """Implements `ports.Clock`."""

    def __init__(self, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)

    def now(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC)

    def date_of(self, moment: datetime.datetime) -> datetime.date:
        return moment.astimezone(self._zone).date()
