from dataclasses import replace

import pytest

from agent.core.completeness import what_is_missing
from agent.core.decide import decide
from agent.core.extract import extract
from agent.core.match import compare
from agent.core.rereading import exhausted, pages_to_reread, reread
from agent.domain.decision import Decision, Match, Policy
from agent.domain.document import DocumentText, PageProblem, TextOrigin
from agent.domain.evidence import Evidence
from agent.domain.identity import Person
from agent.domain.rivals import MOST_PASSES
from tests.builders import person, text_of

LETTER = ("Patient : Hind VIDAL", "Date de naissance : 16/08/1977", "Le bilan est sans particularité.")
FLOOR = 80


def scanned(
    *lines: str, confidence: int = 95, unsure: str = "", coverage: float | None = 1.0, passes: int = 1
) -> DocumentText:
    text = text_of(*lines, confidence=confidence, unsure=unsure)
    return DocumentText(pages=tuple(replace(page, coverage=coverage, passes=passes) for page in text.pages))


def decided(text: DocumentText, *people: Person, is_trustworthy: bool = True) -> tuple[Evidence, Decision]:
    evidence = extract(text)
    return evidence, decide(
        compare(evidence, people),
        policy=Policy.TWO_IDENTIFIERS,
        confidence_floor=FLOOR,
        missing=what_is_missing(text),
        is_trustworthy=is_trustworthy,
    )


def wanted(text: DocumentText, *people: Person, is_trustworthy: bool = True) -> tuple[int, ...]:
    evidence, decision = decided(text, *people or (person(),), is_trustworthy=is_trustworthy)
    return pages_to_reread(text, evidence, decision, confidence_floor=FLOOR)


def test_a_match_is_not_read_again() -> None:
    assert wanted(scanned(*LETTER)) == ()


@pytest.mark.parametrize("unsure", ["VIDAL", "16/08/1977"])
def test_what_was_read_unsurely_is_read_again(unsure: str) -> None:
    assert wanted(scanned(*LETTER, unsure=unsure)) == (1,)


def test_an_unsure_number_is_read_again() -> None:
    text = scanned("Patient : Hind VIDAL", "CIN : AB123456", unsure="AB123456")
    assert wanted(text, person(cin="AB123456")) == (1,)


def test_only_the_page_of_the_unsure_words_is_read_again() -> None:
    second = "\f".join(["Le bilan est sans particularité.", "\n".join(LETTER)])
    assert wanted(scanned(second, unsure="VIDAL")) == (2,)


def test_a_damaged_birth_date_is_read_again() -> None:
    assert wanted(scanned("Patient : Hind VIDAL", "Date de naissance : 16/0B/19")) == (1,)


def test_a_poorly_read_page_that_announces_nobody_is_read_again() -> None:
    assert wanted(scanned("Le bilan est sans particularité.", confidence=82)) == (1,)


def test_the_pages_that_announce_what_is_missing_come_before_the_first() -> None:
    text = scanned("\f".join(["Le bilan est bon.", "Patient : Hind VIDAL", "Merci."]), confidence=82)
    assert wanted(text) == (2,)


def test_of_pages_that_announce_nothing_the_first_is_read_again() -> None:
    assert wanted(scanned("Le bilan est bon.\fMerci.", confidence=82)) == (1,)


@pytest.mark.parametrize("coverage", [0.96, None])
def test_a_page_with_unexplained_ink_is_not_read_well(coverage: float | None) -> None:
    assert wanted(scanned("Le bilan est sans particularité.", coverage=coverage)) == (1,)


def test_a_page_that_was_read_well_and_names_nobody_is_left() -> None:
    assert wanted(scanned("Le bilan est sans particularité.")) == ()


def test_two_people_who_both_fit_are_no_matter_of_reading() -> None:
    text = scanned(*LETTER, confidence=85, coverage=0.96)
    assert wanted(text, person(record_id="A"), person(record_id="B")) == ()


def test_no_pass_mends_a_registry_that_is_not_trusted() -> None:
    assert wanted(scanned(*LETTER, unsure="VIDAL"), is_trustworthy=False) == ()


def test_when_all_was_tried_nothing_is_read_again() -> None:
    assert wanted(scanned(*LETTER, unsure="VIDAL", passes=MOST_PASSES)) == ()


def test_a_text_layer_is_not_read_again() -> None:
    text = text_of("Patient : Hind VIDAL")
    assert [page.origin for page in text.pages] == [TextOrigin.TEXT_LAYER]
    assert wanted(text) == ()


def test_a_better_reading_takes_its_page_s_place_and_can_lead_to_a_match() -> None:
    text = scanned(*LETTER, confidence=82, unsure="1977")
    again = scanned(*LETTER, confidence=94, passes=2)
    _, decision = decided(DocumentText(pages=reread(text, again.pages)), person())
    assert isinstance(decision, Match)


def test_a_second_reading_that_contradicts_the_first_is_no_match_by_luck() -> None:
    """The first surely reads another day; the second, no less surely, the registered one."""
    text = scanned("Patient : Hind VIDAL", "Date de naissance : 18/08/1977", confidence=88)
    again = scanned("Patient : Hind VIDAL", "Date de naissance : 16/08/1977", confidence=94, passes=2)
    merged = DocumentText(pages=reread(text, again.pages))
    _, decision = decided(merged, person())
    assert merged.text == again.text
    assert not isinstance(decision, Match)


def test_a_pass_that_came_to_nothing_counts_all_the_same() -> None:
    text = scanned(*LETTER)
    lost = replace(text.pages[0], lines=(), coverage=None, passes=0, problem=PageProblem.TIMED_OUT)
    (kept,) = reread(text, [lost])
    assert (kept.text, kept.passes, kept.problem) == (text.text, 2, None)


def test_pages_that_are_exhausted_stay_as_they_are_and_are_not_wanted() -> None:
    text = scanned(*LETTER, unsure="VIDAL")
    spent = DocumentText(pages=exhausted(text, [1]))
    assert spent.text == text.text
    assert wanted(spent) == ()
