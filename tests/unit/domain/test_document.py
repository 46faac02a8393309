"""Documents: how they are called, and the text that was read from them."""

import dataclasses
import datetime

import pytest

from agent.domain.document import (
    Box,
    Claim,
    CorrelationId,
    DocumentId,
    DocumentText,
    Page,
    PageProblem,
    Sha256,
    TextOrigin,
    parse_claimed,
    parse_correlation_id,
    parse_reference,
    printable,
    reference,
    text_of_plain,
)


def test_a_reference_is_the_number_after_a_d() -> None:
    assert reference(DocumentId(1042)) == "D-1042"


RUN = "0b54a6f2-93c1-4f0e-8d57-2a9c1e4b7f60"


@pytest.mark.parametrize("text", [RUN, RUN.replace("-", ""), f" {RUN.upper()} "])
def test_a_correlation_id_is_read_as_a_line_has_it_or_as_a_trace_does(text: str) -> None:
    assert parse_correlation_id(text) == RUN


@pytest.mark.parametrize("text", ["", "D-7", RUN[:-1], RUN + "0", RUN.replace("b", "g"), f"{RUN} {RUN}"])
def test_what_is_no_correlation_id_is_none(text: str) -> None:
    assert parse_correlation_id(text) is None


@pytest.mark.parametrize("text", ["D-1042", "d-1042", "d1042", "1042", " D-1042\n"])
def test_a_reference_is_read_however_it_is_typed(text: str) -> None:
    assert parse_reference(text) == 1042


@pytest.mark.parametrize("text", ["", "D-", "D--7", "E-7", "7a", "D-7.pdf", "-7", "D-1234567890123", "D-٧x"])
def test_what_is_no_reference_is_none(text: str) -> None:
    assert parse_reference(text) is None


def test_a_claim_is_called_like_its_document() -> None:
    claim = Claim(
        document_id=DocumentId(7),
        correlation_id=CorrelationId("c"),
        epoch=1,
        attempt=1,
        original_name="a.pdf",
        claimed_at=datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC),
        sha256=Sha256("0" * 64),
        size=1,
    )
    assert claim.reference == "D-7"


def test_plain_text_keeps_its_lines_words_and_columns() -> None:
    text = text_of_plain("Anna  Muster\n\n  born 1980")
    (page,) = text.pages
    assert page.number == 1
    assert page.origin is TextOrigin.TEXT_LAYER
    assert [line.text for line in page.lines] == ["Anna Muster", "born 1980"]
    words = [word for line in page.lines for word in line.words]
    assert words[1].box == Box(left=36.0, top=0.0, right=72.0, bottom=12.0)
    assert words[2].box == Box(left=12.0, top=24.0, right=36.0, bottom=36.0)
    assert {word.confidence for word in words} == {None}


def test_a_form_feed_starts_a_page() -> None:
    text = text_of_plain("one\ftwo\nthree", origin=TextOrigin.OCR)
    assert [page.number for page in text.pages] == [1, 2]
    assert {page.origin for page in text.pages} == {TextOrigin.OCR}
    assert text.text == "one\ntwo\nthree"


def _page(problem: PageProblem | None = None) -> Page:
    return Page(number=1, width=595, height=842, origin=TextOrigin.BLANK, lines=(), problem=problem)


def test_text_is_complete_when_every_page_was_read_to_its_end() -> None:
    assert DocumentText(pages=(_page(), _page())).is_complete


@pytest.mark.parametrize("problem", PageProblem)
def test_one_page_with_a_problem_makes_the_text_incomplete(problem: PageProblem) -> None:
    assert not DocumentText(pages=(_page(), _page(problem))).is_complete


def test_text_without_a_page_is_incomplete() -> None:
    assert not DocumentText(pages=()).is_complete


@pytest.mark.security
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Léa 山 😀.pdf", "Léa 山 😀.pdf"),
        ("a\nb\x1b[31m.pdf", "a\\nb\\x1b[31m.pdf"),
        ("a\u202efdp.exe", "a\\u202efdp.exe"),
        ("\udce9.pdf", "\\xe9.pdf"),
    ],
)
def test_shown_name_obeys_no_control_mark(name: str, shown: str) -> None:
    assert printable(name) == shown


def test_a_text_is_a_ruin_when_no_page_could_be_opened() -> None:
    good = text_of_plain("one\ftwo").pages
    ruined = tuple(dataclasses.replace(page, problem=PageProblem.ENGINE_FAILED) for page in good)
    assert DocumentText(pages=ruined).is_ruin
    assert not DocumentText(pages=(good[0], ruined[1])).is_ruin


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("D-7", 7),
        ("D-7-t1", 7),
        ("D-1042-t12", 1042),
        ("D-7-t0", None),
        ("d-7", None),
        ("D-7-e1", None),
        ("7", None),
    ],
)
def test_a_name_in_the_claim_folder_tells_the_number_and_any_take(name: str, number: int | None) -> None:
    assert parse_claimed(name) == number
