import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from agent.core.decide import decide
from agent.core.extract import extract
from agent.core.identifiers import IDENTIFIERS
from agent.core.match import compare
from agent.core.own_kinds import insurance_forms, office_vocabulary, own_kinds
from agent.core.vocabulary import STANDARD, Vocabulary
from agent.domain.decision import Decision, Match, Policy
from agent.domain.document import text_of_plain
from agent.domain.evidence import PrintedIdentifier
from agent.domain.identity import Identifier, Person, RecordId

FILE = "file | file number | 9{5,7}/99 | n° dossier, numéro de dossier, IPP"
LAB = "lab | laboratory number | AA999999 | n° labo"


def vocabulary(identifiers: str = FILE, insurance: str = "") -> Vocabulary:
    return office_vocabulary(identifiers, insurance)


def numbers_in(*lines: str, known: Vocabulary | None = None) -> tuple[PrintedIdentifier, ...]:
    return extract(text_of_plain("\n".join(lines)), known or vocabulary()).identifiers


def tazi(**numbers: str) -> Person:
    return Person(
        record_id=RecordId("R1"),
        last_name="Tazi",
        first_name="Karim",
        identifiers=tuple(Identifier(kind=kind, value=value) for kind, value in numbers.items()),
    )


def decided(*lines: str, person: Person, known: Vocabulary | None = None) -> Decision:
    evidence = extract(text_of_plain("\n".join(lines)), known or vocabulary())
    return decide(
        compare(evidence, [person]),
        policy=Policy.TWO_IDENTIFIERS,
        confidence_floor=80,
        missing="",
        is_trustworthy=True,
    )


def test_without_an_office_the_vocabulary_is_the_programs_own() -> None:
    assert vocabulary("").kinds == STANDARD.kinds
    assert vocabulary("").labels == ()


def test_a_kind_has_a_name_a_title_forms_and_labels() -> None:
    kinds, labels = own_kinds(f"{FILE}\n\n{LAB}\n")
    assert [(kind.name, kind.title, kind.proves, kind.stands_alone) for kind in kinds] == [
        ("file", "file number", True, False),
        ("lab", "laboratory number", True, False),
    ]
    assert [(" ".join(label.tokens), label.identifier) for label in labels] == [
        ("n dossier", "file"),
        ("numero de dossier", "file"),
        ("ipp", "file"),
        ("n labo", "lab"),
    ]


def test_an_own_number_is_read_under_each_of_its_labels() -> None:
    for label in ("N° dossier : ", "Numéro de dossier ", "IPP: "):
        (number,) = numbers_in(f"{label}123456/24")
        assert (number.kind, number.value, number.is_valid) == ("file", "12345624", True)
        assert number.title == "file number"


def test_an_own_number_that_goes_on_is_not_read() -> None:
    assert numbers_in("N° dossier : 123456/24-02") == ()


def test_an_own_number_without_its_label_is_nothing() -> None:
    assert numbers_in("123456/24") == ()


def test_a_number_of_another_form_is_taken_as_printed_and_invalid() -> None:
    (number,) = numbers_in("N° dossier : 1234567890")
    assert (number.value, number.is_valid) == ("1234567890", False)


def test_name_and_own_number_under_its_label_match() -> None:
    decision = decided("Patient : TAZI Karim", "N° dossier : 123456/24", person=tazi(file="12345624"))
    assert isinstance(decision, Match)


@pytest.mark.parametrize(
    "line",
    [
        "N° dossier : 123456/25",
        "N° dossier : 123456/24-02",
        "N° dossier : 123456",
        "N° dossier : 123456 24 ans",
        "N° dossier : 123456 24 mars 2024",
        "N° dossier : 123456 24/03/2024",
        "123456/24",
        "Réf : 123456/24",
        "Identifiant : 12345624",
        "Carte n° 12345624",
        "N° assuré : 12345624",
        "N° demande : AB123456",
    ],
)
def test_whatever_is_not_the_number_under_its_label_does_not_match(line: str) -> None:
    known = vocabulary(f"{FILE}\ndemand | request number | AA999999 | n° demande")
    person = tazi(file="12345624", lab="AB123456")
    assert not isinstance(decided("Patient : TAZI Karim", line, person=person, known=known), Match)


def _with_a_slip(place: int, other: str) -> str:
    return "123456/24"[:place] + other + "123456/24"[place + 1 :]


