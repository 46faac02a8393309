"""Anything may be dropped: what can be filed is filed once with all its bytes; what can't lies there and is told."""

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.adapters.watch import OddityKind
from agent.domain.document import printable
from agent.domain.life import Document
from agent.domain.outcome import State
from tests.faults.world import SETTINGS, World, letter_about, scan_about, stop

pytestmark = [pytest.mark.slow, pytest.mark.reliability, pytest.mark.timeout(180)]

LETTER = letter_about(100)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A home whose people may be told the names of files."""
    return World.make(tmp_path / "home", SETTINGS + "DOSSIERD_PRIVACY=full\n")


def _put(world: World, name: bytes, content: bytes) -> Path:
    path = Path(os.fsdecode(os.fsencode(world.home / "incoming") + b"/" + name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _settled(world: World) -> list[Document]:
    """What was accepted, once all of it rests and everybody has been told."""
    documents = [it for it in world.documents() if it.state is not State.WITHDRAWN]
    waiting = world.sql("SELECT 1 FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL")
    return [] if waiting or any(it.rested_at is None for it in documents) else documents


def _rests(world: World, *names: str) -> bool:
    return Counter(it.original_name for it in _settled(world)) == Counter(names)


def _told_of(world: World) -> set[str]:
    """What people were told lies in `incoming/`; each thing once."""
    notices = [
        json.loads(str(body)) for (body,) in world.sql("SELECT message FROM outbox WHERE topic = 'leftovers'")
    ]
    assert {notice["kind"] for notice in notices} <= {"left_lying"}
    told = [line.partition(": ")[0] for notice in notices for line in notice["lines"][:-2]]
    assert len(told) == len(set(told))
    return set(told)


def _check(world: World, part: str) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "agent", "check", "--json", "--home", str(world.home)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    found: dict[str, str] = next(it for it in json.loads(done.stdout) if it["part"] == part)
    return found


def _bytes_of(world: World, document: Document) -> bytes:
    assert document.location is not None
    return (world.home / document.location).read_bytes()


NAMES = {
    "not_utf8": b"\xe9t\xe9\xff.pdf",
    "newline": b"two\nlines.pdf",
    "right_to_left": "\u202efdp.exe.pdf".encode(),
    "emoji": "\N{PAGE FACING UP}.pdf".encode(),
    "longest": b"x" * 251 + b".pdf",
    "dash": b"-rf.pdf",
    "percent": b"%s%n%00.pdf",
    "quotes": b"'; DROP TABLE documents; --\".pdf",
    "terminal": b"\x1b[31mred\x07.pdf",
    "spaces": b"  .pdf",
    "lower": b"scan.pdf",
    "upper": b"SCAN.PDF",
    "mixed": b"Scan.Pdf",
    "folder": "Dossier Müller/2025/scan.pdf".encode(),
    "odd_folder": b"\xff\n/-/scan.pdf",
}


def test_names_of_any_bytes_are_filed_and_kept(world: World, daemon: subprocess.Popen[bytes]) -> None:
    dropped = {name: letter_about(100 + number) for number, name in enumerate(NAMES.values())}
    for name, content in dropped.items():
        _put(world, name, content)
    shown = {printable(os.fsdecode(name)): content for name, content in dropped.items()}
    world.wait(lambda: _rests(world, *shown), daemon)
    for document in _settled(world):
        assert document.state is State.ARCHIVED, world.story()
        assert document.original_name.isprintable()
        assert _bytes_of(world, document) == shown[document.original_name]
    left = [
        path
        for path in (world.home / "incoming").rglob("*")
        if path.is_file() and ".claimed" not in path.parts
    ]
    assert left == []
    assert (world.home / "incoming" / "Dossier Müller" / "2025").is_dir(), "nothing is deleted"
    stop(daemon)


def test_what_can_not_be_taken_lies_untouched_and_is_told(
    world: World, daemon: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    incoming, secret = world.home / "incoming", tmp_path / "secret.pdf"
    told = letter_about(100)
    secret.write_bytes(told)
    (incoming / "link.pdf").symlink_to(secret)
    (incoming / "dangling.pdf").symlink_to(tmp_path / "nowhere.pdf")
    (incoming / "loop.pdf").symlink_to("loop.pdf")
    (incoming / "links").symlink_to(tmp_path)
    os.mkfifo(incoming / "pipe.pdf")
    (incoming / "folder.pdf").mkdir()
    (incoming / "letter.docx").write_bytes(b"PK")
    with (incoming / "huge.pdf").open("wb") as sparse:
        sparse.truncate(10 * 2**30)
    expected = {
        "link.pdf": OddityKind.SYMLINK, "dangling.pdf": OddityKind.SYMLINK, "loop.pdf": OddityKind.SYMLINK,
        "links": OddityKind.SYMLINK, "pipe.pdf": OddityKind.FIFO, "folder.pdf": OddityKind.DIRECTORY,
        "letter.docx": OddityKind.OTHER_FORMAT, "huge.pdf": OddityKind.TOO_LARGE, "socket.pdf": OddityKind.SOCKET,
    }  # fmt: skip
    if os.geteuid() == 0:
        os.mknod(incoming / "device.pdf", stat.S_IFCHR | 0o600, os.makedev(1, 3))
        expected["device.pdf"] = OddityKind.DEVICE
    before = Path.cwd()
    os.chdir(incoming)  # a socket's address is limited to 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("socket.pdf")
    finally:
        os.chdir(before)
    (incoming / "unfinished.pdf.part").write_bytes(letter_about(101))
    (incoming / "empty.pdf").write_bytes(b"")
    (incoming / "good.pdf").write_bytes(letter_about(102))
    world.wait(lambda: _rests(world, "good.pdf", "empty.pdf"), daemon)
    assert world.outcomes() == {"good.pdf": "archived 102 by rule", "empty.pdf": "failed: empty_file"}
    finding = _check(world, "incoming")
    assert finding["level"] == "notice"
    assert finding["sentence"].startswith(f"nothing waits; {len(expected)} that nobody takes: ")
    status = subprocess.run(
        [sys.executable, "-m", "agent", "status", "--home", str(world.home)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert f"incoming/: nothing waits; {len(expected)} that nobody takes" in status.stdout
    said = [json.loads(line) for line in (world.home / "logs" / "dossierd.log").read_text().splitlines()]
    assert Counter(line["kind"] for line in said if line["event"] == "oddity_seen") == Counter(
        expected.values()
    )
    things = set(expected)
    world.wait(lambda: things <= _told_of(world), daemon)
    (incoming / "unfinished.pdf.part").rename(incoming / "finished.pdf")
    world.wait(lambda: _rests(world, "good.pdf", "empty.pdf", "finished.pdf"), daemon)
    assert sorted(path.name for path in incoming.iterdir() if not path.name.startswith(".")) == sorted(
        expected
    )
    assert _told_of(world) == things
    assert secret.read_bytes() == told
    stop(daemon)


def test_two_names_of_one_file_are_two_documents_of_which_one_is_the_other(
    world: World, daemon: subprocess.Popen[bytes]
) -> None:
    """A hard link in incoming/, and one to what is filed already: each name ends once, none touches the other."""
    content = letter_about(100)
    staged = world.home / "staged"
    staged.write_bytes(content)
    (world.home / "incoming" / "a.pdf").hardlink_to(staged)
    (world.home / "incoming" / "b.pdf").hardlink_to(staged)
    staged.unlink()
    world.wait(lambda: _rests(world, "a.pdf", "b.pdf"), daemon)
    assert Counter(world.outcomes().values()) == Counter(["archived 100 by rule", "duplicate"])
    filed = next(it for it in _settled(world) if it.state is State.ARCHIVED)
    (world.home / "incoming" / "c.pdf").hardlink_to(world.home / (filed.location or ""))
    world.wait(lambda: _rests(world, "a.pdf", "b.pdf", "c.pdf"), daemon)
    assert world.outcomes()["c.pdf"] == "duplicate"
    assert [_bytes_of(world, it) for it in _settled(world)] == [content] * 3
    assert _check(world, "documents")["level"] == "good"
    stop(daemon)


def test_a_writer_that_goes_on_after_the_claim_loses_nothing(
    world: World, daemon: subprocess.Popen[bytes]
) -> None:
    """A finished scan, written to by another name of it until it was read in vain several times."""
    content = scan_about(100)
    path, other = world.home / "incoming" / "growing.pdf", world.home / "other"
    other.write_bytes(content)
    path.hardlink_to(other)
    world.wait(lambda: not path.exists(), daemon)
    with other.open("ab", buffering=0) as writer:

        def was_read_in_vain() -> bool:
            nonlocal content
            writer.write(b"% more\n")
            content += b"% more\n"
            return (world.home / "logs" / "dossierd.log").read_text().count('"file_changed"') >= 2

        world.wait(was_read_in_vain, daemon)
    world.wait(lambda: _rests(world, "growing.pdf"), daemon)
    world.check({"growing.pdf": content})
    stop(daemon)


def test_files_that_grow_pause_vanish_or_are_replaced_end_once_as_they_are_in_the_end(
    world: World, daemon: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    incoming, whole = world.home / "incoming", letter_about(100)
    with (incoming / "slow.pdf").open("wb", buffering=0) as writer:
        for start in range(0, len(whole), len(whole) // 5 + 1):
            writer.write(whole[start : start + len(whole) // 5 + 1])
            (incoming / "vanishing.pdf").write_bytes(letter_about(101))
            (incoming / "vanishing.pdf").unlink()
            (tmp_path / "new").write_bytes(letter_about(102, note=str(start)))
            (tmp_path / "new").replace(incoming / "replaced.part")
    os.utime(incoming / "slow.pdf", (4_000_000_000, 4_000_000_000))
    shutil.copystat(incoming / "slow.pdf", incoming / "replaced.part")  # as cp -p and rsync -t do
    (incoming / "replaced.part").rename(incoming / "replaced.pdf")
    last = letter_about(102, note=str(start))
    world.wait(lambda: _rests(world, "slow.pdf", "replaced.pdf"), daemon)
    world.check({"slow.pdf": whole, "replaced.pdf": last})
    stop(daemon)


@pytest.fixture
def immutable(world: World) -> Iterator[Path]:
    path = world.home / "incoming" / "Akten" / "sealed.pdf"
    path.parent.mkdir()
    path.write_bytes(LETTER)
    if subprocess.run(["chattr", "+i", str(path)], capture_output=True, check=False).returncode != 0:
        pytest.skip("chattr +i needs root and a file system that knows it")
    yield path
    if path.exists():
        subprocess.run(["chattr", "-i", str(path)], check=True)


def test_a_file_that_can_not_be_claimed_is_tried_patiently_told_and_taken_when_it_can(
    world: World, immutable: Path, daemon: subprocess.Popen[bytes]
) -> None:
    def tries() -> int:
        return (world.home / "logs" / "dossierd.log").read_text().count('"claim_failed"')

    good = letter_about(101)
    _put(world, b"good.pdf", good)
    world.wait(lambda: tries() >= 3, daemon)
    world.wait(
        lambda: any(it.original_name == "good.pdf" and it.rested_at for it in world.documents()), daemon
    )
    assert Counter(it.original_name for it in world.documents()) == Counter(["good.pdf", "Akten/sealed.pdf"])
    world.wait(lambda: "can't be taken away" in _check(world, "incoming")["sentence"], daemon)
    finding = _check(world, "incoming")
    assert finding["sentence"] == "1 file waiting; 1 of them can't be taken away: Akten/sealed.pdf"
    assert "lsattr" in finding["hint"]
    assert tries() <= 8, "each pause is twice as long as the one before"
    subprocess.run(["chattr", "-i", str(immutable)], check=True)
    world.wait(lambda: _rests(world, "good.pdf", "Akten/sealed.pdf"), daemon)
    world.check({"good.pdf": good, "Akten/sealed.pdf": LETTER})
    stop(daemon)
