import datetime

import pytest

from agent.core.extract import extract
from agent.domain.document import Box, DocumentText
from agent.domain.evidence import Evidence, MarkKind
from tests.builders import boxed, text_of

BORN = datetime.date(1977, 8, 16)


def evidence_of(*lines: str) -> Evidence:
    return extract(text_of(*lines))


def birth_dates(*lines: str) -> list[tuple[datetime.date, ...]]:
    return [date.readings for date in evidence_of(*lines).birth_dates]


def numbers(*lines: str) -> list[tuple[str | None, str, bool]]:
    return [(number.kind, number.value, number.is_labelled) for number in evidence_of(*lines).identifiers]


def names(*lines: str) -> list[tuple[str, str]]:
    evidence = evidence_of(*lines)
    return [(str(field.kind), evidence.printed(field.passage)) for field in evidence.fields]


@pytest.mark.parametrize(
    "lines",
    [
        ("né le 16/08/1977",),
        ("Née le : 16/08/1977",),
        ("né(e) le 16 août 1977",),
        ("D.D.N : 16/08/1977",),
        ("DDN 16/08/1977",),
        ("Date de naissance ........ 16/08/1977",),
        ("Date de naissance :            16/08/1977",),
        ("Date de naissance", "16/08/1977"),
        ("Sexe : F      Né(e) le :", "16/08/1977"),
        ("né à Aït Melloul le 16/08/1977",),
        ("born in London on 16 August 1977",),
        ("DOB: 1977-08-16",),
        ("D.O.B. 16/08/1977",),
        ("تاريخ الازدياد : 16/08/1977",),
        ("16/08/1977 : الميلاد تاريخ",),
        ("16/08/1977 : " + "تاريخ الميلاد"[::-1],),
        ("16/08/1977 : الازدياد",),
    ],
)
def test_extract_finds_labelled_birth_dates(lines: tuple[str, ...]) -> None:
    assert birth_dates(*lines) == [(BORN,)]


@pytest.mark.parametrize(
    "lines",
    [
        ("le 16/08/1977",),
        ("Date d'examen : 16/08/1977",),
        ("Date de naissance :", "Date d'examen : 16/08/1977"),
        ("Date de naissance :          Examen du 16/08/1977",),
        ("né à l'adresse 16/08/1977",),
        ("né à Casablanca",),
        ("né à",),
        ("né",),
        ("né", "", "vu en consultation le 16/08/1977"),
        ("Examen normal.              Né le", "et revu en 1978 puis    hier le 16/08/1977"),
    ],
)
def test_extract_takes_no_other_date_for_a_birth_date(lines: tuple[str, ...]) -> None:
    assert birth_dates(*lines) == []


def test_extract_reads_every_row_of_a_column() -> None:
    lines = (
        "Nom       Né(e) le      CIN",
        "VIDAL     16/08/1977    L882253",
        "TAZI      02/02/2021    L123456",
        "",
        "Fin",
    )
    assert birth_dates(*lines) == [(BORN,), (datetime.date(2021, 2, 2),)]
    assert numbers(*lines) == [("cin", "L882253", True), ("cin", "L123456", True)]
    assert names(*lines) == [("last_name", "VIDAL"), ("last_name", "TAZI")]


def test_extract_ends_a_column_at_the_first_row_that_differs() -> None:
    assert birth_dates("Né(e) le", "16/08/1977", "Suite", "02/02/2021") == [(BORN,)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("CIN : L882253", ("cin", "L882253", True)),
        ("C.I.N. n° l 882253", ("cin", "L882253", True)),
        ("Carte nationale : T6409B9", ("cin", "T6409B9", True)),
        ("رقم البطاقة الوطنية : L882253", ("cin", "L882253", True)),
        ("N° assuré : 216 103 255", ("insurance", "216103255", True)),
        ("Policy number: BE-659507", ("insurance", "BE659507", True)),
        ("N° de sécurité sociale : 1 84 12 76 451 089 46", ("nir", "184127645108946", True)),
        ("N° identifiant : JK374321", (None, "JK374321", True)),
        ("ID number: JK374321", (None, "JK374321", True)),
        ("voir L882253", ("cin", "L882253", False)),
        ("appeler le 05 85 49 98 91", ("phone", "0585499891", False)),
    ],
)
def test_extract_finds_numbers(line: str, expected: tuple[str | None, str, bool]) -> None:
    assert numbers(line) == [expected]


