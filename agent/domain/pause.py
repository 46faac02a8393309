"""A pause: somebody's word that no new documents are taken in."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """It holds until its end, or until somebody resumes.

    Attributes:
        begun_by: who asked for it, such as `cli:anna`.
        ends_at: when it ends by itself; None for never.
    """

    begun_at: datetime.datetime
    begun_by: str
    ends_at: datetime.datetime | None = None
