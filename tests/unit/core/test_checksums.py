"""Check digits, with published examples and with what each promises to catch."""

import re
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agent.core import checksums
from agent.core.identifiers import BY_NAME

digits = st.characters(min_codepoint=48, max_codepoint=57)

VALID = [
    ("nir", "255081416802538"),
    ("nir", "184127645108946"),
    ("niss", "85073003328"),
    ("niss", "17073003384"),
    ("dni", "12345678Z"),
    ("dni", "54362315K"),
    ("dni", "X1234567L"),
    ("dni", "X2482300W"),
    ("codice_fiscale", "RSSMRA85T10A562S"),
    ("codice_fiscale", "RCCMNL83S18D969H"),
    ("codice_fiscale", "MRTMTT91D08F205J"),
    ("nhs", "9434765919"),
    ("nhs", "6541003238"),
    ("avs", "7569217076985"),
    ("nif", "123456789"),
]
INVALID = [
    ("nir", "255081416802539"),
    ("niss", "85073003327"),
    ("niss", "17073003383"),
    ("dni", "12345678A"),
    ("dni", "12345679Z"),
    ("dni", "Y1234567L"),
    ("dni", "12345678I"),
    ("codice_fiscale", "RSSMRA85T10A562T"),
    ("codice_fiscale", "RSSMRA85T11A562S"),
    ("nhs", "9434765918"),
    ("nhs", "9434765910"),
    ("avs", "7569217076986"),
    ("avs", "7579217076985"),
    ("nif", "123456780"),
    ("nif", "501964843"),
]


@pytest.mark.parametrize(("kind", "value"), VALID)
def test_a_published_number_is_valid(kind: str, value: str) -> None:
    assert BY_NAME[kind].fits(value)


@pytest.mark.parametrize(("kind", "value"), INVALID)
def test_a_number_with_a_slip_is_not(kind: str, value: str) -> None:
    assert not BY_NAME[kind].fits(value)


def test_corsica_counts_as_19_and_18() -> None:
    assert checksums.nir_key("255082A001001") == "87"
    assert checksums.nir_key("255082B001001") == "17"


def test_a_digit_of_a_codice_fiscale_may_be_a_letter() -> None:
    assert BY_NAME["codice_fiscale"].fits("RSSMRA85T10A56NH")


def _one_changed(value: str, place: int, other: str) -> str:
    """The number with one sign changed into another of its class."""
    assume(value[place] != other and value[place].isdigit() == other.isdigit())
    return value[:place] + other + value[place + 1 :]


@given(body=st.text(digits, min_size=9, max_size=9), place=st.integers(0, 9), other=digits)
def test_nhs_number_catches_every_single_slip(body: str, place: int, other: str) -> None:
    value = next((body + key for key in "0123456789" if checksums.has_nhs_digit(body + key)), None)
    assume(value is not None)
    assert value is not None
    assert not checksums.has_nhs_digit(_one_changed(value, place, other))


@given(body=st.text(digits, min_size=9, max_size=9), place=st.integers(0, 12), other=digits)
def test_swiss_number_catches_every_single_slip(body: str, place: int, other: str) -> None:
    value = next(f"756{body}{key}" for key in "0123456789" if checksums.has_ahv_digit(f"756{body}{key}"))
    assert not checksums.has_ahv_digit(_one_changed(value, place, other))


@given(body=st.text(digits, min_size=8, max_size=8), place=st.integers(0, 7), other=digits)
def test_spanish_number_catches_every_single_slip_in_its_digits(body: str, place: int, other: str) -> None:
    value = next(body + key for key in "TRWAGMYFPDXBNJZSQVHLCKE" if checksums.has_dni_letter(body + key))
    assert not checksums.has_dni_letter(_one_changed(value, place, other))


@given(
    body=st.from_regex(re.compile(r"[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}"), fullmatch=True),
    place=st.integers(0, 14),
    other=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
)
def test_codice_fiscale_catches_every_letter_or_digit_taken_for_another(
    body: str, place: int, other: str
) -> None:
    value = next(
        body + key for key in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if checksums.has_codice_fiscale_letter(body + key)
    )
    assert not checksums.has_codice_fiscale_letter(_one_changed(value, place, other))


@given(body=st.text(digits, min_size=12, max_size=12), place=st.integers(0, 12), other=digits)
def test_french_number_catches_every_single_slip(body: str, place: int, other: str) -> None:
    value = f"1{body}{checksums.nir_key(f'1{body}')}"
    assert not checksums.has_nir_key(_one_changed(value, place, other))


@given(
    body=st.text(digits, min_size=9, max_size=9),
    century=st.sampled_from(("", "2")),
    place=st.integers(0, 8),
    other=digits,
)
def test_belgian_number_catches_every_single_slip_but_one(
    body: str, century: str, place: int, other: str
) -> None:
    """Off by six in the year's last digit, it is a number of the other century."""
    value = f"{body}{97 - int(century + body) % 97:02}"
    assume(place != 1 or abs(int(value[place]) - int(other)) != 6)
    assert not checksums.has_niss_key(_one_changed(value, place, other))


@given(body=st.text(digits, min_size=8, max_size=8), place=st.integers(0, 7), other=digits)
def test_portuguese_number_catches_every_single_slip_where_its_last_digit_is_not_0(
    body: str, place: int, other: str
) -> None:
    value = next(body + key for key in "0123456789" if checksums.has_nif_digit(body + key))
    assume(value[-1] != "0")
    assert not checksums.has_nif_digit(_one_changed(value, place, other))


LENGTHS: dict[Callable[[str], bool], int] = {
    checksums.has_niss_key: 11,
    checksums.has_nhs_digit: 10,
    checksums.has_ahv_digit: 13,
    checksums.has_nif_digit: 9,
}


@given(st.data())
def test_a_check_answers_for_whatever_digits_are_printed(data: st.DataObject) -> None:
    for check, length in LENGTHS.items():
        assert check(data.draw(st.text(digits, min_size=length, max_size=length))) in {True, False}
