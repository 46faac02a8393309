"""A folder, and watchers of it that are closed afterwards; health, which is held to French."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.adapters.watch import IncomingWatcher
from tests.findings import each_in_french
from tests.integration.watching import NEVER, SETTLE, Watch


@pytest.fixture(autouse=True)
def findings_are_french(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test has health say, a French office must be able to read."""
    with each_in_french(monkeypatch):
        yield


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    folder = tmp_path / "incoming"
    folder.mkdir()
    return folder


@pytest.fixture
def watch(incoming: Path) -> Iterator[Watch]:
    """Start a watcher that rescans only at its start, unless told otherwise or something asks for it."""
    started: list[IncomingWatcher] = []

    def start(folder: Path = incoming, *, grace: float = NEVER, rescan: float = NEVER) -> IncomingWatcher:
        watcher = IncomingWatcher(
            folder, settle_seconds=SETTLE, damaged_grace_seconds=grace, rescan_seconds=rescan
        )
        started.append(watcher)
        watcher.start()
        return watcher

    yield start
    for watcher in started:
        watcher.close()
