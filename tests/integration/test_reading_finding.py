"""What a child may hand back: so much text of a document, and so much of a page."""

from pathlib import Path

import pytest

from agent.adapters.reading.answer import collect
from agent.adapters.reading.finding import Read, Room, write_pages
from agent.domain.document import Box, Line, Page, PageProblem, TextOrigin, Word


def page(number: int, words: int) -> Page:
    """A page whose words take a hundred bytes each."""
    word = Word(text="a" * 70, box=Box(left=10.0, top=20.0, right=30.0, bottom=40.0))
    return Page(
        number=number,
        width=595.0,
        height=842.0,
        origin=TextOrigin.TEXT_LAYER,
        lines=(Line(words=(word,) * words),),
    )


def handed_back(folder: Path, room: int, page_room: int, *pages: Page) -> list[PageProblem | None]:
    write_pages(pages, len(pages), folder, Room(total=room, page=page_room, pages=len(pages)))
    found = collect(folder, room, page_room)
    assert isinstance(found, Read)
    return [it.problem for it in found.pages]


def test_a_page_with_more_text_than_one_may_have_says_so(tmp_path: Path) -> None:
    problems = handed_back(tmp_path, 100_000, 3_000, page(1, 10), page(2, 50), page(3, 10))
    assert problems == [None, PageProblem.TOO_MUCH_TEXT, None]


def test_pages_beyond_what_a_document_may_have_say_so(tmp_path: Path) -> None:
    problems = handed_back(tmp_path, 6_000, 3_000, page(1, 20), page(2, 20), page(3, 20))
    assert problems == [None, None, PageProblem.TOO_MUCH_TEXT]


@pytest.mark.security
def test_more_than_was_allowed_is_not_believed(tmp_path: Path) -> None:
    """A child that was taken over writes what it likes."""
    write_pages([page(1, 50)], 1, tmp_path, Room(total=100_000, page=50_000))
    assert collect(tmp_path, 100_000, 3_000) is None
    assert collect(tmp_path, 3_000, 50_000) is None
