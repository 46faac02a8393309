"""Whether a file's content says that it is finished: the structural end of a PDF.

A writer that pauses looks the same as one that is done; the end of the format tells them apart. The answer
decides only how long a file waits (settle time or grace time), never whether it is taken: a damaged PDF has
no end and is taken after the grace time.

Rules, over the first `HEAD_BYTES` and the last `TAIL_BYTES`:
- A PDF has `%PDF-` within the head, as viewers allow it. Anything else has no known end: it is finished.
- A PDF is finished when the last `startxref <offset> %%EOF` of the tail points into the file and no object
  follows. Up to `TAIL_BYTES` of garbage may stand behind it: mail gateways and web servers append some.
- `startxref 0` closes only the first section of a linearized file, whose dictionary also tells the final
  length.
Accepted risk: a writer that appends a revision to a complete PDF, and pauses exactly between the two, looks
finished. The claim hashes the file and custody compares it again before the move.
"""

import re

HEAD_BYTES = 1024
TAIL_BYTES = 8192

_MAGIC = b"%PDF-"
_BLANKS = b" \t\r\n\f\0\xef\xbb\xbf"
# Every repetition is bounded: the bytes are hostile, and a long run must not make the search quadratic.
_END = re.compile(rb"startxref[\0\s]{1,32}(\d{1,15})[\0\s]{0,32}%%EOF")
_OBJECT = re.compile(rb"\d{1,10}\s{1,8}\d{1,5}\s{1,8}obj\b")
_LINEARIZED_LENGTH = re.compile(rb"/L\s{0,8}(\d{1,15})")


def is_finished(head: bytes, tail: bytes, size: int) -> bool:
    """Judge a file by its first and last bytes.

    Args:
        head: the first `HEAD_BYTES`, or all there is.
        tail: the last `TAIL_BYTES`, or all there is.
        size: of the whole file, in bytes.
    """
    start = head.find(_MAGIC)
    if start < 0:
        return not _may_become_pdf(head)
    if size < _promised_length(head[start:]):
        return False
    ends = list(_END.finditer(tail))
    if not ends:
        return False
    offset = int(ends[-1][1])
    return 0 < offset < size and _OBJECT.search(tail, ends[-1].end()) is None


def _may_become_pdf(head: bytes) -> bool:
    """Whether the head is empty, blank (a file of reserved length), or the first letters of the magic."""
    return _MAGIC.startswith(head.strip(_BLANKS))


def _promised_length(head: bytes) -> int:
    found = _LINEARIZED_LENGTH.search(head) if b"/Linearized" in head else None
    return int(found[1]) if found else 0
