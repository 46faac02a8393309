"""The windows as the daemon keeps them: what they are made of, and that a drift is told once."""

import datetime
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.adapters.home import LEDGER_FILE
from agent.adapters.ledger import SqlLedger, SqlTrends, open_engine
from agent.adapters.process import process_figures
from agent.app import Parts, build
from agent.config import Settings
from agent.core.trends import HOUR, hour_of
from agent.daemon.trends import Trends
from agent.domain.document import CorrelationId, SeenFile, Sha256
from agent.domain.figures import ProcessFigures
from agent.domain.life import Step
from agent.domain.message import MessageKind, Topic
from agent.domain.outcome import Event, Failed, FailureReason, InReview, Outcome
from agent.domain.settlement import Settlement
from agent.domain.trend import Measure, Window
from agent.health import Level, examine_part
from tests.custody_builders import unmatched

pytestmark = [pytest.mark.observability, pytest.mark.timeout(60)]

NOON = datetime.datetime(2026, 3, 3, 12, 0, tzinfo=datetime.UTC)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    built = build(Settings(home=tmp_path / "home", allow_root=True, ocr_languages="fra"))
    yield built
    built.close()


def settle(ledger: SqlLedger, number: int, at: datetime.datetime, outcome: Outcome, *seconds: float) -> None:
    seen = SeenFile(name=f"{number}.pdf", device=1, inode=number, size=3, modified_ns=4)
    document = ledger.open_claim(seen, seen.name, CorrelationId("c"), at)
    ledger.confirm_claim(document.document_id, f"incoming/.claimed/h/D-{number}", at)
    ledger.start(document.document_id, Sha256(f"{number:064d}"), 3, at)
    steps = tuple(Step(name="read", started_at=at, duration_ms=round(1000 * one)) for one in seconds)
    target = f"{outcome.state}/D-{number}.pdf"
    ledger.settle(
        document.document_id,
        Settlement(event=Event.SETTLED, outcome=outcome, target=target, steps=steps),
        at,
    )


def test_an_hour_has_the_documents_that_the_rules_settled_in_it_with_all_their_work(parts: Parts) -> None:
    failed = Failed(reason=FailureReason.DAMAGED)
    settle(parts.ledger, 1, NOON - datetime.timedelta(seconds=1), failed, 1.0)
    settle(parts.ledger, 2, NOON, failed, 1.5, 2.0)
    settle(parts.ledger, 3, NOON + 0.5 * HOUR, InReview(decision=unmatched()), 4.0)
    settle(parts.ledger, 4, NOON + HOUR, failed, 1.0)
    found = parts.trends.settled_between(NOON, NOON + HOUR)
    assert sorted((it.state, it.seconds) for it in found) == [("failed", 3.5), ("in_review", 4.0)]


def test_the_oldest_document_that_does_not_rest_tells_how_long_one_waits(parts: Parts) -> None:
    assert parts.trends.waiting_since() is None
    settle(parts.ledger, 1, NOON, Failed(reason=FailureReason.DAMAGED))
    settle(parts.ledger, 2, NOON + HOUR, Failed(reason=FailureReason.DAMAGED))
    assert parts.trends.waiting_since() == NOON  # their moves are not done


def test_hours_are_kept_once_and_for_a_month(parts: Parts) -> None:
    def hour(at: datetime.datetime, value: float) -> Window:
        return Window(measure=Measure.PACE, hour=at, value=value, samples=9, is_high=True)

    parts.trends.keep(hour(NOON - datetime.timedelta(days=31), 1))
    parts.trends.keep(hour(NOON, 2))
    parts.trends.keep(hour(NOON, 3))
    assert parts.trends.since(Measure.PACE, NOON - datetime.timedelta(days=40)) == [hour(NOON, 2)]
    assert parts.trends.since(Measure.MEMORY, NOON) == []


