import pytest

from agent.core.identifiers import BY_NAME, IDENTIFIERS, compact, read_number, shape
from agent.core.stream import tokens_of
from agent.core.vocabulary import STANDARD
from agent.domain.document import text_of_plain


def number_in(text: str) -> str | None:
    read = read_number(tokens_of(text_of_plain(text)), 0)
    return read[0] if read else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L882253", "L882253"),
        ("l 882253", "L882253"),
        ("L-882253 suite", "L882253"),
        ("1 84 12 76 451 089 46", "184127645108946"),
        ("1 84 12 2a 451 089 46", "184122A45108946"),
        ("216 103 255", "216103255"),
        ("2161 12/03/2020", "2161"),
        ("216103255 4", "216103255"),
        ("délivrée", None),
        ("12", None),
    ],
)
def test_read_number_joins_the_groups_of_a_number(text: str, expected: str | None) -> None:
    assert number_in(text) == expected


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("cin", "L882253", True),
        ("cin", "KB12345", True),
        ("cin", "L88", False),
        ("nir", "184127645108946", True),
        ("nir", "184127645108947", False),
        ("nir", "255082A00100187", True),
        ("nir", "255082B00100117", True),
        ("nir", "184127645108", False),
        ("insurance", "BE659507", True),
        ("insurance", "ABCDEF", False),
        ("phone", "0585499891", True),
    ],
)
def test_a_number_fits_its_kind_by_form_and_checksum(kind: str, value: str, expected: bool) -> None:
    assert BY_NAME[kind].fits(value) is expected


def test_nir_without_its_key_gets_it() -> None:
    assert BY_NAME["nir"].normalise("1 84 12 76 451 089") == "184127645108946"


@pytest.mark.parametrize(
    "printed", ["05 85 49 98 91", "+212 585 49 98 91", "00212 585499891", "0585.49.98.91"]
)
def test_phone_has_one_national_form(printed: str) -> None:
    assert BY_NAME["phone"].normalise(printed) == "0585499891"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("L882253", ("cin", "L882253")),
        ("184127645108946", ("nir", "184127645108946")),
        ("184127645108947", None),
        ("1841276451089", None),
        ("0585499891", ("phone", "0585499891")),
        ("216103255", None),
        ("L8822", None),
    ],
)
def test_recognise_tells_a_kind_by_form_and_checksum(value: str, expected: tuple[str, str] | None) -> None:
    found = STANDARD.recognise(value)
    assert (found and (found[0].name, found[1])) == expected


def test_only_the_telephone_proves_nothing() -> None:
    assert [kind.name for kind in IDENTIFIERS if not kind.proves] == ["phone"]


def test_compact_and_shape() -> None:
    assert compact("jk-374 321") == "JK374321"
    assert shape("JK374321") == "AA999999"
