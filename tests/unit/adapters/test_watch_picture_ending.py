"""The end of a picture: present in the whole file, absent wherever it is cut off."""

import io

import pytest
from PIL import Image

from agent.adapters.watch.ending import is_finished
from agent.adapters.watch.picture_ending import TAIL_BYTES

pytestmark = pytest.mark.reliability


def finished(content: bytes) -> bool:
    return is_finished(lambda at, length: content[at : at + length], len(content))


def saved(kind: str, **options: object) -> bytes:
    written = io.BytesIO()
    picture = Image.effect_noise((200, 200), 60)
    picture.save(written, kind, **options)
    return written.getvalue()


def with_preview() -> bytes:
    """A JPEG as cameras write it: in its notes lies a small one, with an end of its own."""
    note = b"Exif\0\0" + saved("JPEG", quality=10)
    segment = b"\xff\xe1" + (len(note) + 2).to_bytes(2, "big") + note
    return saved("JPEG")[:2] + segment + saved("JPEG")[2:]


def box(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


HEIC = box(b"ftyp", b"heic\0\0\0\0heicmif1") + box(b"meta", b"m" * 500) + box(b"mdat", b"d" * 20_000)
TWO_PAGES = {"save_all": True, "append_images": [Image.effect_noise((100, 100), 60)]}
PICTURES = {
    "jpeg": saved("JPEG"),
    "progressive": saved("JPEG", progressive=True),
    "preview": with_preview(),
    "png": saved("PNG"),
    "tiff": saved("TIFF", **TWO_PAGES),
    "tiff_in_strips": saved("TIFF", compression="tiff_lzw", **TWO_PAGES),
    "heic": HEIC,
}


@pytest.mark.parametrize("content", PICTURES.values(), ids=PICTURES)
def test_a_whole_picture_is_finished(content: bytes) -> None:
    assert finished(content)


@pytest.mark.parametrize("content", PICTURES.values(), ids=PICTURES)
@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5, 0.9, 0.99])
def test_a_picture_that_is_cut_off_is_not_finished(content: bytes, share: float) -> None:
    assert not finished(content[: int(len(content) * share)])


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_something_may_follow_the_end(kind: str) -> None:
    assert finished(PICTURES[kind] + b"appended by a camera" * 10)


@pytest.mark.parametrize("magic", [b"\xff\xd8", b"\x89PNG", b"II*", b"M"])
def test_the_first_letters_of_a_picture_are_not_finished(magic: bytes) -> None:
    assert not finished(magic)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xe0\0\x02no marker",
        b"\xff\xd8" + b"\xff\x01" * 2000,
        b"\xff\xd8" + b"\xff" * 5000,
        box(b"ftyp", b"heic\0\0\0\0heic") + b"\0\0\0\0mdat" + b"d" * 100,
        box(b"ftyp", b"heic\0\0\0\0heic") + box(b"free", b"") * 2000,
    ],
    ids=["jpeg_of_nonsense", "bare_markers", "fill_bytes", "box_to_the_end", "many_boxes"],
)
def test_what_is_not_understood_keeps_nobody_waiting(content: bytes) -> None:
    assert finished(content)


def test_a_long_box_counts_too() -> None:
    long = b"\0\0\0\x01mdat" + (16 + 3 * TAIL_BYTES).to_bytes(8, "big") + b"d" * 3 * TAIL_BYTES
    content = HEIC[: HEIC.index(b"mdat") - 4] + long
    assert finished(content)
    assert not finished(content[:-1])
