"""The daemon's own frame: a start that fails says why, and a ledger that is away for a moment ends nothing."""

import dataclasses
import signal
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from agent import errors
from agent.adapters.dispatch import LocalDispatcher, Stuck
from agent.adapters.ledger import SqlLedger
from agent.app import Parts, build
from agent.config import Settings
from agent.daemon import Daemon
from agent.daemon.loop import Loop
from agent.domain.anchor import Anchor
from agent.domain.document import DocumentId
from agent.domain.message import MessageKind, Topic
from agent.domain.outcome import State
from agent.workflow.gate import Gate

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(60)]

AWAY = errors.LedgerUnavailable("The ledger can't be used now (OperationalError).")


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    """A home of its own, and the signal handlers of before afterwards."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    built = build(Settings(home=tmp_path / "home", allow_root=True, ocr_languages="fra"))
    yield built
    built.close()
    for number, handler in handlers.items():
        signal.signal(number, handler)


class Away(SqlLedger):
    """A ledger that some calls can't reach."""

    def __init__(self, inner: SqlLedger) -> None:
        self.__dict__.update(inner.__dict__)
        self.asked = threading.Event()

    def counts(self) -> Mapping[State, int]:
        self.asked.set()
        raise AWAY


def test_a_start_without_a_ledger_says_so_and_leaves_nothing_running(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AWAY

    monkeypatch.setattr(parts.ledger, "in_states", refuse)
    before = threading.active_count()
    with pytest.raises(errors.LedgerUnavailable):
        Daemon(parts).run()
    assert threading.active_count() == before


def test_a_ledger_that_can_not_be_counted_for_the_status_ends_no_daemon(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "150000")
    ledger = Away(parts.ledger)
    daemon = Daemon(dataclasses.replace(parts, ledger=ledger))
    monkeypatch.setattr(daemon, "_status", lambda: "starting", raising=True)

    def let_it_fail() -> None:
        monkeypatch.setattr(daemon, "_status", ledger.counts)
        assert ledger.asked.wait(10)
        daemon.stop()

    helper = threading.Thread(target=let_it_fail)
    daemon.run(on_ready=helper.start)
    helper.join(10)
    assert ledger.asked.is_set()


class _Stuck(LocalDispatcher):
    """Has a document that can't go on, until it is empty."""

    def __init__(self) -> None:
        self.documents = [Stuck(document_id=DocumentId(1), sentence="The disk refuses (EACCES).", hint="")]

    def stuck(self) -> list[Stuck]:
        return self.documents


def test_nobody_is_told_that_all_goes_on_because_intake_pauses_too(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon, stuck, trouble = Daemon(parts), _Stuck(), list[str]()
    monkeypatch.setattr(daemon._worker, "dispatcher", stuck)
    monkeypatch.setattr(Gate, "trouble", property(lambda _: trouble[0] if trouble else None))
    said = list[MessageKind | None]()

    def tell() -> None:
        daemon._tell_of_filing()
        said.append(parts.outbox.last_notice(Topic.FILING))

    tell()
    trouble.append("archive/ can't be written to (EACCES).")
    tell()
    trouble.clear()
    stuck.documents.clear()
    tell()
    assert said == [MessageKind.FILING_STUCK, MessageKind.FILING_STUCK, MessageKind.FILING_RESUMED]


def test_a_loop_survives_its_errors_and_tells_that_it_is_well() -> None:
    stop, rounds = threading.Event(), []

    def body() -> None:
        rounds.append(loop.still())
        stop.set()
        raise RuntimeError("a mistake of ours")

    loop = Loop("test", body, stop)
    loop.join(0)
    loop.start()
    loop.join(10)
    assert rounds == [True]
    assert not loop.still()
    assert not loop.is_well


def test_a_stop_notes_in_the_ledger_where_the_audit_trail_ends(parts: Parts) -> None:
    daemon = Daemon(parts)

    def stop() -> None:
        parts.journal.append("claimed", parts.clock.now(), document="D-1")
        daemon.stop()

    daemon.run(on_ready=stop)
    head = parts.journal.head
    assert list(parts.digests.anchors.all())[-1] == Anchor(entry=head.sequence, hash=head.hash)
