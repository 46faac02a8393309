"""What happens to paper on its way through scanners, copiers and fax machines; the same at each run."""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass

from fpdf import FPDF
from PIL import Image, ImageChops, ImageDraw, ImageFilter

WHITE = 255
_INCH = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Wear:
    """One way in which a page may come.

    Attributes:
        dots: of the scanner, an inch.
        worn: what it does to the grey picture of a clean page.
        quality: of the JPEG; None for a lossless picture.
        down: dots an inch from top to bottom, where they differ from those across.
    """

    name: str
    dots: int
    worn: Callable[[Image.Image, random.Random], Image.Image]
    quality: int | None = 85
    down: int | None = None


def scanned(sheet: Image.Image, wear: Wear, dice: random.Random, document: FPDF) -> None:
    """Put a page into a document as the picture that a scanner makes of it."""
    picture = wear.worn(sheet, dice)
    size = (picture.width / wear.dots * _INCH, picture.height / (wear.down or wear.dots) * _INCH)
    document.add_page(format=size)
    document.set_margin(0)
    stored = io.BytesIO()
    if wear.quality is None:
        picture.save(stored, format="PNG")
    else:
        picture.save(stored, format="JPEG", quality=wear.quality)
    document.image(stored, 0, 0, *size)


def _as_it_is(sheet: Image.Image, _: random.Random) -> Image.Image:
    return sheet


def _leaning(degrees: float) -> Callable[[Image.Image, random.Random], Image.Image]:
    def worn(sheet: Image.Image, _: random.Random) -> Image.Image:
        return sheet.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=WHITE)

    return worn


def _turned(degrees: int) -> Callable[[Image.Image, random.Random], Image.Image]:
    def worn(sheet: Image.Image, _: random.Random) -> Image.Image:
        return sheet.rotate(degrees, expand=True)

    return worn


def _faxed(sheet: Image.Image, dice: random.Random) -> Image.Image:
    """Black or white, 204 dots across and 98 down, with a noisy line."""
    small = sheet.resize((sheet.width, sheet.height * 98 // 204), Image.Resampling.BOX)
    return _speckled(small, dice, 0.002).point(lambda grey: 255 * (grey > 150)).convert("1")


def _speckled(sheet: Image.Image, dice: random.Random, share: float) -> Image.Image:
    """Make so many dots of a page black, and as many white."""
    level = Image.frombytes("L", sheet.size, dice.randbytes(sheet.width * sheet.height))
    rarer = Image.frombytes("L", sheet.size, dice.randbytes(sheet.width * sheet.height))
    few = rarer.point(lambda chance: 255 * (chance < 256 * 2 * share))
    found = sheet.copy()
    found.paste(level.point(lambda chance: 255 * (chance > 127)), mask=few)
    return found


def _peppered(sheet: Image.Image, dice: random.Random) -> Image.Image:
    return _speckled(sheet, dice, 0.025)


def _noisy(sheet: Image.Image, dice: random.Random) -> Image.Image:
    """Bell-shaped noise: the mean of four even ones."""
    count = sheet.width * sheet.height
    four = [Image.frombytes("L", sheet.size, dice.randbytes(count)) for _ in range(4)]
    noise = ImageChops.add(
        ImageChops.add(four[0], four[1], scale=2), ImageChops.add(four[2], four[3], scale=2), scale=2
    )
    return Image.blend(sheet, noise, 0.35)


def _blurred(sheet: Image.Image, _: random.Random) -> Image.Image:
    return sheet.filter(ImageFilter.GaussianBlur(1.6))


def _uneven(sheet: Image.Image, _: random.Random) -> Image.Image:
    """Light that falls off towards a corner, as where the lid stood open or a hand threw its shadow."""
    across = Image.linear_gradient("L").rotate(90).resize(sheet.size)
    down = Image.linear_gradient("L").rotate(180).resize(sheet.size)
    light = Image.blend(across, down, 0.5).point(lambda grey: 50 + grey * 205 // 255)
    return ImageChops.multiply(sheet, light)


def _bordered(sheet: Image.Image, _: random.Random) -> Image.Image:
    """The black of an open lid on two sides, and a page that lies a little askew."""
    found = sheet.rotate(0.8, Image.Resampling.BICUBIC, fillcolor=WHITE)
    pen = ImageDraw.Draw(found)
    pen.rectangle((0, 0, sheet.width // 28, sheet.height), fill=12)
    pen.rectangle((0, sheet.height - sheet.height // 40, sheet.width, sheet.height), fill=12)
    return found


CLEAN = Wear(name="clean200", dots=200, worn=_as_it_is, quality=None)

WEARS = (
    Wear(name="clean300", dots=300, worn=_as_it_is, quality=None),
    CLEAN,
    Wear(name="clean150", dots=150, worn=_as_it_is, quality=None),
    Wear(name="clean100", dots=100, worn=_as_it_is, quality=None),
    Wear(name="skew2", dots=200, worn=_leaning(2.0)),
    Wear(name="skew7", dots=200, worn=_leaning(-7.0)),
    Wear(name="rot90", dots=200, worn=_turned(90)),
    Wear(name="rot180", dots=200, worn=_turned(180)),
    Wear(name="fax", dots=204, worn=_faxed, quality=None, down=98),
    Wear(name="saltpep", dots=200, worn=_peppered, quality=None),
    Wear(name="noise", dots=200, worn=_noisy),
    Wear(name="blur", dots=200, worn=_blurred),
    Wear(name="uneven", dots=200, worn=_uneven),
    Wear(name="jpeg30", dots=200, worn=_as_it_is, quality=30),
    Wear(name="border", dots=200, worn=_bordered),
)
