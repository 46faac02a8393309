"""Validates what a child left behind. A child that was taken over may have written anything."""

import os
from collections.abc import Iterator, Sequence
from io import BufferedReader
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from agent.adapters.reading.encoding import charge
from agent.adapters.reading.finding import (
    FINDING,
    MAX_FINDING_BYTES,
    MAX_PAGE_BYTES,
    Finding,
    Read,
    Unavailable,
    Unreadable,
)
from agent.adapters.reading.written import page_of, word_count
from agent.domain.document import Page

_REFUSAL: TypeAdapter[Unreadable | Unavailable] = TypeAdapter(Unreadable | Unavailable)
_PAGES_MARK = b'{"page_count"'
_MAX_DETAIL = 120
_MAX_HINT = 1000
"""It may name a package for each of many languages."""


class _Head(BaseModel):
    """What stands before the pages."""

    page_count: int = Field(ge=1)


def collect(scratch: Path, room: int = MAX_FINDING_BYTES, page_room: int = MAX_PAGE_BYTES) -> Finding | None:
    """Parse the finding in a scratch folder; None when there is none that could be believed.

    Args:
        room, page_room: the bytes that it, and each of its pages, may take.
    """
    try:
        with _open(scratch / FINDING) as stream:
            finding = _parse(_capped_lines(stream, room, page_room), room)
    except (OSError, ValidationError):
        return None
    return finding if finding is not None and _is_plausible(finding) else None


def _open(path: Path) -> BufferedReader:
    """Open a regular file; never follow a link, never wait at a FIFO."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    return os.fdopen(descriptor, "rb")


def _parse(lines: Iterator[bytes | None], room: int) -> Finding | None:
    """Parse a refusal, or page after page; None beyond the cap."""
    first = next(lines, None)
    if first is None or not first.startswith(_PAGES_MARK):
        return None if first is None else _REFUSAL.validate_json(first)
    page_count = _Head.model_validate_json(first).page_count
    pages = []
    for line in lines:
        if line is None:
            return None
        page = page_of(line)
        room -= charge(len(line), word_count([page]))
        if room < 0:
            return None
        pages.append(page)
    return Read(pages=tuple(pages), page_count=page_count)


def _capped_lines(stream: BufferedReader, room: int, page_room: int) -> Iterator[bytes | None]:
    """Give line by line, and None where one is too long, or all together."""
    while line := stream.readline(page_room + 1):
        room -= len(line)
        if room < 0 or len(line) > page_room:
            yield None
            return
        yield line


def _is_plausible(finding: Finding) -> bool:
    match finding:
        case Read(pages=pages, page_count=page_count):
            return _is_numbered(pages, page_count)
        case Unreadable(detail=detail):
            return detail is None or _is_legible(detail, _MAX_DETAIL)
        case _:
            return _is_legible(finding.sentence, _MAX_HINT) and _is_legible(finding.hint, _MAX_HINT)


def _is_legible(told: str, most: int) -> bool:
    """Whether it may stand on a line of the log: no line ends, and no signs that steer a terminal."""
    return len(told) <= most and told.isprintable()


def _is_numbered(pages: Sequence[Page], page_count: int) -> bool:
    numbers = [0, *(page.number for page in pages), page_count + 1]
    return bool(pages) and all(one < next_one for one, next_one in pairwise(numbers))
