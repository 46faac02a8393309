import datetime
import os
import re
import threading
import tracemalloc
from collections.abc import Mapping
from pathlib import Path

import pytest

from agent import errors
from agent.adapters.registry import CsvRegistry, read_csv
from agent.adapters.registry.record_ids import problem_with
from agent.core.identifiers import IDENTIFIERS, IdentifierKind
from agent.domain.identity import Identifier

HEADER = "id,last_name,first_name,dob,sex,cin,insurance,phone\n"


FILE_NUMBER = IdentifierKind(name="file", title="file number", pattern=re.compile(r"[0-9]{5}"))


def read(tmp_path: Path, content: str | bytes, columns: Mapping[str, str] | None = None) -> CsvRegistry:
    path = tmp_path / "people.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_csv(path, columns, (*IDENTIFIERS, FILE_NUMBER))


def refused(
    tmp_path: Path, content: str | bytes, columns: Mapping[str, str] | None = None
) -> errors.RegistryInvalid:
    with pytest.raises(errors.RegistryInvalid) as raised:
        read(tmp_path, content, columns)
    return raised.value


def test_read_csv_reads_every_column(tmp_path: Path) -> None:
    registry = read(tmp_path, HEADER + "1002,Côté,Agnès,1958-10-05,F,m-710997,284 816 682,0790177646\n")
    (agnes,) = registry.people
    assert (agnes.record_id, agnes.last_name, agnes.first_name) == ("1002", "Côté", "Agnès")
    assert (agnes.birth_date, agnes.sex, agnes.phone) == (datetime.date(1958, 10, 5), "F", "0790177646")
    assert agnes.identifiers == (
        Identifier(kind="cin", value="M710997"),
        Identifier(kind="insurance", value="284816682"),
    )


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_read_csv_detects_encoding_and_separator(tmp_path: Path, separator: str, encoding: str) -> None:
    rows = [["N° dossier", "Nom", "Prénom", "Date de naissance"], ["7", "Côté", "Agnès", "05/10/1958"]]
    registry = read(tmp_path, "\r\n".join(separator.join(row) for row in rows).encode(encoding))
    assert [(one.last_name, one.birth_date) for one in registry.people] == [
        ("Côté", datetime.date(1958, 10, 5))
    ]
    assert registry.separator == separator
    assert registry.encoding == ("cp1252" if encoding == "cp1252" else "utf-8-sig")
    assert registry.fields == {
        "N° dossier": "id",
        "Nom": "last_name",
        "Prénom": "first_name",
        "Date de naissance": "dob",
    }


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_read_csv_finds_a_header_on_several_lines_below_blank_ones(tmp_path: Path, separator: str) -> None:
    header = ['"N°\r\ndossier"', "Nom", "Prénom", '"Date de\r\nnaissance"']
    row = ["7", "Côté", "Agnès", "05/10/1958"]
    registry = read(tmp_path, "\r\n\r\n" + separator.join(header) + "\r\n" + separator.join(row) + "\r\n")
    assert [(one.record_id, one.birth_date) for one in registry.people] == [("7", datetime.date(1958, 10, 5))]
    error = refused(
        tmp_path, "\r\n\r\n" + separator.join(header) + "\r\n" + separator.join(["7", "", "", ""])
    )
    assert error.problems == ((6, "the last name is empty"),)


def test_read_csv_leaves_empty_cells_and_unknown_columns_out(tmp_path: Path) -> None:
    (one,) = read(tmp_path, "id,last_name,first_name,dob,cin,colour\n\n1,Vidal,Hind,,-,blue\n").people
    assert (one.birth_date, one.identifiers, one.birth_name, one.phone) == (None, (), None, None)


def test_read_csv_refuses_the_whole_file_and_lists_every_bad_line(tmp_path: Path) -> None:
    rows = [
        "1,Vidal,Hind,1977-08-16,,,,",
        "2,,Hind,,,,,",
        "3,Vidal,--,,,,,",
        "4,Vidal,Hind,16/13/1977,,,,",
        '5,"Vi',
        'dal",Hind,,,,,',
        "6,Vidal,Hind",
        "1,Tazi,Omar,,,,,",
        "../x,Tazi,Omar,,,,,",
        "7,Tazi,Omar,1066-01-02,,,,",
        "8,Tazi,Omar,yesterday,,,,",
    ]
    error = refused(tmp_path, HEADER + "\n".join(rows))
    assert error.problems == (
        (3, "the last name is empty"),
        (4, "the first name is empty"),
        (5, "the birth date is no date like 1980-12-31 or 31/12/1980"),
        (8, "it has 3 cells instead of 8"),
        (9, "its id is that of line 2"),
        (10, 'the id holds one of / \\ : * ? " < > |'),
        (11, "the birth date is no date like 1980-12-31 or 31/12/1980"),
        (12, "the birth date is no date like 1980-12-31 or 31/12/1980"),
    )
    assert "Tazi" not in str(error)


