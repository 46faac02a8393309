"""The port to the audit trail: what was done and why, a line before each effect and a line after it."""

import datetime
from typing import Protocol


class Journal(Protocol):
    """The audit trail: appended and on disk before the effect that it tells of.

    Raises:
        StorageUnavailable: the disk refuses.
    """

    def append(self, event: str, at: datetime.datetime, /, **fields: object) -> None: ...
