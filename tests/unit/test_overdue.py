"""A stop that comes to no end is given one, and any other is left alone."""

import subprocess
import sys
import threading

import pytest
from structlog.testing import capture_logs

from agent.daemon import overdue
from agent.daemon.overdue import LastResort

pytestmark = pytest.mark.reliability

DEADLINE = 20.0


def test_a_stop_that_takes_too_long_is_given_up_and_told() -> None:
    asked, given_up = threading.Event(), threading.Event()
    with capture_logs() as logged:
        LastResort(asked, 0.01, given_up.set).start()
        asked.set()
        assert given_up.wait(DEADLINE)
    assert [(line["event"], line["timeout_seconds"]) for line in logged] == [("stop_overdue", 0.01)]


@pytest.mark.parametrize("is_asked", [True, False])
def test_a_stop_that_comes_to_its_end_is_left_alone(is_asked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overdue, "_LOOK_SECONDS", 0.01)
    asked, given_up = threading.Event(), threading.Event()
    resort = LastResort(asked, DEADLINE, given_up.set)
    resort.start()
    if is_asked:
        asked.set()
    resort.end()
    resort._thread.join(DEADLINE)
    assert not resort._thread.is_alive()
    assert not given_up.is_set()


def test_the_process_ends_though_its_main_thread_hangs_and_its_readers_end_first() -> None:
    program = (
        "import threading\n"
        "from agent.daemon.overdue import LastResort, leave\n"
        "asked = threading.Event()\n"
        "LastResort(asked, 0.0, lambda: leave(lambda: print('readers ended', flush=True))).start()\n"
        "asked.set()\n"
        "threading.Event().wait()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "readers ended" in done.stdout
