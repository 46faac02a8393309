"""A line of the journal, and how it is bound to the one before. Pure.

    {"at":"2026-11-21T03:16:00+00:00","event":"claimed","fields":{"document":"D-1"},"hash":"…","prev":"…","sequence":1}

`hash` is the SHA-256 of the line's canonical JSON without `hash`; `prev` is the hash of the line before, zeros for the
first. Canonical: keys sorted, no blanks, ASCII, so that a line has exactly one way to be written.
"""

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from agent.domain.phrase import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A line's place in the chain."""

    sequence: int
    hash: str


UNUSABLE = Phrase("The journal can't be written or read")
"""The sentence of every StorageUnavailable that comes from here."""

START = Head(sequence=0, hash="0" * 64)
"""What the first line continues."""


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
