"""The line that documents stand in: who has taken fewest turns goes first, and nobody waits for ever. Pure.

Invariants
- Crash suspects that have had no turn since the start go before all others; after it they stand in line like them.
- Among those with about as many turns, who came first goes first; so ten long documents are done one after the other,
  and not all at the very end.
- Each fourth time it is the one's turn who has waited longest, whatever else has come.
"""

from collections.abc import Collection
from dataclasses import dataclass

from agent.domain.document import DocumentId

LONG_TURNS = 8
"""From so many turns on documents are equally long: about the forty seconds in which twenty scanned pages are read."""
PATIENT_PICK = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A document in the line.

    Attributes:
        turns: how many it has taken.
        arrived: its place among all that ever came.
        joined: its place among all that ever joined the line, which a document does after each turn.
    """

    document_id: DocumentId
    is_suspect: bool
    turns: int
    arrived: int
    joined: int

    @property
    def rank(self) -> tuple[bool, int, int]:
        """The lower, the sooner."""
        is_fresh_suspect = self.is_suspect and not self.turns
        return not is_fresh_suspect, min(self.turns, LONG_TURNS).bit_length(), self.arrived


class Line:
    """Documents that wait for a worker."""

    def __init__(self) -> None:
        self._waiting: dict[DocumentId, Waiting] = {}
        self._arrived: dict[DocumentId, int] = {}
        self._turns: dict[DocumentId, int] = {}
        self._suspects: set[DocumentId] = set()
        self._joined = 0
        self._picks = 0

    def __contains__(self, document_id: DocumentId) -> bool:
        return document_id in self._waiting

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def document_ids(self) -> Collection[DocumentId]:
        return self._waiting.keys()

    @property
    def new(self) -> int:
        """How many have had no turn yet."""
        return sum(not it.turns for it in self._waiting.values())

    def suspect(self, document_id: DocumentId) -> None:
        """Let a document run alone until it is forgotten."""
        self._suspects.add(document_id)

    def join(self, document_id: DocumentId) -> None:
        self._joined += 1
        self._waiting[document_id] = self._standing(document_id)

    def took_turn(self, document_id: DocumentId) -> None:
        self._turns[document_id] = self._turns.get(document_id, 0) + 1

    def forget(self, document_id: DocumentId) -> None:
        """It came to an end: when it comes again it is a new one."""
        self._suspects.discard(document_id)
        self._turns.pop(document_id, None)
        self._arrived.pop(document_id, None)

    def next(self, busy: Collection[DocumentId]) -> Waiting | None:
        """Whose turn it is, of those that no worker has in hands; it stays in the line until it is taken."""
        free = [it for it in self._waiting.values() if it.document_id not in busy]
        is_patient = self._picks % PATIENT_PICK == PATIENT_PICK - 1 and not any(not it.rank[0] for it in free)
        return min(free, key=lambda it: it.joined if is_patient else it.rank, default=None)

    def take(self, waiting: Waiting) -> None:
        self._picks += 1
        del self._waiting[waiting.document_id]

    def goes_before(self, document_id: DocumentId, busy: Collection[DocumentId]) -> bool:
        """Whether somebody who waits would go before this document, once it has taken the turn it is at."""
        standing = self._standing(document_id, turns=1)
        return any(it.rank < standing.rank for it in self._waiting.values() if it.document_id not in busy)

    def _standing(self, document_id: DocumentId, turns: int = 0) -> Waiting:
        return Waiting(
            document_id=document_id,
            is_suspect=document_id in self._suspects,
            turns=self._turns.get(document_id, 0) + turns,
            arrived=self._arrived.setdefault(document_id, self._joined),
            joined=self._joined,
        )
