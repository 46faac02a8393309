"""Whether a file's content says that it is finished: the structural end of a PDF, or of a picture.

A writer that pauses looks the same as one that is done; the end of the format tells them apart. The answer
decides only how long a file waits (settle time or grace time), never whether it is taken: a damaged PDF has
no end and is taken after the grace time.

Rules, for a PDF over the first `HEAD_BYTES` and the last `TAIL_BYTES`:
- What begins like a picture ends like one (`picture_ending`).
- A PDF has `%PDF-` within the head, as viewers allow it. Anything else has no known end: it is finished.
- A PDF is finished when the last `startxref <offset> %%EOF` of the tail points into the file and no object
  follows. Up to `TAIL_BYTES` of garbage may stand behind it: mail gateways and web servers append some.
- `startxref 0` closes only the first section of a linearized file, whose dictionary also tells the final
  length.
Accepted risk: a writer that appends a revision to a complete PDF, and pauses exactly between the two, looks
finished. The claim hashes the file and custody compares it again before the move.
"""

import re

from agent.adapters.watch.picture_ending import TAIL_BYTES, has_end
from agent.domain.formats import HEAD_BYTES, MAGICS, picture_format
from agent.tiff import Read

_MAGIC = b"%PDF-"
_BLANKS = b" \t\r\n\f\0\xef\xbb\xbf"
# Every repetition is bounded: the bytes are hostile, and a long run must not make the search quadratic.
_END = re.compile(rb"startxref[\0\s]{1,32}(\d{1,15})[\0\s]{0,32}%%EOF")
_OBJECT = re.compile(rb"\d{1,10}\s{1,8}\d{1,5}\s{1,8}obj\b")
_LINEARIZED_LENGTH = re.compile(rb"/L\s{0,8}(\d{1,15})")


def is_finished(read: Read, size: int) -> bool:
    """Judge a file of so many bytes by its first and last ones, and by what leads from these to those."""
    head = read(0, HEAD_BYTES)
    picture = picture_format(head)
    if picture is not None:
        return has_end(picture, read, size)
    return _pdf_is_finished(head, read(max(0, size - TAIL_BYTES), TAIL_BYTES), size)


def _pdf_is_finished(head: bytes, tail: bytes, size: int) -> bool:
    start = head.find(_MAGIC)
    if start < 0:
        return not _may_become_document(head)
    if size < _promised_length(head[start:]):
        return False
    ends = list(_END.finditer(tail))
    if not ends:
        return False
    offset = int(ends[-1][1])
    return 0 < offset < size and _OBJECT.search(tail, ends[-1].end()) is None


def _may_become_document(head: bytes) -> bool:
    """Whether the head is empty, blank (a file of reserved length), or the first letters of a magic."""
    pictures = (magic for magics in MAGICS.values() for magic in magics)
    return _MAGIC.startswith(head.strip(_BLANKS)) or any(magic.startswith(head) for magic in pictures)


def _promised_length(head: bytes) -> int:
    found = _LINEARIZED_LENGTH.search(head) if b"/Linearized" in head else None
    return int(found[1]) if found else 0
