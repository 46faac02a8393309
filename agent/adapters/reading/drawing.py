"""The job of a child: a piece of a page, drawn as its reader sees it, in grey, as a PNG no larger than is shown."""

import errno
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from PIL import Image

from agent.adapters.reading import finding
from agent.adapters.reading.annotations import Annotations
from agent.adapters.reading.finding import DRAWING, NO_ROOM, NoRoomError, Order, Unreadable
from agent.adapters.reading.opening import open_document
from agent.adapters.reading.pages import Sheet
from agent.adapters.reading.pdf import PdfPages
from agent.adapters.reading.pictures import PicturePages
from agent.domain.outcome import FailureReason
from agent.domain.snippet import HIGHEST, WIDEST

_FINEST = 4.0
"""Pixels a point: a scan of 300 dots an inch has 4.2, and finer letters would only be larger."""


def draw(order: Order, document: int, _reply: socket.socket) -> None:
    """Leave the picture in the scratch folder, or a finding that says why there is none."""
    unfinished = order.scratch / f"{DRAWING}.part"
    try:
        with Path(f"/proc/self/fd/{document}").open("rb") as stream:
            opened = open_document(order, stream)
            if isinstance(opened, Unreadable):
                finding.write(opened, order.scratch)
                return
            with _sheet(opened, order.page_number) as sheet:
                _piece(sheet, order).save(unfinished, "PNG", optimize=True)
        unfinished.rename(order.scratch / DRAWING)
    except MemoryError:
        raise
    except Exception as error:  # what a parser of hostile bytes raises is not for us to foresee
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise NoRoomError from error
        is_large = isinstance(error, OSError) and error.errno == errno.EFBIG
        failure = FailureReason.TOO_LARGE if is_large else FailureReason.DAMAGED
        finding.write(Unreadable(failure=failure), order.scratch)


@contextmanager
def _sheet(opened: object, number: int) -> Iterator[Sheet]:
    """Go to a page, from 1.

    Raises:
        ValueError: the engine that draws can't open the document, or it has no such page.
    """
    match opened:
        case PdfPages(annotations=Annotations() as annotations):
            page: Sheet = annotations.open(number)
        case PicturePages() if number <= opened.frame_count:
            page = opened.page(number)
        case _:
            raise ValueError("There is nothing to be drawn.")
    with closing(page):
        yield page


def _piece(sheet: Sheet, order: Order) -> Image.Image:
    """Draw the page, turn it as it was turned to be read, and cut the piece out."""
    left, top, right, bottom = order.crop
    across, down = max(right - left, 1.0), max(bottom - top, 1.0)
    largest = (order.render_megapixels * 1_000_000 / max(sheet.width * sheet.height, 1.0)) ** 0.5
    scale = min(WIDEST / across, HIGHEST / down, _FINEST, largest)
    drawn: Image.Image = sheet.render(scale)
    turned = drawn.rotate(-order.turn, expand=True) if order.turn else drawn
    sides = tuple(round(side * scale) for side in (left, top, right, bottom))
    piece = turned.crop((sides[0], sides[1], max(sides[2], sides[0] + 1), max(sides[3], sides[1] + 1)))
    return piece.crop((0, 0, min(piece.width, WIDEST), min(piece.height, HIGHEST)))