def test_a_drift_is_told_once_and_once_that_it_is_over_also_after_a_restart(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = 100
    monkeypatch.setattr(
        "agent.daemon.trends.process_figures",
        lambda _: ProcessFigures(rss_bytes=held * 1024 * 1024, open_fds=30, threads=12),
    )
    told: list[int] = []
    notices = parts.outbox.about("memory")

    def live(first: int, last: int) -> None:
        daemon = Trends(parts, threading.Event(), on_told=lambda: told.append(last))
        for hour in range(first, last + 1):
            for minutes in (1, 30):
                daemon.look(NOON + hour * HOUR + datetime.timedelta(minutes=minutes))

    for hour in range(121):
        parts.trends.keep(Window(measure=Measure.MEMORY, hour=NOON + hour * HOUR, value=100, samples=60))
    live(121, 121)
    assert told == []
    held = 400
    live(122, 124)
    assert notices.last_notice(Topic.HEALTH) is None
    live(125, 127)
    assert notices.last_notice(Topic.HEALTH) is MessageKind.UNWELL
    held = 100
    live(128, 134)
    assert notices.last_notice(Topic.HEALTH) is MessageKind.WELL_AGAIN
    assert len(told) == 2


def test_a_restart_within_an_hour_judges_the_hour_before_it_once(parts: Parts) -> None:
    for number in range(1, 21):
        settle(parts.ledger, number, NOON, Failed(reason=FailureReason.DAMAGED), 1.0)
    for _ in range(2):
        Trends(parts, threading.Event(), on_told=lambda: None).look(NOON + 1.5 * HOUR)
    (hour,) = parts.trends.since(Measure.FAILURES, NOON)
    assert (hour.value, hour.samples, hour.is_high) == (1.0, 20, True)


def test_documents_of_several_hours_make_a_window_also_through_a_restart(parts: Parts) -> None:
    for number in range(1, 101):
        at = NOON + (number % 4) * HOUR
        settle(
            parts.ledger,
            number,
            at,
            Failed(reason=FailureReason.DAMAGED if number < 30 else FailureReason.ENCRYPTED),
        )
    for hour in range(1, 5):
        Trends(parts, threading.Event(), on_told=lambda: None).look(NOON + hour * HOUR)
    (window,) = parts.trends.since(Measure.QUESTIONS, NOON)
    assert (window.hour, window.value, window.samples) == (NOON + 3 * HOUR, 0.0, 100)


def test_check_says_which_measure_drifts(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert examine_part("trends", settings).level is Level.NOTICE
    (tmp_path / "state").mkdir()
    engine = open_engine(tmp_path / "state" / LEDGER_FILE, may_upgrade=True)
    rows = SqlTrends(engine)
    assert examine_part("trends", settings).sentence == "no hour was measured yet"
    now = hour_of(datetime.datetime.now(datetime.UTC))
    rows.keep(Window(measure=Measure.PACE, hour=now - HOUR, value=5, samples=9))
    assert examine_part("trends", settings).sentence == "as in the week before"
    rows.keep(Window(measure=Measure.PACE, hour=now, value=30, samples=9, is_high=True, is_alarm=True))
    drifting = examine_part("trends", settings)
    assert (drifting.level, drifting.sentence) == (
        Level.NOTICE,
        "pace: documents take much longer than in the week before: 30 s each",
    )
    assert drifting.hint == "Is the machine busy with something else? Type: top, df -h"
    engine.dispose()


def test_paid_calls_of_an_hour_are_measured_and_too_dear_ones_alarm_as_cost(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert parts.trends.spent_between(NOON, NOON + HOUR) == (0, 0)
    monkeypatch.setattr(parts.trends, "spent_between", lambda *_: (21_000_000, 3))
    daemon = Trends(parts, threading.Event(), on_told=lambda: None)
    for hour in range(4):
        daemon.look(NOON + hour * HOUR)
    assert parts.outbox.about("spending").last_notice(Topic.HEALTH) is MessageKind.UNWELL


def test_this_process_takes_memory() -> None:
    held = process_figures(os.getpid())
    assert held is not None
    assert 20_000_000 < held.rss_bytes < 4_000_000_000
