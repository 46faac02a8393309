"""`dossierd eval`: documents and truths from files, the command's figures and exit codes, and a home left as it was."""

import json
import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import pytest

from agent import errors
from agent.core.rules import Rules
from agent.domain.decision import Decision, Policy
from agent.domain.document import DocumentText, TextOrigin
from agent.domain.outcome import FailureReason
from agent.domain.reading import Turn, Wanted
from agent.evaluation.documents import GivenFile, GivenText, documents_at
from agent.evaluation.reading import Judge
from agent.evaluation.scoring import Expectation, Truth, read_truth
from tests.builders import HIND, person, text_of
from tests.fakes_registry import FakeRegistry
from tests.integration.pdfs import drawn, letter, scan

PEOPLE = """id,last_name,first_name,dob,cin
7,Vidal,Hind,1977-08-16,L882253
8,Fassi,Adam,1990-02-03,K101010
"""
LETTER = ("Patient : Hind VIDAL", "Née le 16/08/1977", "", "Bonjour,", "le bilan est normal.")
SURE = "\n".join(LETTER)
NAME_ALONE = "Patient : Hind VIDAL\nLe bilan est normal."


def evaluated(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command on `registry.csv` of a folder, in a home of its own beside it."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    (folder / "registry.csv").write_text(PEOPLE, encoding="utf-8")
    environment = {**os.environ, "DOSSIERD_ALLOW_ROOT": "true"}
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "agent",
            "eval",
            "--home",
            home,
            "--registry",
            folder / "registry.csv",
            *options,
        ],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )


def lines(path: Path, *known: Mapping[str, Any]) -> str:
    path.write_text("".join(json.dumps(one) + "\n" for one in known), encoding="utf-8")
    return str(path)


def documents(folder: Path) -> str:
    return lines(
        folder / "docs.jsonl",
        {"doc": "sure", "text": SURE, "ocr": False},
        {"doc": "name", "text": NAME_ALONE, "ocr": False},
    )


def truth(folder: Path, **expected: tuple[str | None, str]) -> str:
    return lines(
        folder / "truth.jsonl",
        *(
            {"doc": doc, "class": f"of {doc}", "true_id": true_id, "expect": expect, "expect_name": "MATCH"}
            for doc, (true_id, expect) in expected.items()
        ),
    )


RIGHT = {"sure": ("7", "MATCH"), "name": ("7", "HUMAN")}


