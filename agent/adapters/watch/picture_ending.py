"""Whether a picture has its end: the end marker of a JPEG or PNG, the last box of a HEIC, the last page of a TIFF.

Bytes may follow the end, as those that cameras append. As for a PDF, the answer decides only how long a file waits.
Every walk is bounded; where it meets what it doesn't understand, waiting helps nobody, and the reader will judge.
"""

from agent import tiff
from agent.domain.formats import Format
from agent.tiff import Read

TAIL_BYTES = 8192

_MOST_STEPS = 1000
"""Segments, boxes or pages that are looked at: more than any camera or scanner writes at the head of a file."""
_END_OF_IMAGE = b"\xff\xd9"
_LAST_CHUNK = b"IEND\xaeB\x60\x82"
_FILL, _START_OF_SCAN = 0xFF, 0xDA
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})
"""They stand alone, without a length."""


def has_end(kind: Format, read: Read, size: int) -> bool:
    """Judge a picture by what it is."""
    match kind:
        case Format.JPEG:
            return _jpeg_has_end(read, size)
        case Format.PNG:
            return _LAST_CHUNK in _tail(read, size, 0)
        case Format.TIFF:
            return tiff.follow(read, size, _MOST_STEPS).is_whole
        case _:
            return _boxes_end(read, size)


def _jpeg_has_end(read: Read, size: int) -> bool:
    """Whether the end marker follows the pixels; the preview that many hold before them has one of its own."""
    at = 2
    for _ in range(_MOST_STEPS):
        marker = read(at, 4)
        if len(marker) < 4:
            return False
        if marker[0] != _FILL:
            return True
        if marker[1] == _START_OF_SCAN:
            return _END_OF_IMAGE in _tail(read, size, at)
        if marker[1] == _FILL:
            at += 1
        elif marker[1] in _BARE_MARKERS:
            at += 2
        else:
            at += 2 + int.from_bytes(marker[2:], "big")
    return True


def _boxes_end(read: Read, size: int) -> bool:
    """Whether the boxes of an ISO media file (ISO/IEC 14496-12) fill it, its table of contents among them."""
    at, kinds = 0, set[bytes]()
    for _ in range(_MOST_STEPS):
        if at >= size:
            return at == size and b"meta" in kinds
        header = read(at, 16)
        length = int.from_bytes(header[:4], "big")
        if length == 1:
            length = int.from_bytes(header[8:], "big")
        if length < 8:  # 0: as long as the file, which may still grow
            return True
        kinds.add(header[4:8])
        at += length
    return True


def _tail(read: Read, size: int, begin: int) -> bytes:
    """The last bytes of the file, from `begin` at the earliest."""
    start = max(begin, size - TAIL_BYTES)
    return read(start, max(0, size - start))
