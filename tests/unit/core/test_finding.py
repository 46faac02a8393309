"""What is typed to find a document, and the line that shows why it was found."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from agent.core.finding import PASSAGE_LENGTH, days_of, passage_in, phrases_in, sought
from agent.domain.document import DocumentId, text_of_plain
from agent.domain.finding import Span, Term

PARIS = ZoneInfo("Europe/Paris")
UTC = datetime.UTC


@pytest.mark.parametrize(
    ("typed", "phrases"),
    [
        ("carte grise", ("carte", "grise")),
        ('vente "carte grise" 2026', ("vente", "carte grise", "2026")),
        ("« carte grise » “le bail”", (" carte grise ", "le bail")),
        ('"carte grise', ('"carte', "grise")),
        ('""', ("",)),
        ("", ()),
    ],
)
def test_quotes_make_phrases_and_one_alone_is_none(typed: str, phrases: tuple[str, ...]) -> None:
    assert phrases_in(typed) == phrases


def test_words_are_brought_into_normal_form_and_the_last_may_be_cut_short() -> None:
    assert sought(("Hélène", "مُحَمَّد", "ŒUV"), UTC).terms == (
        Term(typed="Hélène", tokens=("helene",)),
        Term(typed="مُحَمَّد", tokens=("محمد",)),
        Term(typed="ŒUV", tokens=("oeuv",), is_beginning=True),
    )


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("née en 1961", ["1961"]),
        ("né(e) en 1961", ["1961"]),
        ("born 1961", ["1961"]),
        ("moreau née en 1961", ["moreau", "1961"]),
        ("né 1961 lettre", ["1961", "lettre"]),
        ("séjour en 1961", ["séjour", "en", "1961"]),
        ("en 1961", ["en", "1961"]),
        ("née en mars", ["née", "en", "mars"]),
        ("1961", ["1961"]),
    ],
)
def test_words_that_announce_a_year_of_birth_are_passed_over(typed: str, left: list[str]) -> None:
    assert [term.typed for term in sought(phrases_in(typed), UTC).terms] == left


def test_a_phrase_at_the_end_is_not_cut_short() -> None:
    assert not sought(("carte gri",), UTC).terms[0].is_beginning


@pytest.mark.parametrize("hostile", ["", "*", '"', "-:^()", "\0", "\ud800", "…—", "\u202e"])
def test_signs_alone_are_nothing(hostile: str) -> None:
    assert sought((hostile,), UTC).terms == ()


@pytest.mark.parametrize(
    ("hostile", "tokens"),
    [
        ("NEAR(a,b)", ("near", "a", "b")),
        ("words:x*", ("words", "x")),
        ("a\0b\ud800", ("a", "b")),
        ("^OR", ("or",)),
    ],
)
def test_operators_are_words_or_signs(hostile: str, tokens: tuple[str, ...]) -> None:
    assert sought((hostile,), UTC).terms[0].tokens == tokens


def test_what_is_typed_twice_is_sought_once() -> None:
    assert sought(("a", "a", "b"), UTC).token_count == 2


def test_a_reference_names_a_document() -> None:
    assert sought(("d-12",), UTC).terms[0].number == DocumentId(12)


def test_a_date_is_a_day_at_the_office() -> None:
    day = Span(
        since=datetime.datetime(2026, 3, 9, 23, tzinfo=UTC),
        until=datetime.datetime(2026, 3, 10, 23, tzinfo=UTC),
    )
    assert sought(("10/03/2026",), PARIS).terms[0].days == (day,)
    assert sought(("10 mars 2026",), PARIS).terms[0].days == (day,)


@pytest.mark.parametrize(
    "text", ["", "10/03", "le 10/03/2026", "10/03/2026 à Lyon", "31/02/2026", "1" * 5000]
)
def test_what_is_not_a_date_alone_is_no_day(text: str) -> None:
    assert days_of(text) == ()


def test_a_short_year_leaves_two_days() -> None:
    assert days_of("10/03/26") == (datetime.date(1926, 3, 10), datetime.date(2026, 3, 10))


def test_a_span_is_from_the_first_day_until_the_end_of_the_last() -> None:
    first, last = datetime.date(2026, 3, 10), datetime.date(2026, 3, 11)
    begin, end = datetime.datetime(2026, 3, 9, 23, tzinfo=UTC), datetime.datetime(2026, 3, 11, 23, tzinfo=UTC)
    assert sought((), PARIS, since=first, until=last).span == Span(since=begin, until=end)
    assert sought((), PARIS, since=first).span == Span(since=begin, until=None)
    assert sought((), PARIS, until=last).span == Span(since=None, until=end)
    assert sought((), PARIS).span is None


def test_the_first_and_the_last_of_all_days_are_days_too() -> None:
    span = sought((), PARIS, since=datetime.date.min, until=datetime.date.max).span
    assert span == Span(since=datetime.datetime(1, 1, 1, tzinfo=UTC), until=None)


def passage(text: str, *phrases: str) -> str:
    return passage_in(text_of_plain(text).pages[0], sought(phrases, UTC))


def test_the_line_with_most_of_what_was_sought_is_shown_as_printed() -> None:
    page = "Le bail\nLe bail de Hélène\nHélène"
    assert passage(page, "helene", "bai") == "Le bail de Hélène"


def test_nothing_is_shown_where_no_line_has_it() -> None:
    assert passage("Le bail\n", "vente", "x") == ""
    assert passage("", "vente") == ""


def test_a_long_line_is_cut_round_what_was_sought() -> None:
    shown = passage(" ".join(["mot"] * 60 + ["bail"] + ["fin"] * 60), "bail")
    assert shown.startswith("… mot")
    assert shown.endswith("fin …")
    assert " bail " in shown
    assert len(shown) <= PASSAGE_LENGTH + 4


def test_a_word_longer_than_a_passage_is_cut() -> None:
    assert len(passage("x" * 10_000, "xx")) == PASSAGE_LENGTH
