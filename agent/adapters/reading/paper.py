"""How large a picture is on paper: where it says so in a way that can be believed, else as a sheet would be.

Only the size of letters depends on it: at 300 dots an inch a page's picture is neither far finer nor far coarser than
what OCR was made for.
"""

from agent.adapters.reading.frame import POINTS_PER_INCH

_LOWEST_DOTS, _HIGHEST_DOTS = 97.0, 2400.0
"""72 and 96 dots an inch are what programs write that don't know; a fax has 98 from line to line."""
_LEAST_POINTS = 140.0
"""5 cm: nothing smaller is filed; who says so has the unit wrong."""
_SHEET_SHORT, _SHEET_LONG = 595.0, 842.0
_LONGEST_SHEETS = 4
"""Receipts and screenshots may be long strips, as wide as a sheet; longer ones are shrunk."""


def size_on_paper(width: int, height: int, dots: tuple[float, float] | None) -> tuple[float, float]:
    """Give a picture's width and height in points.

    Args:
        width, height: in pixels.
        dots: horizontally and vertically, an inch, as the file says; they differ in a fax.
    """
    if dots is not None and all(_LOWEST_DOTS < each <= _HIGHEST_DOTS for each in dots):
        believed = width / dots[0] * POINTS_PER_INCH, height / dots[1] * POINTS_PER_INCH
        if max(believed) >= _LEAST_POINTS:
            return believed
    short, long = sorted((width, height))
    points = min(max(_SHEET_SHORT / short, _SHEET_LONG / long), _LONGEST_SHEETS * _SHEET_LONG / long)
    return width * points, height * points