@pytest.mark.parametrize(
    "line", ["CIN : non fournie", "CIN délivrée le 12/03/2020", "CIN 12/03/2020", "CIN : Nom : X", "CIN"]
)
def test_extract_takes_nothing_else_for_a_number(line: str) -> None:
    assert numbers(line) == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("Patient : Mme VIDAL Hind",), [("name", "VIDAL Hind")]),
        (("Nom : El Alami  Prénom : Jean-Luc",), [("last_name", "El Alami"), ("first_name", "Jean-Luc")]),
        (("Nom", "VIDAL"), [("last_name", "VIDAL")]),
        (("Patient : vu ce jour",), [("name", "")]),
        (("Patient :",), []),
        (("Patient : Patient : X",), [("name", "X")]),
        (("Nom       Prénom", "VIDAL     Hind"), [("last_name", "VIDAL"), ("first_name", "Hind")]),
        (("VIDAL Hind : الكامل الاسم",), [("name", "VIDAL Hind")]),
        (("VIDAL Hind : الاسم",), [("name", "VIDAL Hind")]),
        (("الاسم", "VIDAL Hind"), [("name", "VIDAL Hind")]),
        (("Objet : Hind VIDAL",), [("topic", "Hind VIDAL")]),
        (("Concerne : Hind VIDAL et Omar TAZI",), [("name", "Hind VIDAL et Omar TAZI")]),
        (("Concerne : Hind VIDAL et suite",), [("name", "Hind VIDAL")]),
        (("Concerne : Hind VIDAL et",), [("name", "Hind VIDAL")]),
        (("Test name : Blood Count",), []),
        (("Patient : A B C D E F G H I J",), [("name", "A B C D E F G H")]),
    ],
)
def test_extract_finds_labelled_names(lines: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert names(*lines) == expected


def test_extract_prefers_the_longest_phrase() -> None:
    kinds = [mark.kind for mark in evidence_of("Nom du médecin : X", "Nom : Y").marks]
    assert kinds == [MarkKind.ROLE, MarkKind.LAST_NAME]


def test_extract_keeps_where_and_how_surely_it_was_read() -> None:
    evidence = extract(
        text_of("Intro", "Né(e) le 16 août 1977", confidence=91, unsure="août", unsure_confidence=63)
    )
    passage = evidence.birth_dates[0].passage
    assert evidence.printed(passage) == "16 août 1977"
    assert evidence.confidence(passage) == 63
    assert evidence.box(passage) == Box(left=54.0, top=12.0, right=126.0, bottom=24.0)
    assert evidence.tokens[passage.start].page == 1


def test_extract_has_no_confidence_for_a_text_layer() -> None:
    evidence = evidence_of("Né(e) le 16/08/1977")
    assert evidence.confidence(evidence.birth_dates[0].passage) is None


def test_extract_knows_pages_and_columns() -> None:
    evidence = evidence_of("Un mot     loin", "...", "Ligne\fPage")
    assert [(token.before, token.text, token.page) for token in evidence.tokens] == [
        ("\f", "un", 1),
        (" ", "mot", 1),
        ("\t", "loin", 1),
        ("\n...\n", "ligne", 1),
        ("\f", "page", 2),
    ]


def test_extract_binds_no_value_across_pages_or_far_below() -> None:
    assert names("Patient :\fVIDAL Hind") == []
    far = boxed(("Patient", 50, 100), ("VIDAL", 50, 400))
    assert extract(far).fields == ()


def test_extract_binds_no_value_beside_the_column() -> None:
    beside = boxed(("Patient", 400, 100), ("VIDAL", 50, 112))
    assert extract(beside).fields == ()


def test_extract_of_nothing_is_empty() -> None:
    assert extract(DocumentText(pages=())) == Evidence()
