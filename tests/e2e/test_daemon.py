"""The daemon as its users meet it: files dropped into a folder, commands typed in a terminal, signals of systemd."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from agent.adapters.journal import verify
from agent.demo.letters import Letter, draw
from agent.domain.outcome import State
from tests.faults.world import PEOPLE, SETTINGS, World, end, letter_about, person, stop
from tests.said import words_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

_MATCH = letter_about(100)  # drawn once: a letter holds the second in which it was made
LETTERS = {
    "match.pdf": _MATCH,
    "name-only.pdf": letter_about(101, name_only=True),
    "memo.pdf": b"Not a PDF, whatever the name says.\n",
    "match again.pdf": _MATCH,
}


def _type(world: World, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Type a command in that home."""
    return subprocess.run(
        [sys.executable, "-m", "agent", *arguments, "--home", str(world.home)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "COLUMNS": "200", **environment},
    )


def _json(world: World, *arguments: str) -> Any:
    done = _type(world, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _drop_all(world: World, daemon: subprocess.Popen[bytes]) -> None:
    """One after the other, so that their numbers are known: D-1 to D-4."""
    for count, (name, content) in enumerate(LETTERS.items(), start=1):
        world.drop(name, content)
        world.wait(lambda count=count: world.rests() and len(world.documents()) == count, daemon)  # type: ignore[misc]


@pytest.mark.reliability
def test_each_document_ends_where_it_must(world: World, daemon: subprocess.Popen[bytes]) -> None:
    _drop_all(world, daemon)
    world.check(LETTERS)
    assert world.outcomes() == {
        "match.pdf": "archived 100 by rule",
        "name-only.pdf": "in review: ambiguous",
        "memo.pdf": "failed: unknown_format",
        "match again.pdf": "duplicate",
    }
    stop(daemon)


@pytest.mark.observability
def test_the_commands_tell_what_happened(world: World, daemon: subprocess.Popen[bytes]) -> None:
    _drop_all(world, daemon)
    status = _json(world, "status")
    assert status["daemon_runs"] is True
    assert status["counts"] == {"archived": 1, "in_review": 1, "failed": 1, "duplicate": 1}
    shown = _json(world, "show", "D-1")
    assert (shown["state"], shown["record_id"], shown["decided_by"], shown["cost_usd"]) == (
        "archived",
        "100",
        "rule",
        0,
    )
    assert [step["name"] for step in shown["steps"]] == ["read", "decide", "move"]
    assert shown["location"].startswith("archive/100/")
    explained = _json(world, "explain", "d1")
    assert {it["code"] for it in explained["decision"]["candidate"]["reasons"]} >= {
        "name_printed",
        "birth_date_same",
    }
    pending = _json(world, "pending")
    assert [it["document"] for it in pending] == ["D-2"]
    assert _json(world, "show", "D-3")["reason"] == "unknown_format"
    assert _json(world, "show", "D-4")["duplicate_of"] == 1
    missing = _type(world, "show", "D-99")
    assert missing.returncode == 1
    assert "no document D-99" in missing.stderr
    well = _type(world, "check")
    assert well.returncode == 0, well.stdout + well.stderr
    for command in (("status",), ("show", "D-1"), ("explain", "D-1"), ("explain", "D-2"), ("pending",)):
        assert _type(world, *command).returncode == 0


@pytest.mark.reliability
def test_answer_undo_refile_retry(world: World, daemon: subprocess.Popen[bytes]) -> None:
    _drop_all(world, daemon)
    assert _type(world, "answer", "D-2", "7").returncode == 1
    done = _type(world, "answer", "D-2", "1")
    assert done.returncode == 0
    assert done.stdout == "D-2 is filed under 101.\n101 is Familledx Prenomdx, born 12/03/1931\n"
    again = _type(world, "answer", "D-2", "none")
    assert again.returncode == 1
    assert "already" in again.stderr
    assert _type(world, "undo", "D-2").returncode == 0
    assert _json(world, "show", "D-2")["state"] == "in_review"
    assert _type(world, "undo", "D-2").returncode == 1
    assert _type(world, "answer", "D-2", "--record", "102", "--yes").returncode == 0
    assert _type(world, "refile", "D-2", "103", "--yes").returncode == 0
    assert _type(world, "refile", "D-2", "no-such-record").returncode == 1
    shown = _json(world, "show", "D-2")
    assert (shown["record_id"], shown["epoch"]) == ("103", 5)
    assert shown["decided_by"].startswith("cli:")
    story = _type(world, "show", "D-2").stdout
    assert [line for line in story.splitlines() if "epoch 3" in line and "took the filing back" in line]
    assert "answered: file 102" in story
    assert "filed under file 103 by" in story
    assert _type(world, "retry", "D-3").returncode == 0
    assert _type(world, "retry", "D-4").returncode == 0
    world.wait(world.rests, daemon)
    world.check(LETTERS)
    assert world.outcomes()["memo.pdf"] == "failed: unknown_format"
    assert world.outcomes()["match again.pdf"] == "duplicate"
    assert verify(world.home / "logs" / "audit.jsonl") == []


@pytest.mark.reliability
def test_without_a_daemon_the_command_does_it_itself(world: World, daemon: subprocess.Popen[bytes]) -> None:
    _drop_all(world, daemon)
    stop(daemon)
    done = _type(world, "answer", "D-2", "1")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "D-2 is filed under 101.")
    assert (world.home / _json(world, "show", "D-2")["location"]).read_bytes() == LETTERS["name-only.pdf"]
    assert _type(world, "check").returncode == 1