class TestCommand:
    def test_tells_how_many_are_wrong_filed_and_shown(self, tmp_path: Path) -> None:
        done = evaluated(tmp_path, "--documents", documents(tmp_path), "--truth", truth(tmp_path, **RIGHT))
        assert done.returncode == 0, done.stderr
        assert "0 false matches" in done.stdout
        assert "1 of 1 filed by themselves that must be: 100.0 %" in done.stdout
        assert "1 of 1 asked about with the right person among those shown: 100.0 %" in done.stdout
        assert "of sure" in done.stdout

    def test_ends_with_1_on_a_single_false_match_and_names_it(self, tmp_path: Path) -> None:
        known = truth(tmp_path, sure=("7", "HUMAN"), name=("7", "HUMAN"))
        done = evaluated(tmp_path, "--documents", documents(tmp_path), "--truth", known)
        assert done.returncode == 1
        assert (
            "FALSE MATCH: sure (of sure) under record 7; "
            "the right person, but by luck: a human was to be asked" in done.stdout
        )
        assert "1 false match: 0 under somebody else, 1 under the right person by luck" in done.stdout
        assert "1 of 2 left to a human that must be: 50.0 %" in done.stdout

    def test_names_what_must_be_filed_and_is_not_and_accounts_for_the_rest(self, tmp_path: Path) -> None:
        known = truth(tmp_path, sure=("7", "EITHER"), name=("7", "MATCH"))
        done = evaluated(tmp_path, "--documents", documents(tmp_path), "--truth", known)
        assert done.returncode == 0, done.stderr
        assert "NOT FILED: name (of name) is ambiguous; it must be filed under record 7" in done.stdout
        assert "1 of 1 filed by themselves that may be, or be asked about: 100.0 %" in done.stdout
        assert "0 of 0 left to a human that must be" in done.stdout

    def test_shows_a_few_of_many_that_are_not_filed_and_all_to_a_program(self, tmp_path: Path) -> None:
        names = [f"name{number}" for number in range(23)]
        given = lines(tmp_path / "docs.jsonl", *({"doc": it, "text": NAME_ALONE} for it in names))
        known = truth(tmp_path, **dict.fromkeys(names, ("7", "MATCH")))
        done = evaluated(tmp_path, "--documents", given, "--truth", known)
        assert done.stdout.count("NOT FILED: ") == 20
        assert "... and 3 more not filed; --json has all" in done.stdout
        told = json.loads(evaluated(tmp_path, "--documents", given, "--truth", known, "--json").stdout)
        assert [one["doc"] for one in told["not_filed"]] == names

    def test_tells_programs_the_same(self, tmp_path: Path) -> None:
        known = truth(tmp_path, sure=("8", "MATCH"), name=("7", "HUMAN"))
        done = evaluated(tmp_path, "--documents", documents(tmp_path), "--truth", known, "--json")
        assert done.returncode == 1
        assert json.loads(done.stdout) == {
            "policy": "two-identifiers",
            "documents": 2,
            "false_matches": [
                {"doc": "sure", "kind": "of sure", "id": "7", "true_id": "8", "is_by_luck": False}
            ],
            "automatic": {"count": 0, "of": 1},
            "not_filed": [],
            "by_class": {"of sure": {"count": 0, "of": 1}},
            "either": {"count": 0, "of": 0},
            "to_ask": {"count": 1, "of": 1},
            "shown": {"count": 1, "of": 1},
        }

    def test_the_policy_name_is_measured_by_its_own_expectations(self, tmp_path: Path) -> None:
        known = truth(tmp_path, **RIGHT)
        done = evaluated(
            tmp_path, "--documents", documents(tmp_path), "--truth", known, "--policy", "name", "--json"
        )
        assert done.returncode == 0, done.stdout
        assert json.loads(done.stdout)["automatic"] == {"count": 2, "of": 2}

    def test_writes_predictions_also_without_a_truth(self, tmp_path: Path) -> None:
        out = tmp_path / "predictions.jsonl"
        done = evaluated(tmp_path, "--documents", documents(tmp_path), "--predictions", str(out))
        assert done.returncode == 0, done.stderr
        assert "2 documents: 1 would be filed by themselves, 1 asked about." in done.stdout
        assert [json.loads(line) for line in out.read_text().splitlines()] == [
            {"doc": "sure", "decision": "match", "id": "7", "candidates": ["7"]},
            {"doc": "name", "decision": "ambiguous", "id": None, "candidates": ["7"]},
        ]

    def test_reads_pdfs_and_scans_as_the_daemon_does(self, tmp_path: Path) -> None:
        folder = tmp_path / "letters"
        folder.mkdir()
        letter(folder / "a1.pdf", LETTER)
        scan(folder / "a1_scan.pdf", drawn(folder / "a1.pdf", 200), dots_per_inch=200)
        (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing more")
        known = truth(tmp_path, a1=("7", "MATCH"), broken=(None, "NONE"))
        done = evaluated(tmp_path, "--documents", str(folder), "--truth", known, "--json")
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert (found["documents"], found["automatic"]) == (3, {"count": 2, "of": 2})

    @pytest.mark.reliability
    def test_leaves_the_home_as_it_was(self, tmp_path: Path) -> None:
        home = tmp_path / "home"
        (home / "state").mkdir(parents=True)
        (home / "incoming").mkdir()
        (home / "incoming" / "waiting.pdf").write_bytes(b"%PDF-1.7")
        (home / "state" / "registry.sqlite").write_bytes(b"the daemon's own")
        before = {path: path.stat() for path in home.rglob("*")}
        evaluated(tmp_path, "--documents", documents(tmp_path), "--truth", truth(tmp_path, **RIGHT))
        after = {path: path.stat() for path in home.rglob("*")}
        assert {path: (it.st_mtime_ns, it.st_ino) for path, it in after.items()} == {
            path: (it.st_mtime_ns, it.st_ino) for path, it in before.items()
        }
        assert (home / "state" / "registry.sqlite").read_bytes() == b"the daemon's own"

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"--documents": "none"}, "can't be read"),
            ({"--documents": "empty"}, "holds no documents"),
            ({"--truth": "none"}, "can't be read"),
            ({"--truth": "stranger.jsonl"}, "knows none of the documents"),
            ({"--truth": "registry.csv"}, "Line 1 of"),
            ({"--predictions": "none/out.jsonl"}, "can't be written"),
        ],
    )
    def test_says_what_is_wrong_with_a_file_and_what_to_do(
        self, wrong: Mapping[str, str], sentence: str, tmp_path: Path
    ) -> None:
        (tmp_path / "empty").mkdir()
        lines(tmp_path / "stranger.jsonl", {"doc": "x", "class": "c", "true_id": None, "expect": "NONE"})
        options = {"--documents": documents(tmp_path), "--truth": truth(tmp_path, **RIGHT)}
        options |= {option: str(tmp_path / name) for option, name in wrong.items()}
        done = evaluated(tmp_path, *(word for option in options.items() for word in option))
        assert done.returncode == 2
        assert sentence in done.stderr
        assert len(done.stderr.strip().splitlines()) == 2, "a sentence and a hint"

    @pytest.mark.parametrize("also", [(), ("--json",)])
    def test_a_registry_that_cannot_be_used_does_not_end_as_a_false_match_does(
        self, also: tuple[str, ...], tmp_path: Path
    ) -> None:
        path = tmp_path / "people.csv"
        path.write_text("id,last_name,first_name\n1,,Hind\n", encoding="utf-8")
        done = evaluated(tmp_path, "--registry", str(path), "--documents", documents(tmp_path), *also)
        assert done.returncode == 2
        assert "the last name is empty" in done.stdout + done.stderr
        missing = tmp_path / "nope.csv"
        done = evaluated(tmp_path, "--registry", str(missing), "--documents", documents(tmp_path), *also)
        assert done.returncode == 2
        assert f"{missing} can't be read (No such file or directory)." in done.stdout + done.stderr

    def test_takes_a_column_for_what_is_said(self, tmp_path: Path) -> None:
        path = tmp_path / "odd.csv"
        path.write_text(PEOPLE.replace("id,last_name", "Kennung,last_name", 1), encoding="utf-8")
        given = ("--registry", str(path), "--documents", documents(tmp_path))
        assert evaluated(tmp_path, *given).returncode == 2
        done = evaluated(tmp_path, *given, "--column", "id=Kennung")
        assert done.returncode == 0, done.stderr
        assert "1 would be filed by themselves" in done.stdout
        assert evaluated(tmp_path, *given, "--column", "Kennung").returncode == 2