@pytest.mark.parametrize("ids", [("a", "A"), ("é", "e\u0301"), ("ß", "SS")])
def test_read_csv_refuses_ids_that_a_file_system_may_confuse(tmp_path: Path, ids: tuple[str, str]) -> None:
    error = refused(tmp_path, HEADER + "\n".join(f"{one},Vidal,Hind,,,,," for one in ids))
    assert error.problems == ((3, "its id is that of line 2"),)


def test_read_csv_refuses_a_file_without_a_needed_column(tmp_path: Path) -> None:
    assert "first_name" in refused(tmp_path, "id,nom\n1,Vidal\n").sentence


def test_read_csv_never_takes_a_national_number_for_the_id(tmp_path: Path) -> None:
    assert "column id" in refused(tmp_path, "cin,nom,prénom\nL882253,Vidal,Hind\n").sentence


@pytest.mark.parametrize(
    "content",
    ["", "\n\n", HEADER, HEADER + '1,"Vidal"x,Hind,,,,,\n', b"\xff\xfei\x00d\x00", b"id,nom\n\x81\x8d,x\n"],
)
def test_read_csv_refuses_what_holds_no_people(tmp_path: Path, content: str | bytes) -> None:
    assert refused(tmp_path, content).hint


_MISQUOTED = "in the row that begins here a quote is opened, and not closed where its cell ends"


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        ('1,Vidal,Hind,,,,,\n2,"Tazi,Karim,,,,,\n3,Alami,Sara,,,,,\n', 3, _MISQUOTED),
        ('1,Vidal,Hind,,,,,\n2,"Tazi,Karim,,,,,\n3,"Alami",Sara,,,,,\n', 3, _MISQUOTED),
        ('\n1,"Vidal\nTazi",Hind,,,,,\n\n2,"Tazi"x,Karim,,,,,\n', 6, _MISQUOTED),
        (f'1,Vidal,Hind,,,,,\n2,"Tazi,Karim,,,,,{"x" * 140_000}\n', 3, _MISQUOTED),
        (
            f"1,Vidal,Hind,,,,,\n2,Tazi,Karim,,,,,{'x' * 140_000}\n",
            3,
            "a cell has more than 131,072 characters",
        ),
    ],
)
def test_read_csv_says_on_which_line_the_row_begins_whose_quote_is_not_closed(
    tmp_path: Path, content: str, line: int, problem: str
) -> None:
    error = refused(tmp_path, HEADER + content)
    assert error.sentence == "The file is no well-formed CSV; nothing was imported."
    assert error.problems == ((line, problem),)


def test_read_csv_says_that_a_quote_of_the_header_is_not_closed(tmp_path: Path) -> None:
    assert refused(tmp_path, 'id,"last_name,first_name\n1,Vidal,Hind\n').problems == ((1, _MISQUOTED),)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7\n1 0 obj\n", "The file is a PDF, and no CSV."),
        (b"PK\3\4\x14\0", "The file is a spreadsheet or a ZIP, and no CSV."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "The file is a spreadsheet of an old Excel, and no CSV."),
    ],
)
def test_read_csv_says_what_is_no_csv(tmp_path: Path, content: bytes, sentence: str) -> None:
    error = refused(tmp_path, content)
    assert error.sentence == sentence
    assert error.hint.startswith("Save the sheet as CSV (UTF-8)")


def test_read_csv_takes_a_chosen_column_whatever_its_header_seems_to_say(tmp_path: Path) -> None:
    registry = read(
        tmp_path,
        "id,Nom,Prénom,Naissance,Date,N° classeur\n1,Vidal,Hind,Oujda,16/08/1977,00 417\n",
        {"dob": "Date", "file": "n° CLASSEUR"},
    )
    (one,) = registry.people
    assert one.birth_date == datetime.date(1977, 8, 16)
    assert one.identifiers == (Identifier(kind="file", value="00417"),)
    assert registry.fields == {
        "id": "id",
        "Nom": "last_name",
        "Prénom": "first_name",
        "Date": "dob",
        "N° classeur": "file",
    }
    assert registry.unused == ("Naissance",)


def test_read_csv_leaves_out_a_column_that_was_chosen_for_nothing(tmp_path: Path) -> None:
    registry = read(tmp_path, "id,nom,prénom,tel\n1,Vidal,Hind,0585499891\n", {"phone": ""})
    assert [one.phone for one in registry.people] == [None]
    assert registry.unused == ("tel",)


