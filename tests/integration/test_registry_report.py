"""`dossierd registry report`: the whole registry looked through, and what a secretary and a program see of it."""

import datetime
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from agent.adapters.registry import Inspection, RegistryIndex
from agent.core.hygiene import Concern
from agent.core.vocabulary import STANDARD
from agent.domain.identity import Identifier, Person, RecordId
from agent.errors import RegistryUnavailable
from tests.builders import person

TODAY = datetime.date(2026, 11, 26)
HEADER = "id,last_name,first_name,dob,cin,dni,file\n"
CLEAN = HEADER + "1,Vidal,Hind,1977-08-16,L882253,,\n2,Fassi,Adam,1990-02-03,,12345678Z,\n"
PEOPLE = (
    HEADER
    + """R1,Tazi,Karim,1980-03-12,AB123456,,
R2,Karim,Tazi,1980-03-12,,,
R3,Tazzi,Karim,1980-03-12,AB123456,,
R4,Idrissi,Omar,,,,12345/24
R5,Idrissi,Omar Amine,1960-01-01,,12345678A,
"""
)


def report(
    home: Path, people: str, *options: str, settings: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Import people into a home, and look them through."""
    home.mkdir(exist_ok=True)
    file = home / "people.csv"
    file.write_text(people, encoding="utf-8")
    environment = {**os.environ, "DOSSIERD_ALLOW_ROOT": "true", **(settings or {})}

    def typed(*words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "agent", "registry", *words, "--home", home],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )

    if people:
        assert typed("import", file, "--yes").returncode == 0
    return typed("report", *options)


def inspected(people: Iterator[Person] | list[Person]) -> dict[Concern, list[tuple[tuple[str, ...], str]]]:
    with closing(Inspection(people, STANDARD, TODAY)) as found:
        return {
            concern: [
                (tuple(one.record_id for one in finding.people), finding.reason)
                for finding in found.findings(concern)
            ]
            for concern in found.counts()
        }


def test_a_clean_registry_has_nothing_to_look_at(tmp_path: Path) -> None:
    done = report(tmp_path / "home", CLEAN)
    assert done.stdout == "2 people looked through: nothing to look at.\n"
    assert (done.returncode, done.stderr) == (0, "")


def test_counts_come_first_then_examples_with_what_to_do(tmp_path: Path) -> None:
    done = report(tmp_path / "home", PEOPLE)
    assert done.returncode == 1
    assert done.stdout.splitlines()[:6] == [
        "5 people looked through:",
        "        2  probable duplicates",
        "        1  names that nothing tells apart",
        "        1  numbers that can't be right",
        "        1  people without a birth date",
        "        1  birthdays on the first of January",
    ]
    assert (
        """
  last and first name swapped, same birth date
      R1  Tazi Karim, born 12/03/1980
      R2  Karim Tazi, born 12/03/1980
  one name in two spellings, same birth date, same national card number
      R1  Tazi Karim, born 12/03/1980
      R3  Tazzi Karim, born 12/03/1980
"""
        in done.stdout
    )
    assert (
        """
Birthdays on the first of January (1)
Often it stands for an unknown day, so that it proves nothing alone. Enter the true day where you know it.
  R5  Idrissi Omar Amine, born 01/01/1960
"""
        in done.stdout
    )


def test_only_so_many_examples_are_shown_as_asked_for(tmp_path: Path) -> None:
    one = report(tmp_path / "home", PEOPLE, "--limit", "1").stdout
    assert "  ... and 1 more; all of them: --limit 0\n" in one
    assert "R3" not in one
    assert "R3" in report(tmp_path / "home", PEOPLE, "--limit", "0").stdout


def test_a_large_group_is_cut_short_for_people_only(tmp_path: Path) -> None:
    names = ("Hind", "Omar", "Nadia", "Adam", "Salma", "Youssef", "Rachid", "Meryem")
    people = HEADER + "".join(
        f"{place},Vidal,{name},1977-0{place + 1}-16,L882253,,\n" for place, name in enumerate(names)
    )
    assert "      ... and 2 more\n" in report(tmp_path / "home", people).stdout
    told = json.loads(report(tmp_path / "home", people, "--json").stdout)
    assert len(told["findings"][0]["records"]) == 8


def test_a_program_gets_everything_whatever_the_limit(tmp_path: Path) -> None:
    done = report(tmp_path / "home", PEOPLE, "--json", "--limit", "1")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert told["people"] == 5
    assert told["counts"] == {
        "duplicate": 2,
        "not_told_apart": 1,
        "number_invalid": 1,
        "birthday_missing": 1,
        "birthday_first_of_january": 1,
    }
    assert told["findings"][1] == {
        "concern": "duplicate",
        "records": ["R1", "R3"],
        "reason": "one name in two spellings, same birth date, same national card number",
    }
    assert sum(told["counts"].values()) == len(told["findings"])


def test_a_clean_registry_is_an_empty_list_for_a_program(tmp_path: Path) -> None:
    done = report(tmp_path / "home", CLEAN, "--json")
    assert json.loads(done.stdout) == {"people": 2, "counts": {}, "findings": []}
    assert done.returncode == 0


def test_an_own_number_is_looked_at_by_its_form(tmp_path: Path) -> None:
    settings = {"DOSSIERD_IDENTIFIERS": "file | file number | 9{6}/99 | n° dossier"}
    done = report(tmp_path / "home", PEOPLE, settings=settings)
    assert "R4  Idrissi Omar: 1234524 is not written as a file number is\n" in done.stdout


def test_an_empty_registry_is_refused(tmp_path: Path) -> None:
    done = report(tmp_path / "home", "")
    assert (done.returncode, done.stdout) == (1, "")
    assert "The registry is empty" in done.stderr


def test_ids_that_no_folder_can_have_are_told() -> None:
    assert inspected([person(record_id="a/b")]) == {
        Concern.ID_UNFIT: [(("a/b",), 'the id holds one of / \\ : * ? " < > |')]
    }


def test_the_people_of_an_index_are_looked_through(tmp_path: Path) -> None:
    with closing(RegistryIndex(tmp_path / "registry.sqlite")) as index:
        index.replace([person(record_id="1", birth_date=None), person("Fassi", "Omar", record_id="2")])
        assert inspected(index.everybody()) == {Concern.BIRTHDAY_MISSING: [(("1",), "no birth date")]}


def test_many_copies_of_one_person_are_as_many_pairs_less_one() -> None:
    found = inspected([person("Tazi", "Karim", record_id=f"R{number:04}") for number in range(500)])
    assert len(found[Concern.DUPLICATE]) == 499
    assert found[Concern.DUPLICATE][0] == (("R0000", "R0001"), "same name, same birth date")


def test_the_order_of_people_changes_no_count() -> None:
    numbers = (Identifier(kind="cin", value="AB123456"),)
    people = [
        replace(person("Tazi", first, record_id=f"R{number}"), identifiers=numbers)
        for number, first in enumerate(("Karim", "Karin", "Karima", "Nadia"))
    ]
    there, back = inspected(people), inspected(people[::-1])
    assert {concern: sorted(found) for concern, found in there.items()} == {
        concern: sorted(found) for concern, found in back.items()
    }


def test_a_registry_that_breaks_off_is_no_report() -> None:
    def broken() -> Iterator[Person]:
        yield person(record_id=RecordId("1"))
        raise RegistryUnavailable("The registry's index can't be used.")

    with pytest.raises(RegistryUnavailable, match="index"):
        Inspection(broken(), STANDARD, TODAY)


def test_without_room_for_temporary_files_it_says_so() -> None:
    def full() -> Iterator[Person]:
        yield person(record_id="1")
        raise sqlite3.OperationalError("database or disk is full")

    with pytest.raises(RegistryUnavailable, match="no room for temporary files"):
        Inspection(full(), STANDARD, TODAY)
