"""National numbers in documents: read as printed, proving under their label alone, and with a right checksum alone."""

import pytest

from agent.core.extract import extract
from agent.domain.decision import Match
from agent.domain.evidence import PrintedIdentifier
from agent.domain.identity import Identifier, Person, RecordId
from tests.builders import decided, text_of

PRINTED = [
    ("Registre national : 85.07.30-033.28", "niss", "85073003328"),
    ("N° de registre national : 85.07.30-033 28", "niss", "85073003328"),
    ("NISS 85073003328", "niss", "85073003328"),
    ("DNI: 12345678-Z", "dni", "12345678Z"),
    ("DNI: 12.345.678-Z", "dni", "12345678Z"),
    ("DNI/NIE: X-1234567-L", "dni", "X1234567L"),
    ("Codice fiscale: RSSMRA85T10A562S", "codice_fiscale", "RSSMRA85T10A562S"),
    ("Codice Fiscale: RSS MRA 85T10 A562S", "codice_fiscale", "RSSMRA85T10A562S"),
    ("NHS Number: 943 476 5919", "nhs", "9434765919"),
    ("N° AVS : 756.9217.0769.85", "avs", "7569217076985"),
    ("Número de contribuinte: 123 456 789", "nif", "123456789"),
]
WITH_A_SLIP = [
    ("Registre national : 85.07.30-033.29", "niss", "85073003329"),
    ("DNI: 12345678-A", "dni", "12345678A"),
    ("Codice fiscale: RSSMRA85T10A562T", "codice_fiscale", "RSSMRA85T10A562T"),
    ("NHS Number: 943 476 5918", "nhs", "9434765918"),
    ("N° AVS : 756.9217.0769.86", "avs", "7569217076986"),
    ("Número de contribuinte: 123 456 780", "nif", "123456780"),
]


def numbers(line: str) -> tuple[PrintedIdentifier, ...]:
    return extract(text_of(line)).identifiers


def vidal(kind: str, value: str) -> Person:
    return Person(
        record_id=RecordId("R1"),
        last_name="Vidal",
        first_name="Hind",
        identifiers=(Identifier(kind=kind, value=value),),
    )


@pytest.mark.parametrize(("line", "kind", "value"), PRINTED)
def test_a_national_number_is_read_as_it_is_printed(line: str, kind: str, value: str) -> None:
    (number,) = numbers(line)
    assert (number.kind, number.value, number.is_valid) == (kind, value, True)


@pytest.mark.parametrize(("line", "kind", "value"), PRINTED)
def test_a_name_and_a_national_number_match(line: str, kind: str, value: str) -> None:
    assert isinstance(decided(f"Patient : VIDAL Hind\n{line}", vidal(kind, value)), Match)


@pytest.mark.parametrize(("line", "kind", "value"), WITH_A_SLIP)
def test_a_number_with_a_wrong_check_digit_is_taken_as_printed(line: str, kind: str, value: str) -> None:
    (number,) = numbers(line)
    assert (number.kind, number.value, number.is_valid) == (kind, value, False)


@pytest.mark.parametrize(("line", "kind", "value"), WITH_A_SLIP)
def test_it_proves_nothing_even_where_the_registry_has_the_same_slip(
    line: str, kind: str, value: str
) -> None:
    assert not isinstance(decided(f"Patient : VIDAL Hind\n{line}", vidal(kind, value)), Match)


@pytest.mark.parametrize(
    ("wrong", "right"), list(zip(WITH_A_SLIP, [PRINTED[index] for index in (0, 3, 6, 8, 9, 10)], strict=True))
)
def test_it_speaks_against_whoever_has_another_one(
    wrong: tuple[str, str, str], right: tuple[str, str, str]
) -> None:
    person = vidal(right[1], right[2])
    letter = f"Patient : VIDAL Hind\n{right[0]}\n"
    assert isinstance(decided(letter, person), Match)
    assert not isinstance(decided(f"{letter}{wrong[0]}", person), Match)


@pytest.mark.parametrize(("line", "kind", "value"), PRINTED)
def test_without_its_label_it_proves_nothing(line: str, kind: str, value: str) -> None:
    number = line.split(": ")[-1].removeprefix("NISS ")
    letter = f"Patient : VIDAL Hind\n{number}"
    assert not isinstance(decided(letter, vidal(kind, value)), Match)


def test_what_follows_a_french_verb_is_no_spanish_number() -> None:
    assert numbers("Le patient nie tout antécédent 12345678 Z") == ()
