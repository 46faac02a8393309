"""Reads a page of our own making in the fork server, so that each child finds ready what every page needs.

What libraries make at first use (their fonts, tables of letters, compiled patterns) would else be made in each child
anew, and thrown away with it. No byte of a stranger's comes here; and if this page can't be read, none can, so that the
server doesn't start.

Afterwards nothing that can be written may be shared with the children: see `loading`.
"""

import atexit
import io
import os
import socket
from pathlib import Path

import pypdfium2
from PIL import Image

from agent.adapters.reading import loading, own_page, tesseract, tools
from agent.adapters.reading.child import Reading, find
from agent.adapters.reading.coverage import coverage
from agent.adapters.reading.deskew import skew
from agent.adapters.reading.encoding import encode
from agent.adapters.reading.eye import DOTS_PER_POINT
from agent.adapters.reading.finding import Order, Unreadable
from agent.adapters.reading.recipes import recipes_for


def warm() -> None:
    """Read the page with both engines and the eye, and get ready to recognise scans.

    Raises:
        RuntimeError: it can't be read, or reading it left memory that the children would share.
    """
    document = os.memfd_create("warming", os.MFD_CLOEXEC)
    path = Path(f"/proc/self/fd/{document}")
    nobody, listener = socket.socketpair()
    try:
        path.write_bytes(own_page.draw())
        with path.open("rb") as stream:
            is_read = _is_read(find(_ORDER, stream, nobody))
    finally:
        nobody.close()
        listener.close()
        os.close(document)
    if not is_read:
        raise RuntimeError("The libraries can't read the simplest of pages.")
    _keep_fonts()
    _get_ready_to_recognise()
    if shared := loading.shared_memory():
        raise RuntimeError(f"Children would share memory that they can write to: {', '.join(shared)}")


def _keep_fonts() -> None:
    """Have pdfium keep the fonts that files needn't bring along, and their letters: it does while a page uses them."""
    document = pypdfium2.PdfDocument(own_page.draw())
    page = document[0]
    page.render(scale=DOTS_PER_POINT, grayscale=True, bitmap_maker=pypdfium2.PdfBitmap.new_native)
    atexit.register(_let_go, page, document)


def _let_go(page: pypdfium2.PdfPage, document: pypdfium2.PdfDocument) -> None:
    page.close()
    document.close()


def _get_ready_to_recognise() -> None:
    """Look at a picture as a child does, up to tesseract, of which only its version and its languages are asked for."""
    picture = Image.new("L", _PICTURE, 255)
    skew(picture)
    coverage(picture, _DOTS, ())
    recipes_for(picture, _DOTS)
    picture.save(io.BytesIO(), "PPM")
    tesseract.meet()
    tools.where()


def _is_read(found: Reading | Unreadable) -> bool:
    """Go through the page as a child does, up to the line that it writes."""
    return isinstance(found, Reading) and all(map(encode, found.pages))


_PICTURE, _DOTS = (600, 800), 100.0

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