@pytest.mark.parametrize(
    ("columns", "sentence", "hint"),
    [
        ({"dbo": "né"}, "'dbo' is nothing that a person has. Did you mean dob?", "There are: id, last_name"),
        ({"dob": "Naisance"}, "There is no column 'Naisance'. Did you mean Naissance?", "--column id="),
        ({"dob": "nom", "birth_name": "nom"}, "One column was chosen for two things.", "--column id="),
        ({"id": ""}, "The column id is missing. Found: id, nom, prénom, Naissance.", "--column id="),
    ],
)
def test_read_csv_refuses_a_choice_that_does_not_fit_the_file(
    tmp_path: Path, columns: dict[str, str], sentence: str, hint: str
) -> None:
    error = refused(tmp_path, "id,nom,prénom,Naissance\n1,Vidal,Hind,16/08/1977\n", columns)
    assert error.sentence == sentence
    assert hint in error.hint


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("Kennung,nom,Vorname", "The columns id and first_name are missing. Found: Kennung, nom, Vorname."),
        (
            ",".join(["nom", *(f"champ {number}" for number in range(1, 15))]),
            "The columns id and first_name are missing. Found: nom, "
            + ", ".join(f"champ {number}" for number in range(1, 12))
            + " and 3 more.",
        ),
        ("x" * 31, f"The columns id, last_name and first_name are missing. Found: {'x' * 30}."),
        (
            "4711,Vidal,Hind",
            (
                "The columns id, last_name and first_name are missing. "
                "The first line does not name columns: it holds numbers or dates."
            ),
        ),
    ],
)
def test_read_csv_says_which_columns_it_found_where_some_are_missing(
    tmp_path: Path, header: str, sentence: str
) -> None:
    error = refused(tmp_path, f"{header}\n1,Vidal,Hind\n")
    assert error.sentence == sentence
    assert "--column id=" in error.hint


def test_read_csv_takes_a_national_number_for_the_id_when_told_to(tmp_path: Path) -> None:
    registry = read(tmp_path, "cin,nom,prénom\nL882253,Vidal,Hind\n", {"id": "cin"})
    (one,) = registry.people
    assert (one.record_id, one.identifiers) == ("L882253", ())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le"])
def test_read_csv_reads_utf_16_with_its_mark(tmp_path: Path, encoding: str) -> None:
    mark = "" if encoding == "utf-16" else "\ufeff"
    registry = read(tmp_path, f"{mark}id;nom;prénom\r\n7;Côté;Agnès\r\n".encode(encoding))
    assert [(one.record_id, one.last_name) for one in registry.people] == [("7", "Côté")]
    assert (registry.encoding, registry.separator) == ("utf-16", ";")


def test_read_csv_gives_the_people_again_each_time_they_are_asked_for(tmp_path: Path) -> None:
    people = read(tmp_path, "id,nom,prénom\n1,Vidal,Hind\n2,Tazi,Omar\n").people
    assert len(people) == 2
    assert [one.record_id for one in people] == [one.record_id for one in people] == ["1", "2"]


def test_read_csv_refuses_a_file_that_changes_before_its_people_are_read(tmp_path: Path) -> None:
    people = read(tmp_path, "id,nom,prénom\n1,Vidal,Hind\n").people
    (tmp_path / "people.csv").write_text("id,nom,prénom\n1,,Hind\n")
    with pytest.raises(errors.RegistryInvalid, match="changed while it was read"):
        list(people)


def test_read_csv_reads_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text("id,nom,prénom\n1,Vidal,Hind\n"))
    writer.start()
    assert [one.record_id for one in read_csv(pipe).people] == ["1"]
    writer.join(10)


def test_read_csv_takes_less_memory_than_the_file(tmp_path: Path) -> None:
    rows = "".join(f"{number},Vidal,Hind,1977-08-16,F,,,0585499891\n" for number in range(20_000))
    path = tmp_path / "people.csv"
    path.write_text(HEADER + rows)
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_csv(path).people) == 20_000
        assert tracemalloc.get_traced_memory()[1] < path.stat().st_size
    finally:
        tracemalloc.stop()


def test_read_csv_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(errors.RegistryInvalid):
        read_csv(tmp_path / "none.csv")


@pytest.mark.parametrize(
    "record_id",
    [
        "",
        "x" * 101,
        "é" * 51,
        "a/b",
        "a\\b",
        "..",
        ".a",
        "_duplicates",
        "a.",
        "a\tb",
        "a\u202eb",
        "CON",
        "nul.txt",
        "com1",
    ],
)
def test_an_id_that_can_not_name_a_folder_is_a_problem(record_id: str) -> None:
    assert problem_with(record_id)


@pytest.mark.parametrize("record_id", ["1000", "P-12", "Dossier 7", "é", "x" * 100, "console"])
def test_an_id_that_can_name_a_folder_is_none(record_id: str) -> None:
    assert problem_with(record_id) is None
