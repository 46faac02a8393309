"""Pictures of every kind, in grey on white paper."""

import pytest
from PIL import Image

from agent.adapters.reading.grey import bytes_needed, grey


def dotted(mode: str, ink: object, paper: object) -> Image.Image:
    """Paper with one dot of ink."""
    picture = Image.new(mode, (3, 1), paper)  # type: ignore[arg-type]
    picture.putpixel((1, 0), ink)  # type: ignore[arg-type]
    return picture


@pytest.mark.parametrize(
    "picture",
    [
        dotted("1", 0, 1),
        dotted("L", 0, 255),
        dotted("RGB", (0, 0, 0), (255, 255, 255)),
        dotted("CMYK", (0, 0, 0, 255), (0, 0, 0, 0)),
        dotted("RGB", (0, 0, 0), (255, 255, 255)).quantize(2),
        dotted("RGBA", (0, 0, 0, 255), (0, 0, 0, 0)),
        dotted("LA", (0, 255), (0, 0)),
        dotted("I;16", 0, 65535),
        dotted("I", 0, 65535),
        dotted("F", -1.5, 3.0),
    ],
    ids=["1", "L", "RGB", "CMYK", "P", "RGBA", "LA", "I;16", "I", "F"],
)
def test_black_is_black_and_paper_white(picture: Image.Image) -> None:
    assert list(grey(picture).tobytes()) == [255, 0, 255]


def test_shades_of_16_bits_are_kept() -> None:
    assert list(grey(dotted("I;16", 0x8080, 65535)).tobytes()) == [255, 128, 255]


def test_white_may_be_zero_in_16_bits() -> None:
    assert list(grey(dotted("I;16", 65535, 0), is_white_zero=True).tobytes()) == [255, 0, 255]


def test_a_picture_of_one_shade_is_no_error() -> None:
    assert len(set(grey(Image.new("F", (3, 1), 2.0)).tobytes())) == 1


def test_what_a_reader_can_not_see_is_not_there() -> None:
    """Ink that is written, and wholly transparent."""
    assert list(grey(dotted("RGBA", (0, 0, 0, 0), (255, 255, 255, 255))).tobytes()) == [255, 255, 255]


def test_transparency_costs_memory() -> None:
    plain, transparent = Image.new("RGB", (100, 100)), Image.new("RGBA", (100, 100))
    assert bytes_needed(plain) == 50_000
    assert bytes_needed(transparent) == 170_000
