"""What confirmed lessons change: never enough alone, for one record only, and every veto holds."""

import datetime
from dataclasses import replace

import pytest

from agent.core import learned
from agent.core.extract import extract
from agent.core.rules import Rules
from agent.core.vocabulary import STANDARD
from agent.domain.decision import Ambiguous, Decision, Match, Unmatched
from agent.domain.evidence import MarkKind
from agent.domain.identity import Person, RecordId, Spelling
from agent.domain.lesson import Alias, Label, Lesson, Registered
from agent.workflow.deciding import judge
from tests.builders import lesson, person, text_of
from tests.fakes import FakeRegistry

FATIMA = person("Bennani", "Fatima Zahra", record_id="R1", cin="JK374321")
REGISTERED = Registered(last_name="Bennani", first_name="Fatima Zahra")
WHOLE = Alias(record_id=RecordId("R1"), last_name="BENANI Fatema", registered=REGISTERED)
PARTS = Alias(record_id=RecordId("R1"), last_name="Benani", first_name="Fatema", registered=REGISTERED)
VERSICHERTER = Label(words="versicherter", announces=MarkKind.NAME)
BORN = "Date de naissance : 16/08/1977"


def _decide(text: str, *people: Person, lessons: tuple[Lesson, ...] = ()) -> Decision:
    return judge(text_of(text), FakeRegistry(people), Rules(), lessons).decision


@pytest.mark.parametrize("printed", ["Patient : BENANI Fatema", "Nom et prénom : Mme Benani Fatema"])
def test_a_confirmed_spelling_and_a_birth_date_are_a_match(printed: str) -> None:
    text = f"{printed}\n{BORN}"
    assert isinstance(_decide(text, FATIMA), Ambiguous | Unmatched)
    decision = _decide(text, FATIMA, lessons=(lesson(WHOLE, 3),))
    assert isinstance(decision, Match)
    (first, *_) = decision.candidate.reasons
    assert (first.code, first.supports) == ("name_learned", True)
    assert "(lesson 3)" in first.sentence
    assert "Fatima Zahra Bennani" in first.sentence


@pytest.mark.parametrize(
    "printed", ["Nom : BENANI\nPrénom : Fatema", "Prénom : Fatema   Nom : Benani", "Patient : Fatema BENANI"]
)
def test_a_spelling_in_two_parts_counts_as_any_name_does(printed: str) -> None:
    assert isinstance(_decide(f"{printed}\n{BORN}", FATIMA, lessons=(lesson(PARTS),)), Match)


def test_a_whole_spelling_counts_only_word_for_word() -> None:
    assert not isinstance(
        _decide(f"Patient : Fatema BENANI\n{BORN}", FATIMA, lessons=(lesson(WHOLE),)), Match
    )


@pytest.mark.parametrize("printed", ["Patient : BENANI Fatema Amine", "Patient : Ait BENANI Fatema"])
def test_a_longer_name_is_not_the_spelling(printed: str) -> None:
    assert not isinstance(_decide(f"{printed}\n{BORN}", FATIMA, lessons=(lesson(WHOLE),)), Match)


def test_a_spelling_alone_is_never_enough() -> None:
    decision = _decide("Patient : BENANI Fatema", FATIMA, lessons=(lesson(WHOLE),))
    assert isinstance(decision, Ambiguous)
    assert decision.reason.code == "no_second_identifier"


@pytest.mark.parametrize(
    "contrary",
    [
        "Date de naissance : 17/08/1977",
        f"{BORN}\nCIN : AB123456",
        f"{BORN}\nPatient : Karim ALAOUI",
        f"{BORN}\nLien avec le patient : mère",
    ],
)
def test_every_veto_holds_for_a_spelling(contrary: str) -> None:
    decision = _decide(f"Patient : BENANI Fatema\n{contrary}", FATIMA, lessons=(lesson(WHOLE),))
    assert not isinstance(decision, Match)


def test_a_spelling_in_another_role_names_nobody() -> None:
    text = f"Patient : Sara TAZI\n{BORN}\nDr BENANI Fatema"
    assert not isinstance(_decide(text, FATIMA, lessons=(lesson(WHOLE),)), Match)


