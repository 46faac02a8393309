"""What `compare` writes down of one person, rule by rule and to the very bound."""

import datetime
from collections.abc import Sequence
from dataclasses import replace

import pytest

from agent.core.match import Assessment
from agent.domain.document import DocumentText
from agent.domain.identity import Identifier, Person, Spelling
from agent.domain.lesson import LessonNumber
from tests.builders import assessed, person, text_of

HIND = person(record_id="V")
"""VIDAL Hind, born on 16/08/1977."""
NUMBERED = replace(
    HIND,
    identifiers=(Identifier(kind="cin", value="L882253"), Identifier(kind="nir", value="184127645108946")),
)


def about(text: DocumentText | str, who: Person = HIND) -> Assessment:
    (assessment,) = assessed(text, who)
    return assessment


def codes(assessment: Assessment) -> list[str]:
    return [reason.code for reason in assessment.reasons]


def against(text: DocumentText | str, who: Person = HIND) -> list[str]:
    return [reason.code for reason in about(text, who).contradictions]


def ids(assessments: Sequence[Assessment]) -> list[str]:
    return [one.person.record_id for one in assessments]


def test_who_has_more_for_them_come_first() -> None:
    other = person(record_id="A", last_name="TAZI", first_name="Hind", birth_date=None)
    assert ids(assessed("Patient : VIDAL Hind\nNé(e) le 16/08/1977", other, HIND)) == ["V", "A"]


def test_a_contradiction_puts_people_behind_others_of_the_same_name() -> None:
    other = replace(HIND, record_id=person(record_id="A").record_id, birth_date=datetime.date(1950, 1, 2))
    blank = replace(HIND, record_id=person(record_id="Z").record_id, birth_date=None)
    assert ids(assessed("Patient : VIDAL Hind\nNé(e) le 16/08/1977", other, blank)) == ["Z", "A"]


def test_each_kind_of_agreement_is_told_once() -> None:
    text = "Patient : VIDAL Hind\nNé(e) le 16/08/1977\nDate de naissance : 16/08/1977\nCIN : L882253\nCIN : L882253"
    told = codes(about(text, NUMBERED))
    assert told.count("birth_date_same") == told.count("identifier_same") == 1


def test_a_naming_knows_its_place_and_whether_a_label_stands_before_it() -> None:
    (labelled,) = about("Compte rendu. Patient : VIDAL Hind\nNé(e) le 16/08/1977").namings
    assert (labelled.start, labelled.is_labelled, labelled.confidence) == (3, True, None)
    (bound,) = about("VIDAL Hind\nNé(e) le 16/08/1977").namings
    assert (bound.start, bound.is_labelled, bound.confidence) == (0, False, None)


def test_a_mention_is_read_by_ocr_only_where_ocr_read_it_in_no_other_role() -> None:
    letter, signature = "Patient : VIDAL Hind", "Dr VIDAL Hind"
    assert about(text_of(letter, confidence=95)).is_read_by_ocr is True
    assert about(text_of(letter)).is_read_by_ocr is False
    assert about(text_of(signature, confidence=95)).is_read_by_ocr is False


def test_the_lowest_confidence_of_a_number_s_words_is_kept_for_and_against() -> None:
    text = text_of(
        "Patient : VIDAL Hind\nCIN : L882253", confidence=95, unsure="L882253", unsure_confidence=61
    )
    assert [(proof.confidence, proof.is_number) for proof in about(text, NUMBERED).agreements] == [(61, True)]
    other = replace(HIND, identifiers=(Identifier(kind="cin", value="AB12345"),))
    assert [proof.confidence for proof in about(text, other).differences] == [61]


BOUND = "VIDAL Hind\n{}\nNé(e) le 16/08/1977"


def test_a_birth_date_binds_a_name_two_lines_above_it_and_not_three() -> None:
    assert about(BOUND.format("service")).namings
    assert not about(BOUND.format("service\nservice")).namings


@pytest.mark.parametrize(("characters", "is_bound"), [(160, True), (161, False)])
def test_a_birth_date_binds_a_name_so_many_characters_before_it(characters: int, is_bound: bool) -> None:
    head, tail = "VIDAL Hind ", " né(e) le "
    between = "x" * (characters - len("Hind ") - len(tail))
    text = f"{head}{between}{tail}16/08/1977"
    assert bool(about(text).namings) is is_bound


def test_the_distance_is_counted_from_the_name_wherever_on_the_page_it_stands() -> None:
    assert about("\n".join(("x" * 90,) * 5) + "\nVIDAL Hind\nNé(e) le 16/08/1977").namings


def test_reasons_point_at_the_first_word_of_the_name() -> None:
    text = text_of("Patient : VIDAL Hind\nNé(e) le 16/08/1977")
    box = {word.text: word.box for line in text.pages[0].lines for word in line.words}
    told = {reason.code: reason.box for reason in about(text).reasons}
    assert told["name_printed"] == told["name_as_subject"] == box["VIDAL"]
    doctor = text_of("Dr VIDAL Hind")
    (reason,) = about(doctor).reasons
    assert (reason.code, reason.box) == ("name_in_other_role", doctor.pages[0].lines[0].words[1].box)


