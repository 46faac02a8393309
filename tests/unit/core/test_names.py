import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.names import are_compatible, core, display, name_keys, normalise, plain, spelling_key, tokens
from tests.builders import person


@given(st.text())
def test_normalise_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_normalise_is_stable_for_every_letter() -> None:
    letters = map(chr, [*range(0xD800), *range(0xE000, 0x30000)])
    assert [letter for letter in letters if normalise(normalise(letter)) != normalise(letter)] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Côté", "cote"),
        ("VI\u200bDAL\u202e", "vidal"),
        ("٢٤/١٢/١٩٩٥", "24/12/1995"),
        ("Straße", "strasse"),
        ("Œuvré Søren Łukasz", "oeuvre soren lukasz"),
        ("\ufedf\ufee0\ufe8e\ufe8d", "\u0644\u0644\u0627\u0627"),
        ("مـحـمّد", "محمد"),
        ("²", "2"),
    ],
)
def test_normalise_brings_what_reads_alike_into_one_form(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_tokens_are_runs_of_letters_and_digits() -> None:
    assert tokens("O'CONNOR-Smith, née(1)_b") == ("o", "connor", "smith", "nee", "1", "b")


@pytest.mark.parametrize(
    "spellings",
    [
        "mohamed mohammed muhammad mohamad mohammad",
        "youssef yousef yusuf",
        "said saeed",
        "vidаl vidal",
        "noura nora nura",
    ],
)
def test_spelling_key_folds_the_spellings_of_a_name(spellings: str) -> None:
    assert len({spelling_key(spelling) for spelling in spellings.split()}) == 1


def test_spelling_key_keeps_different_names_apart() -> None:
    assert len({spelling_key(name) for name in ("samir", "samira", "omar", "amina", "hamza", "hassan")}) == 6


def test_core_leaves_out_particles_and_honorifics_unless_nothing_else_remains() -> None:
    assert core(("sidi", "el", "alami")) == ("alami",)
    assert core(("el",)) == ("el",)


@pytest.mark.parametrize(
    ("last_name", "first_name", "birth_name", "expected"),
    [
        ("El Alami", "Omar", None, True),
        ("Omar", "Alami", None, True),
        ("Alami", "Omar Amine", None, True),
        ("Tazi", "Omar", "Alami", True),
        ("Alami", "Amine", None, False),
        ("Tazi", "Omar", "-", False),
    ],
)
def test_names_are_compatible_when_one_holds_the_other(
    last_name: str, first_name: str, birth_name: str | None, expected: bool
) -> None:
    one, other = person("Alami", "Omar"), person(last_name, first_name, birth_name=birth_name)
    assert are_compatible(one, other) is are_compatible(other, one) is expected


def test_a_name_said_twice_is_not_its_half() -> None:
    assert not are_compatible(person("Hassan", "Hassan"), person("Hassan", "Omar"))


def test_name_keys_hold_the_name_at_birth() -> None:
    assert name_keys(person("Tazi", "Omar", birth_name="Alami")) == (("tazi", "umar"), ("alami", "umar"))


def test_display_writes_the_name_as_the_office_does() -> None:
    assert display(person("CÔTÉ", "Agnès")) == "Agnès CÔTÉ"


@given(st.text())
def test_every_sign_is_made_plain_by_itself(text: str) -> None:
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text))
    assert plain(text) == "".join(map(plain, parts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Éric Œuvré", "Eric OEuvre"),
        ("\u0663\u0664\u0640\u0627", "34\u0627"),
        ("a\u200bb\u00ad\u20dd", "ab"),
        ("\U0001d7d8\u0661", "01"),
    ],
    ids=[
        "accents and ligatures",
        "arabic digits and tatweel",
        "invisible signs",
        "digits of other alphabets",
    ],
)
def test_plain_drops_accents_and_what_can_not_be_seen_and_writes_digits_in_ascii(
    text: str, expected: str
) -> None:
    assert plain(text) == expected


def test_plain_does_not_keep_every_sign_that_a_document_may_have() -> None:
    signs = "".join(map(chr, range(0x3000, 0x9000)))
    assert plain(signs) == plain(signs)
    assert plain("Éric") == "Eric"
