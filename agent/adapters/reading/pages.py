"""A document's pages, whatever kind of file they come from."""

from typing import Any, Protocol

from agent.domain.document import Page, PageProblem, TextOrigin


class Pages(Protocol):
    """An opened document, inside a child."""

    @property
    def count(self) -> int: ...

    def read(self, number: int) -> Page:
        """Read a page, from 1, within its time; whatever it does, a page comes of it.

        Raises:
            ReaderUnavailable: it is the machine's fault, not the page's.
        """
        ...


class Sheet(Protocol):
    """A page that can be drawn, whatever it comes from: its size in points, as it is seen."""

    width: float
    height: float

    @property
    def native_dots(self) -> float | None:
        """The resolution, in dots an inch, of the images that the page is made of; None where it is drawn anew."""
        ...

    def stored_scan(self) -> Any | None:
        """The image that fills the page, as it is stored, in grey; None where there is none, or nothing is gained."""
        ...

    def render(self, scale: float) -> Any:
        """Draw the page in grey, `scale` pixels a point, as a PIL image.

        Raises:
            MemoryError: there is no room for it.
        """
        ...

    def render_rest(self, scale: float) -> Any:
        """Draw what is on the page beside the text of its layer."""
        ...

    def close(self) -> None:
        """Let go of what it holds; its size stays known."""
        ...


def unread(number: int, problem: PageProblem) -> Page:
    """Stand in for a page of which nothing could be read."""
    return Page(number=number, width=0.0, height=0.0, origin=TextOrigin.OCR, lines=(), problem=problem)
