"""Validates what a child left behind. A child that was taken over may have written anything."""

import math
import os
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from agent.adapters.reading.finding import FINDING, MAX_FINDING_BYTES, Finding, Read, Unreadable
from agent.domain.document import DocumentText

_FINDING: TypeAdapter[Finding] = TypeAdapter(Finding)
_MAX_DETAIL = 120


def collect(scratch: Path) -> Finding | None:
    """Parse the finding in a scratch folder; None when there is none that could be believed."""
    encoded = _read_capped(scratch / FINDING)
    if encoded is None:
        return None
    try:
        finding = _FINDING.validate_json(encoded)
    except ValidationError:
        return None
    return finding if _is_plausible(finding) else None


def _read_capped(path: Path) -> bytes | None:
    """Read a regular file of a bounded size; never follow a link, never wait at a FIFO."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            encoded = stream.read(MAX_FINDING_BYTES + 1)
    except OSError:
        return None
    return encoded if len(encoded) <= MAX_FINDING_BYTES else None


def _is_plausible(finding: Finding) -> bool:
    match finding:
        case Read(text=text):
            return _is_numbered(text) and _is_finite(text)
        case Unreadable(detail=detail):
            return detail is None or (len(detail) <= _MAX_DETAIL and detail.isprintable())
        case _:
            return len(finding.sentence) <= _MAX_DETAIL and len(finding.hint) <= _MAX_DETAIL


def _is_numbered(text: DocumentText) -> bool:
    return bool(text.pages) and all(page.number == number for number, page in enumerate(text.pages, start=1))


def _is_finite(text: DocumentText) -> bool:
    """JSON as Python writes and reads it knows NaN and infinity, which no page is made of."""
    boxes = (word.box for page in text.pages for line in page.lines for word in line.words)
    return all(math.isfinite(page.width) and math.isfinite(page.height) for page in text.pages) and all(
        math.isfinite(box.left + box.top + box.right + box.bottom) for box in boxes
    )
