"""Reads a page of our own making in the fork server, so that each child finds ready what every page needs.

What libraries make at first use (their fonts, tables of letters, compiled patterns) would else be made in each child
anew, and thrown away with it. No byte of a stranger's comes here; and if this page can't be read, none can, so that the
server doesn't start.

Under the unit it is more than haste. pdfium calls back into Python, and for the first callback libffi looks into
/proc/self/maps, which no child may. Without it libffi takes memory that is written and executed, the unit's
MemoryDenyWriteExecute= refuses that, and each document seems too large for the memory (tests/systemd).
"""

import os
import socket
import zlib
from pathlib import Path

from agent.adapters.reading.child import find
from agent.adapters.reading.finding import Order, Read

_FONTS = ("Times-Roman", "Times-Bold", "Helvetica", "Helvetica-Bold")
"""Those that a file needn't bring along, and that letters are written in."""
_WORDS = "The quick brown fox jumps over the lazy dog, 0123456789 times."


def warm() -> None:
    """Read the page with both engines and the eye.

    Raises:
        RuntimeError: it can't be read.
    """
    document = os.memfd_create("warming", os.MFD_CLOEXEC)
    path = Path(f"/proc/self/fd/{document}")
    nobody, listener = socket.socketpair()
    try:
        path.write_bytes(_pdf())
        with path.open("rb") as first, path.open("rb") as second:
            found = find(_ORDER, first, second, nobody)
    finally:
        nobody.close()
        listener.close()
        os.close(document)
    match found:
        case Read():
            return
        case _:
            raise RuntimeError("The libraries can't read the simplest of pages.")


_ORDER = Order(
    scratch=Path("/nonexistent"),
    languages="eng",
    page_seconds=60.0,
    document_seconds=60.0,
    memory_megabytes=1024,
    max_pages=1,
    render_megapixels=40,
)


def _pdf() -> bytes:
    """A page with a line in each font, and a rule beneath."""
    lines = [
        f"BT /F{number} 12 Tf 72 {700 - 20 * number} Td ({_WORDS}) Tj ET" for number in range(len(_FONTS))
    ]
    content = zlib.compress("\n".join([*lines, "72 600 400 1 re f"]).encode("ascii"))
    fonts = " ".join(
        f"/F{number} << /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
        for number, name in enumerate(_FONTS)
    )
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << %b >> >> >>"
        % fonts.encode("ascii"),
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(content), content),
    )
    written, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    ending = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + ending