@example(printed="123456 24", label="IPP ")
@example(printed="123456-24", label="IPP ")
@example(printed="12345624-1", label="IPP ")
@example(printed="123456/24/1", label="N° dossier : ")
@given(
    printed=st.one_of(
        st.from_regex(r"[0-9]{1,9}([-/. ][0-9]{1,4}){0,2}", fullmatch=True),
        st.builds(_with_a_slip, st.integers(0, 9), st.sampled_from([*"0123456789-/. ", "12", "/1", "-1"])),
    ),
    label=st.sampled_from(("N° dossier : ", "IPP ", "Identifiant : ", "Réf. ", "")),
)
def test_no_other_number_ever_matches(printed: str, label: str) -> None:
    assume(
        printed.strip("-/. ") not in {"123456/24", "12345624"} or not label.startswith(("N° dossier", "IPP"))
    )
    decision = decided("Patient : TAZI Karim", f"{label}{printed}", person=tazi(file="12345624"))
    assert not isinstance(decision, Match)


def test_another_own_number_under_its_label_speaks_against() -> None:
    decision = decided(
        "Patient : TAZI Karim",
        "CIN : AB123456",
        "N° dossier : 123456/25",
        person=tazi(cin="AB123456", file="12345624"),
    )
    assert not isinstance(decision, Match)


def test_a_person_without_an_own_number_is_not_contradicted_by_one() -> None:
    decision = decided(
        "Patient : TAZI Karim", "CIN : AB123456", "N° dossier : 123456/25", person=tazi(cin="AB123456")
    )
    assert isinstance(decision, Match)


def test_an_offices_label_makes_a_page_worth_reading() -> None:
    assert "n dossier" in vocabulary().identifying_labels
    assert "n dossier" not in STANDARD.identifying_labels


def test_several_forms_are_parted_by_commas() -> None:
    known = vocabulary("file | file number | 9{5,6}/99, AA-999999 | n° dossier")
    values = [
        numbers_in(f"N° dossier : {text}", known=known)[0].is_valid for text in ("12345/24", "AB123456")
    ]
    assert values == [True, True]


def test_insurance_numbers_have_the_offices_form() -> None:
    known = vocabulary("", "9{9}, AA999999")
    assert [
        numbers_in(f"N° assuré : {text}", known=known)[0].is_valid
        for text in ("216103255", "216 103 255", "BE659507", "21610325")
    ] == [True, True, True, False]
    assert [kind.name for kind in known.kinds] == [kind.name for kind in IDENTIFIERS]


def test_no_insurance_form_is_any() -> None:
    assert insurance_forms("  ") == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("file | file number | 999999", "line 1: it must be: name"),
        (f"{FILE}\nfile2 | a | b | c | d", "line 2: it must be: name"),
        ("File | file number | 999999 | n° dossier", "the name is 2 to 30"),
        ("cin | card | 999999 | n° dossier", "this name is taken"),
        ("dob | birthday | 999999 | n° dossier", "this name is taken"),
        ("file | | 999999 | n° dossier", "the title has 1 to 60"),
        ("file | a\x07b | 999999 | n° dossier", "the title has 1 to 60"),
        ("file | file number | | n° dossier", "it has no form"),
        ("file | file number | .* | n° dossier", "form 1: a form holds only"),
        ("file | file number | 9999 | n° dossier", "form 1 proves nothing: a year"),
        ("file | file number | 9{5}/99, 9{4}/999 | n° dossier", "two of the forms fit one number"),
        ("file | file number | 999999 | ", "it has no label"),
        ("file | file number | 999999 | n°", "label 1 is too short"),
        ("file | file number | 999999 | IPP, 12345", "label 2 is too short"),
        ("file | file number | 999999 | IPP, °", "label 2 is too short"),
        ("file | file number | 999999 | patient", "label 1 is one that already announces"),
        ("file | file number | 999999 | né le", "label 1 is one that already announces"),
        ("file | file number | 999999 | n° assuré", "label 1 is one that already announces"),
        ("file | file number | 999999 | âge", "label 1 is one that already announces"),
        (f"{FILE}\n{FILE}", "line 2: its name stands on an earlier line"),
        (f"{FILE}\nlab | lab | 999999 | IPP", "line 2: one of its labels stands on an earlier line"),
        ("\n".join(f"k{n} | kind | 999999 | label {n}" for n in range(21)), "21 kinds"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number_and_the_reason(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as refused:
        own_kinds(text)
    assert problem in str(refused.value)


@pytest.mark.parametrize("label", ["dossier", "Réf", "identifiant", "n° patient"])
def test_a_word_that_announces_nobody_may_be_a_label(label: str) -> None:
    assert own_kinds(f"file | file number | 999999 | {label}")[1]


@pytest.mark.parametrize("line", ["رقم الملف : 123456/24", "رقم الملف ١٢٣٤٥٦/٢٤", "123456/24 : الملف رقم"])
def test_an_own_label_may_be_arabic_also_in_visual_order(line: str) -> None:
    known = vocabulary("file | file number | 9{5,7}/99 | رقم الملف")
    (number,) = numbers_in(line, known=known)
    assert (number.kind, number.value, number.is_valid) == ("file", "12345624", True)
