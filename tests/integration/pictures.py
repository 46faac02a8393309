"""Pictures of letters as scanners and telephones make them, and pictures that are wrong in one way each."""

import struct
import zlib
from pathlib import Path

from PIL import Image

from tests.integration import pdfs

NAME = "Jeanne DURAND"

_HELD = {
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}
"""By the orientation that is noted, how the picture lies that is stored."""


def letter(folder: Path, dots_per_inch: int = 150, lines: tuple[str, ...] = pdfs.LETTER) -> Image.Image:
    """A letter in grey, as a scanner would see it."""
    return pdfs.drawn(pdfs.letter(folder / "drawn.pdf", lines), dots_per_inch)


def oriented(picture: Image.Image, orientation: int) -> tuple[Image.Image, Image.Exif]:
    """Store it as a camera does that was held otherwise, with the note that says so."""
    stored = picture.transpose(_HELD[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    return stored, exif


def tiff(path: Path, *frames: Image.Image, **options: object) -> Path:
    first, *others = frames
    first.save(path, "TIFF", save_all=True, append_images=others, **options)
    return path


def png_of_size(path: Path, width: int, height: int) -> Path:
    """A PNG whose header promises this many pixels, white ones, squeezed into next to nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    packer = zlib.compressobj(9)
    row = b"\0" + b"\xff" * ((width + 7) // 8)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )
    return path


def looped(path: Path) -> Path:
    """A TIFF of one page, whose next page is itself."""
    content = bytearray(path.read_bytes())
    (at,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, at)
    struct.pack_into("<I", content, at + 2 + 12 * count, at)
    path.write_bytes(content)
    return path
