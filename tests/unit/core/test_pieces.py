"""What was read where: words, place, certainty, and the rule that took each piece."""

import pytest

from agent.core.extract import extract
from agent.core.match import compare
from agent.core.pieces import Piece, most_telling, pieces_of, place_on_page
from agent.core.vocabulary import Vocabulary
from agent.domain.document import Box, DocumentText
from agent.domain.identity import Person
from tests.builders import person, text_of

VIDAL = person(record_id="R1", cin="JK374321", phone="0612345678", nir="277087512345678")


def _pieces(text: DocumentText | str, *people: Person) -> tuple[Piece, ...]:
    read = text_of(text) if isinstance(text, str) else text
    evidence = extract(read, Vocabulary())
    return pieces_of(read, evidence, compare(evidence, people or (VIDAL,)))


def _told(text: DocumentText | str, *people: Person) -> list[tuple[str, str, str]]:
    return [(it.words, it.label, it.rule) for it in _pieces(text, *people)]


def test_a_letter_s_pieces_come_in_the_order_of_the_page() -> None:
    pieces = _pieces("Patient : Hind VIDAL\nNée le : 16/08/1977\nCIN : JK 374321\nTél : 06 12 34 56 78")
    assert [(it.what, it.words, it.label) for it in pieces] == [
        ("name", "Hind VIDAL", "Patient"),
        ("birth_date", "16/08/1977", "Née le"),
        ("number", "JK 374321", "CIN"),
        ("number", "06 12 34 56 78", ""),
    ]
    assert {it.records for it in pieces} == {("R1",)}
    assert {(it.page, it.place, it.confidence) for it in pieces} == {(1, "top left", None)}
    assert pieces[0].box == Box(left=60.0, top=0.0, right=120.0, bottom=12.0)
    assert "it only proposes: families share it" in pieces[3].rule


def test_the_least_sure_word_of_ocr_counts() -> None:
    read = text_of("Patient : Hind VIDAL", confidence=95, unsure="VIDAL", unsure_confidence=61)
    (piece,) = _pieces(read)
    assert piece.confidence == 61


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Hind VIDAL\nNée le : 16/08/1977", "bound by the person's own birth date or number close behind it"),
        ("Bonjour Hind VIDAL", "nothing says that the document is about it"),
        ("Dr Hind VIDAL", "in another role (doctor, relative, insured, place)"),
    ],
)
def test_a_name_without_a_label_says_what_it_counts_for(text: str, rule: str) -> None:
    assert rule in _told(text)[0][2]


def test_a_label_s_name_in_another_role_counts_for_nobody() -> None:
    assert _told("Patient : Hind VIDAL (mère)")[0][2] == "a name in another role, so it counts for nobody"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Née le : 31/02/1977", "a birth date, but there is no such day"),
        ("Née le : 16/08/77", "a birth date without its century: no proof"),
        ("N° assuré : 123456", "an insurance number, perhaps the insured's: it only proposes"),
        ("NIR : 123456", "a social security number, its form or checksum is wrong, so it proves nothing"),
        ("JK374321", "a national card number, known by its form alone"),
        ("Âge : 40 ans", "an age, held against the birth date"),
        ("Date de naissance : 16/O8/", "it may be a birth date, and can't be read surely"),
    ],
)
def test_what_a_piece_is_worth_is_said(text: str, rule: str) -> None:
    assert rule in [told[2] for told in _told(text)]


def test_what_is_printed_on_each_page_is_told_once_with_its_first_place() -> None:
    (piece,) = _pieces(text_of("Patient : Hind VIDAL\f" * 3))
    assert (piece.page, piece.times) == (1, 3)


def test_pieces_of_considered_people_go_before_all_others() -> None:
    text = "CIN : AB111111\nBonjour Hind VIDAL\nCIN : AB222222\nPatient : Hind VIDAL"
    pieces = _pieces(text)
    assert [it.words for it in most_telling(pieces, 2)] == ["Hind VIDAL", "Hind VIDAL"]
    assert most_telling(pieces, 99) == pieces


@pytest.mark.parametrize(
    ("left", "top", "place"),
    [
        (0, 0, "top left"),
        (300, 0, "top"),
        (590, 420, "middle right"),
        (300, 420, "middle"),
        (0, 900, "bottom left"),
    ],
)
def test_a_place_is_said_in_thirds_of_the_page(left: float, top: float, place: str) -> None:
    box = Box(left=left, top=top, right=left + 2, bottom=top + 2)
    assert place_on_page(box, 595.0, 842.0) == place


def test_a_page_without_a_size_has_one_place() -> None:
    assert place_on_page(Box(left=0, top=0, right=1, bottom=1), 0.0, 0.0) == "middle"


def test_names_that_stand_in_a_person_s_way_are_pieces_too() -> None:
    text = "Patient : Hind VIDAL\nMadame Sara ALAMI"
    assert _told(text)[1] == ("Sara ALAMI", "", "perhaps the name of somebody else")
    other = person("Alami", "Sara", record_id="R2")
    assert [it.what for it in _pieces(text, VIDAL, other)] == ["name", "name"]


def test_who_else_may_be_meant_goes_before_what_concerns_nobody() -> None:
    pieces = _pieces("CIN : AB111111\nPatient : Hind VIDAL\nMadame Sara ALAMI")
    assert [it.words for it in most_telling(pieces, 2)] == ["Hind VIDAL", "Sara ALAMI"]
