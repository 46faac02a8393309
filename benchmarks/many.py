"""Ten thousand PDFs dropped at once: none may be missed, none taken twice, and memory must stay bounded.

When some of them rest, somebody else sends one, by a folder of their own: it must not wait for the others' end.

`--watcher` asks the watcher alone, which hands each file out; that takes seconds instead of minutes.
"""

import hashlib
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from agent.adapters.watch import IncomingWatcher
from benchmarks import processes
from benchmarks.figures import Figure, report
from benchmarks.papers import note
from benchmarks.running import RunningDaemon, running_daemon

TITLE = "many: 10,000 PDFs dropped at once"
_DOCUMENTS = 10_000
_REST_SECONDS = 3600.0
_WATCH_SECONDS = 120.0
_LOOK_SECONDS = 0.1
_MOST_PEAK_MEGABYTES = 200.0
_BEFORE_THE_OTHER = 1000
_OTHER = "doctor/letter.pdf"
_OTHER_SECONDS = 300.0
_MOST_BEFORE = 7 * min(4, os.cpu_count() or 1)
"""For each worker six that are claimed, and the one it is at; see `agent/adapters/watch/turns.py`."""


def measure() -> Iterator[Figure]:
    """Drop all, wait until all rest, and look for each."""
    notes = {f"note-{number}.pdf": note(number) for number in range(_DOCUMENTS)}
    with running_daemon() as daemon:
        began, spent = time.monotonic(), daemon.cpu_seconds()
        for name, content in notes.items():
            daemon.drop(name, content)
        yield Figure(name="time to drop them", measured=time.monotonic() - began, unit="s", digits=0)
        yield from _another(daemon)
        notes[_OTHER] = note(_DOCUMENTS)
        daemon.wait_until_all_rest(len(notes), _REST_SECONDS)
        yield Figure(
            name="missed, doubled, or not as they came", measured=_wrong(daemon, notes), unit="", bound=0
        )
        yield Figure(
            name="peak RSS of the daemon",
            measured=processes.memory(daemon.pid).peak_rss,
            unit="MB",
            bound=_MOST_PEAK_MEGABYTES,
            digits=0,
        )
        yield Figure(name="time until all rest", measured=time.monotonic() - began, unit="s", digits=0)
        cpu_ms = 1000 * (daemon.cpu_seconds() - spent) / _DOCUMENTS
        yield Figure(name="CPU a document", measured=cpu_ms, unit="ms")


def _another(daemon: RunningDaemon) -> Iterator[Figure]:
    """Drop one in another folder while the others are filed, and wait until it rests."""
    _wait_until(daemon, f"SELECT count(*) >= {_BEFORE_THE_OTHER} FROM documents WHERE rested_at IS NOT NULL")
    (daemon.home / "incoming" / _OTHER).parent.mkdir()
    daemon.drop(_OTHER, note(_DOCUMENTS))
    dropped_at = time.monotonic()
    letter = f"FROM documents WHERE original_name = '{_OTHER}' AND rested_at IS NOT NULL"
    _wait_until(daemon, f"SELECT count(*) {letter}")
    took = time.monotonic() - dropped_at
    ((before,),) = daemon.query(
        "SELECT count(*) FROM documents, (SELECT document_id AS number, claimed_at AS came, rested_at AS went "
        f"{letter}) WHERE document_id != number AND claimed_at < came AND rested_at BETWEEN came AND went"
    )
    yield Figure(name="one of another folder meanwhile, drop to rest", measured=took, unit="s", digits=1)
    yield Figure(
        name="others that rested between its claim and its rest",
        measured=int(str(before)),
        unit="",
        bound=_MOST_BEFORE,
        digits=0,
    )


def _wait_until(daemon: RunningDaemon, question: str) -> None:
    deadline = time.monotonic() + _OTHER_SECONDS
    while not daemon.query(question)[0][0]:
        daemon.check()
        if time.monotonic() > deadline:
            raise TimeoutError(f"no after {_OTHER_SECONDS} s: {question}")
        time.sleep(_LOOK_SECONDS)


def _wrong(daemon: RunningDaemon, notes: dict[str, bytes]) -> int:
    """Count the notes that have not exactly one row, whose location holds their bytes, and files beyond those."""
    rows = daemon.query("SELECT original_name, location FROM documents")
    rows_of = Counter(str(name) for name, _ in rows)
    wrong = sum(rows_of[name] != 1 for name in notes)
    wrong += sum(
        _hash((daemon.home / str(place)).read_bytes()) != _hash(notes[str(name)]) for name, place in rows
    )
    lying = [
        path for place in ("incoming", "archive", "review", "failed") for path in _files(daemon.home / place)
    ]
    return wrong + abs(len(lying) - len(notes))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*.pdf") if path.is_file())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def measure_watcher() -> Iterator[Figure]:
    """Drop all into a watched folder, and count what the watcher hands out."""
    with tempfile.TemporaryDirectory() as folder:
        watcher = IncomingWatcher(
            Path(folder), settle_seconds=0.5, damaged_grace_seconds=30.0, rescan_seconds=30.0
        )
        watcher.start()
        try:
            began = time.monotonic()
            for number in range(_DOCUMENTS):
                Path(folder, f"note-{number}.pdf").write_bytes(note(number))
            handed_out = Counter[str]()
            while handed_out.total() < _DOCUMENTS and time.monotonic() - began < _WATCH_SECONDS:
                handed_out.update(seen.name for seen in watcher.stable(1.0))
            yield Figure(name="time until all are handed out", measured=time.monotonic() - began, unit="s")
            handed_out.update(seen.name for seen in watcher.stable(1.0))  # a second time would be now
        finally:
            watcher.close()
    wrong = sum(handed_out[f"note-{number}.pdf"] != 1 for number in range(_DOCUMENTS))
    yield Figure(name="missed or handed out twice", measured=wrong, unit="", bound=0, digits=0)


if __name__ == "__main__":
    if "--watcher" in sys.argv[1:]:
        sys.exit(not report(f"{TITLE}, the watcher alone", measure_watcher()))
    sys.exit(not report(TITLE, measure()))
