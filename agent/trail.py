"""The port to the audit trail: what was done and why, a line before each effect and a line after it."""

import datetime
from typing import Protocol


class Journal(Protocol):
    """The audit trail.

    Raises (all methods):
        StorageUnavailable: the disk refuses.
    """

    def append(self, event: str, at: datetime.datetime, /, **fields: object) -> None:
        """Write a line, and those noted before it, and wait until all is on disk: what it tells of may be done now."""
        ...

    def note(self, event: str, at: datetime.datetime, /, **fields: object) -> None:
        """Write a line and don't wait: a death of the program leaves it, that of the machine may take it."""
        ...
