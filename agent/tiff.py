"""Follows the pages of a TIFF from one to the next, and sees whether all of them lie inside the file.

A page is a directory of tags that ends with the place of the next (TIFF 6.0, section 2). Some writers put the
directories first and the pixels behind, others the other way round, so that the end of neither is the file's.

Every step is bounded: a directory by `_MOST_TAGS`, the chain by what the caller asks for, and a chain that leads back
into itself is broken. No place beyond the file is asked for: a large TIFF may name one that no system call takes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

Read = Callable[[int, int], bytes]
"""Gives the bytes at a place, so many or as many as there are."""

_MOST_TAGS = 4096
_OFFSETS, _LENGTHS = frozenset({273, 324}), frozenset({279, 325})
"""Where the strips or tiles of a page lie, and how long they are."""
_WIDTH, _SUBFILE = 256, 254
_SMALLER, _MASK = 0b001, 0b100
"""Of another page (TIFF 6.0, NewSubfileType). What calls itself smaller, and isn't, is a page."""
_SIZES = {3: 2, 4: 4, 16: 8}


class Chain(NamedTuple):
    """What was found.

    Attributes:
        pages: for each page that could be followed, whether it is a page of its own, rather than a small version of
            another or its mask.
        is_linked: whether each page leads to the next, until the last.
        is_whole: whether that is so, and the pixels of each page lie inside the file.
    """

    pages: tuple[bool, ...]
    is_linked: bool
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How wide numbers are: there is a TIFF for files up to 4 GB, and one for larger ones."""

    order: Literal["little", "big"]
    word: int
    count: int

    @property
    def tag_bytes(self) -> int:
        return 4 + 2 * self.word

    def number(self, raw: bytes) -> int:
        return int.from_bytes(raw, self.order)


def follow(read: Read, size: int, most: int) -> Chain:
    """Follow the chain of pages, `most` of them at most; a longer one counts as whole."""

    def read_inside(at: int, length: int) -> bytes:
        return read(at, length) if at < size else b""

    header = read(0, 16)
    layout = _layout_of(header)
    at = layout.number(header[layout.word : 2 * layout.word])
    pages: list[bool] = []
    widest = 0
    seen = set[int]()
    is_whole = at != 0
    while at and len(pages) < most:
        tags = None if at in seen else _directory(read_inside, layout, at, size)
        if tags is None:
            return Chain(tuple(pages), is_linked=False, is_whole=False)
        seen.add(at)
        entries, at = tags
        width = _value(entries, _WIDTH)
        pages.append(not _is_side_image(_value(entries, _SUBFILE), is_smaller=width < widest or not pages))
        widest = max(widest, width)
        is_whole = is_whole and _lies_inside(read_inside, layout, entries, size)
    return Chain(tuple(pages), is_linked=True, is_whole=is_whole)


def _layout_of(header: bytes) -> _Layout:
    order: Literal["little", "big"] = "little" if header[:2] == b"II" else "big"
    is_large = b"+" in header[2:4]
    return _Layout(order=order, word=8 if is_large else 4, count=8 if is_large else 2)


_Tag = tuple[int, int, int]
"""Type, number of values, and the value, or the place where they lie."""


def _directory(read: Read, layout: _Layout, at: int, size: int) -> tuple[dict[int, _Tag], int] | None:
    """Read a page's tags and the place of the next page; None when they don't lie inside the file."""
    count = layout.number(read(at, layout.count))
    length = count * layout.tag_bytes
    if not 0 < count <= _MOST_TAGS or at + layout.count + length + layout.word > size:
        return None
    raw = read(at + layout.count, length + layout.word)
    entries = {}
    for start in range(0, length, layout.tag_bytes):
        tag, kind = (layout.number(raw[start + offset : start + offset + 2]) for offset in (0, 2))
        values = layout.number(raw[start + 4 : start + 4 + layout.word])
        field = raw[start + 4 + layout.word : start + layout.tag_bytes]
        width = _SIZES.get(kind, 0)
        entries[tag] = (kind, values, layout.number(field[:width] if values == 1 and width else field))
    return entries, layout.number(raw[length:])


def _value(entries: dict[int, _Tag], tag: int) -> int:
    return entries.get(tag, (0, 0, 0))[2]


def _is_side_image(kind: int, *, is_smaller: bool) -> bool:
    return bool(kind & _MASK) or (bool(kind & _SMALLER) and is_smaller)


def _lies_inside(read: Read, layout: _Layout, entries: dict[int, _Tag], size: int) -> bool:
    """Whether the last strip or tile ends inside the file; they are written one after the other."""
    offset = _last(read, layout, entries, _OFFSETS)
    length = _last(read, layout, entries, _LENGTHS)
    return offset is None or length is None or offset + length <= size


def _last(read: Read, layout: _Layout, entries: dict[int, _Tag], tags: frozenset[int]) -> int | None:
    found = next((entries[tag] for tag in tags if tag in entries), None)
    if found is None or found[0] not in _SIZES or found[1] == 0:
        return None
    kind, values, value = found
    width = _SIZES[kind]
    if values == 1:
        return value
    if values * width <= layout.word:
        raw = value.to_bytes(layout.word, layout.order)
        return layout.number(raw[(values - 1) * width : values * width])
    return layout.number(read(value + (values - 1) * width, width))
