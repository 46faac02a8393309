"""Ports of erasure, the one thing here that can't be taken back, beside those that `ports` holds."""

import datetime
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from agent.domain.document import DocumentId, Sha256
from agent.domain.life import Document
from agent.domain.message import Message


class WhyErased(StrEnum):
    """Why something is erased: a closed set, so that no sentence about a person gets into the journal."""

    ASKED = "asked"
    """The person asked for it, as the law allows."""
    MISTAKE = "mistake"
    """It should never have come here."""
    EXPIRED = "expired"
    """The time for which it had to be kept is over."""
    ORDERED = "ordered"
    """A court or an authority ordered it."""


class Erasing(Protocol):
    """Takes out of the ledger what a document said and whose it was.

    Raises (all methods): LedgerUnavailable.
    """

    def erase(self, document: Document, told: Message, now: datetime.datetime) -> Document:
        """Empty the document's row and all that hangs on it, in one transaction.

        Number, hash, size and dates stay, and where the file lies, until `is_gone` was told.

        Args:
            told: what takes the place of its messages in the chats.

        Raises:
            RequestRefused: the document is not at rest, or no longer as it was seen.
        """
        ...

    def unfinished(self) -> Sequence[Document]:
        """Documents that are erased here, and whose file may still lie where it lay."""
        ...

    def is_gone(self, document_id: DocumentId) -> None:
        """Write that no file is left."""
        ...

    def shred(self) -> None:
        """Have nothing of what was erased stand in the database's own files any more."""
        ...


class FileErasing(Protocol):
    """Removes files of documents.

    Raises:
        StorageUnavailable: the disk refuses.
    """

    def erase(self, location: str, sha256: Sha256) -> bool:
        """Remove a document's file, sidecar and searchable copy, durably. Safe to repeat.

        Returns:
            False where a file with other bytes stands there: it is none of ours, and stays.
        """
        ...
