"""A document's pages, whatever kind of file they come from."""

from typing import Protocol

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


def unread(number: int, problem: PageProblem) -> Page:
    """Stand in for a page of which nothing could be read."""
    return Page(number=number, width=0.0, height=0.0, origin=TextOrigin.OCR, lines=(), problem=problem)
