"""The home itself: who owns it, and that one daemon at a time works in it.

The owner file and the ledger carry the same id; where they differ, state/ or the ledger comes from elsewhere, and the
daemon refuses to touch a file. The lock is flock(2) on a file that is never removed, so that it dies with its holder.
"""

import contextlib
import datetime
import fcntl
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

from agent import errors
from agent.domain.phrase import Phrase
from agent.durable import replace_text

OWNER_FILE = "home.json"
LOCK_FILE = "lock"
RUN_FILE = "run"
"""The daemon's run that stood last among those that share the ledger; none where the ledger is a file."""
LEDGER_FILE = "ledger.sqlite"
REGISTRY_FILE = "registry.sqlite"
RESTORING, RESTORED = "restoring", "restored"
"""In `state/`: a backup is being laid down here; it was, and nobody has started since."""
JOURNALS = "audit*.jsonl"

CLAIM_FOLDERS = "incoming/.claimed"

LOOK_SECONDS = 0.4
"""How long one who looks at the lock may hold it, on a slow machine."""

_HOME_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
"""It names the claim folder."""

_NUMBER = re.compile(r"(?:^|_)D-(\d{1,12})(?=[_.~]|-t\d|$)")
_JOURNALLED = re.compile(rb'"document":"D-(\d{1,12})"')


class HomeLock:
    """Held by the one process that may move files in a home."""

    def __init__(self, state: Path) -> None:
        self._path = state / LOCK_FILE
        self._descriptor: int | None = None

    def take(self) -> None:
        """Take the lock, or say who has it.

        Raises:
            HomeLocked: another process works in this home.
            HomeUnusable: the lock file can't be opened.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise errors.HomeUnusable(
                Phrase("{path} can't be opened ({why}).", path=self._path, why=type(error).__name__),
                hint=Phrase(
                    "Run this as the user who owns the home's state/ folder, such as: sudo -u dossierd dossierd ..."
                ),
            ) from error
        try:
            _lock(descriptor)
        except BlockingIOError as error:
            os.close(descriptor)
            raise errors.HomeLocked(
                f"Another dossierd works in this home (process {self.holder() or 'unknown'}).",
                hint="One home, one daemon. To stop it: systemctl stop dossierd",
            ) from error
        self._descriptor = descriptor
        with contextlib.suppress(OSError):  # a full disk: whoever asks is told of an unknown process
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock for as long as it takes.

        Raises:
            HomeLocked, HomeUnusable: as `take` says.
        """
        self.take()
        try:
            yield
        finally:
            self.release()

    def tell(self, settings: Mapping[str, str]) -> None:
        """Write down what its holder works with, for whoever looks; no secret and no personal data."""
        assert self._descriptor is not None
        with contextlib.suppress(OSError):  # a full disk: nobody is told
            os.pwrite(self._descriptor, f"{os.getpid()}\n{json.dumps(settings)}\n".encode(), 0)

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def beat(self) -> None:
        """Leave a sign of progress for whoever looks from outside: the file's time."""
        assert self._descriptor is not None
        with contextlib.suppress(OSError):  # who finds no sign for long tells people
            os.utime(self._descriptor)

    def beaten_at(self) -> datetime.datetime:
        """When its holder last gave such a sign, or took the lock; the beginning of time where that can't be told."""
        with contextlib.suppress(OSError):
            return datetime.datetime.fromtimestamp(self._path.stat().st_mtime, datetime.UTC)
        return datetime.datetime.min.replace(tzinfo=datetime.UTC)

    def is_in_place(self) -> bool:
        """Whether what we hold is still this home's lock: a home or state/ that was replaced has another, or none.

        True also when that can't be told now.
        """
        assert self._descriptor is not None
        try:
            there = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True
        return os.path.samestat(there, os.fstat(self._descriptor))

    def is_held(self) -> bool:
        """Whether some process works in this home now."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            return False
        finally:
            os.close(descriptor)

    def holder(self) -> int | None:
        """The process that took the lock last, as it wrote itself down."""
        with contextlib.suppress(OSError, ValueError):
            return int(self._path.read_text().partition("\n")[0])
        return None

    def told(self) -> Mapping[str, str]:
        """What the process that took the lock last said that it works with; empty where it said nothing."""
        with contextlib.suppress(OSError, ValueError):
            told = json.loads(self._path.read_text().partition("\n")[2])
            if isinstance(told, dict):
                return {str(name): str(value) for name, value in told.items()}
        return {}


def _lock(descriptor: int) -> None:
    """Take the lock now, or when those have looked who only asked `is_held`: that takes them a moment."""
    deadline = time.monotonic() + LOOK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(LOOK_SECONDS / 20)
        else:
            return


def identify(state: Path, ledger_home_id: str | None) -> tuple[str, bool]:
    """Give the home's id, and whether the ledger has still to be told.

    Raises:
        HomeForeign: the owner file and the ledger name different homes.
        HomeUnusable: the owner file can't be read or written.
    """
    path = state / OWNER_FILE
    try:
        if not path.exists():
            home_id = ledger_home_id or uuid4().hex[:12]
            _write(path, {"home_id": home_id})
        else:
            home_id = _read_home_id(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise errors.HomeUnusable(
            Phrase("{path} can't be used ({why}).", path=path, why=type(error).__name__),
            hint=Phrase("Restore it from a backup of state/, or remove it if this is the home's own ledger."),
        ) from error
    if ledger_home_id not in (None, home_id):
        raise errors.HomeForeign(
            "The ledger belongs to another home than state/home.json says.",
            hint="Restore both from the same backup of state/. If the ledger is in PostgreSQL: is DOSSIERD_LEDGER_URL "
            "the address of this home's database?",
        )
    return home_id, ledger_home_id is None


def disown(state: Path) -> None:
    """Forget an id that no ledger was told."""
    (state / OWNER_FILE).unlink(missing_ok=True)


def last_run(state: Path) -> str | None:
    """The run of the daemon that worked here last; None where none is noted, or that can't be read."""
    try:
        return (state / RUN_FILE).read_text(encoding="utf-8").strip() or None
    except (OSError, ValueError):
        return None