@pytest.mark.reliability
def test_what_a_person_moved_by_hand_is_missed_and_not_touched(
    world: World, daemon: subprocess.Popen[bytes]
) -> None:
    _drop_all(world, daemon)
    (world.home / "review" / "D-2.pdf").unlink()
    unwell = _type(world, "check")
    assert unwell.returncode == 1
    assert "1 not where they were put: D-2" in unwell.stdout
    refused = _type(world, "answer", "D-2", "1")
    assert refused.returncode == 1
    assert "by hand" in refused.stderr
    assert _json(world, "show", "D-2")["state"] == "missing"
    assert _type(world, "answer", "D-2", "1").returncode == 1
    still_unwell = _type(world, "check")
    assert still_unwell.returncode == 1
    assert "4 accepted: 1 archived, 1 failed, 1 duplicate, 1 missing;" in still_unwell.stdout
    assert "dossierd retry D-2" in still_unwell.stdout
    assert _type(world, "retry", "D-2").returncode == 1
    (world.home / "review" / "D-2.pdf").write_bytes(LETTERS["name-only.pdf"])
    assert _type(world, "retry", "D-2").returncode == 0
    assert _json(world, "show", "D-2")["state"] == "in_review"
    assert _type(world, "check").returncode == 0


@pytest.mark.reliability
def test_check_deep_names_a_document_whose_bytes_have_changed(
    world: World, daemon: subprocess.Popen[bytes]
) -> None:
    _drop_all(world, daemon)
    assert _type(world, "check", "--deep").returncode == 0
    filed = world.home / _json(world, "show", "D-1")["location"]
    filed.write_bytes(filed.read_bytes()[:-1] + b"?")
    assert _type(world, "check").returncode == 0
    unwell = _type(world, "check", "--deep")
    assert unwell.returncode == 1
    assert "1 of 4 are gone or not as they came: D-1" in unwell.stdout


@pytest.mark.security
def test_a_choice_that_nothing_printed_bears_out_needs_a_second_word(
    world: World, daemon: subprocess.Popen[bytes]
) -> None:
    _drop_all(world, daemon)
    for command, doubt in (
        (("answer", "D-2", "--record", "102"), "All that was found of 102, Familledy Prenomdy"),
        (("refile", "D-1", "102"), "Something printed in the document speaks against 102."),
    ):
        refused = _type(world, *command)
        assert refused.returncode == 1
        assert doubt in refused.stderr
    told = _type(world, "refile", "D-1", "102", "--json")
    assert (told.returncode, json.loads(told.stdout)["hint"]) == (1, "If you are sure, add --yes.")
    assert [_json(world, "show", it)["record_id"] for it in ("D-1", "D-2")] == ["100", None]
    assert _type(world, "refile", "D-1", "102", "--yes").returncode == 0
    explained = _type(world, "explain", "D-1").stdout
    assert "A human chose 102 (cli:" in explained
    assert "The rules had said: a match with 100" in explained