class TestDocuments:
    def test_a_folder_gives_texts_and_files_by_their_names_without_the_ending(self, tmp_path: Path) -> None:
        (tmp_path / "b.txt").write_text("Bonjour", encoding="utf-8")
        (tmp_path / "a.PDF").write_bytes(b"%PDF-1.7")
        (tmp_path / "c.jpeg").write_bytes(b"\xff\xd8\xff")
        (tmp_path / "truth.jsonl").write_text("")
        (tmp_path / "inner").mkdir()
        first, second, third = documents_at(tmp_path)
        assert first == GivenFile(name="a", path=tmp_path / "a.PDF")
        assert isinstance(second, GivenText)
        assert (second.name, second.text.text) == ("b", "Bonjour")
        assert third == GivenFile(name="c", path=tmp_path / "c.jpeg")

    def test_words_that_ocr_has_read_have_their_confidence(self, tmp_path: Path) -> None:
        path = Path(
            lines(
                tmp_path / "docs.jsonl",
                {"doc": "a", "text": "Hind Vidal\nBonjour", "ocr": True, "confidence": [91, 42, 88]},
                {"doc": "b", "text": "Hind Vidal", "ocr": True},
            )
        )
        with_numbers, without = documents_at(path)
        assert confidences(with_numbers) == [91, 42, 88]
        assert confidences(without) == [100, 100]

    @pytest.mark.parametrize(
        "line",
        [
            "no json",
            "[]",
            '{"doc": "a"}',
            '{"doc": 1, "text": "x"}',
            '{"doc": "a", "text": "one two", "ocr": true, "confidence": [50]}',
            '{"doc": "a", "text": "one", "ocr": true, "confidence": ["50"]}',
            '{"doc": "a", "text": "one", "ocr": true, "confidence": [101]}',
        ],
    )
    def test_a_line_of_another_form_is_refused_by_its_number(self, line: str, tmp_path: Path) -> None:
        path = tmp_path / "docs.jsonl"
        path.write_text(f'\n{{"doc": "a", "text": "x"}}\n{line}\n', encoding="utf-8")
        with pytest.raises(errors.EvaluationInvalid, match="Line 3"):
            documents_at(path)

    def test_two_documents_of_one_name_are_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("x", encoding="utf-8")
        (tmp_path / "a.pdf").write_bytes(b"%PDF")
        with pytest.raises(errors.EvaluationInvalid, match="have the name a"):
            documents_at(tmp_path)

    def test_a_truth_is_read_by_the_policys_own_expectation(self, tmp_path: Path) -> None:
        path = Path(truth(tmp_path, a=("7", "HUMAN")))
        assert read_truth(path, Policy.TWO_IDENTIFIERS) == {
            "a": Truth(kind="of a", true_id="7", expect=Expectation.HUMAN)
        }
        assert read_truth(path, Policy.NAME)["a"].expect is Expectation.MATCH


