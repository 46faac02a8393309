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
from pathlib import Path

from agent.adapters.reading import own_page
from agent.adapters.reading.child import Reading, find
from agent.adapters.reading.encoding import encode
from agent.adapters.reading.finding import Order, Unreadable


def warm() -> None:
    """Read the page with both engines and the eye.

    Raises:
        RuntimeError: it can't be read.
    """
    document = os.memfd_create("warming", os.MFD_CLOEXEC)
    path = Path(f"/proc/self/fd/{document}")
    nobody, listener = socket.socketpair()
    try:
        path.write_bytes(own_page.draw())
        with path.open("rb") as first, path.open("rb") as second:
            is_read = _is_read(find(_ORDER, first, second, nobody))
    finally:
        nobody.close()
        listener.close()
        os.close(document)
    if not is_read:
        raise RuntimeError("The libraries can't read the simplest of pages.")


def _is_read(found: Reading | Unreadable) -> bool:
    """Go through the page as a child does, up to the line that it writes."""
    return isinstance(found, Reading) and all(map(encode, found.pages))


_ORDER = Order(
    scratch=Path("/nonexistent"),
    languages="eng",
    page_seconds=60.0,
    document_seconds=60.0,
    turn_seconds=60.0,
    memory_megabytes=1024,
    max_pages=1,
    render_megapixels=40,
)
