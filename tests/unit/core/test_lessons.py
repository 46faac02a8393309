"""What an answer may teach, and all that it must not."""

import datetime
import re

import pytest

from agent.core.extract import extract
from agent.core.identifiers import IDENTIFIERS, IdentifierKind
from agent.core.learned import people_with
from agent.core.lessons import what_it_teaches
from agent.core.vocabulary import STANDARD, Vocabulary
from agent.domain.evidence import MarkKind
from agent.domain.identity import Identifier, Person, RecordId
from agent.domain.lesson import Alias, Label, Registered, Teaching
from tests.builders import lesson, person, text_of

FATIMA = person("Bennani", "Fatima Zahra", record_id="R1", cin="JK374321", birth_name="Alaoui")
HIND = person(record_id="R1", cin="JK374321")
BORN = "Née le : 16/08/1977"


def _taught(text: str, chosen: Person = FATIMA, vocabulary: Vocabulary = STANDARD) -> tuple[Teaching, ...]:
    return what_it_teaches(extract(text_of(text), vocabulary), chosen, vocabulary)


def _alias(last_name: str, first_name: str = "") -> Alias:
    registered = Registered(last_name="Bennani", first_name="Fatima Zahra", birth_name="Alaoui")
    return Alias(record_id=RecordId("R1"), last_name=last_name, first_name=first_name, registered=registered)


@pytest.mark.parametrize(
    ("printed", "alias"),
    [
        ("Patient : BENANI Fatema", _alias("BENANI Fatema")),
        ("Nom et prénom : Mme Benani Fatima", _alias("Benani Fatima")),
        ("Patient : ALAOUI Fatima", _alias("ALAOUI Fatima")),
        ("Nom : BENANI\nPrénom : Fatema", _alias("BENANI", "Fatema")),
        ("Prénom : Fatema\nNom : BENANI", _alias("BENANI", "Fatema")),
        ("Nom : BENANI", None),
        ("Patient : Quintero Fatima Zahra", _alias("Quintero Fatima Zahra")),
        ("Patient : Quintero Fatima", None),
        ("Patient : BENANI Alaouy", None),
        ("Patient : El BENANI", None),
        ("Patient : BENANI FatemaUsager", None),
        ("Patient : Fatema BENA-", None),
        ("Patient : BENАNI Fatema", None),
        ("Patient : АСОРЕ Fatima Zahra", None),
        ("Patient : BENANI Fate\u00adma", _alias("BENANI Fatema")),
        ("Patient : Fatima Zahra BENNANI", None),
        ("Patient : Zora QUINTERO", None),
        ("Patient : BENANI Fatema\nPatient : Omar TAZI", None),
        ("Patient : BENANI Fatema\nVictime : Omar TAZI", None),
        ("Patient : BENANI Fatema (mère)", None),
        ("Bonjour BENANI Fatema", None),
        ("Nom : BENANI\nPrénom : Fatema\nPrénom : Sara", None),
        ("Patient : BENANI Fatema Zohra El Aaa Bbb Ccc", None),
    ],
)
def test_a_spelling_is_taught_by_the_one_name_in_the_subject_s_place(
    printed: str, alias: Alias | None
) -> None:
    assert _taught(f"{printed}\n{BORN}") == (() if alias is None else (alias,))


def test_the_same_name_on_each_page_is_one_spelling() -> None:
    assert _taught(f"Patient : BENANI Fatema\n{BORN}\fPatient : Benani FATEMA") == (_alias("Benani FATEMA"),)


@pytest.mark.parametrize(
    "text",
    [
        "Patient : BENANI Fatema",
        "Patient : BENANI Fatema\nNée le : 17/08/1977",
        f"Patient : BENANI Fatema\n{BORN}\nCIN : AB123456",
    ],
)
def test_nothing_is_taught_without_a_second_identifier_or_against_one(text: str) -> None:
    assert _taught(text) == ()


def test_a_spelling_that_counts_already_is_not_taught_again() -> None:
    (known,) = people_with([FATIMA], [lesson(_alias("BENANI Fatema"))])
    assert _taught(f"Patient : BENANI Fatema\n{BORN}", known) == ()


