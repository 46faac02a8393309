"""The home: one daemon at a time, one owner, and numbers that are never given twice."""

import fcntl
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agent import errors
from agent.adapters.home import OWNER_FILE, HomeLock, highest_number, identify

pytestmark = [pytest.mark.reliability, pytest.mark.deployment]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    path = tmp_path / "state"
    path.mkdir()
    return path


# --- The lock


def test_the_lock_is_taken_once_and_names_its_holder(state: Path) -> None:
    first, second = HomeLock(state), HomeLock(state)
    assert not first.is_held()
    first.take()
    assert first.is_held()
    assert second.is_held()
    assert second.holder() == os.getpid()
    with pytest.raises(errors.HomeLocked) as refused:
        second.take()
    assert refused.value.sentence == f"Another dossierd works in this home (process {os.getpid()})."
    assert refused.value.hint == "One home, one daemon. To stop it: systemctl stop dossierd"
    first.release()
    first.release()
    assert not second.is_held()
    second.take()
    second.release()


def test_the_lock_tells_what_its_holder_works_with(state: Path) -> None:
    lock = HomeLock(state)
    assert lock.told() == {}
    lock.take()
    lock.tell({"DOSSIERD_MODE": "shadow", "DOSSIERD_IDENTIFIERS": "a\nb"})
    seen = HomeLock(state)
    assert seen.holder() == os.getpid()
    assert seen.told() == {"DOSSIERD_MODE": "shadow", "DOSSIERD_IDENTIFIERS": "a\nb"}
    lock.release()
    lock.take()
    assert (seen.holder(), seen.told()) == (os.getpid(), {})


@pytest.mark.parametrize("told", ["", "{", "[1]", "\xff"])
def test_what_a_holder_has_said_may_be_torn(state: Path, told: str) -> None:
    (state / "lock").write_bytes(f"12\n{told}".encode("latin-1"))
    assert HomeLock(state).told() == {}


HOLDER = """
import sys, time
from pathlib import Path
from agent.adapters.home import HomeLock
HomeLock(Path(sys.argv[1])).take()
print("taken", flush=True)
time.sleep(60)
"""


def test_the_lock_dies_with_its_process(state: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(state)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    with holder.stdout:
        assert holder.stdout.readline() == "taken\n"
        lock = HomeLock(state)
        with pytest.raises(errors.HomeLocked, match=f"process {holder.pid}"):
            lock.take()
        holder.kill()
        holder.wait(10)
    assert not lock.is_held()
    lock.take()
    assert lock.holder() == os.getpid()
    lock.release()


def test_a_short_pid_does_not_keep_the_end_of_a_longer_one(state: Path) -> None:
    (state / "lock").write_text("123456789012\n")
    lock = HomeLock(state)
    lock.take()
    assert (state / "lock").read_text() == f"{os.getpid()}\n"
    lock.release()


def test_a_home_without_lock_file_is_held_by_nobody(state: Path) -> None:
    assert not HomeLock(state).is_held()
    assert HomeLock(state).holder() is None
    (state / "lock").write_text("torn")
    assert HomeLock(state).holder() is None


def test_looking_whether_it_is_held_makes_no_daemon_fail(state: Path) -> None:
    """A health check holds the lock for a moment to try it; a daemon that starts then waits that moment."""
    looking = HomeLock(state)
    looking.take()
    looking.release()
    descriptor = os.open(state / "lock", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    ends = threading.Timer(0.05, os.close, [descriptor])
    ends.start()
    lock = HomeLock(state)
    lock.take()
    lock.release()
    ends.join()


def test_a_lock_that_can_not_be_opened_says_whose_home_it_is(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"a file where a folder belongs")
    with pytest.raises(errors.HomeUnusable) as refused:
        HomeLock(tmp_path / "state").take()
    assert "sudo -u dossierd" in refused.value.hint


# --- The owner


def test_a_new_home_is_given_an_id_and_keeps_it(state: Path) -> None:
    home_id, is_new = identify(state, None)
    assert is_new
    assert len(home_id) == 12
    assert identify(state, home_id) == (home_id, False)
    assert identify(state, None) == (home_id, True)
    assert [path.name for path in state.iterdir()] == [OWNER_FILE]


def test_an_owner_file_that_was_lost_is_written_from_the_ledger(state: Path) -> None:
    assert identify(state, "home1") == ("home1", False)
    assert json.loads((state / OWNER_FILE).read_text()) == {"home_id": "home1"}


@pytest.mark.security
def test_a_ledger_of_another_home_is_refused(state: Path) -> None:
    identify(state, "home1")
    with pytest.raises(errors.HomeForeign) as refused:
        identify(state, "home2")
    assert refused.value.hint == (
        "Restore both from the same backup of state/. If the ledger is in PostgreSQL: is DOSSIERD_LEDGER_URL the "
        "address of this home's database?"
    )
    assert json.loads((state / OWNER_FILE).read_text()) == {"home_id": "home1"}


@pytest.mark.security
@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        "{}",
        '{"home_id": ""}',
        '{"home_id": "../../etc"}',
        '{"home_id": "a/b"}',
        "\xff",
    ],
)
def test_an_owner_file_that_can_not_be_read_is_refused(state: Path, content: str) -> None:
    (state / OWNER_FILE).write_bytes(content.encode("latin-1"))
    with pytest.raises(errors.HomeUnusable) as refused:
        identify(state, None)
    assert "Restore it from a backup" in refused.value.hint


def test_an_owner_file_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(errors.HomeUnusable):
        identify(tmp_path / "absent", None)


# --- Numbers


@pytest.mark.parametrize(
    ("places", "highest"),
    [
        ([], 0),
        (["review/D-7.pdf"], 7),
        (["review/D-7~2.pdf", "failed/2026-03-01_D-12.json"], 12),
        (["archive/R1/2026/2026-03-01_D-1042_imaging.pdf", "archive/R1/2026/2026-03-01_D-9.pdf"], 1042),
        (["archive/_duplicates/2026-03-01_D-33.pdf"], 33),
        (["incoming/.claimed/home1/D-55"], 55),
        (["incoming/D-77.pdf", "logs/D-88.pdf", "state/D-99"], 0),
        (["archive/AD-66/2026/x.pdf", "review/D-x.pdf", "review/D-1234567890123.pdf", "failed/notes.pdf"], 0),
    ],
)
def test_the_highest_number_is_found_on_disk(tmp_path: Path, places: list[str], highest: int) -> None:
    for place in places:
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    assert highest_number(tmp_path) == highest


def test_a_home_that_is_not_there_has_no_number(tmp_path: Path) -> None:
    assert highest_number(tmp_path / "absent") == 0