@pytest.mark.security
def test_a_candidate_whom_the_document_contradicts_needs_a_second_word(
    world: World, daemon: subprocess.Popen[bytes]
) -> None:
    them = person(101)
    details = (
        ("Patient", f"{them['first_name']} {them['last_name'].upper()}"),
        ("Date de naissance", "01/02/1960"),
    )
    letter = Letter(
        sender="Cabinet du Port",
        sender_lines=("4, quai des Mouettes",),
        place_and_date="Port-Allune, le 17 septembre 2026",
        subject="Compte rendu de consultation",
        details=details,
        body="Examen clinique sans particularité.",
        signature=("Dr Odile Marvanche",),
    )
    world.drop("contradicted.pdf", draw(letter))
    world.wait(lambda: world.rests() and len(world.documents()) == 1, daemon)
    for choice in (("1",), ("--record", "101")):
        refused = _type(world, "answer", "D-1", *choice)
        assert refused.returncode == 1
        assert "speaks against 101" in refused.stderr
        assert "01/02/1960" in refused.stderr
    assert _json(world, "show", "D-1")["state"] == "in_review"
    assert _type(world, "answer", "D-1", "1", "--yes").returncode == 0


@pytest.mark.security
def test_two_daemons_never_share_a_home(world: World, daemon: subprocess.Popen[bytes]) -> None:
    second = _type(world, "run")
    assert second.returncode == 3
    assert "Another dossierd works in this home" in second.stderr
    assert daemon.poll() is None


@pytest.mark.security
def test_a_wrong_start_is_refused_with_what_to_do(world: World) -> None:
    as_root = _type(world, "run", DOSSIERD_ALLOW_ROOT="false")
    if os.geteuid() == 0:
        assert as_root.returncode == 2
        assert "refuses to run as root" in as_root.stderr
    (world.home / ".env").chmod(0o644)
    readable = _type(world, "run")
    assert readable.returncode == 2
    assert "chmod 600" in readable.stderr
    (world.home / ".env").chmod(0o600)
    misspelt = _type(world, "run", DOSSIERD_SETLE_SECONDS="3")
    assert misspelt.returncode == 2
    assert "DOSSIERD_SETTLE_SECONDS" in misspelt.stderr
    wrong = _type(world, "run", DOSSIERD_MODE="sometimes")
    assert wrong.returncode == 2
    assert "DOSSIERD_MODE" in wrong.stderr


@pytest.mark.deployment
def test_a_missing_language_refuses_the_start_and_names_the_package(world: World) -> None:
    refused = _type(world, "run", DOSSIERD_OCR_LANGUAGES="fra+tlh")
    assert refused.returncode == 3
    assert "tesseract-ocr-tlh" in refused.stderr


@pytest.mark.security
def test_logs_and_journal_hold_no_name_and_no_text(world: World, daemon: subprocess.Popen[bytes]) -> None:
    world.drop("Famillewx Prenomwx.pdf", letter_about(100, note="Canarigram"))
    world.drop("Famillewx broken.pdf", letter_about(102)[:700])
    world.wait(lambda: world.rests() and len(world.documents()) == 2, daemon)
    stop(daemon)
    told = world.said() + "".join(path.read_text() for path in (world.home / "logs").iterdir())
    for canary in ("famille", "prenom", "canarigram", "ZA100100", "1949"):
        assert canary.lower() not in words_of(told).lower().replace(str(world.home).lower(), "")
    for line in (world.home / "logs" / "dossierd.log").read_text().splitlines():
        assert {"event", "level", "timestamp"} <= json.loads(line).keys()