@pytest.mark.parametrize(
    ("now", "is_outlived"),
    [
        (FATIMA, False),
        (person("Bennani", "Fatima", record_id="R1"), False),
        (person("Tazi", "Fatima Zahra", birth_name="Bennani", record_id="R1"), False),
        (person("Tazi", "Fatima Zahra", record_id="R1"), True),
        (person("Amrani", "Leila", record_id="R1"), True),
    ],
)
def test_a_spelling_counts_only_while_the_record_has_a_name_that_it_had_when_it_was_taught(
    now: Person, is_outlived: bool
) -> None:
    taught = lesson(WHOLE)
    assert learned.is_outlived(taught.teaching, now) is is_outlived
    decision = _decide(f"Patient : BENANI Fatema\n{BORN}", now, lessons=(taught,))
    assert isinstance(decision, Match) is not is_outlived


def test_a_spelling_whose_record_s_name_was_not_kept_does_not_count() -> None:
    of_before = replace(WHOLE, registered=None)
    assert learned.is_outlived(of_before, FATIMA)
    text = f"Patient : BENANI Fatema\n{BORN}"
    assert not isinstance(_decide(text, FATIMA, lessons=(lesson(of_before),)), Match)


def test_a_label_is_nobody_s_and_never_outlived() -> None:
    assert not learned.is_outlived(VERSICHERTER, FATIMA)


def test_a_spelling_is_one_record_s_only() -> None:
    twin = person("Bennani", "Fatima Zahra", record_id="R2", cin="AB123456")
    text = f"Patient : BENANI Fatema\n{BORN}\nCIN : AB123456"
    assert not isinstance(_decide(text, FATIMA, twin, lessons=(lesson(WHOLE),)), Match)


def test_a_namesake_of_the_registered_name_must_be_told_apart_too() -> None:
    blank = person("Bennani", "Fatima Zahra", record_id="R2", birth_date=None)
    text = f"Patient : BENANI Fatema\n{BORN}"
    decision = _decide(text, FATIMA, blank, lessons=(lesson(WHOLE),))
    assert isinstance(decision, Ambiguous)
    assert decision.reason.code == "homonym_not_excluded"


@pytest.mark.parametrize("first_name", ["Fatema", "Fatema Amine", "Fatima"])
def test_a_spelling_that_may_be_somebody_else_s_makes_no_match(first_name: str) -> None:
    other = person("Benani", first_name, record_id="R2", birth_date=None)
    decision = _decide(f"Patient : BENANI Fatema\n{BORN}", FATIMA, other, lessons=(lesson(WHOLE),))
    assert not isinstance(decision, Match)


def test_a_shared_spelling_still_counts_among_namesakes() -> None:
    """Whoever is really called so is not filed under while the other bearer of the spelling isn't told apart."""
    other = person("Benani", "Fatema", record_id="R2")
    blank = person("Bennani", "Fatima Zahra", record_id="R1", birth_date=None)
    text = f"Patient : BENANI Fatema\n{BORN}"
    assert isinstance(_decide(text, other), Match)
    assert not isinstance(_decide(text, other, blank, lessons=(lesson(WHOLE),)), Match)


def test_only_a_learned_spelling_that_is_all_printed_calls_its_person() -> None:
    evidence = extract(text_of(f"Patient : BENANI Fatema\n{BORN}"))
    assert learned.called(evidence, [lesson(WHOLE), lesson(PARTS), lesson(VERSICHERTER)]) == ("R1",)
    assert learned.called(extract(text_of("Patient : BENANI Sara")), [lesson(WHOLE)]) == ()


class _Searching(FakeRegistry):
    """A registry that finds whom the exact name of its first person touches, as the index does."""

    def candidates(self, evidence):  # type: ignore[no-untyped-def]
        found = super().candidates(evidence)
        is_named = "bennani" in {token.text for token in evidence.tokens}
        return found if is_named else type(found)(named=(), version=found.version)


def test_a_person_whom_only_a_spelling_names_is_looked_up_with_all_namesakes() -> None:
    blank = person("Bennani", "Fatima Zahra", record_id="R2", birth_date=None)
    text = text_of(f"Patient : BENANI Fatema\n{BORN}")
    alone = judge(text, _Searching([FATIMA]), Rules(), [lesson(WHOLE)])
    assert isinstance(alone.decision, Match)
    both = judge(text, _Searching([FATIMA, blank]), Rules(), [lesson(WHOLE)])
    assert [it.record_id for it in both.inputs.people] == ["R1", "R2"]
    assert isinstance(both.decision, Ambiguous)


