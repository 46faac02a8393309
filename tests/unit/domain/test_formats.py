"""Kinds of files: told by their first bytes, and several at once are none."""

import pytest

from agent.domain.formats import Format, formats_of, in_words, picture_format, suffixes_of


@pytest.mark.parametrize(
    ("head", "kinds"),
    [
        (b"%PDF-1.7\n", (Format.PDF,)),
        (b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.7\n", (Format.PDF,)),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", (Format.JPEG,)),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", (Format.PNG,)),
        (b"II*\0\x08\0\0\0", (Format.TIFF,)),
        (b"MM\0*\0\0\0\x08", (Format.TIFF,)),
        (b"II+\0\x08\0\0\0", (Format.TIFF,)),
        (b"\0\0\0\x18ftypheic\0\0\0\0heicmif1", (Format.HEIC,)),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", (Format.HEIC,)),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", ()),
        (b"\0\0\0\x10ftypavif\0\0\0\0heic", ()),
        (b"\0\0\0\x14ftypmp42\0\0\0\0isom", ()),
        (b"\xff\xd8\xff\xfe\0\x10%PDF-1.7", (Format.PDF, Format.JPEG)),
        (b"x" * 1024 + b"%PDF-1.7", ()),
        (b" \xff\xd8\xff", ()),
        (b"GIF89a", ()),
        (b"", ()),
    ],
)
def test_a_file_is_what_it_begins_like(head: bytes, kinds: tuple[Format, ...]) -> None:
    assert formats_of(head) == kinds


def test_a_pdf_is_no_picture() -> None:
    assert picture_format(b"%PDF-1.7") is None


def test_endings_are_those_of_the_kinds_asked_for() -> None:
    assert suffixes_of((Format.JPEG, Format.TIFF)) == {".jpg", ".jpeg", ".tif", ".tiff"}


def test_kinds_are_listed_as_people_do() -> None:
    assert in_words((Format.PDF,)) == "PDF"
    assert in_words((Format.PDF, Format.JPEG)) == "PDF and JPEG"
    assert in_words((Format.PDF, Format.JPEG, Format.PNG)) == "PDF, JPEG and PNG"
