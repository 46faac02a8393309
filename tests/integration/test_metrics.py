"""Metrics: what the ledger says, in Prometheus's words, before and after a restart, however much was ever filed."""

import datetime
import importlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, delete, event, text
from typer.testing import CliRunner

from agent.adapters.ledger import SqlCanaries, SqlCosts, SqlFigures
from agent.adapters.ledger.engine import open_engine, writing
from agent.adapters.ledger.tallies import tallies
from agent.adapters.metrics import metrics_text
from agent.adapters.process import process_figures
from agent.cli import app
from agent.daemon.metrics import versions
from agent.domain.canary import CanaryProblem, CanaryRun
from agent.domain.cost import CallEnd, CallId, CostOutcome, Reservation
from agent.domain.figures import Figures, ProcessFigures
from agent.domain.outcome import FailureReason
from agent.errors import DocumentUnreadable
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from tests.builders import text_of
from tests.custody_builders import ABOUT_ANNA, Office, make_ports
from tests.fakes_outbox import NOON

pytestmark = pytest.mark.observability

Samples = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    (tmp_path / ".env").touch(mode=0o600)
    made = make_ports(tmp_path)
    yield made
    made.ledger.close()


@pytest.fixture
def engine(office: Office) -> Iterator[Engine]:
    made = open_engine(office.home / "state" / "ledger.sqlite", may_upgrade=True)
    yield made
    made.dispose()


def samples(told: str) -> Samples:
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
    }


def typed(home: Path) -> str:
    done = CliRunner().invoke(app, ["metrics", "--home", str(home)])
    assert done.exit_code == 0, done.output
    return done.stdout


def take(office: Office, count: int = 8) -> None:
    """File, ask about, set aside and know again, as many of each."""
    for number in range(count):
        kind = number % 4
        if kind == 0:
            office.text_source.script = [text_of(*ABOUT_ANNA.split("\n"))]
        elif kind == 1:
            office.text_source.script = [text_of("Nobody at all")]
        elif kind == 2:
            office.text_source.script = [DocumentUnreadable(FailureReason.DAMAGED)]
        content = b"%PDF-1.7 0" if kind == 3 else f"%PDF-1.7 {number}".encode()
        taken = take_in(office.drop(content), office.ports)
        assert taken is not None
        process_document(taken, office.ports)


def in_ledger(engine: Engine) -> Samples:
    """The same counts out of the documents' own rows."""
    found: Samples = {}
    with engine.connect() as connection:
        for state, count in connection.execute(text("SELECT state, count(*) FROM documents GROUP BY state")):
            found["dossierd_docs_total", (state,)] = count
        for reason, count in connection.execute(
            text("SELECT reason, count(*) FROM documents WHERE state = 'failed' GROUP BY reason")
        ):
            found["dossierd_errors_total", (reason,)] = count
        for name, count, taken in connection.execute(
            text("SELECT name, count(*), sum(duration_ms) FROM steps GROUP BY name")
        ):
            found["dossierd_step_seconds_count", (name,)] = count
            found["dossierd_step_seconds_sum", (name,)] = taken / 1000
    return found


def test_counters_are_the_ledger_s_counts_after_a_hundred_documents_and_after_a_restart(
    office: Office, engine: Engine
) -> None:
    take(office, 100)
    expected = in_ledger(engine)
    assert sum(count for (name, _), count in expected.items() if name == "dossierd_docs_total") == 100
    assert {name for name, _ in expected} == {
        "dossierd_docs_total",
        "dossierd_errors_total",
        "dossierd_step_seconds_count",
        "dossierd_step_seconds_sum",
    }
    for home in (office.home, office.home):  # the second is asked by a program that has just started
        told = samples(typed(home))
        assert {key: told[key] for key in expected} == pytest.approx(expected)
        counters = {key for key in told if key[0].startswith(("dossierd_docs", "dossierd_errors"))}
        assert counters <= expected.keys()
    assert told["dossierd_human_pending", ()] == expected["dossierd_docs_total", ("in_review",)] == 25
    assert told["dossierd_queue_depth", ()] == 0


