"""The job of a child: a PDF taken apart, each range of pages a PDF of its own.

Invariants
- Pages look as they did: their streams are copied as they lie in the file, compressed as they were.
- A part holds what its own pages show, and nothing else of the document: no outline, no attachment, no metadata, no
  picture that only other pages draw, no field of a form that stands on other pages. It may go to another person.
- Each part is opened once more, and has as many pages as were asked for.
- The same document and ranges give the same bytes.

Accepted: what a page's form XObject could draw and does not, goes with it. A part has no digital signatures, which
could not be valid on it; the original, which has them, is kept.
"""

import errno
import socket
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from agent.adapters.reading import finding, loading
from agent.adapters.reading.finding import NO_ROOM, NoRoomError, Order, Unreadable, part_file
from agent.domain.formats import HEAD_BYTES, picture_format
from agent.domain.outcome import FailureReason

_DEEPEST = 50
"""Of the tree of a form's fields; one with a loop in it has no end."""
_BEYOND_THE_PAGE = ("/B", "/PieceInfo", "/StructParents")
"""What a page says of articles, of programs' own data, and of a structure that is not copied."""


def split(order: Order, document: int, _reply: socket.socket) -> None:
    """Leave the parts in the scratch folder, or a finding that says why there are none."""
    path = Path(f"/proc/self/fd/{document}")
    try:
        with path.open("rb") as stream:
            if picture_format(stream.read(HEAD_BYTES)) is not None:
                finding.write(Unreadable(failure=FailureReason.UNKNOWN_FORMAT), order.scratch)
                return
            stream.seek(0)
            with pikepdf.open(stream) as pdf:
                _write_parts(pdf, order)
    except MemoryError:
        raise
    except Exception as error:  # what a parser of hostile bytes raises is not for us to foresee
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise NoRoomError from error
        finding.write(Unreadable(failure=_failure(error)), order.scratch)


def _failure(error: Exception) -> FailureReason:
    match error:
        case pikepdf.PasswordError():
            return FailureReason.ENCRYPTED
        case OSError(errno=errno.EFBIG):
            return FailureReason.TOO_LARGE
        case _:
            return FailureReason.DAMAGED


def _write_parts(pdf: pikepdf.Pdf, order: Order) -> None:
    """Write each part down under a name that it has only when it is whole, the last of them last.

    Raises:
        ValueError: the document, or a part, has other pages than it should.
        OSError: the disk refuses, or the parts together are too large (EFBIG).
    """
    if len(pdf.pages) != order.ranges[-1][1]:
        raise ValueError("Two engines count different pages.")
    pdf.remove_unreferenced_resources()
    left = order.file_megabytes * 1024 * 1024
    for number, (first, last) in enumerate(order.ranges):
        unfinished = order.scratch / f"{part_file(number)}.part"
        with _part(pdf, first, last) as part:
            part.save(
                unfinished,
                deterministic_id=True,
                compress_streams=False,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
            )
        left -= unfinished.stat().st_size
        if left < 0:
            raise OSError(errno.EFBIG, "The parts are too large.")
        if len(loading.load(unfinished)) != last - first + 1:
            raise ValueError("A part has other pages than it should.")
        unfinished.rename(order.scratch / part_file(number))


def _part(pdf: pikepdf.Pdf, first: int, last: int) -> pikepdf.Pdf:
    part = pikepdf.new()
    part.add_pages_from(pdf, range(first - 1, last))
    for page in part.pages:
        for key in _BEYOND_THE_PAGE:
            if key in page.obj:
                del page.obj[key]
    if "/OCProperties" in pdf.Root:  # which layers are shown
        part.Root["/OCProperties"] = part.copy_foreign(pdf.make_indirect(pdf.Root["/OCProperties"]))
    if "/AcroForm" in part.Root:
        _leave_out_other_fields(part)
    return part


def _leave_out_other_fields(part: pikepdf.Pdf) -> None:
    """Take out of the form each field that stands on none of the part's pages."""
    form: Any = part.Root["/AcroForm"]
    for key in ("/XFA", "/SigFlags", "/CO"):
        if key in form:
            del form[key]
    shown = {
        annotation.objgen
        for page in part.pages
        for annotation in page.obj.get("/Annots", [])
        if isinstance(annotation, Dictionary)
    }
    form["/Fields"] = Array([it for it in form.get("/Fields", []) if _is_shown(it, shown, _DEEPEST)])


def _is_shown(field: Any, shown: set[tuple[int, int]], deepest: int) -> bool:
    """Whether a field, or one below it, stands on a page. Those below that don't are taken out, as are signatures."""
    if not isinstance(field, Dictionary) or not deepest:
        return False
    if field.get("/FT") == Name.Sig and "/V" in field:
        del field["/V"]
    if "/Kids" not in field:
        return field.objgen in shown
    kept = [kid for kid in field["/Kids"] if _is_shown(kid, shown, deepest - 1)]
    field["/Kids"] = Array(kept)
    return bool(kept)
