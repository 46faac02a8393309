"""Lines that leave the child with one box each, and whose words get theirs behind it."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from agent.adapters.reading import runs
from agent.adapters.reading.encoding import WORD_BYTES, charge, count, encode
from agent.adapters.reading.written import page_of, word_count
from agent.domain.document import Box, Line, Page, TextOrigin, Word


def run(text: str, top: float = 10.0, left: float = 100.0) -> Word:
    return Word(text=text, box=Box(left=left, top=top, right=left + 10.0 * len(text), bottom=top + 12.0))


def page(*words: Word) -> Page:
    return Page(number=1, width=595.0, height=842.0, origin=TextOrigin.TEXT_LAYER, lines=(Line(words=words),))


def handed_back(*words: Word) -> Page:
    return page_of(encode(page(*words)))


def test_each_word_gets_the_part_of_the_box_that_its_letters_take() -> None:
    shared = handed_back(run("ab  c"), run("d", left=200.0))
    assert [(word.text, word.box.left, word.box.right) for word in shared.lines[0].words] == [
        ("ab", 100.0, 120.0),
        ("c", 140.0, 150.0),
        ("d", 200.0, 210.0),
    ]
    assert {(word.box.top, word.box.bottom) for word in shared.lines[0].words} == {(10.0, 22.0)}


def test_a_page_of_words_comes_back_as_it_was() -> None:
    given = page(run("ab", top=12.34), replace(run("c"), confidence=87))
    assert handed_back(*given.lines[0].words) == given


@pytest.mark.security
def test_the_words_of_a_run_are_charged_as_if_they_were_written() -> None:
    given = page(run("a b c"), run("d"))
    words = count(given, encode(given))
    assert words == word_count([page_of(encode(given))]) == 4
    assert charge(10, words) == 4 * WORD_BYTES


@pytest.mark.security
@pytest.mark.parametrize("place", ["NaN", "1e999", "Infinity", "9" * 30, "1.5"])
def test_a_place_that_is_on_no_page_is_not_believed(place: str) -> None:
    written = encode(page(run("ab", left=123.0))).replace(b"12300", place.encode())
    with pytest.raises(ValidationError):
        page_of(written)


def test_runs_stand_in_lines_from_top_to_bottom() -> None:
    lines = runs.lines_of([run("third", top=40.0), run("first", top=10.0), run("second", top=25.0)])
    assert [line.text for line in lines] == ["first", "second", "third"]


def test_runs_at_one_height_are_one_line() -> None:
    lines = runs.lines_of([run("right", top=11.0, left=300.0), run("left one"), run("below", top=30.0)])
    assert [line.text for line in lines] == ["left one right", "below"]
