"""A place in the audit trail, as it is noted outside of it: `812:9f3c2a7b11de`."""

import re
from dataclasses import dataclass

HASH_SHOWN = 12
"""Digits of a hash that people are shown: enough to hold a line of the trail against, even years later."""

_WRITTEN = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{12,64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What an entry of the trail was when it was noted: nothing before it can be changed unseen either.

    Attributes:
        hash: hexadecimal; the whole of it, or its first digits.
    """

    entry: int
    hash: str

    @property
    def shown(self) -> str:
        """How people are told of it, and type it."""
        return f"{self.entry}:{self.hash[:HASH_SHOWN]}"


def parse_anchor(text: str) -> Anchor | None:
    """Read an anchor as it is shown, with twelve digits of the hash or more; None if it is none."""
    found = _WRITTEN.fullmatch(text.strip().lower())
    return None if found is None else Anchor(entry=int(found[1]), hash=found[2])
