"""The port of the weekly sample, beside those that `ports` holds."""

import datetime
from collections.abc import Sequence
from typing import Protocol

from agent.domain.document import DocumentId
from agent.domain.message import Message
from agent.domain.sampling import Drawn, Filing, Judged, Sampled, SampleWeek


class Samples(Protocol):
    """The filings that were chosen. A change and the messages that show it are one transaction.

    Raises (all methods): LedgerUnavailable.
    """

    def last(self, monday: datetime.date) -> Drawn | None:
        """The newest week until that one whose sample was chosen, None before the first.

        A clock that was ahead has chosen for later ones, which keep theirs.
        """
        ...

    def pool(self, since: datetime.datetime, until: datetime.datetime) -> Sequence[Filing]:
        """What the rules filed from `since` on and before `until`, and what lies there still."""
        ...

    def draw(self, drawn: Drawn, chosen: Sequence[Filing]) -> bool:
        """Keep whom chance has chosen, in this order; False, and nothing is changed, where that week was drawn."""
        ...

    def waiting(self) -> Sequence[Sampled]:
        """Those that are open, in the order in which they were chosen."""
        ...

    def of(self, document_id: DocumentId) -> Sampled | None:
        """The document's newest place in a sample."""
        ...

    def last_posted_at(self) -> datetime.datetime | None: ...

    def post(self, sampled: Sampled, messages: Sequence[tuple[str, Message]], now: datetime.datetime) -> bool:
        """Ask people; False where that was done, or where it is open no longer."""
        ...

    def judge(
        self,
        sampled: Sampled,
        judged: Judged,
        messages: Sequence[tuple[str, Message]],
        now: datetime.datetime,
    ) -> bool:
        """Close it, once; False where it is open no longer.

        Args:
            messages: take the place of what stands in the chats; where people were not asked yet, none is said.
        """
        ...

    def weeks(self) -> Sequence[SampleWeek]:
        """What came of each week's sample, the newest first."""
        ...