def test_what_ocr_hardly_read_is_no_sender_s_spelling_or_label() -> None:
    name = text_of("Patient : BENANI Fatema", BORN, confidence=95, unsure="BENANI", unsure_confidence=89)
    assert what_it_teaches(extract(name), FATIMA, STANDARD) == ()
    sure = text_of("Patient : BENANI Fatema", BORN, confidence=90)
    assert what_it_teaches(extract(sure), FATIMA, STANDARD) == (_alias("BENANI Fatema"),)
    label = text_of("Versicherter : Hind VIDAL", BORN, confidence=95, unsure="Versich", unsure_confidence=89)
    assert what_it_teaches(extract(label), HIND, STANDARD) == ()


def test_a_spelling_is_not_taught_where_something_else_keeps_the_document_from_being_the_person_s() -> None:
    assert _taught(f"Patient : BENANI Fatema\n{BORN}\nLien avec le patient : mère") == ()


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("Versicherter : Hind VIDAL", "versicherter"),
        ("Versicherter : Mme Hind VIDAL", "versicherter"),
        ("Name des Patienten : VIDAL Hind", None),
        ("Victime : Hind VIDAL", "victime"),
        ("Dr : Hind VIDAL", None),
        ("Hind VIDAL", None),
        ("Versicherter Hind VIDAL", None),
        ("N : Hind VIDAL", None),
        ("Zimmer 12 : Hind VIDAL", None),
        ("Ceci est une tres longue phrase : Hind VIDAL", None),
        ("Versicherter\n: Hind VIDAL", None),
    ],
)
def test_an_unknown_label_before_the_name_may_be_taught(line: str, label: str | None) -> None:
    wanted = () if label is None else (Label(words=label, announces=MarkKind.NAME),)
    assert _taught(f"{line}\nDate de naissance : 16/08/1977", HIND) == wanted


def test_a_label_that_ocr_may_have_damaged_is_not_taught() -> None:
    assert _taught("Patlent : Hind VIDAL\nDate de naissance : 16/08/1977", HIND) == ()


def test_a_name_with_nothing_else_that_fits_teaches_no_label() -> None:
    assert _taught("Versicherter : Hind VIDAL", HIND) == ()


def test_only_the_cell_before_a_name_is_its_label() -> None:
    text = "Datum : heute          Versicherter : Hind VIDAL\nDate de naissance : 16/08/1977"
    assert _taught(text, HIND) == (Label(words="versicherter", announces=MarkKind.NAME),)


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("Geboren am : 16/08/1977", "geboren am"),
        ("Date : 16/08/1977", None),
        ("Geboren am : 17/08/1977", None),
        ("Date de naissanee : 16/08/1977", None),
        ("Geboren am 16/08/1977", None),
    ],
)
def test_an_unknown_label_before_the_birth_date_may_be_taught(line: str, label: str | None) -> None:
    wanted = () if label is None else (Label(words=label, announces=MarkKind.BIRTH_DATE),)
    assert _taught(f"Patient : Hind VIDAL\n{line}", HIND) == wanted


@pytest.mark.parametrize("birth_date", [None, datetime.date(1977, 1, 1)])
def test_a_blank_or_placeholder_birthday_teaches_no_label(birth_date: datetime.date | None) -> None:
    weak = person(record_id="R1", birth_date=birth_date)
    assert _taught("Patient : Hind VIDAL\nGeboren am : 01/01/1977", weak) == ()


def test_an_unknown_label_before_a_number_may_be_taught_for_its_kind() -> None:
    file = IdentifierKind(name="file", title="file number", pattern=re.compile(r"\d{6}"))
    vocabulary = Vocabulary(kinds=(*IDENTIFIERS, file))
    numbers = (Identifier(kind="file", value="445566"), Identifier(kind="gone", value="445566"))
    known = Person(record_id=RecordId("R1"), last_name="Vidal", first_name="Hind", identifiers=numbers)
    wanted = (Label(words="aktenzeichen", announces=MarkKind.IDENTIFIER, identifier="file"),)
    assert _taught("Patient : Hind VIDAL\nAktenzeichen : 445566", known, vocabulary) == wanted
    assert _taught("Patient : Hind VIDAL\nAktenzeichen : 445567", known, vocabulary) == ()
    assert _taught("Patient : Hind VIDAL\nAktenzeichen 445566", known, vocabulary) == ()
    assert _taught("Bonjour Hind VIDAL\nAktenzeichen : 445566", known, vocabulary) == ()
