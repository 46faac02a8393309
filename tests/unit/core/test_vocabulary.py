import re

from agent.core.extract import extract
from agent.core.identifiers import IDENTIFIERS, IdentifierKind
from agent.core.labels import phrases_of
from agent.core.vocabulary import STANDARD, Vocabulary
from agent.domain.evidence import MarkKind
from tests.builders import text_of

FILE = IdentifierKind(name="file", title="file number", pattern=re.compile(r"\d{5}FX"))
OFFICE = Vocabulary(
    kinds=(*IDENTIFIERS, FILE),
    labels=(
        *phrases_of("dossier interne; n de police", MarkKind.IDENTIFIER, "file"),
        *phrases_of("versicherter", MarkKind.NAME),
    ),
)


def test_an_office_s_own_number_is_read_under_its_own_label() -> None:
    (found,) = extract(text_of("Dossier interne : 12345FX"), OFFICE).identifiers
    assert (found.kind, found.value, found.title) == ("file", "12345FX", "file number")
    assert (found.is_labelled, found.is_valid, found.proves, found.is_of_insured) == (True, True, True, False)


def test_what_the_program_does_not_know_is_nothing_without_the_office_s_word() -> None:
    assert extract(text_of("Dossier interne : 12345FX")).identifiers == ()


def test_of_equal_labels_the_office_s_counts() -> None:
    text = text_of("N° de police : 12345FX")
    assert [number.kind for number in extract(text).identifiers] == ["insurance"]
    assert [number.kind for number in extract(text, OFFICE).identifiers] == ["file"]


def test_an_office_s_label_announces_a_name() -> None:
    (field,) = extract(text_of("Versicherter : Karim TAZI"), OFFICE).fields
    assert field.kind is MarkKind.NAME


def test_pages_with_an_office_s_label_are_not_skimmed() -> None:
    assert set(OFFICE.identifying_labels) - set(STANDARD.identifying_labels) == {
        "dossier interne",
        "versicherter",
    }


def test_no_kind_has_no_name() -> None:
    assert STANDARD.kind(None) is None
    assert OFFICE.kind("file") is FILE
