"""Notes in the ledger how far the audit trail reaches, so that a cut end shows; whether digests are written or not."""

import datetime
from contextlib import suppress
from typing import Protocol

from agent import errors
from agent.app import Parts
from agent.domain.anchor import Anchor

APART = datetime.timedelta(hours=1)
"""What no document has to do with can be cut off unseen for so long after a death; after a stop, nothing."""


class Anchors(Protocol):
    """Notes a place of the trail.

    Raises: LedgerUnavailable.
    """

    def note(self, anchor: Anchor, now: datetime.datetime) -> None: ...


class Anchoring:
    """Notes the last line as soon as there is one, and then each hour."""

    def __init__(self, anchors: Anchors) -> None:
        self._anchors = anchors
        self._noted_at: datetime.datetime | None = None

    def look(self, head: Anchor, now: datetime.datetime) -> None:
        """Note the trail's last line where it is time to.

        Raises:
            LedgerUnavailable: it is noted at the next look.
        """
        is_time = self._noted_at is None or not datetime.timedelta(0) <= now - self._noted_at < APART
        if head.entry and is_time:
            self._anchors.note(head, now)
            self._noted_at = now


def head_of(parts: Parts) -> Anchor:
    """The trail's last line.

    Raises:
        StorageUnavailable: the trail can't be read.
    """
    head = parts.journal.head
    return Anchor(entry=head.sequence, hash=head.hash)


def note_end(parts: Parts) -> None:
    """Note where the trail ends at a stop; what refuses is told by whoever needs it next."""
    with suppress(errors.LedgerUnavailable, errors.LeaseLost, errors.StorageUnavailable):
        Anchoring(parts.digests.anchors).look(head_of(parts), parts.clock.now())