def test_the_counts_of_an_older_ledger_are_those_of_its_rows(office: Office, engine: Engine) -> None:
    take(office)
    versions = "agent.adapters.ledger.migrations.versions"
    migration = importlib.import_module(f"{versions}.0021_costs_counts_and_runs")
    kept = samples(typed(office.home))
    with writing(engine) as connection:
        connection.execute(delete(tallies))
        for statement in migration.COUNTED:
            connection.execute(text(statement))
    assert samples(typed(office.home)).keys() == kept.keys()
    made = samples(typed(office.home))
    assert {key: made[key] for key in in_ledger(engine)} == pytest.approx(in_ledger(engine))


def test_steps_take_no_longer_than_the_document_s_whole_way(office: Office, engine: Engine) -> None:
    office.text_source.script = [text_of("Nobody at all")]
    taken = take_in(office.drop(b"%PDF-1.7 1"), office.ports)
    assert taken is not None
    began = datetime.datetime.now(datetime.UTC)
    process_document(taken, office.ports)
    wall_ms = (datetime.datetime.now(datetime.UTC) - began).total_seconds() * 1000
    steps = [step for _, step in office.ledger.steps(taken)]
    assert [step.name for step in steps] == ["read", "decide", "move"]
    assert sum(step.duration_ms for step in steps) <= wall_ms + len(steps)  # each is rounded
    done = CliRunner().invoke(app, ["show", "D-1", "--json", "--home", str(office.home)])
    assert [step["name"] for step in json.loads(done.stdout)["steps"]] == ["read", "decide", "move"]
    done = CliRunner().invoke(app, ["show", "D-1", "--home", str(office.home)])
    story = [line.split("  ")[-1] for line in done.stdout.splitlines() if line.startswith("  epoch 1")]
    assert [re.sub(r"\d+ ms", "N ms", line) for line in story] == [
        "read, N ms",
        "decide, N ms",
        "asked; not answered yet",
        "move, N ms",
    ]


def test_what_waits_and_what_models_cost_is_told(office: Office, engine: Engine) -> None:
    taken = take_in(office.drop(b"%PDF-1.7 1"), office.ports)
    assert taken is not None
    costs = SqlCosts(engine)
    for call, micros in (("a", 13_000), ("b", 500)):
        costs.reserve(
            Reservation(
                call_id=CallId(call),
                document_id=taken,
                correlation_id=None,
                attempt=1,
                model="small",
                price_source="list",
                price_version="1",
                worst_micros=micros,
                at=NOON,
            )
        )
    costs.settle(
        CallEnd(
            call_id=CallId("a"),
            outcome=CostOutcome.ANSWERED,
            model="small",
            tokens_in=1,
            tokens_out=1,
            tokens_cached=0,
            cost_micros=1_600,
            latency_ms=5,
            at=NOON,
        )
    )
    SqlCanaries(engine).keep(CanaryRun(at=NOON, duration_ms=2_500, problem=CanaryProblem.UNREAD))
    told = samples(
        metrics_text(
            SqlFigures(engine).figures(), None, {"version": "1"}, NOON + datetime.timedelta(minutes=2)
        )
    )
    assert told["dossierd_queue_depth", ()] == 1
    assert told["dossierd_llm_cost_usd_total", ("small",)] == pytest.approx(0.0016)
    assert told["dossierd_llm_reserved_usd", ()] == pytest.approx(0.0005)
    assert told["dossierd_canary_age_seconds", ()] == 120
    assert told["dossierd_canary_seconds", ()] == 2.5
    assert told["dossierd_canary_is_well", ()] == 0
    assert told["dossierd_build_info", ("1",)] == 1


def test_figures_name_the_host_that_is_asked_where_it_has_a_name() -> None:
    told = samples(
        metrics_text(EVERYTHING, None, {"version": "1"}, NOON, host="north-2", at_work={"worker": 2})
    )
    assert told["dossierd_host_info", ("north-2",)] == 1
    assert told["dossierd_hosts", ("worker",)] == 2
    assert not any(
        name == "dossierd_host_info" for name, _ in samples(metrics_text(EVERYTHING, None, {}, NOON))
    )


def test_versions_of_what_reads_documents_are_told(office: Office) -> None:
    told = samples(typed(office.home))
    ((labels, value),) = [
        (labels, it) for (name, labels), it in told.items() if name == "dossierd_build_info"
    ]
    assert value == 1
    assert set(versions()) == {"version", "python", "sqlite", "tesseract", "pypdfium2", "pdfplumber"}
    assert sorted(versions().values()) == sorted(labels)
    assert all(version[0].isdigit() for version in versions().values())


