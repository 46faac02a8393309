"""Jobs: which claimed documents wait for a worker of any host. Only a ledger that several hosts share has them.

A job hands a document to a host, and no more: the ledger says what is left to do, so that a job may come twice or late.
It holds the document's number and nothing else.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from agent.domain.document import DocumentId

QUEUE, TASK = "documents", "process_document"
ARGUMENT = "document_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLoad:
    """What there is to do, and who there is to do it.

    Attributes:
        jobs: how many wait, or are with a host that has not done the document's first turn.
        workers: how many hosts ask for jobs and have been heard of lately.
    """

    jobs: int
    workers: int


class Jobs(Protocol):
    """The jobs in the ledger. Each raises LedgerUnavailable."""

    def queue(self, document_ids: Collection[DocumentId]) -> None:
        """Have documents worked on, except those that have a job already."""

    def put_back(self, document_ids: Collection[DocumentId]) -> None:
        """Have documents worked on by the next that asks, though this host's own jobs for them are not ended yet."""

    def known(self) -> frozenset[DocumentId]:
        """The documents that have a job."""

    def load(self, within_seconds: float) -> JobLoad:
        """Count.

        Args:
            within_seconds: who was last heard of before that is none of the workers; by the database's clock.
        """
