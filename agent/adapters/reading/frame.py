"""Where things stand on a page as its reader sees it: in points, from the top left of the part that is shown."""

from dataclasses import dataclass
from typing import Any

from agent.domain.document import Box

POINTS_PER_INCH = 72.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """How a page's own space, with its origin at the bottom left, is shown.

    Attributes:
        bounds: left, bottom, right, top of the part that is shown, in the page's own space.
        turn: degrees clockwise: 0, 90, 180 or 270.
    """

    width: float
    height: float
    bounds: tuple[float, float, float, float]
    turn: int

    def seen(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Turn a rectangle of the page's own space the way it is shown."""
        west, south, east, north = self.bounds
        match self.turn:
            case 90:
                return Box(left=bottom - south, top=left - west, right=top - south, bottom=right - west)
            case 180:
                return Box(left=east - right, top=bottom - south, right=east - left, bottom=top - south)
            case 270:
                return Box(left=north - top, top=east - right, right=north - bottom, bottom=east - left)
            case _:
                return Box(left=left - west, top=north - top, right=right - west, bottom=north - bottom)

    def own(self, x: float, y: float) -> tuple[float, float]:
        """Give the point of the page's own space that is shown at a place."""
        west, south, east, north = self.bounds
        match self.turn:
            case 90:
                return west + y, south + x
            case 180:
                return east - x, south + y
            case 270:
                return east - y, north - x
            case _:
                return west + x, north - y

    def shows(self, box: Box) -> bool:
        """Whether the middle of the box is on the page."""
        return (
            0.0 <= (box.left + box.right) / 2 <= self.width
            and 0.0 <= (box.top + box.bottom) / 2 <= self.height
        )

    def share(self, box: Box) -> float:
        """The part of the page that the box covers, 0 to 1."""
        across = min(box.right, self.width) - max(box.left, 0.0)
        down = min(box.bottom, self.height) - max(box.top, 0.0)
        return max(across, 0.0) * max(down, 0.0) / max(self.width * self.height, 1.0)


def contains(area: Box, box: Box) -> bool:
    """Whether the middle of the box lies in the area."""
    across, down = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return area.left <= across <= area.right and area.top <= down <= area.bottom


def frame_of(page: Any) -> Frame:
    """The frame of one of pypdfium2's pages."""
    width, height = (round(float(side), 2) for side in page.get_size())
    return Frame(width=width, height=height, bounds=page.get_bbox(), turn=page.get_rotation())
