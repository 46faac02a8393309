"""What is done to a page's picture before tesseract sees it: one tuple, and a look at the page that says how to begin.

No recipe is safe everywhere. Light rescues a photographed page and spoils the grain of a fax; the median rescues grain
and wipes out the strokes of small print. So a page begins with what its looks ask for, and goes on with the others
only when it reads badly.

Each was given its place by trials on degraded letters, four of a kind; what they gave, and what letters that nothing
was tuned on gave, is in docs/decisions/0014. The looks of clean pages rule all but plain out.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median
from typing import cast

from PIL import Image, ImageChops, ImageFilter

from agent.adapters.reading import light

_TILES = 8
"""A row and a column of these samples are looked at."""
_TILE_PIXELS = 48
_BARE_RANGE = 160
"""Paper without print varies by less, however grainy; the strokes of a letter by more."""
_SPECK = 64
"""By so many levels a speck differs from what is round it."""
_FEWEST_BARE = 3
_SPECKLED, _CLEAN = 0.001, 0.0001
"""The share of bare paper in specks. A fax has 0.002, salt and pepper 0.02, sensors 0.05; clean scans have none."""
_UNEVEN, _EVEN = 0.75, 0.95
"""How bright the darker parts of the paper are against the lighter ones. A clean scan has 1, a lamp's shadow 0.5."""
_DARKER_PART, _LIGHTER_PART = 0.10, 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a page looks like at a glance, in a hundredth of a second.

    Attributes:
        specks: the share of bare paper that is specks.
        evenness: the brightness of the darker paper, as a share of the lighter.
    """

    specks: float
    evenness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A way to prepare a grey picture of a resolution in dots an inch.

    Attributes:
        takes_specks: for a page with specks.
        takes_shadows: for a page under uneven light.
        is_one_block: for a page of which text was dropped: it is not divided into columns and pictures.
    """

    name: str
    prepare: Callable[[Image.Image, float], Image.Image]
    takes_specks: bool = False
    takes_shadows: bool = False
    is_one_block: bool = False

    @property
    def is_change(self) -> bool:
        """Whether the picture is another one when it is prepared."""
        return self.takes_specks or self.takes_shadows

    def is_asked_for(self, seen: Look) -> bool:
        """Whether a page of such looks begins with it."""
        return self.takes_specks is (seen.specks >= _SPECKLED) and self.takes_shadows is (
            seen.evenness < _UNEVEN
        )

    def may_help(self, seen: Look) -> bool:
        """Whether a page of such looks that reads badly may read better with it."""
        return not (self.takes_specks and seen.specks < _CLEAN) and not (
            self.takes_shadows and seen.evenness >= _EVEN
        )


def _as_it_is(picture: Image.Image, _dots: float) -> Image.Image:
    return picture


def _without_specks(picture: Image.Image, _dots: float) -> Image.Image:
    return picture.filter(ImageFilter.MedianFilter(3))


def _without_specks_evenly_lit(picture: Image.Image, dots: float) -> Image.Image:
    return light.evenly_lit(_without_specks(picture, dots), dots)


RECIPES: tuple[Recipe, ...] = (
    Recipe(name="plain", prepare=_as_it_is),
    Recipe(name="evenly_lit", prepare=light.evenly_lit, takes_shadows=True),
    Recipe(name="without_specks", prepare=_without_specks, takes_specks=True),
    Recipe(
        name="without_specks_evenly_lit",
        prepare=_without_specks_evenly_lit,
        takes_specks=True,
        takes_shadows=True,
    ),
)
"""Of `rivals.MOST_PASSES`, all but the last: the first again, and the page as one block."""


def recipes_for(picture: Image.Image, dots: float) -> tuple[Recipe, ...]:
    """Give what a page's looks ask for, then the others that may help it, as they stand in the tuple.

    Last comes the first again, for text that was taken for a part of a stamp or a picture, and so was dropped.
    """
    seen = look(picture, dots)
    helpful = [recipe for recipe in RECIPES if recipe.may_help(seen)]
    ordered = sorted(helpful, key=lambda recipe: not recipe.is_asked_for(seen))
    return *ordered, replace(ordered[0], is_one_block=True)


def look(picture: Image.Image, dots: float) -> Look:
    """Look at samples of the page's bare paper, and at its light."""
    return Look(specks=_specks(picture), evenness=_evenness(picture, dots))


def _specks(picture: Image.Image) -> float:
    """The share of specks on the paper between the print; 0 where too little of it is bare to say."""
    shares = [share for share in map(_share_of_specks, _tiles(picture)) if share is not None]
    return median(shares) if len(shares) >= _FEWEST_BARE else 0.0


def _tiles(picture: Image.Image) -> list[Image.Image]:
    side = min(_TILE_PIXELS, *picture.size)
    corners = [
        (
            round((column + 0.5) * picture.width / _TILES - side / 2),
            round((row + 0.5) * picture.height / _TILES - side / 2),
        )
        for row in range(_TILES)
        for column in range(_TILES)
    ]
    return [picture.crop((left, top, left + side, top + side)) for left, top in corners]


def _share_of_specks(tile: Image.Image) -> float | None:
    """None for a tile with print on it."""
    smooth = tile.filter(ImageFilter.MedianFilter(3))
    darkest, brightest = cast(tuple[int, int], smooth.filter(ImageFilter.BoxBlur(1)).getextrema())
    if brightest - darkest > _BARE_RANGE:
        return None
    changes = ImageChops.difference(tile, smooth).histogram()
    return sum(changes[_SPECK:]) / sum(changes)


def _evenness(picture: Image.Image, dots: float) -> float:
    histogram = light.paper(picture, dots).histogram()
    return _level_at(histogram, _DARKER_PART) / max(1, _level_at(histogram, _LIGHTER_PART))


def _level_at(histogram: list[int], part: float) -> int:
    """The brightness that so large a part of the paper does not reach."""
    wanted, seen = part * sum(histogram), 0
    for level, count in enumerate(histogram):
        seen += count
        if seen >= wanted:
            return level
    return len(histogram) - 1
