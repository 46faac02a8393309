"""How often people took back what the rules had filed."""

from dataclasses import dataclass

from agent.domain.document import DocumentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """The filings by rule of some time.

    Attributes:
        filed: how many there were.
        taken_back: those of them that a human undid or filed elsewhere later, the newest first.
    """

    filed: int
    taken_back: tuple[DocumentId, ...]
