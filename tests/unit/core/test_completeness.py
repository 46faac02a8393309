"""What people are told of pages that could not be read."""

from dataclasses import replace

import pytest

from agent.core.completeness import NO_PAGE, TOO_MANY, WHY, in_words, what_is_missing, what_was_hidden
from agent.core.voice import ENGLISH, Voice
from agent.domain.document import DocumentText, Page, PageProblem, TextOrigin
from agent.languages import catalogue

FRENCH = Voice(catalogue=catalogue("fr"))


def text_with(count: int, problems: dict[int, PageProblem]) -> DocumentText:
    return DocumentText(
        pages=tuple(
            Page(
                number=number,
                width=595.0,
                height=842.0,
                origin=TextOrigin.OCR,
                lines=(),
                problem=problems.get(number),
            )
            for number in range(1, count + 1)
        )
    )


def test_nothing_is_missing_from_a_document_that_was_read_to_its_end() -> None:
    assert what_is_missing(text_with(3, {})) == ""


def test_nothing_is_told_of_hidden_text_where_there_is_none() -> None:
    assert what_was_hidden(text_with(3, {})) == ""


@pytest.mark.parametrize(
    ("hidden", "told"),
    [
        ({2: 1}, "Page 2: 1 character left out that can't be seen there."),
        ({1: 20, 2: 30, 3: 1}, "Pages 1 to 3: 51 characters left out that can't be seen there."),
    ],
)
def test_hidden_text_is_told_with_its_pages(hidden: dict[int, int], told: str) -> None:
    pages = [replace(page, hidden_characters=hidden.get(page.number, 0)) for page in text_with(3, {}).pages]
    assert what_was_hidden(DocumentText(pages=tuple(pages))) == told


def test_a_document_without_a_page_says_so() -> None:
    assert what_is_missing(text_with(0, {})) == "It has no page that could be read."


def test_the_page_the_reason_and_the_limit_are_told() -> None:
    assert what_is_missing(text_with(3, {3: PageProblem.TIMED_OUT})) == (
        "Not everything could be read. Page 3: reading took too long (limit: DOSSIERD_PAGE_SECONDS)."
    )


def test_pages_of_one_reason_are_summed_up() -> None:
    problems = dict.fromkeys([2, 5, 6, 7, 9], PageProblem.TEXT_DROPPED) | {1: PageProblem.ENGINE_FAILED}
    assert what_is_missing(text_with(9, problems)) == (
        "Not everything could be read. Page 1: can't be read, damaged or cut off. "
        "Pages 2, 5 to 7 and 9: a part of what is printed could not be read."
    )


def test_a_run_of_pages_is_named_by_its_ends() -> None:
    problems = dict.fromkeys(range(40, 301), PageProblem.NOT_REACHED)
    assert "Pages 40 to 300: the document took too long before" in what_is_missing(text_with(300, problems))


def test_many_pages_are_counted() -> None:
    problems = dict.fromkeys(range(1, 40, 2), PageProblem.TEXT_DROPPED)
    assert "Pages 1, 3, 5, 7, 9 and 15 more: a part" in what_is_missing(text_with(40, problems))


@pytest.mark.parametrize("problem", PageProblem)
def test_each_problem_has_its_words(problem: PageProblem) -> None:
    assert WHY[problem] in what_is_missing(text_with(1, {1: problem}))


@pytest.mark.parametrize("pages", [[1], [1, 2], [2, 5, 6, 7, 9], [*range(1, 40, 2), 41, 42]])
@pytest.mark.parametrize("problem", PageProblem)
def test_what_a_decision_keeps_is_told_word_for_word_in_english(
    problem: PageProblem, pages: list[int]
) -> None:
    kept = what_is_missing(text_with(50, dict.fromkeys(pages, problem)))
    assert in_words(kept, ENGLISH) == kept


@pytest.mark.parametrize("kept", [NO_PAGE, TOO_MANY])
def test_what_is_wrong_with_the_whole_document_is_told_in_the_language_of_the_office(kept: str) -> None:
    assert in_words(kept, ENGLISH) == kept
    assert in_words(kept, FRENCH) == FRENCH.say(kept) != kept


def test_the_pages_and_the_limit_are_told_in_the_language_of_the_office() -> None:
    problems = dict.fromkeys([2, 5, 6, 7, 9], PageProblem.TEXT_DROPPED) | {1: PageProblem.TIMED_OUT}
    told = in_words(what_is_missing(text_with(9, problems)), FRENCH)
    assert told.replace("\N{NO-BREAK SPACE}", " ") == (
        "Tout n'a pas pu être lu. Page 1 : la lecture a pris trop de temps (limite : DOSSIERD_PAGE_SECONDS). "
        "Pages 2, 5 à 7 et 9 : une partie de ce qui est imprimé n'a pas pu être lue."
    )


def test_what_another_version_has_kept_is_told_without_its_parts() -> None:
    assert in_words("Some pages are bad.", FRENCH) == "Tout n'a pas pu être lu."
