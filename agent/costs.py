"""Ports of what paid services cost."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from agent.domain.cost import CallEnd, CallId, CostKey, CostLine, CostSum, Reservation, Span
from agent.domain.document import DocumentId


class Costs(Protocol):
    """The calls in the ledger. A call that is not settled counts at its worst.

    Raises (all methods): LedgerUnavailable.
    """

    def reserve(self, reservation: Reservation) -> None: ...

    def settle(self, end: CallEnd) -> None:
        """Write how a call ended, once; a later end of the same call changes nothing.

        Raises:
            ValueError: it was never reserved, or would count less than nothing or more than was reserved.
        """
        ...

    def sums(self, spans: Mapping[str, Span], by: CostKey | None = None) -> Sequence[CostSum]:
        """Add up what the calls count that were reserved within each of some spans.

        Args:
            spans: by their names, which are the keys of their sums where `by` is None or DAY.
            by: what else each span is told by, what cost most first.
        """
        ...

    def of_document(self, document_id: DocumentId) -> CostSum: ...

    def total(self) -> Mapping[str, tuple[int, int]]:
        """What each model has ever cost, and what of it is settled, in micro-dollars; kept, not counted."""
        ...

    def unwritten(self) -> Sequence[CostLine]:
        """The lines that the file lacks, each call's in their order."""
        ...

    def written(self, call_id: CallId) -> None:
        """The file has one more line of a call."""
        ...
