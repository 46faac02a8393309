"""OCR destroys labels; what may have been a veto must stay one."""

import datetime

import pytest

from agent.core.extract import extract
from agent.domain.decision import Match
from agent.domain.document import DocumentText
from agent.domain.evidence import DoubtKind
from tests.builders import decided, person, text_of

SUBJECT = ("Patient : VIDAL Hind", "Né(e) le 16/08/1977")


def doubts(text: DocumentText) -> list[tuple[DoubtKind, str]]:
    evidence = extract(text)
    return [(doubt.kind, evidence.printed(doubt.passage)) for doubt in evidence.doubts]


def is_match(*lines: str, confidence: int | None = 90) -> bool:
    return isinstance(decided(text_of(*lines, confidence=confidence), person()), Match)


@pytest.mark.parametrize(
    "line",
    [
        "Idcntité : KAFEHAM Malika",
        "PATIENNT: Omar Poulain",
        "PATIENT: Paul-enri Poulain",
        "Comte rendu oncernant Mohammed ossani",
        "Enfant lyas Sifeta",
        "Enfannt I1yas Zoulekou",
        "Patient : 1lyas",
        "concernont TAHIRI ounia",
    ],
)
def test_a_second_name_under_a_damaged_label_asks(line: str) -> None:
    assert not is_match(*SUBJECT, line)


@pytest.mark.parametrize(
    "line",
    [
        "D..N : 06/07/1931",
        "DD.N : 24/007/195l",
        "D.D.N : 10/05/19600",
        "D.D.N : 06/08/l939",
        "Date de naissancc: 04/10/1962",
        "Date de noisance: 04/05/1996",
        "né lc 02/02/2021",
        "ué le 02/02/2021",
        "né(e) lc 2506/1994",
        "né(e) lc 25061994",
    ],
)
def test_a_second_birth_date_under_a_damaged_label_asks(line: str) -> None:
    assert not is_match(*SUBJECT, line)


def test_an_old_date_behind_an_unknown_label_asks_where_ocr_read_it() -> None:
    lines = (*SUBJECT, "Xyzzy : 06/07/1931", "Meknès, le 04/09/2024")
    assert not is_match(*lines)
    assert is_match(*lines, confidence=None)


@pytest.mark.parametrize(
    "line",
    [
        "Idcntité : VIDAL Hind",
        "Date de naissancc : 16/08/1977",
        "Prélevé : 12/03/2024, validé : 13/03/2024",
        "La reprise partielle est autorisée. Nous restons à disposition.",
        "La patiente va bien.",
        "Nous prenons acte ce jour",
        "Patient :",
        "Patient : 45 ans, vue le 12/03/2022",
        "prenon a dit",
        "Acte de naissance du 12/03/2020",
        "ordinateur électroencéphalogramme",
    ],
)
def test_what_only_resembles_a_label_changes_nothing(line: str) -> None:
    assert is_match(*SUBJECT, line)


@pytest.mark.parametrize("line", ["Naissance", "né à terme, sans incident", "Née à Rabat"])
def test_a_birth_date_label_without_a_date_asks(line: str) -> None:
    assert not is_match(*SUBJECT, line)


def test_a_registered_name_without_label_asks_where_ocr_may_have_lost_one() -> None:
    reda = person("Mizalou", "Reda", birth_date=None)
    lines = (*SUBJECT, "P4t1 : Reda Mizalou")
    people = [person(), reda]
    assert not isinstance(decided(text_of(*lines, confidence=90), people), Match)
    assert isinstance(decided(text_of(*lines), people), Match)


def test_a_doubt_never_supports_anybody() -> None:
    lines = ("Idcntité : VIDAL Hind", "Date de naissancc : 16/08/1977")
    assert not is_match(*lines)


def test_a_doubtful_birth_date_keeps_its_reading() -> None:
    (doubt,) = extract(text_of("Date de naissancc : 04/10/1962")).doubts
    assert (doubt.kind, doubt.readings) == (DoubtKind.BIRTH_DATE, (datetime.date(1962, 10, 4),))


def test_a_doubtful_name_is_no_longer_than_its_words() -> None:
    assert doubts(text_of("Idcntité : KAFEHAM El Malika | suite")) == [(DoubtKind.NAME, "KAFEHAM El Malika")]


@pytest.mark.parametrize(
    ("label", "is_doubt"),
    [
        ("Intercsse", True),
        ("Intcrcsse", True),
        ("lntcrcsse", False),
        ("Intresse", True),
        ("Interresse", True),
        ("Enfnat", False),
        ("Enfanf", True),
    ],
)
def test_a_label_bears_two_slips_and_a_short_one_bears_one(label: str, is_doubt: bool) -> None:
    """A letter that is wrong, missing or added is a slip; two that changed places are two."""
    assert (DoubtKind.NAME in dict(doubts(text_of(f"{label} : KAFEHAM Malika")))) is is_doubt
