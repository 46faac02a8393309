"""`dossierd registry sync` and `import`, as they are typed: what is shown, asked and refused."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

Done = subprocess.CompletedProcess[str]


class Clinic:
    """A home, and an office's database beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "clinic.sqlite"
        self.settings = {
            "DOSSIERD_ALLOW_ROOT": "true",
            "DOSSIERD_REGISTRY_URL": f"sqlite:///{self.database}",
            "DOSSIERD_REGISTRY_TABLE": "patients",
        }
        self.run("CREATE TABLE patients (id INTEGER, nom TEXT, prenom TEXT, naissance TEXT, ville TEXT)")
        self.admit(1, "Vidal")
        self.admit(2, "")

    def run(self, statement: str, *values: object) -> None:
        with closing(sqlite3.connect(self.database)) as connection:
            connection.execute(statement, values)
            connection.commit()

    def admit(self, number: int, name: str) -> None:
        self.run("INSERT INTO patients VALUES (?, ?, 'Hind', '16/08/1977', 'Oujda')", number, name)

    def type(self, *words: str, **settings: str) -> Done:
        return subprocess.run(
            [sys.executable, "-m", "agent", *words, "--home", str(self.folder / "home")],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "COLUMNS": "200", **self.settings, **settings},
        )

    def sync(self, *options: str, **settings: str) -> Done:
        return self.type("registry", "sync", *options, **settings)


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic(tmp_path)


def rows_of(shown: str) -> list[list[str]]:
    return [line.split() for line in shown.splitlines()]


def test_sync_shows_the_columns_and_waits_for_a_person_to_confirm_them_once(clinic: Clinic) -> None:
    asked = clinic.sync()
    assert asked.returncode == 1
    assert ["naissance", "dob"] in rows_of(asked.stdout)
    assert ["ville", "-", "(not", "used)"] in rows_of(asked.stdout)
    assert (
        "Without a terminal, or with --json, nobody can be asked whether the columns are right."
        in " ".join(asked.stderr.split())
    )
    assert "add --yes" in " ".join(asked.stderr.split())
    assert clinic.sync("--yes").returncode == 0
    again = clinic.sync()
    assert again.returncode == 0
    assert "naissance" not in again.stdout


def test_sync_tells_of_bad_rows_and_takes_the_others(clinic: Clinic) -> None:
    done = clinic.sync("--yes")
    assert done.stdout.endswith(
        "The registry has 1 person: 1 new, 0 changed, 0 gone. (2 read: all rows were read.)\n"
        "1 bad row, to be corrected there:\n"
        "  record 2: the last name is empty\n"
    )


def test_sync_gives_json_to_a_program(clinic: Clinic) -> None:
    refused = clinic.sync("--json")
    assert (refused.returncode, json.loads(refused.stdout)["done"]) == (1, False)
    assert json.loads(clinic.sync("--json", "--yes").stdout) == {
        "imported": {"version": 1, "people": 1, "added": 1, "changed": 0, "removed": 0},
        "is_full": True,
        "rows_read": 2,
        "bad_rows": 1,
        "problems": [{"row": "record 2", "problem": "the last name is empty"}],
    }


def test_sync_refuses_mass_deletions_until_they_are_confirmed(clinic: Clinic) -> None:
    for number in range(3, 60):
        clinic.admit(number, "Tazi")
    assert clinic.sync("--yes").returncode == 0
    clinic.run("DELETE FROM patients WHERE id > 10")
    refused = clinic.sync("--full")
    assert refused.returncode == 1
    assert "only 9 are left; nothing was changed." in refused.stderr
    assert "dossierd registry sync --confirm-deletions" in refused.stderr
    assert "49 gone" in clinic.sync("--confirm-deletions").stdout


def test_status_and_check_say_where_people_come_from(clinic: Clinic) -> None:
    clinic.run("DELETE FROM patients WHERE id = 2")
    clinic.sync("--yes")
    line = "1 person of SQLite, patients, as it was 0 min ago"
    assert line in clinic.type("check").stdout
    (part,) = [it for it in json.loads(clinic.type("check", "--json").stdout) if it["part"] == "registry"]
    assert (part["level"], part["sentence"]) == ("good", line)


