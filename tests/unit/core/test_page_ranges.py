"""Ranges of pages as people type them, and what is said of those that are not the document."""

import pytest

from agent.core.page_ranges import ranges_of, typed_ranges
from agent.domain.document import DocumentId
from agent.domain.outcome import Refused
from agent.domain.splitting import WHY_UNSPLIT, PageRange, Unsplit, part_name, ranges_in_words


def of(*ends: tuple[int, int]) -> tuple[PageRange, ...]:
    return tuple(PageRange(first=first, last=last) for first, last in ends)


@pytest.mark.parametrize("typed", ["1-2,3,4-6", "1-2 3 4-6", " 1 - 2 ; 3;4–6 ", "1-2, 3-3, 4-6,"])
def test_ranges_are_read_whatever_stands_between_them(typed: str) -> None:
    assert ranges_of(typed, 6) == of((1, 2), (3, 3), (4, 6))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1-2,4-6", "Page 3 is missing: each page must be in one range, in order."),
        ("1,4-6", "Pages 2-3 are missing: each page must be in one range, in order."),
        ("2-6", "Page 1 is missing: each page must be in one range, in order."),
        ("1-2,3", "Pages 4-6 are missing: each page must be in one range, in order."),
        ("1-5", "Page 6 is missing: each page must be in one range, in order."),
        ("", "Pages 1-6 are missing: each page must be in one range, in order."),
        ("1-3,3-6", "Page 3 is twice, or out of order."),
        ("1-4,2-6", "Pages 2-4 are twice, or out of order."),
        ("1-3,1-2,4-6", "Pages 1-2 are twice, or out of order."),
        ("1-3,5-4,6", "5-4 runs backwards: 4-5 is meant?"),
        ("1-3,4-7", "4-7 is not in the document, whose pages are 1 to 6."),
        ("0-3,4-6", "0-3 is not in the document, whose pages are 1 to 6."),
        ("1-6", "That is the whole document in one piece: there is nothing to split."),
        ("1-3,four-6", "'four-6' is no range of pages. Such as: 1-2 3 4-6"),
        ("1-3-6", "'1-3-6' is no range of pages. Such as: 1-2 3 4-6"),
        ("1-3,9999999", "'9999999' is no range of pages. Such as: 1-2 3 4-6"),
        ("x" * 30, "'xxxxxxxxxxxxxxxxxxxx' is no range of pages. Such as: 1-2 3 4-6"),
    ],
)
def test_ranges_that_are_not_the_document_are_refused_with_what_is_wrong(typed: str, sentence: str) -> None:
    found = ranges_of(typed, 6)
    assert isinstance(found, Refused)
    assert found.sentence == sentence


@pytest.mark.parametrize("typed", ["1", "1-1", "1,1"])
def test_one_page_is_not_split(typed: str) -> None:
    found = ranges_of(typed, 1)
    assert isinstance(found, Refused)
    assert found.sentence == "It has one page: there is nothing to split."


def test_each_page_may_be_a_part() -> None:
    assert ranges_of("1 2 3", 3) == of((1, 1), (2, 2), (3, 3))


def test_a_part_is_called_after_the_documents_number_and_its_pages() -> None:
    first, second = of((1, 2), (3, 3))
    assert part_name(DocumentId(7), first) == "D-7-pages-1-2.pdf"
    assert part_name(DocumentId(7), second) == "D-7-page-3.pdf"
    assert ranges_in_words((first, second)) == "1-2, 3"


def test_whatever_keeps_a_document_whole_has_its_sentence() -> None:
    assert set(WHY_UNSPLIT) == set(Unsplit)


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("split 1-2, 3", "1-2, 3"),
        ("Split: 1-2 3", "1-2 3"),
        ("diviser 1, 2", "1, 2"),
        ("Diviser 1–2, 3", "1–2, 3"),
        ("découper 1—2; 3", "1-2; 3"),
        ("séparer 1,2", "1,2"),
        ("1-2, 3", "1-2, 3"),
        ("1, 2-4 5", "1, 2-4 5"),
        ("1-2", "1-2"),
        ("1 2", None),
        ("2", None),
        ("2-12-58", None),
        ("02-12-1958", None),
        ("2/12/58", None),
        ("06 22 33 44 55", None),
        ("20818", None),
        ("splitter", None),
        ("Moreau 1-2", None),
    ],
)
def test_ranges_in_a_reply_are_told_from_a_search(text: str, ranges: str | None) -> None:
    assert typed_ranges(text, can_split=True) == ranges


def test_numbers_alone_are_a_search_where_nothing_can_be_split() -> None:
    assert typed_ranges("1-2, 3", can_split=False) is None
    assert typed_ranges("split 1-2, 3", can_split=False) == "1-2, 3"
