"""Turns a decoded picture of any kind into grey, the way its reader sees it: on white paper."""

from PIL import Image

_WHITE_OF_16_BITS = 65535
_BYTES_A_PIXEL = {"1": 1, "L": 1, "P": 1, "LA": 4, "PA": 4}
_COPIES_ON_PAPER = 3
"""The picture with its transparency, the paper, and what comes of the two."""


def bytes_needed(picture: Image.Image) -> int:
    """The memory that decoding and turning it to grey takes, by its header alone."""
    pixels = picture.width * picture.height
    copies = _COPIES_ON_PAPER * 4 if picture.has_transparency_data else 0
    return pixels * (_BYTES_A_PIXEL.get(picture.mode, 4) + copies + 1)


def grey(picture: Image.Image, *, is_white_zero: bool = False) -> Image.Image:
    """Turn it to grey, as a picture of its own: what it was decoded into may be let go of.

    Args:
        is_white_zero: in 16 bits, 0 is white; Pillow sees to that in fewer bits only.

    Raises:
        ValueError: Pillow knows no way from this kind to grey.
    """
    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(picture if picture.mode == "RGBA" else picture.convert("RGBA"))
        return paper.convert("L")
    if picture.mode.startswith("I;16"):
        return _in_8_bits(picture, (0.0, float(_WHITE_OF_16_BITS)), is_white_zero=is_white_zero)
    if picture.mode in {"I", "F"}:
        return _in_8_bits(picture, _range_of(picture), is_white_zero=is_white_zero)
    return picture.convert("L")


def _in_8_bits(picture: Image.Image, bounds: tuple[float, float], *, is_white_zero: bool) -> Image.Image:
    black, white = reversed(bounds) if is_white_zero else bounds
    scale = 255.0 / (white - black) if white != black else 0.0
    wide = picture if picture.mode == "F" else picture.convert("I").convert("F")
    return wide.point(lambda value: value * scale - black * scale).convert("L")


def _range_of(picture: Image.Image) -> tuple[float, float]:
    """What is black and what is white where the kind doesn't say: 16 bits in wider ones, else the extremes."""
    low, high = (float(each) for each in picture.getextrema())  # type: ignore[arg-type]
    return (0.0, float(_WHITE_OF_16_BITS)) if low >= 0 and 255 < high <= _WHITE_OF_16_BITS else (low, high)
