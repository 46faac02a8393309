"""Results that are not told one by one."""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.message import ParcelId


class Results(StrEnum):
    """How people want to be told what was filed."""

    EACH = "each"
    BATCH = "batch"
    """One message for what was filed within some minutes."""
    DIGEST = "digest"
    """Counted once a day, in the digest."""
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class UntoldResult:
    """A message about a document that was filed, or came again, which its recipient has not had.

    Attributes:
        record_id: None for a document that came again.
        since: when it was due; of a gathered one, when it was gathered.
    """

    parcel_id: ParcelId
    recipient: str
    document_id: DocumentId
    record_id: RecordId | None
    since: datetime.datetime
