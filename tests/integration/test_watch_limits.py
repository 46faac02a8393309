"""Where the kernel tells nothing, too little, or later than one would like."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from watchdog.observers.inotify_c import InotifyConstants

from agent.adapters.watch import WatchMode, arrivals
from agent.adapters.watch.events import FolderEvents
from tests.integration.watching import PDF, Watch, collect, names

pytestmark = pytest.mark.reliability

QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")


def test_an_overflow_of_the_kernels_queue_is_noticed_and_nothing_is_missed(
    incoming: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real queue, which nobody reads until it has overflowed; no rescan is due for an hour."""
    length = int(QUEUE.read_text())
    if length > 50_000:
        pytest.skip(f"the kernel's queue holds {length} events: too many to fill in a test")
    may_read, real = threading.Event(), arrivals._TellingDescriptor.read_events

    def read_late(self: arrivals._TellingDescriptor, **size: int) -> object:
        may_read.wait(60)
        return real(self, **size)

    monkeypatch.setattr(arrivals._TellingDescriptor, "read_events", read_late)
    watcher = watch()
    count = length // 2 + 1000  # a file makes two events: created, closed
    for number in range(count):
        (incoming / f"{number}.pdf").write_bytes(PDF)
    with capture_logs() as logs:
        may_read.set()
        files = collect(watcher, count)
    assert sorted(names(files)) == sorted(f"{number}.pdf" for number in range(count))
    assert {"event": "events_lost", "log_level": "warning"} in logs


def test_an_arrival_is_heard_of_at_once_though_a_file_has_just_left(incoming: Path, tmp_path: Path) -> None:
    """watchdog keeps what comes after a departure for half a second; we don't ask for departures."""
    heard: list[str] = []
    arrived = threading.Event()

    def on_name(name: str) -> None:
        heard.append(name)
        if name == "second.pdf":
            arrived.set()

    (incoming / "first.pdf").write_bytes(PDF)
    events = FolderEvents(incoming, on_name, lambda: None)
    try:
        [emitter] = events._observer.emitters
        assert isinstance(emitter, arrivals._ArrivalEmitter)
        (incoming / "first.pdf").rename(tmp_path / "D-1")
        (incoming / "second.pdf").write_bytes(PDF)
        assert arrived.wait(10)
        assert set(heard) == {"second.pdf"}
        assert emitter.get_event_mask_from_filter() & InotifyConstants.IN_MOVED_FROM == 0
    finally:
        events.close()


def test_a_dead_reader_of_events_is_noticed(incoming: Path, watch: Watch) -> None:
    watcher = watch()
    assert watcher._events is not None
    watcher._events._observer._descriptor.stop()
    watcher._events._observer._descriptor.join(10)
    assert not watcher.health().is_observer_alive
    (incoming / "a.pdf").write_bytes(PDF)
    assert names(collect(watcher, 1)) == ["a.pdf"]
    assert watcher.health().is_observer_alive


WATCH_ONCE = """\
import sys
from pathlib import Path
from agent.adapters.watch import IncomingWatcher

watcher = IncomingWatcher(Path(sys.argv[1]), settle_seconds=0.1, damaged_grace_seconds=1, rescan_seconds=0.5)
watcher.start()
files = watcher.stable(20)
print(watcher.mode, [file.name for file in files], watcher.health().why)
watcher.close()
"""


@pytest.mark.observability
@pytest.mark.parametrize("limit", ["instances", "watches"])
def test_used_up_inotify_is_told_with_what_to_type_and_the_folder_polled(incoming: Path, limit: str) -> None:
    """The kernel's own refusal, in a user namespace whose limit is nought, so that nobody else is disturbed."""
    (incoming / "a.pdf").write_bytes(PDF)
    script = f'echo 0 > /proc/sys/user/max_inotify_{limit} && exec "$@"'
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh"]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine gives no user namespace with limits of its own")
    done = subprocess.run(
        [*command, sys.executable, "-c", WATCH_ONCE, str(incoming)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()[-1]
    assert said.startswith("polling ['a.pdf'] ")
    assert f"sysctl -w fs.inotify.max_user_{limit}=" in said


def test_without_events_a_new_file_is_found_long_before_the_full_rescan_time(
    incoming: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.adapters.watch.events.remote_type", lambda _folder: "nfs4")
    watcher = watch()
    assert watcher.mode is WatchMode.POLLING
    (incoming / "a.pdf").write_bytes(PDF)
    assert names(collect(watcher, 1)) == ["a.pdf"]


def test_a_rename_within_the_folder_is_all_it_takes(incoming: Path, watch: Watch) -> None:
    (incoming / "scan").write_bytes(PDF)
    watcher = watch()
    assert [oddity.name for oddity in watcher.oddities] == ["scan"]
    (incoming / "scan").rename(incoming / "scan.pdf")
    assert names(collect(watcher, 1)) == ["scan.pdf"]


def test_times_in_the_future_and_the_past_make_no_difference(incoming: Path, watch: Watch) -> None:
    watcher = watch()
    for name, moment in (("future.pdf", 4_000_000_000), ("past.pdf", 86_400), ("before.pdf", -86_400)):
        (incoming / name).write_bytes(PDF)
        os.utime(incoming / name, (moment, moment))
    assert sorted(names(collect(watcher, 3))) == ["before.pdf", "future.pdf", "past.pdf"]