def test_a_learned_spelling_points_at_its_words_and_no_further() -> None:
    text = text_of("Patient : VIDDAL Hindd, reçue ce jour\nNé(e) le 16/08/1977")
    spelling = Spelling(last_name="VIDDAL", first_name="Hindd", lesson=LessonNumber(3), is_shared=False)
    told = {reason.code: reason.box for reason in about(text, replace(HIND, spellings=(spelling,))).reasons}
    first, last = (text.pages[0].lines[0].words[place].box for place in (2, 3))
    box = told["name_learned"]
    assert box is not None
    assert (box.left, box.right, box.bottom) == (first.left, last.right, first.bottom)


def test_a_likeness_points_at_one_word() -> None:
    text = text_of("Patient : VIDDAL Hind le lundi")
    (similar,) = about(text).reasons
    words = text.pages[0].lines[0].words
    assert (similar.code, similar.box) in {("name_similar", word.box) for word in words}
    part = text_of("Patient : VIDAL Karim")
    (partial,) = about(part).reasons
    assert partial.code == "name_in_part"
    assert partial.box in {word.box for word in part.pages[0].lines[0].words}


@pytest.mark.parametrize(("apart", "code"), [(12, "name_similar"), (13, "name_in_part")])
def test_the_parts_of_a_similar_name_stand_close_together(apart: int, code: str) -> None:
    text = f"start {'one ' * 20}VIDDAL {'two ' * (apart - 1)}Hind"
    assert codes(about(text)) == [code]


def test_all_parts_of_a_similar_name_must_be_there() -> None:
    long = replace(HIND, last_name="VIDAL FASSI")
    assert codes(about("Patient : VIDDAL Hind", long)) == ["name_in_part"]
    assert codes(about("Patient : VIDDAL Hind FASI", long)) == ["name_similar"]


def test_a_telephone_number_hints_only_at_whose_it_is() -> None:
    text = "Patient : X\nTél. 06 12 34 56 78\nTél. 06 99 99 99 99\nNé(e) le 17/08/1977"
    assert codes(about(text, replace(HIND, phone="0612345678"))) == [
        "phone_same",
        "birth_date_near",
        "birth_date_differs",
    ]
    assert "phone_same" not in codes(about(text, replace(HIND, phone=None)))
    assert "phone_same" not in codes(about(text, replace(HIND, phone="0600000000")))


@pytest.mark.parametrize(
    ("age", "fits"), [(48, True), (49, True), (50, True), (46, True), (45, False), (51, False)]
)
def test_an_age_may_be_two_years_off(age: int, fits: bool) -> None:
    text = f"Casablanca, le 20/10/2025\nPatient : VIDAL Hind, {age} ans"
    assert ("age_differs" in against(text)) is not fits


def test_an_age_in_a_document_without_a_date_contradicts_nobody_and_is_no_match() -> None:
    text = "Patient : VIDAL Hind, 48 ans"
    assert against(text) == ["age_unchecked"]
    assert not about(text, HIND).is_contradicted
    assert about("Patient : VIDAL Hind, 5 ans\nle 20/10/2025", HIND).is_contradicted


def test_a_birth_date_without_its_century_is_the_very_one() -> None:
    assert "birth_date_short" in codes(about("Patient : VIDAL Hind, née le 16.08.77", HIND))
    assert "birth_date_near" not in codes(about("Patient : VIDAL Hind, née le 16.08.77", HIND))


def test_two_numbers_of_different_kinds_are_no_conflict() -> None:
    text = "Patient : VIDAL Hind\nCIN : L882253\nNIR : 1 84 12 76 451 089 46"
    assert against(text, NUMBERED) == []


def test_two_numbers_of_one_kind_are_a_conflict() -> None:
    assert "several_identifiers" in against("Patient : VIDAL Hind\nCIN : L882253\nCIN : L882254", NUMBERED)


def test_numbers_without_a_kind_conflict_where_their_form_is_the_same() -> None:
    assert "several_identifiers" in against("Identifiant : 1234567\nNuméro identifiant : 7654321")
    assert against("Identifiant : 1234567\nNuméro identifiant : XYZ7654321") == []


def test_two_birth_dates_are_a_conflict_and_no_number_s() -> None:
    assert "several_birth_dates" in against("Né(e) le 16/08/1977\nNé(e) le 17/08/1977")
    assert "several_birth_dates" not in against("Né(e) le 16/08/1977\nNé(e) le 16/08/1977")


def test_two_birth_dates_on_two_pages_name_both_pages() -> None:
    (first,), (second,) = (text_of(line).pages for line in ("Né(e) le 16/08/1977", "Né(e) le 17/08/1977"))
    text = DocumentText(pages=(first, replace(second, number=2)))
    told = [reason.page for reason in about(text).reasons if reason.code == "several_birth_dates"]
    assert told == [2, 1]
