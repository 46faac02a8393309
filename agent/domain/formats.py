"""Which kinds of files are documents: by what they begin with, and by how their names end.

The name decides only whether a file is taken in; what it is, its content says. A file that begins like two kinds at
once is neither: two programs would show two different documents.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from agent.domain.phrase import Phrase, plain

HEAD_BYTES = 1024
"""A PDF may begin with rubbish; readers have always looked for `%PDF` this far."""


class Format(StrEnum):
    """A kind of file that can be read."""

    PDF = "PDF"
    JPEG = "JPEG"
    PNG = "PNG"
    TIFF = "TIFF"
    HEIC = "HEIC"
    """What telephones take photographs in. It needs a library of its own."""


EVERYWHERE = (Format.PDF, Format.JPEG, Format.PNG, Format.TIFF)
"""What every installation reads."""

SUFFIXES: Mapping[Format, tuple[str, ...]] = {
    Format.PDF: (".pdf",),
    Format.JPEG: (".jpg", ".jpeg"),
    Format.PNG: (".png",),
    Format.TIFF: (".tif", ".tiff"),
    Format.HEIC: (".heic", ".heif"),
}

MAGICS: Mapping[Format, tuple[bytes, ...]] = {
    Format.JPEG: (b"\xff\xd8\xff",),
    Format.PNG: (b"\x89PNG\r\n\x1a\n",),
    Format.TIFF: (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
}
"""What a picture begins with, at its first byte; the last two of TIFF's are those of large ones."""

_PDF_MAGIC = b"%PDF"
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis"})


def suffixes_of(formats: Iterable[Format]) -> frozenset[str]:
    """The endings of file names, in lower case, of some kinds of files."""
    return frozenset(suffix for kind in formats for suffix in SUFFIXES[kind])


def formats_of(head: bytes) -> tuple[Format, ...]:
    """Say what a file is by its first `HEAD_BYTES`; more than one answer means that nobody can say."""
    picture = picture_format(head)
    is_pdf = _PDF_MAGIC in head[:HEAD_BYTES]
    return (*((Format.PDF,) if is_pdf else ()), *((picture,) if picture else ()))


def picture_format(head: bytes) -> Format | None:
    """Say which kind of picture begins like this; None when none does."""
    if _is_heic(head):
        return Format.HEIC
    return next((kind for kind, magics in MAGICS.items() if head.startswith(magics)), None)


def listing(formats: Iterable[Format]) -> Phrase:
    """List kinds of files for people: `PDF, JPEG and PNG`."""
    *others, last = formats
    if not others:
        return plain(last)
    return Phrase("{others} and {last}", others=", ".join(others), last=last)


def in_words(formats: Iterable[Format]) -> str:
    """The same, in English."""
    return str(listing(formats))


def _is_heic(head: bytes) -> bool:
    """Whether it begins with a file type box (ISO/IEC 14496-12) that names HEIC, first or as compatible."""
    if head[4:8] != b"ftyp":
        return False
    brands = head[8 : min(int.from_bytes(head[:4], "big"), HEAD_BYTES)]
    return any(brands[at : at + 4] in _HEIC_BRANDS for at in range(0, len(brands), 4))
