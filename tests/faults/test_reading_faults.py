"""The reader's children or tesseract go wrong under a real daemon: what people see, and that nothing is left."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.group import descendants
from tests.faults.world import SETTINGS, World, clean_scan_about, end, letter_about, stop

pytestmark = [pytest.mark.reliability, pytest.mark.slow, pytest.mark.timeout(240)]

MODULE = "tests.faults.misreading"
UNFENCED = SETTINGS + "DOSSIERD_READER_FENCE=off\n"

MISREAD = {
    "hang.pdf": (b"hang", "failed: timed_out"),
    "crash.pdf": (b"crash", "failed: reader_crashed"),
    "killed.pdf": (b"kill_itself", "failed: out_of_memory"),
    "greedy.pdf": (b"want_all_memory", "failed: out_of_memory"),
    "garbage.pdf": (b"leave_garbage", "failed: reader_crashed"),
    "nothing.pdf": (b"leave_nothing", "failed: reader_crashed"),
}
"""What a document makes its reader do, and what people are told of it."""


@contextmanager
def running(world: World, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    daemon = world.start(*arguments, module=MODULE)
    try:
        world.wait_until_up(daemon)
        yield daemon
        stop(daemon)
    finally:
        end(daemon)


def alone(daemon: subprocess.Popen[bytes]) -> bool:
    """Whether there is a daemon and its fork server, and no reader any more: one may take a moment to be gone."""
    return len(descendants(daemon.pid)) == 2


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def scratch(world: World) -> list[str]:
    return [path.name for path in (world.home / "state" / "scratch").iterdir()]


def lives(pid: int) -> bool:
    """Whether a process is there and is no mere entry that waits for its parent."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def is_complete(world: World, name: str) -> bool:
    """Whether a document that was read says of itself that nothing is missing."""
    ledger = world.ledger()
    try:
        [found] = [it for it in world.documents() if it.original_name == name]
        assert found.sha256 is not None
        text = ledger.text(found.document_id, found.sha256)
        assert text is not None
        return text.is_complete
    finally:
        ledger.close()


def commands(pid: int) -> list[str]:
    """What a daemon and all below it are called; one that has just ended is called nothing."""
    found = []
    for each in descendants(pid):
        try:
            found.append(Path(f"/proc/{each}/comm").read_text().strip())
        except OSError:
            continue
    return found