def test_sync_without_a_database_says_what_to_set(clinic: Clinic) -> None:
    done = clinic.sync(DOSSIERD_REGISTRY_URL="", DOSSIERD_REGISTRY_TABLE="")
    assert done.returncode == 1
    assert "DOSSIERD_REGISTRY_URL" in done.stderr


def test_a_database_that_is_away_is_to_be_tried_again(clinic: Clinic) -> None:
    clinic.sync("--yes")
    clinic.database.unlink()
    done = clinic.sync()
    assert done.returncode == 3
    assert "can't be read now (SQLITE_CANTOPEN)" in done.stderr
    assert str(clinic.database) not in done.stderr


def test_a_sync_by_hand_that_failed_is_told_by_check_until_one_goes_well(clinic: Clinic) -> None:
    clinic.sync("--yes")
    away = clinic.database.with_suffix(".away")
    clinic.database.rename(away)
    assert clinic.sync().returncode == 3
    assert "The last look failed:" in clinic.type("check").stdout
    away.rename(clinic.database)
    assert clinic.sync().returncode == 0
    assert "The last look failed:" not in clinic.type("check").stdout


def test_import_is_refused_where_people_come_from_a_database(clinic: Clinic) -> None:
    people = clinic.folder / "people.csv"
    people.write_text("id,last_name,first_name\n1,Vidal,Hind\n")
    refused = clinic.type("registry", "import", str(people), "--yes")
    assert refused.returncode == 1
    assert "dossierd registry sync" in refused.stderr


def test_import_takes_columns_as_they_are_chosen_and_shows_the_others(clinic: Clinic) -> None:
    people = clinic.folder / "people.csv"
    people.write_text("id;Nom;Prénom;Vu le;Né\n1;Vidal;Hind;01/02/2026;16/08/1977\n", encoding="utf-16")
    file = {"DOSSIERD_REGISTRY_URL": "", "DOSSIERD_REGISTRY_TABLE": ""}
    words = ("registry", "import", str(people))
    shown = clinic.type(*words, "--column", "dob=Né", **file)
    assert ["Né", "dob"] in rows_of(shown.stdout)
    assert ["Vu", "le", "-", "(not", "used)"] in rows_of(shown.stdout)
    for options in (
        ("--column", "dob"),
        ("--column", "dob=Né", "--column", "dob=Né"),
        ("--column", "dob=Nez"),
    ):
        assert clinic.type(*words, *options, "--yes", **file).returncode == 1
    assert clinic.type(*words, "--column", "dob=Né", "--yes", **file).returncode == 0
    found = json.loads(clinic.type("registry", "find", "vidal", "--json", **file).stdout)
    assert "1977-08-16" in json.dumps(found)


def test_import_and_sync_refuse_ids_that_name_others_until_that_is_confirmed(clinic: Clinic) -> None:
    for number in range(3, 30):
        clinic.admit(number, "Tazi")
    assert clinic.sync("--yes").returncode == 0
    clinic.run("UPDATE patients SET nom = 'Clark' WHERE id > 1")
    refused = clinic.sync("--full", "--confirm-deletions")
    assert refused.returncode == 1
    assert "27 of 28 ids would name somebody else" in refused.stderr
    assert "dossierd registry sync --confirm-changes" in refused.stderr
    assert "27 changed" in clinic.sync("--confirm-changes").stdout

    people = clinic.folder / "people.csv"
    people.write_text("id,nom,prénom\n" + "".join(f"{number},Vidal,Hind\n" for number in range(1, 30)))
    file = {"DOSSIERD_REGISTRY_URL": "", "DOSSIERD_REGISTRY_TABLE": ""}
    words = ("registry", "import", str(people), "--yes")
    refused = clinic.type(*words, "--confirm-deletions", **file)
    assert refused.returncode == 1
    assert "28 of 29 ids would name somebody else" in refused.stderr
    assert "add --confirm-changes" in refused.stderr
    assert clinic.type(*words, "--confirm-changes", **file).returncode == 0


FROM_A_FILE = {"DOSSIERD_REGISTRY_URL": "", "DOSSIERD_REGISTRY_TABLE": ""}


def imported(clinic: Clinic, content: str, *options: str) -> Done:
    """Take the people of a file in a home that has no database."""
    people = clinic.folder / "people.csv"
    people.write_text(content, encoding="utf-8")
    return clinic.type("registry", "import", str(people), "--yes", *options, **FROM_A_FILE)