def test_a_spelling_of_a_record_that_is_gone_calls_nobody() -> None:
    judged = judge(text_of("Patient : BENANI Fatema"), FakeRegistry(), Rules(), [lesson(WHOLE)])
    assert judged.inputs.people == ()
    assert judged.inputs.lessons == ()


def test_people_without_a_lesson_stay_as_they_are() -> None:
    other = person(record_id="R9")
    known, same = learned.people_with([FATIMA, other], [lesson(PARTS, 4), lesson(VERSICHERTER, 5)])
    assert known.spellings == (Spelling(last_name="Benani", first_name="Fatema", lesson=4),)
    assert same is other


def test_a_learned_label_announces_and_no_more() -> None:
    text = "Versicherter : Hind VIDAL"
    vidal = person(record_id="R1")
    assert isinstance(_decide(f"{text}\n{BORN}", vidal, lessons=(lesson(VERSICHERTER),)), Match)
    assert not isinstance(_decide(f"{text}\n{BORN}", vidal), Match)
    alone = _decide(text, vidal, lessons=(lesson(VERSICHERTER),))
    assert isinstance(alone, Ambiguous)
    assert alone.reason.code == "no_second_identifier"


def test_a_learned_label_that_names_somebody_else_vetoes() -> None:
    text = f"Versicherter : Karim ALAOUI\nPatient : Hind VIDAL\n{BORN}"
    vidal = person(record_id="R1")
    assert not isinstance(_decide(text, vidal, lessons=(lesson(VERSICHERTER),)), Match)


def test_the_vocabulary_stays_itself_without_a_learned_label() -> None:
    assert learned.vocabulary_with(STANDARD, [lesson(WHOLE)]) is STANDARD


def test_the_lessons_of_a_decision_are_those_that_can_have_had_a_part() -> None:
    evidence = extract(
        text_of("Versicherter : Hind VIDAL"), learned.vocabulary_with(STANDARD, [lesson(VERSICHERTER)])
    )
    unknown = Label(words="victime", announces=MarkKind.NAME)
    lessons = [lesson(WHOLE, 1), lesson(VERSICHERTER, 2), lesson(unknown, 3)]
    assert [it.number for it in learned.concerning(lessons, [FATIMA], evidence)] == [1, 2]
    assert [it.number for it in learned.concerning(lessons, [], evidence)] == [2]


@pytest.mark.parametrize(
    ("words", "is_known"),
    [("medecin", True), ("patient", False), ("victime", False), ("versicherter", False)],
)
def test_a_label_that_is_known_with_another_meaning_keeps_it(words: str, is_known: bool) -> None:
    label = Label(words=words, announces=MarkKind.NAME)
    assert learned.is_known_otherwise(label, STANDARD) is is_known
    assert (learned.vocabulary_with(STANDARD, [lesson(label)]) is STANDARD) is is_known


_FAMILY = (
    person("Alaoui", "Karim", record_id="F1", birth_date=datetime.date(1950, 3, 12)),
    person("Alaoui", "Karim", record_id="F2", birth_date=datetime.date(1980, 12, 3)),
    person("Alaoui", "Karima", record_id="F3", birth_date=datetime.date(1980, 12, 3)),
    person("El Alaoui", "Karim", record_id="F4", birth_date=None),
    person("Alaoui", "Mohamed Karim", record_id="F5", birth_date=datetime.date(1981, 12, 3)),
    person("Tazi", "Sara", record_id="F6", birth_name="Alaoui", birth_date=datetime.date(1980, 12, 3)),
)


@pytest.mark.parametrize("about", _FAMILY, ids=lambda it: it.record_id)
@pytest.mark.parametrize("taught", _FAMILY, ids=lambda it: it.record_id)
def test_a_wrong_lesson_files_nobody_s_letter_under_somebody_else(about: Person, taught: Person) -> None:
    """Even if a human confirmed that one of a family is called as another is, and the refusal had failed."""
    alias = Alias(
        record_id=taught.record_id,
        last_name=f"{about.last_name} {about.first_name}",
        registered=Registered(last_name=taught.last_name, first_name=taught.first_name),
    )
    born = f"\nNé(e) le : {about.birth_date:%d/%m/%Y}" if about.birth_date else ""
    text = f"Patient : {about.last_name} {about.first_name}{born}"
    decision = _decide(text, *_FAMILY, lessons=(lesson(alias),))
    assert not isinstance(decision, Match) or decision.candidate.person.record_id == about.record_id