def test_whatever_a_document_does_to_its_reader_it_fails_alone_and_with_a_reason(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home", SETTINGS + "DOSSIERD_PAGE_SECONDS=2\n")
    dropped = {
        name: letter_about(101 + place) + b"\n%" + word
        for place, (name, (word, _)) in enumerate(MISREAD.items())
    } | {"letter.pdf": letter_about(100)}
    with running(world) as daemon:
        for name, content in dropped.items():
            world.drop(name, content)
        world.wait(lambda: world.rests() and len(world.documents()) == len(dropped), daemon)
        world.wait(lambda: alone(daemon), daemon)
        assert scratch(world) == []
    world.check(dropped)
    assert world.outcomes() == {name: word for name, (_, word) in MISREAD.items()} | {
        "letter.pdf": "archived 100 by rule"
    }
    for sidecar in (world.home / "failed").glob("*.json"):
        told = json.loads(sidecar.read_text())
        assert told["sentence"].endswith(".")
        assert told["hint"].endswith(".")


@pytest.mark.deployment
def test_a_death_while_tesseract_reads_leaves_no_process_and_no_file_and_the_scan_is_read_once_more(
    tmp_path: Path,
) -> None:
    world, dropped = World.make(tmp_path / "home"), {"scan.pdf": clean_scan_about(100)}
    doomed = world.start(module=MODULE)
    try:
        world.wait_until_up(doomed)
        world.drop("scan.pdf", dropped["scan.pdf"])
        world.wait(lambda: "tesseract" in commands(doomed.pid) and scratch(world) != [], doomed)
        family = descendants(doomed.pid)
    finally:
        end(doomed)
    wait_for(lambda: not any(map(lives, family)))
    with running(world) as daemon:
        world.wait(world.rests, daemon)
        assert scratch(world) == []
    world.check(dropped)
    assert world.outcomes() == {"scan.pdf": "archived 100 by rule"}
    assert world.sql("SELECT count(*) FROM steps WHERE name = 'read'") == [(1,)]


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder of programs that holds tesseract and nothing else."""
    folder = tmp_path / "tools"
    folder.mkdir()
    (folder / "tesseract").symlink_to(TESSERACT)
    return folder


def replace_tesseract(tools: Path, script: str) -> None:
    """Let another tesseract take its place at once, which still knows its languages and its version."""
    made = tools / "new"
    made.write_text(
        f'#!/bin/sh\ncase "$*" in *--list-langs*|*--version*) exec {TESSERACT} "$@";; esac\n{script}\n'
    )
    made.chmod(0o755)
    made.rename(tools / "tesseract")


TESSERACT = shutil.which("tesseract") or ""

_AFTERWARDS = f"""\
{TESSERACT} "$@" > said || exit
for table in said "$2.tsv"; do
    if [ -s "$table" ]; then /usr/bin/env LC_ALL=C EDIT < "$table" > edited; /bin/cat edited > "$table"; fi
done
/bin/cat said
"""
"""Tesseract's own table, changed; whether it was asked for on standard output or in a file."""

BROKEN_TESSERACTS = {
    "not UTF-8": _AFTERWARDS.replace("EDIT", "/bin/sed '2,$ s/e/\\xff/g'"),
    "no table": _AFTERWARDS.replace("EDIT", "/usr/bin/head -n 1"),
    "a crash": "kill -SEGV $$",
    "silence": "exit 0",
}
POOR_TESSERACTS = {
    "half a table": _AFTERWARDS.replace("EDIT", '/usr/bin/head -c $(($(/usr/bin/wc -c < "$table") / 2))'),
    "no end": "exec /bin/sleep 300",
}
"""Those that read something, or take their time: it may as well be the page."""


@pytest.mark.parametrize("broken", BROKEN_TESSERACTS)
def test_scans_wait_for_a_broken_tesseract_to_be_mended_and_letters_do_not(
    broken: str, tools: Path, tmp_path: Path
) -> None:
    world = World.make(tmp_path / "home", UNFENCED)
    replace_tesseract(tools, BROKEN_TESSERACTS[broken])
    dropped = {"scan.pdf": clean_scan_about(100), "letter.pdf": letter_about(101)}
    with running(world, "--tools", str(tools)) as daemon:
        for name, content in dropped.items():
            world.drop(name, content)
        world.wait(lambda: b'"reader_unavailable"' in world.log.read_bytes(), daemon)
        world.wait(lambda: world.outcomes().get("letter.pdf") == "archived 101 by rule", daemon)
        assert world.outcomes()["scan.pdf"] in {"claimed", "reading"}
        (tools / "new").symlink_to(TESSERACT)
        (tools / "new").rename(tools / "tesseract")
        world.wait(world.rests, daemon)
        world.wait(lambda: alone(daemon), daemon)
        assert scratch(world) == []
    world.check(dropped)
    assert world.outcomes() == {"scan.pdf": "archived 100 by rule", "letter.pdf": "archived 101 by rule"}


@pytest.mark.parametrize("poor", POOR_TESSERACTS)
def test_what_a_poor_tesseract_leaves_out_is_noticed(poor: str, tools: Path, tmp_path: Path) -> None:
    world = World.make(tmp_path / "home", UNFENCED + "DOSSIERD_PAGE_SECONDS=4\n")
    replace_tesseract(tools, POOR_TESSERACTS[poor])
    dropped = {"scan.pdf": clean_scan_about(100), "letter.pdf": letter_about(101)}
    with running(world, "--tools", str(tools)) as daemon:
        for name, content in dropped.items():
            world.drop(name, content)
        world.wait(lambda: world.rests() and len(world.documents()) == len(dropped), daemon)
        world.wait(lambda: alone(daemon), daemon)
        assert scratch(world) == []
    world.check(dropped)
    assert world.outcomes()["letter.pdf"] == "archived 101 by rule"
    assert not is_complete(world, "scan.pdf")


def test_scans_wait_for_a_tesseract_that_is_gone_and_letters_do_not(tools: Path, tmp_path: Path) -> None:
    world = World.make(tmp_path / "home", UNFENCED)
    dropped = {"scan.pdf": clean_scan_about(100), "letter.pdf": letter_about(101)}
    with running(world, "--tools", str(tools)) as daemon:
        (tools / "tesseract").rename(tools / "gone")
        for name, content in dropped.items():
            world.drop(name, content)
        world.wait(lambda: b'"reader_unavailable"' in world.log.read_bytes(), daemon)
        world.wait(lambda: world.outcomes().get("letter.pdf") == "archived 101 by rule", daemon)
        assert world.outcomes()["scan.pdf"] in {"claimed", "reading"}
        (tools / "gone").rename(tools / "tesseract")
        world.wait(world.rests, daemon)
    world.check(dropped)
    assert world.outcomes() == {"scan.pdf": "archived 100 by rule", "letter.pdf": "archived 101 by rule"}


@pytest.mark.deployment
def test_without_tesseract_the_start_is_refused_and_says_what_to_type(tools: Path, tmp_path: Path) -> None:
    world = World.make(tmp_path / "home")
    (tools / "tesseract").unlink()
    daemon = world.start("--tools", str(tools), module=MODULE)
    try:
        assert daemon.wait(60) != 0
    finally:
        end(daemon)
    assert "Tesseract is not installed." in world.said()
