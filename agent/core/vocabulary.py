"""What is known of labels and numbers: the tables of this program, and what the office has added to them.

A value that extraction is given, so that the same words and the same vocabulary always give the same evidence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from agent.core.identifiers import IDENTIFIERS, IdentifierKind
from agent.core.labels import PHRASES, Phrase, by_first, identifying


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """Kinds of numbers, and labels.

    Attributes:
        kinds: all kinds of numbers, each with a name of its own.
        labels: those of the office, beside `labels.PHRASES`; of equal phrases the office's counts.
    """

    kinds: tuple[IdentifierKind, ...] = IDENTIFIERS
    labels: tuple[Phrase, ...] = ()

    def kind(self, name: str | None) -> IdentifierKind | None:
        """Find a kind of number; None where there is none of that name."""
        return self._kinds.get(name or "")

    def recognise(self, value: str) -> tuple[IdentifierKind, str] | None:
        """Tell which kind a compact number without a label is, by its form and checksum alone, and its full form."""
        for kind in self.kinds:
            if kind.stands_alone and (normal := kind.recognised(value)):
                return kind, normal
        return None

    @cached_property
    def phrases(self) -> Mapping[str, Sequence[Phrase]]:
        """All labels by their first word, the longest first."""
        return by_first((*PHRASES, *self.labels))

    @cached_property
    def identifying_labels(self) -> tuple[str, ...]:
        """The labels, in Latin letters, without which and without a long number no page says who it is about."""
        return identifying((*PHRASES, *self.labels))

    @cached_property
    def _kinds(self) -> dict[str, IdentifierKind]:
        return {kind.name: kind for kind in self.kinds}


STANDARD = Vocabulary()
"""What this program knows by itself."""
