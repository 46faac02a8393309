"""`dossierd find` as it is typed: what is shown, what leaves with which code."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.adapters.home import LEDGER_FILE, REGISTRY_FILE
from agent.adapters.registry import RegistryIndex
from tests.custody_builders import ANNA, BERTA
from tests.integration.test_finding import UNDER_ANNA, House

Done = subprocess.CompletedProcess[str]
Type = Callable[..., Done]
LEASE = "Contrat de bail\nentre Madame Hélène Œuvray\x1b[31m et son voisin"


@pytest.fixture
def find(tmp_path: Path) -> Type:
    """A home with two documents, one of them filed, and the command."""
    state = tmp_path / "state"
    state.mkdir()
    house = House(state / LEDGER_FILE)
    house.settled(UNDER_ANNA, LEASE, name="scan 0815.pdf")
    house.read("Facture de gaz", name="facture.pdf")
    house.engine.dispose()
    index = RegistryIndex(state / REGISTRY_FILE)
    index.replace([ANNA, BERTA])
    index.close()

    def typed(*words: str) -> Done:
        return subprocess.run(
            [sys.executable, "-m", "agent", "find", *words, "--home", str(tmp_path)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "COLUMNS": "200", "DOSSIERD_ALLOW_ROOT": "true"},
        )

    return typed


def test_a_document_is_shown_with_its_person_and_the_line_that_was_found(find: Type) -> None:
    done = find("muller", "helene", "oeuv")
    assert done.returncode == 0
    assert "D-1" in done.stdout
    assert "filed under R1 by rule" in done.stdout
    assert "Muller Anna, born 12/03/1980" in done.stdout
    assert "page 1: entre Madame Hélène Œuvray" in done.stdout
    assert "\x1b" not in done.stdout
    assert "D-2" not in done.stdout


def test_what_the_shell_gave_as_one_word_is_a_phrase(find: Type) -> None:
    assert find("de gaz").returncode == 0
    assert find("gaz de").returncode == 1
    assert find("gaz", "de").returncode == 0
    assert find('scan "de bail"').returncode == 0


def test_nothing_found_is_said_and_is_code_1(find: Type) -> None:
    done = find("zebra")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("Nothing was found.")


def test_nothing_found_while_the_registry_is_empty_is_said_with_how_to_fill_it(
    find: Type, tmp_path: Path
) -> None:
    (tmp_path / "state" / REGISTRY_FILE).unlink()
    done = find("zebra")
    assert done.returncode == 1
    assert done.stdout == (
        "Nothing was found. The registry is empty, so nobody can be found: dossierd registry import people.csv\n"
    )


def test_json_tells_where_it_was_found_and_keeps_its_output_for_itself(find: Type) -> None:
    done = find("--since", "01/03/2026", "--limit", "1", "--json", "fact")
    (found,) = json.loads(done.stdout)
    assert (found["document"], found["found_in"], found["page"]) == ("D-2", ["name", "text"], 1)
    assert found["passage"] == "Facture de gaz"
    cut = find("pdf", "--limit", "1", "--json")
    assert [one["document"] for one in json.loads(cut.stdout)] == ["D-2"]
    assert "1 more" in cut.stderr
    assert json.loads(find("zebra", "--json").stdout) == []


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ((), 1, "There is nothing to search for."),
        (("…",), 1, "There is nothing to search for."),
        (("--since", "soon"), 2, "'soon' is no day"),
        (("--since", "2026-02-02", "--until", "2026-02-01"), 2, "no day is in between"),
        (("-".join("a" * 99),), 1, "That is too much to search for at once."),
    ],
)
def test_what_can_not_be_searched_for_is_refused(
    find: Type, words: tuple[str, ...], code: int, sentence: str
) -> None:
    done = find(*words)
    assert (done.returncode, done.stdout) == (code, "")
    assert sentence in done.stderr