def found(clinic: Clinic, *words: str) -> Done:
    return clinic.type("registry", "find", *words, **FROM_A_FILE)


def test_find_counts_those_who_are_left_out_of_its_list(clinic: Clinic) -> None:
    imported(clinic, "id,nom,prénom\n" + "".join(f"{number},Vidal,Hind\n" for number in range(1, 29)))
    shown = found(clinic, "vidal").stdout.splitlines()
    assert len(shown) == 1 + 20 + 1
    assert shown[-1] == "... and 8 more: add a first name or a birth date, or --limit 50"
    assert len(found(clinic, "vidal", "--limit", "50").stdout.splitlines()) == 1 + 28
    told = found(clinic, "vidal", "--json")
    assert len(json.loads(told.stdout)) == 20
    assert told.stderr == "... and 8 more: add a first name or a birth date, or --limit 50\n"


def test_find_does_not_claim_to_have_counted_more_than_it_looks_at(clinic: Clinic) -> None:
    imported(clinic, "id,nom,prénom\n" + "".join(f"{number},Vidal,Hind\n" for number in range(1, 511)))
    assert found(clinic, "vidal").stdout.endswith(
        "... and at least 480 more: add a first name or a birth date, or --limit 500\n"
    )
    assert found(clinic, "vidal", "--limit", "500").stdout.endswith(
        "... and perhaps more: add a first name or a birth date\n"
    )


def test_find_takes_a_record_id_as_status_and_answer_show_it(clinic: Clinic) -> None:
    imported(
        clinic,
        "id,nom,prénom,assurance\nP-7,Vidal,Hind,100002\n1360,Tazi,Adam,100001\n8,Fassi,Sara,1360\n9,Kadiri,Sara,100003\n",
    )
    assert [row[:2] for row in rows_of(found(clinic, "1360").stdout)[1:]] == [
        ["1360", "Tazi"],
        ["8", "Fassi"],
    ]
    assert [row[:2] for row in rows_of(found(clinic, "P-7").stdout)[1:]] == [["P-7", "Vidal"]]
    missed = found(clinic, "1361")
    assert missed.returncode == 1


def test_import_shows_the_columns_also_where_nobody_is_asked(clinic: Clinic) -> None:
    content = "id,nom,prénom,Né le,ville\n1,Vidal,Hind,16/08/1977,Oujda\n"
    done = imported(clinic, content)
    assert ["Né", "le", "dob"] in rows_of(done.stdout)
    assert ["ville", "-", "(not", "used)"] in rows_of(done.stdout)
    assert done.stderr == ""
    assert json.loads(imported(clinic, content, "--json").stdout)["people"] == 1


def test_import_warns_when_most_people_would_lose_a_number_or_their_birth_date(clinic: Clinic) -> None:
    people = [f"{number},Vidal,Hind,1977-08-16,10000{number}" for number in range(1, 6)]
    assert imported(clinic, "\n".join(["id,nom,prénom,dob,assurance", *people])).stderr == ""
    fewer = imported(clinic, "\n".join(["id,nom,prénom,dob,assurance", *people[:4]]), "--confirm-deletions")
    assert fewer.stderr == ""
    lost = ["1,Vidal,Hind,1977-08-16,", *(f"{number},Vidal,Hind,," for number in range(2, 5))]
    done = imported(clinic, "\n".join(["id,nom,prénom,dob,assurance", *lost]), "--json")
    assert (done.returncode, json.loads(done.stdout)["people"]) == (0, 4)
    assert (
        done.stderr
        == "dob: 4 people had one, 1 in this file.\ninsurance: 4 people had one, none in this file.\n"
    )


def test_an_import_from_a_script_says_what_it_lacks(clinic: Clinic) -> None:
    people = clinic.folder / "people.csv"
    people.write_text("id,last_name,first_name,dob\n1,Vidal,Hind,1977-08-16\n", encoding="utf-8")
    file = {"DOSSIERD_REGISTRY_URL": "", "DOSSIERD_REGISTRY_TABLE": ""}
    refused = clinic.type("registry", "import", str(people), **file)
    told = " ".join(refused.stderr.split())
    assert refused.returncode == 1
    assert "Without a terminal, or with --json, nobody can be asked" in told
    assert "If they are right, add --yes." in told
    assert clinic.type("registry", "import", str(people), "--yes", **file).returncode == 0
