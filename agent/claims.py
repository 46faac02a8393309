"""Ports of how documents become ours, beside those that `ports` holds."""

import datetime
from typing import Protocol

from agent.domain.document import CorrelationId, DocumentId, SeenFile
from agent.domain.life import Document


class Claims(Protocol):
    """The beginning of the documents' rows, and who holds one where several hosts share the ledger."""

    def open_claim(
        self, seen: SeenFile, original_name: str, correlation_id: CorrelationId, now: datetime.datetime
    ) -> Document:
        """Write that a file is to be claimed; gives the row there is if that was tried before and came to nothing.

        Where another host is about to claim it, that host's row is given, and is not ours (`Document.run`).
        """
        ...

    def confirm_claim(self, document_id: DocumentId, location: str, now: datetime.datetime) -> None: ...

    def withdraw(self, document_id: DocumentId, now: datetime.datetime) -> None: ...

    def relocate(self, document_id: DocumentId, location: str) -> None:
        """Record that a claimed document has been brought back to the claim folder."""
        ...

    def take(self, document_id: DocumentId) -> Document | None:
        """Hold a document before it is worked on; what rests is not held, nor what is held by another host that stands.

        On one host this only reads it, whatever its state.
        """
        ...

    def release(self, document: Document) -> None:
        """Let go of a document that can't go on here now; one that was taken again since it was seen stays held."""
        ...

    def interrupt(self, document_id: DocumentId) -> bool:
        """Give back to `claimed` what nobody reads any more, because its daemon died or was fenced off.

        The attempt counts. False, and nothing changes, where the document isn't being read, or is by one that stands.
        """
        ...
