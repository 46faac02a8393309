"""Failures of one cause that come thick and fast, and are told as one message."""

import datetime
from dataclasses import dataclass

from agent.domain.document import DocumentId
from agent.domain.message import ParcelId
from agent.domain.outcome import FailureReason


@dataclass(frozen=True, slots=True, kw_only=True)
class UntoldFailure:
    """A failed document of which not everybody has been told yet.

    Attributes:
        parcels: its messages that wait, one for each recipient.
    """

    document_id: DocumentId
    reason: FailureReason
    failed_at: datetime.datetime
    parcels: tuple[ParcelId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """What is known of a storm. One cause has one at a time; it is over when nothing more comes.

    Attributes:
        began_at: when its first document failed; with the reason, its key.
        last_at: when its latest one did.
        count: the documents of it.
        told_at: when people were told last, and of how many; None before that.
    """

    reason: FailureReason
    began_at: datetime.datetime
    last_at: datetime.datetime
    count: int
    told_at: datetime.datetime | None = None
    told_count: int = 0
    is_over: bool = False

    @property
    def card(self) -> str:
        """The key under which its messages take each other's place."""
        return f"storm:{self.reason}:{self.began_at.astimezone(datetime.UTC):%Y%m%dT%H%M%S.%f}"