def note_run(state: Path, run: str) -> None:
    """Write down which run works here. Where that fails, the next start after a death waits for the run's lease."""
    with contextlib.suppress(OSError):
        replace_text(state / RUN_FILE, f"{run}\n", is_synced=True)


def has_worked(home: Path, state: Path) -> bool:
    """Whether a daemon has worked here: the owner file is there, and the claim folder that is made after the ledger.

    One that died in its first start, before its ledger knew it, has not.
    """
    try:
        home_id = _read_home_id(state / OWNER_FILE)
    except (OSError, ValueError, KeyError, TypeError):
        return False  # `identify` tells of a file that can't be read
    return is_marked(home, home_id)


def is_marked(home: Path, home_id: str) -> bool:
    """Whether a folder is the home of this id: its claim folder is there."""
    return (home / CLAIM_FOLDERS / home_id).is_dir()


def highest_number(root: Path) -> int:
    """Find the highest document number that any file in the home carries; 0 when there is none.

    Asked once, when a ledger is new or lost, so that a number is never given twice.
    """
    return max(_numbers(root), default=0)


def highest_journalled(logs: Path) -> int:
    """Find the highest document number that the journal has told of; 0 where there is none. It is read from end to end.

    Raises:
        HomeUnusable: the journal can't be read.
    """
    highest = 0
    try:
        for journal in logs.rglob(JOURNALS):  # hosts that share a home have a folder each
            with journal.open("rb") as lines:
                for line in lines:
                    highest = max([highest, *map(int, _JOURNALLED.findall(line))])
    except OSError as error:
        raise errors.HomeUnusable(
            Phrase("{path} can't be used ({why}).", path=logs, why=type(error).__name__)
        ) from error
    return highest


def is_restored(state: Path) -> bool:
    """Whether a backup was laid down here, and nobody has started since.

    Raises:
        HomeUnusable: it was laid down in part.
    """
    if (state / RESTORING).exists():
        raise errors.HomeUnusable(
            "This home is only half restored: dossierd restore did not come to its end.",
            hint="Restore the same backup once more: it goes on where it stopped. Or remove this folder first.",
        )
    return (state / RESTORED).exists()


def settle_in(state: Path) -> None:
    """Note that the numbers of a restored home were counted."""
    (state / RESTORED).unlink(missing_ok=True)


def _numbers(root: Path) -> Iterator[int]:
    for folder in (CLAIM_FOLDERS, "archive", "review", "failed"):
        for _, folders, files in os.walk(root / folder):
            for name in (*folders, *files):
                if found := _NUMBER.search(name):
                    yield int(found[1])


def _read_home_id(path: Path) -> str:
    home_id = str(json.loads(path.read_text())["home_id"])
    if not _HOME_ID.fullmatch(home_id):
        raise ValueError("no home id")
    return home_id


def _write(path: Path, content: dict[str, str]) -> None:
    temporary = path.with_suffix(".part")
    with temporary.open("w") as writer:
        writer.write(json.dumps(content) + "\n")
        writer.flush()
        os.fsync(writer.fileno())
    temporary.replace(path)