@pytest.mark.deployment
def test_systemd_hears_ready_and_progress_and_a_stop_takes_less_than_ten_seconds(
    world: World, tmp_path: Path
) -> None:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(tmp_path / "notify"))
    listener.settimeout(30)
    environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "600000"}
    running = subprocess.Popen(
        [sys.executable, "-m", "agent", "run", "--home", str(world.home)],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        heard = listener.recv(4096)
        assert b"READY=1" in heard
        while b"WATCHDOG=1" not in heard:
            heard = listener.recv(4096)
        started = time.monotonic()
        stop(running)
        assert time.monotonic() - started < 10
        while b"STOPPING=1" not in heard:
            heard = listener.recv(4096)
    finally:
        end(running)
        listener.close()


@pytest.mark.reliability
def test_a_stop_in_the_middle_of_work_loses_nothing(world: World) -> None:
    dropped = {f"letter-{number}.pdf": letter_about(number) for number in range(100, 140)}
    for name, content in dropped.items():
        world.drop(name, content)
    first = world.start("run", module="agent")
    try:
        world.wait_until_up(first)
        world.wait(lambda: any(it.state is State.ARCHIVED for it in world.documents()), first)
        stop(first)
    finally:
        end(first)
    assert all(it.attempts == 0 for it in world.documents())
    second = world.start("run", module="agent")
    try:
        world.wait_until_up(second)
        world.wait(lambda: world.rests() and len(world.documents()) >= len(dropped), second)
        stop(second)
    finally:
        end(second)
    world.check(dropped)


@pytest.mark.deployment
def test_a_new_home_from_nothing(tmp_path: Path) -> None:
    world = World(tmp_path / "new")
    world.home.mkdir()
    made = _type(world, "init")
    assert made.returncode == 0
    assert (world.home / ".env").stat().st_mode & 0o777 == 0o600
    (world.home / ".env").write_text(SETTINGS)
    people = world.home / "people.csv"
    people.write_text(PEOPLE)
    unconfirmed = _type(world, "registry", "import", str(people))
    assert unconfirmed.returncode == 1
    assert "dob" in unconfirmed.stdout
    imported = _type(world, "registry", "import", str(people), "--yes")
    assert imported.returncode == 0
    assert imported.stdout.endswith("The registry has 300 people: 300 new, 0 changed, 0 gone.\n")
    found = _json(world, "registry", "find", "Familleaa")
    assert [person["record_id"] for person in found][:1]
    people.write_text(PEOPLE + "9999,Nobirth,Day,31/02/1980,\n")
    refused = _type(world, "registry", "import", str(people), "--yes")
    assert refused.returncode == 1
    assert "line 302" in refused.stderr
    people.write_text("".join(PEOPLE.splitlines(keepends=True)[:100]))
    truncated = _type(world, "registry", "import", str(people), "--yes")
    assert truncated.returncode == 1
    assert "--confirm-deletions" in truncated.stderr
    assert "201 of the 300 known people are not in this file" in truncated.stdout
    assert _type(world, "status").returncode == 3


@pytest.mark.security
@pytest.mark.parametrize("kept", [0, 1])
def test_most_of_a_small_registry_never_vanishes_unasked(kept: int, tmp_path: Path) -> None:
    world = World(tmp_path / "small")
    world.home.mkdir()
    assert _type(world, "registry", "find", "Familleaa", DOSSIERD_ALLOW_ROOT="true").returncode == 1
    header, *lines = PEOPLE.splitlines(keepends=True)
    people = world.home / "people.csv"
    people.write_text(header + "".join(lines[:3]))
    assert (
        _type(world, "registry", "import", str(people), "--yes", DOSSIERD_ALLOW_ROOT="true").returncode == 0
    )
    people.write_text(header + "".join(lines[:kept]) + lines[9])
    arguments = ("registry", "import", str(people), "--yes")
    refused = _type(world, *arguments, DOSSIERD_ALLOW_ROOT="true")
    assert refused.returncode == 1
    assert f"remove {3 - kept} of 3 people; nothing was changed" in refused.stderr
    assert _type(world, *arguments, "--confirm-deletions", DOSSIERD_ALLOW_ROOT="true").returncode == 0


@pytest.mark.security
def test_the_daemon_keeps_its_memory_to_itself_and_tells_the_fence(
    world: World, daemon: subprocess.Popen[bytes]
) -> None:
    limits = Path(f"/proc/{daemon.pid}/limits").read_text().splitlines()
    assert next(line.split()[4:6] for line in limits if line.startswith("Max core file size")) == ["0", "0"]
    world.wait(lambda: "reader_fenced" in world.said(), daemon)
    findings = {it["part"]: it for it in json.loads(_type(world, "check", "--json").stdout)}
    assert findings["fence"]["level"] in {"good", "notice"}


@pytest.mark.observability
def test_check_tells_what_nobody_takes_out_of_incoming(world: World) -> None:
    world.drop("letter.docx", b"PK")
    world.drop("letter.pdf", b"%PDF-")
    (world.home / "incoming" / "line\nend.pdf").symlink_to("/etc/hostname")
    os.mkfifo(world.home / "incoming" / "pipe.pdf")
    (world.home / "incoming" / "folder.pdf").mkdir()
    findings = {it["part"]: it["sentence"] for it in json.loads(_type(world, "check", "--json").stdout)}
    assert findings["incoming"] == (
        "1 file waiting; 4 that nobody takes: folder.pdf (a folder that is called like a file), letter.docx, "
        "line\\nend.pdf (a link), pipe.pdf (a pipe)"
    )
    assert "has not run" in findings["ledger"]


@pytest.mark.reliability
def test_output_that_takes_no_letters_or_nothing_at_all_is_no_crash(world: World) -> None:
    people = world.home / "people.csv"
    people.write_text("id,last_name,first_name,dob\n1,Aab,Cé,1980-01-02\n")
    assert _type(world, "registry", "import", str(people), "--yes", "--confirm-deletions").returncode == 0
    narrow = _type(world, "registry", "find", "aab", PYTHONIOENCODING="ascii")
    assert (narrow.returncode, "C\\xe9" in narrow.stdout) == (0, True)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "agent", "registry", "find", "aab", "--home", str(world.home)],
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert (done.returncode, b"Traceback" in done.stderr) == (3, False)
    stray = _type(world, "registry", "find", os.fsdecode(b"\xff"))
    assert (stray.returncode, "no UTF-8" in stray.stderr) == (1, True)