def confidences(given: GivenText | GivenFile) -> list[int | None]:
    assert isinstance(given, GivenText)
    assert {page.origin for page in given.text.pages} == {TextOrigin.OCR}
    return [word.confidence for page in given.text.pages for line in page.lines for word in line.words]


class PlayedReader:
    """A text source that gives one reading after the other."""

    def __init__(self, *script: DocumentText | FailureReason) -> None:
        self._script = list(script)
        self.asked: list[Wanted] = []

    def read(self, path: Path, wanted: Wanted, **_: object) -> Generator[Turn, None, None]:
        self.asked.append(wanted)
        played = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(played, FailureReason):
            raise errors.DocumentUnreadable(played)
        yield Turn(pages=played.pages, page_count=len(played.pages))


def scanned(*, passes: int, unsure: str = "") -> DocumentText:
    text = text_of(*LETTER, confidence=95, unsure=unsure)
    (page,) = text.pages
    return DocumentText(
        pages=(
            type(page)(
                number=1,
                width=page.width,
                height=page.height,
                origin=TextOrigin.OCR,
                lines=page.lines,
                passes=passes,
                coverage=1.0,
            ),
        )
    )


class TestReading:
    """The loop of `workflow/process.py`: what could change the decision is read again, by each recipe once."""

    def decide(self, reader: PlayedReader) -> Decision | FailureReason:
        registry = FakeRegistry([person("Vidal", "Hind", record_id="7", birth_date=HIND)])
        judge = Judge(text_source=reader, registry=registry, rules=Rules())
        return judge.decide(GivenFile(name="a", path=Path("a.pdf")))

    def test_what_is_sure_is_read_once(self) -> None:
        reader = PlayedReader(scanned(passes=1))
        decision = self.decide(reader)
        assert not isinstance(decision, FailureReason)
        assert decision.verdict == "match"
        assert len(reader.asked) == 1

    def test_an_unsure_name_is_read_again_until_it_is_sure(self) -> None:
        reader = PlayedReader(scanned(passes=1, unsure="VIDAL"), scanned(passes=2))
        decision = self.decide(reader)
        assert not isinstance(decision, FailureReason)
        assert decision.verdict == "match"
        assert reader.asked == [Wanted(), Wanted(pages=(1,), passes=1)]

    def test_what_stays_unsure_is_read_by_each_recipe_once_and_asks(self) -> None:
        reader = PlayedReader(scanned(passes=1, unsure="VIDAL"))
        decision = self.decide(reader)
        assert not isinstance(decision, FailureReason)
        assert decision.verdict == "ambiguous"
        assert len(reader.asked) == 5

    def test_a_pass_that_fails_takes_nothing_away_and_is_the_last(self) -> None:
        reader = PlayedReader(scanned(passes=1, unsure="VIDAL"), FailureReason.READER_CRASHED)
        decision = self.decide(reader)
        assert not isinstance(decision, FailureReason)
        assert decision.verdict == "ambiguous"
        assert len(reader.asked) == 2

    def test_what_cannot_be_read_says_why(self) -> None:
        assert self.decide(PlayedReader(FailureReason.ENCRYPTED)) is FailureReason.ENCRYPTED
