"""A thousand letters of one sender wait, and somebody sends one: counted is who is begun before it, not the time.

The daemon is the real one; its workers note what they are given instead of reading it, and go on when they are told to.
"""

import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.app import Parts, build
from agent.config import Settings
from agent.daemon import Daemon
from agent.daemon.intake import CLAIMED_AHEAD
from agent.domain.document import DocumentId
from tests.integration.watching import DEADLINE, PDF, SETTLE

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(60)]

BACKLOG, BEGUN_BEFORE = 1000, 20
WORKERS = 2
CLAIMED = 2 * WORKERS * (1 + CLAIMED_AHEAD) - 1
"""At most so many are claimed and not begun when a letter comes: room for one was left, and it was filled."""


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    """A home whose folders are looked through often; the signal handlers of before afterwards."""
    monkeypatch.setattr("agent.adapters.watch.pace.POLL_SECONDS", 0.05)
    monkeypatch.setattr("agent.daemon.intake.PAUSE_SECONDS", 0.02)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    settings = Settings(
        home=tmp_path / "home", allow_root=True, ocr_languages="fra", workers=WORKERS, settle_seconds=SETTLE
    )
    built = build(settings)
    yield built
    built.close()
    for number, handler in handlers.items():
        signal.signal(number, handler)


class Pens:
    """What the workers do: each notes its document, and waits to be told that it is done."""

    def __init__(self) -> None:
        self._begun = queue.Queue[DocumentId]()
        self._permits = threading.Semaphore(0)
        self._is_over = False

    def work(self, document_id: DocumentId) -> None:
        self._begun.put(document_id)
        if not self._is_over:
            self._permits.acquire()

    def begin(self) -> DocumentId:
        """Give the document that is begun next."""
        return self._begun.get(timeout=DEADLINE)

    def end(self) -> None:
        self._permits.release()

    def close(self) -> None:
        self._is_over = True
        self._permits.release(WORKERS)


def wait_for(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not is_true():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


@pytest.mark.parametrize("place", ["letter.pdf", "doctor/letter.pdf"], ids=["incoming", "folder"])
def test_a_letter_that_comes_while_a_thousand_of_another_sender_wait_is_begun_within_the_bound(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    incoming = parts.settings.home / "incoming"
    (incoming / "scanner").mkdir()
    for number in range(BACKLOG):
        (incoming / "scanner" / f"{number}.pdf").write_bytes(PDF)
    daemon, pens, before = Daemon(parts), Pens(), list[str]()
    arrivals = daemon._arrivals
    assert arrivals is not None
    monkeypatch.setattr(daemon.dispatcher, "_work", pens.work)
    is_begun = threading.Event()

    def name_of(document_id: DocumentId) -> str:
        document = parts.ledger.document(document_id)
        assert document is not None
        return document.original_name

    def play() -> None:
        try:
            for _ in range(BEGUN_BEFORE):
                pens.begin()
                pens.end()
            (incoming / place).parent.mkdir(exist_ok=True)
            (incoming / place).write_bytes(PDF)
            inode = (incoming / place).stat().st_ino
            wait_for(lambda: arrivals.watcher._settling.knows(place, inode, is_announced=True))
            due_at = time.monotonic() + SETTLE
            wait_for(lambda: time.monotonic() > due_at)
            while (name := name_of(pens.begin())) != place:
                before.append(name)
                pens.end()
            is_begun.set()
        finally:
            pens.close()
            daemon.stop()

    player = threading.Thread(target=play)
    daemon.run(on_ready=player.start)
    player.join(DEADLINE)
    assert is_begun.is_set()
    assert len(before) <= CLAIMED + 1
