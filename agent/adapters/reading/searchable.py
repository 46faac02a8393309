"""The job of a child: a copy of a scan that can be searched, with its words as invisible text where they stand.

Invariants
- What can be seen stays as it is: pictures are copied as they lie in the file, metadata and page labels too. Only a
  page that had to be turned to be read stands upright in the copy.
- Words that the document's own layer says are not written again. Where that layer was found to be no use, its invisible
  text is left out of the copy, so that a search finds what the page shows, once.
- A picture becomes a PDF first (`wrapping.py`), with all of its pixels; from there on it is a document like others.
- The same document and words give the same bytes.

Accepted: invisible text inside a form XObject stays. A copy has no digital signatures, which could not be valid on
it; and no password, as its original needs none to be read.
"""

import errno
import socket
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf
import pypdfium2
from pikepdf import Dictionary, Name, Object

from agent.adapters.reading import finding, loading, textlayer, words
from agent.adapters.reading.finding import COPY, NO_ROOM, NoRoomError, Order, Unreadable
from agent.adapters.reading.frame import Frame
from agent.adapters.reading.glyphless import add_font, codes_of
from agent.adapters.reading.wrapping import wrap
from agent.domain.document import Page
from agent.domain.formats import HEAD_BYTES, picture_format
from agent.domain.outcome import FailureReason

_FONT = "DossierdText"
_WRAPPED = "wrapped.pdf"
_SAME_POINTS = 1.0
_DEEPEST = 50
"""Of the tree of pages that resources are inherited along; one with a loop in it has no end."""
_INVISIBLE = 3
_SHOWING = frozenset({"Tj", "TJ", "'", '"'})


def make_searchable(order: Order, document: int, _reply: socket.socket) -> None:
    """Leave the copy in the scratch folder, or a finding that says why there is none."""
    unfinished = order.scratch / f"{COPY}.part"
    try:
        path = _as_pdf(order, Path(f"/proc/self/fd/{document}"))
        if isinstance(path, Unreadable):
            finding.write(path, order.scratch)
            return
        with path.open("rb") as stream, unfinished.open("w+b") as copy:
            _copy(stream, path, copy, list(words.decode(order.scratch / words.WORDS)))
        unfinished.rename(order.scratch / COPY)
    except MemoryError:
        raise
    except Exception as error:  # what a parser of hostile bytes raises is not for us to foresee
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise NoRoomError from error
        unfinished.unlink(missing_ok=True)
        finding.write(Unreadable(failure=_failure(error)), order.scratch)


def _as_pdf(order: Order, path: Path) -> Path | Unreadable:
    """Give the document where it lies, or a picture as a PDF of its own."""
    with path.open("rb") as stream:
        kind = picture_format(stream.read(HEAD_BYTES))
        stream.seek(0)
        if kind is None:
            return path
        wrapped = order.scratch / _WRAPPED
        with wrapped.open("wb") as target:
            refusal = wrap(order, stream, kind, target)
    return refusal or wrapped


def _copy(stream: BinaryIO, path: Path, copy: BinaryIO, pages: list[Page]) -> None:
    with pikepdf.open(stream) as pdf:
        _add_words(pdf, loading.load(path), pages)
        pdf.save(copy, deterministic_id=True, encryption=False)


def _failure(error: Exception) -> FailureReason:
    match error:
        case pikepdf.PasswordError():
            return FailureReason.ENCRYPTED
        case OSError(errno=errno.EFBIG):
            return FailureReason.TOO_LARGE
        case _:
            return FailureReason.DAMAGED


def _add_words(pdf: pikepdf.Pdf, seen: pypdfium2.PdfDocument, pages: list[Page]) -> None:
    """Lay its words on each page.

    Raises:
        ValueError: the document has other pages than those that were read.
    """
    if len(pdf.pages) != len(pages):
        raise ValueError("Two engines count different pages.")
    written = [(page, textlayer.recognised(page)) for page in pages]
    codes = codes_of(
        letter for _, lines in written for line in lines for it in line.words for letter in it.text
    )
    font = add_font(pdf, codes)
    for page, lines in written:
        if lines:
            frame = _frame(seen, page)
            target = pdf.pages[page.number - 1]
            if textlayer.is_whole(page):
                _leave_out_invisible(pdf, target)
            target.contents_add(textlayer.content(page, frame, codes, _FONT), prepend=True)
            _offer(target.obj, font)
            if page.turn:
                target.obj["/Rotate"] = (frame.turn + page.turn) % 360
    _leave_out_signatures(pdf)


def _frame(seen: pypdfium2.PdfDocument, page: Page) -> Frame:
    """See the page as the reader saw it.

    Raises:
        ValueError: its size is not that of the page that was read; the words would stand in the wrong places.
    """
    opened = seen[page.number - 1]
    try:
        width, height = opened.get_size()
        frame = Frame(width=width, height=height, bounds=opened.get_bbox(), turn=opened.get_rotation())
    finally:
        opened.close()
    sides = (page.height, page.width) if page.turn % 180 else (page.width, page.height)
    if max(abs(width - sides[0]), abs(height - sides[1])) > _SAME_POINTS:
        raise ValueError("The page has another size than when it was read.")
    return frame


def _offer(page: Any, font: Object) -> None:
    """Name the font among the page's resources; what other pages share with it is not touched."""
    resources: Any = Dictionary(_inherited(page, "/Resources"))
    fonts = Dictionary(resources.get("/Font", {}))
    fonts[f"/{_FONT}"] = font
    resources["/Font"] = fonts
    page["/Resources"] = resources


def _inherited(node: Any, key: str) -> Any:
    for _ in range(_DEEPEST):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return {}


def _leave_out_invisible(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    """Take out of the page's own content what shows text in render mode 3."""
    kept, modes, mode, is_changed = [], [], 0, False
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        if operator == "q":
            modes.append(mode)
        elif operator == "Q" and modes:
            mode = modes.pop()
        elif operator == "Tr" and instruction.operands:
            mode = int(instruction.operands[0])
        if operator in _SHOWING and mode == _INVISIBLE:
            is_changed = True
        else:
            kept.append(instruction)
    if is_changed:
        page.obj["/Contents"] = pdf.make_stream(pikepdf.unparse_content_stream(kept))


def _leave_out_signatures(pdf: pikepdf.Pdf) -> None:
    """Take away what a changed file can't keep: its signatures' values, and the promise that they are there."""
    if "/Perms" in pdf.Root:
        del pdf.Root["/Perms"]
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, Dictionary) or "/SigFlags" not in form:
        return
    del form["/SigFlags"]
    for each in pdf.objects:
        if isinstance(each, Dictionary) and each.get("/FT") == Name.Sig and "/V" in each:
            del each["/V"]
