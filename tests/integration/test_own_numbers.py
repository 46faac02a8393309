"""An office's own number, from the settings to a decision: import, reading, and what a letter proves by it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.integration.pdfs import letter

PEOPLE = """id,last_name,first_name,dob,file
1,Vidal,Hind,1977-08-16,123456/24
2,Vidal,Hind,1990-02-03,123457/24
"""
SETTINGS = "file | file number | 9{5,7}/99 | Vorgangsnummer, n° dossier"


def decisions(folder: Path, **settings: str) -> dict[str, tuple[str, str | None]]:
    """Decide the PDFs of a folder; gives what was decided of each, and under whom it would be filed."""
    (folder / "home").mkdir()
    (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "agent", "eval"),
            *("--home", folder / "home", "--registry", folder / "people.csv"),
            *("--documents", folder / "letters", "--predictions", folder / "out.jsonl"),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "DOSSIERD_ALLOW_ROOT": "true", **settings},
    )
    assert done.returncode == 0, done.stderr
    told = map(json.loads, (folder / "out.jsonl").read_text(encoding="utf-8").splitlines())
    return {one["doc"]: (one["decision"], one["id"]) for one in told}


def letters(folder: Path) -> None:
    (folder / "letters").mkdir()
    letter(
        folder / "letters" / "right.pdf", ("Patient : VIDAL Hind", "Vorgangsnummer : 123456/24", "Bonjour,")
    )
    letter(
        folder / "letters" / "child.pdf",
        ("Patient : VIDAL Hind", "Vorgangsnummer : 123456/24-02", "Bonjour,"),
    )
    letter(folder / "letters" / "bare.pdf", ("Patient : VIDAL Hind", "Bonjour,", "123456/24"))


def test_an_own_number_files_a_letter_of_one_of_two_namesakes(tmp_path: Path) -> None:
    letters(tmp_path)
    told = decisions(tmp_path, DOSSIERD_IDENTIFIERS=SETTINGS)
    assert told["right"] == ("match", "1")
    assert {told["child"][0], told["bare"][0]} == {"ambiguous"}


def test_without_the_setting_it_is_no_number_of_anybody(tmp_path: Path) -> None:
    letters(tmp_path)
    assert {verdict for verdict, _ in decisions(tmp_path).values()} == {"ambiguous"}