EVERYTHING = Figures(
    rest_counts={"archived": 79, "failed": 1},
    error_counts={"damaged": 1},
    steps={"read": (80, 120.5)},
    in_work=3,
    oldest_at=NOON,
    pending=2,
    outbox_waiting=1,
    settled_micros={'a "quoted" model': 1_600},
    reserved_micros=0,
    sampled={"right": 4, "wrong": 1},
    canary_at=NOON,
    canary_seconds=2.5,
    is_canary_well=True,
)
TOLD = metrics_text(
    EVERYTHING,
    ProcessFigures(rss_bytes=100_000_000, open_fds=30, threads=12),
    {"version": "0.1.0", "python": "3.11.2", "sqlite": "3.40.1"},
    NOON + datetime.timedelta(seconds=90),
)


def test_the_text_is_as_promtool_wants_it() -> None:
    """What `promtool check metrics` holds against a text: help, type, suffixes, units, characters."""
    helped = re.findall(r"^# HELP (\S+) (.+)$", TOLD, re.MULTILINE)
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", TOLD, re.MULTILINE))
    assert {name for name, words in helped if words} == types.keys()
    assert len(helped) == len(types) == 17
    for name, kind in types.items():
        assert re.fullmatch(r"dossierd_[a-z]+(_[a-z]+)*", name)
        assert name.endswith("_total") == (kind == "counter")
        assert not name.endswith(("_count", "_sum", "_bucket"))
    for line in TOLD.splitlines():
        assert line.startswith("#") or re.fullmatch(r'[a-z_]+(\{[a-z]+="(.*)"\})? [-+.e0-9]+', line), line
    assert TOLD.endswith("\n")
    told = samples(TOLD)
    assert told["dossierd_sampled_total", ("wrong",)] == 1
    assert told["dossierd_oldest_age_seconds", ()] == 90
    assert told["dossierd_step_seconds_sum", ("read",)] == 120.5
    assert told["dossierd_llm_cost_usd_total", ('a "quoted" model',)] == pytest.approx(0.0016)
    assert told["dossierd_rss_bytes", ()] == 100_000_000


def test_no_label_holds_a_document_a_name_or_a_path(office: Office, engine: Engine) -> None:
    take(office)
    labels = {
        name: set(sample.labels)
        for family in text_string_to_metric_families(typed(office.home))
        for sample in family.samples
        for name in (sample.name,)
    }
    assert {label for some in labels.values() for label in some} <= {
        *("outcome", "reason", "step", "model", "verdict"),
        *("version", "python", "sqlite", "tesseract", "pypdfium2", "pdfplumber"),
    }
    assert not re.search(r"D-\d|Moreau|/", re.sub(r"^#.*$", "", typed(office.home), flags=re.MULTILINE))


def test_a_process_tells_what_it_holds_and_one_that_is_gone_nothing() -> None:
    told = process_figures(os.getpid())
    assert told is not None
    assert told.rss_bytes > 10_000_000
    assert told.open_fds > 2
    assert told.threads >= 1
    assert process_figures(2**22 + 1) is None


def test_no_question_goes_through_what_was_filed(engine: Engine) -> None:
    seen: list[tuple[str, tuple[object, ...]]] = []
    event.listen(engine, "before_cursor_execute", lambda *it: seen.append((it[2], it[3])))
    SqlFigures(engine).figures()
    asked = [(words, values) for words, values in seen if words.startswith("SELECT")]
    with engine.connect() as connection:
        looks = [
            row[3]
            for words, values in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values).all()
        ]
    assert len(asked) == 7
    scanned = [look for look in looks if look.startswith("SCAN")]
    assert sorted(scanned) == [
        "SCAN canaries",
        "SCAN cost_totals",
        "SCAN tallies",
    ]  # few rows; one, by its key
    assert any("INDEX ix_documents_state_" in look and "(state=?)" in look for look in looks)
    assert any("ix_outbox_waiting (sent_at=? AND dead_at=? AND due_at>?)" in look for look in looks)
