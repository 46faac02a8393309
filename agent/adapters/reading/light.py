"""The paper of a page under uneven light: how bright it is at each place, and the page as if it were lit evenly.

Accepted: in a dark area wider than the reach nothing shows how bright the paper is. A photo counts as paper.
"""

from typing import cast

from PIL import Image, ImageChops, ImageFilter, ImageMath, ImageOps

MILLIMETRES_AN_INCH = 25.4
"""The paper's brightness is kept for each square millimetre: light changes slowly."""
_REACH_STEPS = (1, 2, 4)
_REACH = sum(_REACH_STEPS)
"""Seven millimetres, as far as paper is looked for: across the letters of a headline."""
_DARKEST_PAPER = 32
"""Below this there is no paper, but the lid of the scanner or a hole: nothing is made bright there."""
_WHITE = 240
_STRIP_ROWS = 256
"""Rows that are lit at once: a quotient takes twelve bytes for each pixel."""


def paper(picture: Image.Image, dots: float) -> Image.Image:
    """Find how bright the paper is round each place of a grey picture; one pixel a millimetre.

    Args:
        dots: the picture's resolution, in dots an inch.
    """
    step = max(1, min(round(dots / MILLIMETRES_AN_INCH), *picture.size))
    brightest = ImageOps.expand(picture.reduce(step), _REACH)  # in black, which is never the brightest
    for reach in _REACH_STEPS:
        for across, down in ((reach, 0), (0, reach)):
            brightest = ImageChops.lighter(brightest, ImageChops.offset(brightest, across, down))
    middle = _REACH + _REACH // 2
    width, height = brightest.width - 2 * _REACH, brightest.height - 2 * _REACH
    centred = brightest.crop((middle, middle, middle + width, middle + height))
    return centred.filter(ImageFilter.BoxBlur(_REACH // 2))


def evenly_lit(picture: Image.Image, dots: float) -> Image.Image:
    """Make the paper of a grey picture white everywhere, and its ink as dark against it as it was."""
    bright = paper(picture, dots).point([max(_DARKEST_PAPER, level) for level in range(256)])
    down = bright.height / picture.height
    lit = Image.new("L", picture.size)
    for top in range(0, picture.height, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, picture.height)
        strip = picture.crop((0, top, picture.width, bottom))
        area = (0.0, top * down, float(bright.width), bottom * down)
        lit.paste(_quotient(strip, bright.resize(strip.size, Image.Resampling.BILINEAR, box=area)), (0, top))
    return lit


def _quotient(strip: Image.Image, bright: Image.Image) -> Image.Image:
    made = ImageMath.lambda_eval(
        lambda of: of["convert"](of["min"](of["strip"] * _WHITE / of["bright"], 255), "L"),
        strip=strip,
        bright=bright,
    )
    return cast(Image.Image, made)
