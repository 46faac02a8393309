"""A line of the journal, and how it is bound to the one before. Pure.

    {"at":"2026-11-21T03:16:00+00:00","event":"claimed","fields":{"document":"D-1"},"hash":"…","prev":"…","sequence":1}

`hash` is the SHA-256 of the line's canonical JSON without `hash`; `prev` is the hash of the line before, zeros for the
first. Canonical: keys sorted, no blanks, ASCII, so that a line has exactly one way to be written.
"""

import datetime
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from agent.domain.phrase import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A line's place in the chain."""

    sequence: int
    hash: str

    def is_noted_as(self, noted: "Head") -> bool:
        """Whether this is the line that was noted, by its hash or by the first digits of it."""
        return self.sequence == noted.sequence and self.hash.startswith(noted.hash)


UNUSABLE = Phrase("The journal can't be written or read")
"""The sentence of every StorageUnavailable that comes from here."""

START = Head(sequence=0, hash="0" * 64)
"""What the first line continues."""

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_END = re.compile(rb',"hash":"([0-9a-f]{64})","prev":"([0-9a-f]{64})","sequence":([1-9][0-9]{0,17})\}\n\Z')
"""How a canonical line ends: its keys are sorted, so nothing comes between or after these."""


def written(
    before: Head, event: str, at: datetime.datetime, fields: Mapping[str, object]
) -> tuple[Head, bytes]:
    """Write the line that continues the one before, with its line end.

    Raises:
        ValueError: the time is naive, or a field is a number that JSON doesn't know.
        TypeError: a field is nothing that JSON can hold.
    """
    if at.tzinfo is None:
        raise ValueError("a journal's time is aware")
    content: dict[str, object] = {
        "sequence": before.sequence + 1,
        "at": at.astimezone(datetime.UTC).isoformat(),
        "event": event,
        "fields": dict(fields),
        "prev": before.hash,
    }
    head = Head(sequence=before.sequence + 1, hash=_hash_of(content))
    return head, _canonical(content | {"hash": head.hash}) + b"\n"


def parse(line: bytes) -> tuple[Head, str] | None:
    """Read a line's head and the hash that it continues, whether its own hash fits or not; None if it is no line."""
    try:
        content = json.loads(line)
        sequence, own, prev = content["sequence"], content["hash"], content["prev"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if type(sequence) is not int or not isinstance(own, str) or not isinstance(prev, str):
        return None
    return Head(sequence=sequence, hash=own), prev


def continues(line: bytes, sequence: int, before: str) -> str | None:
    """Give the hash of a line that is intact, has this number and continues that hash; None: ask `parse`, `is_intact`.

    Much faster than both: the line is hashed as it stands, without its hash, and not taken apart.
    """
    end = _END.search(line)
    if end is None:
        return None
    own, prev, number = end.groups()
    if int(number) != sequence or prev.decode() != before:
        return None
    digest = hashlib.sha256(line[: end.start()])
    digest.update(line[end.end(1) + 1 : -1])
    found = digest.hexdigest()
    return found if found.encode() == own else None


def month_of(line: bytes) -> str | None:
    """Read the month of a line that can be parsed: `2026-11`, in UTC; None if it says none."""
    at = json.loads(line).get("at")
    found = _MONTH.match(at) if isinstance(at, str) else None
    return found.group() if found else None


def month_at(at: datetime.datetime) -> str:
    """The month in which a line of this time stands."""
    return at.astimezone(datetime.UTC).isoformat()[:7]


def is_intact(line: bytes) -> bool:
    """Whether a line that can be parsed is, byte for byte, what `written` gave."""
    content = json.loads(line)
    own = content.pop("hash")
    try:
        return bool(own == _hash_of(content) and line == _canonical(content | {"hash": own}) + b"\n")
    except ValueError:
        return False


def _canonical(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def _hash_of(content: Mapping[str, object]) -> str:
    return hashlib.sha256(_canonical(content)).hexdigest()