@pytest.mark.reliability
def test_a_daemon_whose_state_is_replaced_ends_and_takes_nothing_more(
    world: World, daemon: subprocess.Popen[bytes]
) -> None:
    """As when a backup is restored under a running daemon: two ledgers would give the same numbers away."""
    state, backup = world.home / "state", world.home / "backup"
    world.drop("memo.pdf", LETTERS["memo.pdf"])
    world.wait(lambda: world.rests() and len(world.documents()) == 1, daemon)
    state.rename(backup)
    shutil.copytree(backup, state, ignore=shutil.ignore_patterns("scratch"))
    world.drop("match.pdf", LETTERS["match.pdf"])
    assert daemon.wait(20) == 3
    assert "was removed or replaced" in world.said()
    assert list((world.home / "archive").iterdir()) == []
    running = world.start("run", module="agent")
    try:
        world.wait_until_up(running)
        world.wait(lambda: world.rests() and len(world.documents()) == 2, running)
        stop(running)
    finally:
        end(running)
    world.check({name: LETTERS[name] for name in ("memo.pdf", "match.pdf")})


@pytest.mark.security
def test_a_refused_start_makes_no_folder(tmp_path: Path) -> None:
    world = World(tmp_path / "nobody" / "home")
    refused = _type(world, "run", DOSSIERD_MODE="sometimes")
    assert (refused.returncode, world.home.exists()) == (2, False)
    (tmp_path / "nobody").write_text("A file, where a folder should be.")
    unmade = _type(world, "init")
    assert unmade.returncode == 3
    assert "can't be made" in unmade.stderr


@pytest.mark.security
@pytest.mark.parametrize(
    ("mode", "expected"), [("propose", "in review: match"), ("shadow", "in review: match")]
)
def test_modes_that_file_nothing_by_themselves(mode: str, expected: str, tmp_path: Path) -> None:
    world = World.make(tmp_path / "home", SETTINGS + f"DOSSIERD_MODE={mode}\n")
    world.drop("match.pdf", letter_about(100))
    running = world.start("run", module="agent")
    try:
        world.wait_until_up(running)
        world.wait(lambda: world.rests() and len(world.documents()) == 1, running)
        assert world.outcomes() == {"match.pdf": expected}
        assert _type(world, "answer", "D-1", "1").returncode == 0
        assert world.outcomes()["match.pdf"].startswith("archived 100 by cli:")
        stop(running)
    finally:
        end(running)
