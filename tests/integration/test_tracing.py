"""Traces over real HTTP: what a collector is told of each run, and that nothing hangs on it."""

import dataclasses
import importlib.util
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from agent import errors
from agent.adapters.ledger import SqlLedger
from agent.adapters.tracing import Trace, TraceSender, encoded, trace_id
from agent.config import Settings
from agent.daemon.egress import reach_of
from agent.daemon.tracing import trace_of, traces_to
from agent.domain.document import CorrelationId, DocumentId, SeenFile, text_of_plain
from agent.domain.life import Action, Step
from agent.domain.outcome import FailureReason, State
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.review import perform
from tests.collecting import Collector, traits_of
from tests.custody_builders import ABOUT_ANNA, NAMES_ANNA_ONLY, NOON, Office, make_ports

pytestmark = [pytest.mark.observability, pytest.mark.timeout(60)]

CORRELATION = CorrelationId("0b5c1f7e-4f0a-4a43-9d5e-1d7a52c3a001")
A_TRACE = Trace(
    correlation_id=CORRELATION,
    epoch=1,
    steps=[Step(name="read", started_at=NOON, duration_ms=250)],
    traits={"dossierd.document": "D-7"},
)


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as started:
        yield started


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = make_ports(tmp_path)
    yield made
    made.ledger.close()


def _taken_in(office: Office, content: bytes = b"%PDF-1.7 CANARYBYTES") -> DocumentId:
    seen: SeenFile = office.drop(content, "CANARYNAME.pdf")
    document_id = take_in(seen, office.ports)
    assert document_id is not None
    return document_id


def _processed(office: Office, tell: Callable[..., None], text: str = ABOUT_ANNA) -> DocumentId:
    document_id = _taken_in(office)
    office.text_source.script = [text_of_plain(text)]
    process_document(document_id, dataclasses.replace(office.ports, on_rested=tell))
    return document_id


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def test_a_document_gives_one_span_with_a_child_a_step_and_no_word_of_its_content(
    office: Office, collector: Collector
) -> None:
    with traces_to(collector.url, office.ledger) as tell:
        document_id = _processed(office, tell, ABOUT_ANNA + "CANARYTEXT\n")
    assert collector.paths == ["/v1/traces"]
    root, *children = collector.spans()
    assert root.name == "document"
    assert root.trace_id.hex() == office.row(document_id).correlation_id.replace("-", "")
    assert not root.parent_span_id
    assert traits_of(root) == {
        "dossierd.document": "D-1",
        "dossierd.epoch": 1,
        "dossierd.outcome": "archived",
        "dossierd.reason": "rule",
        "dossierd.pages": 1,
    }
    assert [it.name for it in children] == ["read", "decide", "move"]
    assert {it.trace_id for it in children} == {root.trace_id}
    assert {it.parent_span_id for it in children} == {root.span_id}
    assert len({it.span_id for it in (root, *children)}) == 4
    kept = [step.duration_ms for _, step in office.ledger.steps(document_id)]
    assert [(it.end_time_unix_nano - it.start_time_unix_nano) // 1_000_000 for it in children] == kept
    assert root.start_time_unix_nano == 1772366400 * 10**9  # NOON
    assert root.end_time_unix_nano == max(it.end_time_unix_nano for it in children)
    body = b"".join(collector.bodies).lower()
    for word in (b"canary", b"muller", b"1980", b"12/03", b"r1", b"archive/", b"clinique"):
        assert word not in body


def test_an_answer_is_a_further_run_in_the_same_trace_and_does_not_say_who_gave_it(
    office: Office, collector: Collector
) -> None:
    with traces_to(collector.url, office.ledger) as tell:
        document_id = _processed(office, tell, NAMES_ANNA_ONLY)
        ports = dataclasses.replace(office.ports, on_rested=tell)
        reply = perform(
            office.request(Action.ANSWER, document_id, "1", "cli:berta"), ports, enqueue=lambda _: None
        )
    assert reply.done
    roots = [it for it in collector.spans() if it.name == "document"]
    assert [traits_of(it)["dossierd.outcome"] for it in roots] == ["in_review", "archived"]
    assert [traits_of(it)["dossierd.reason"] for it in roots] == ["ambiguous", "human"]
    assert [traits_of(it)["dossierd.epoch"] for it in roots] == [1, 2]
    assert roots[0].trace_id == roots[1].trace_id
    assert roots[0].span_id != roots[1].span_id
    assert b"berta" not in b"".join(collector.bodies)


def test_a_document_that_was_set_aside_is_an_error_with_its_code(
    office: Office, collector: Collector
) -> None:
    with traces_to(collector.url, office.ledger) as tell:
        document_id = _taken_in(office)
        office.text_source.script = [errors.DocumentUnreadable(FailureReason.TIMED_OUT, "CANARYDETAIL")]
        process_document(document_id, dataclasses.replace(office.ports, on_rested=tell))
    root = collector.spans()[0]
    assert root.status.code == 2
    assert traits_of(root)["dossierd.reason"] == "timed_out"
    assert b"CANARY" not in b"".join(collector.bodies)


def test_a_copy_of_another_document_is_told_without_pages(office: Office, collector: Collector) -> None:
    with traces_to(collector.url, office.ledger) as tell:
        _processed(office, tell)
        process_document(_taken_in(office), dataclasses.replace(office.ports, on_rested=tell))
    roots = [it for it in collector.spans() if it.name == "document"]
    assert [traits_of(it)["dossierd.reason"] for it in roots] == ["rule", "same_bytes"]
    assert "dossierd.pages" not in traits_of(roots[1])


def test_with_nobody_there_a_document_is_filed_as_before_and_it_is_logged_once(office: Office) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/v1/traces"
        with structlog.testing.capture_logs() as lines, traces_to(url, office.ledger) as tell:
            document_id = _processed(office, tell)
    assert office.row(document_id).state is State.ARCHIVED
    assert office.files() == {"archive/R1/2026/2026-03-01_D-1.pdf", "archive/R1/2026/2026-03-01_D-1.json"}
    warned = [it for it in lines if it["log_level"] == "warning"]
    assert [(it["event"], it["reason"]) for it in warned] == [("traces_not_taken", "no_answer")]


@pytest.mark.parametrize(
    ("status", "garbage", "reason"),
    [
        (503, b"", "http_503"),
        (302, b"", "http_302"),
        (200, b"\x00garbage\r\n\r\n", "no_answer"),
        (200, b"HTTP/1.1 abc\r\n\r\n", "no_answer"),
    ],
    ids=["refusing", "redirecting", "garbage", "no status"],
)
def test_what_is_not_taken_is_dropped_and_logged_once_until_it_is_taken_again(
    collector: Collector, status: int, garbage: bytes, reason: str
) -> None:
    collector.status, collector.garbage = status, garbage
    sender = TraceSender(collector.url, version="1", gather_seconds=0.01)
    with structlog.testing.capture_logs() as lines:
        for heard in (1, 2):
            sender.offer(A_TRACE)
            _until(lambda heard=heard: len(collector.bodies) == heard)  # type: ignore[misc]
        collector.status, collector.garbage = 200, b""
        sender.offer(A_TRACE)
        _until(lambda: len(collector.bodies) == 3)
        sender.close()
    assert [(it["event"], it["reason"]) for it in lines] == [("traces_not_taken", reason)]
    assert set(collector.paths) == {"/v1/traces"}  # no redirect was followed


def test_after_traces_were_taken_the_next_trouble_is_logged_anew(collector: Collector) -> None:
    sender = TraceSender(collector.url, version="1", gather_seconds=0.01)
    with structlog.testing.capture_logs() as lines:
        for heard, status in enumerate((500, 200, 500), start=1):
            collector.status = status
            sender.offer(A_TRACE)
            _until(lambda heard=heard: len(collector.bodies) == heard)  # type: ignore[misc]
        sender.close()
    assert [it["reason"] for it in lines] == ["http_500", "http_500"]


def test_a_collector_that_hangs_holds_up_neither_who_offers_nor_a_stop(collector: Collector) -> None:
    collector.opens.clear()
    sender = TraceSender(collector.url, version="1", gather_seconds=0.01, most_waiting=3)
    with structlog.testing.capture_logs() as lines:
        sender.offer(A_TRACE)
        _until(lambda: len(collector.bodies) == 1)
        began = time.monotonic()
        for _ in range(10):
            sender.offer(A_TRACE)
        sender.close(0.2)
        assert time.monotonic() - began < 2
        collector.opens.set()
        sender.close(20)
    assert [(it["event"], it["reason"]) for it in lines] == [("traces_not_taken", "too_many_wait")]


def test_a_collector_that_does_not_answer_in_time_is_given_up(collector: Collector) -> None:
    collector.opens.clear()
    sender = TraceSender(collector.url, version="1", call_seconds=0.1, gather_seconds=600)
    with structlog.testing.capture_logs() as lines:
        sender.offer(A_TRACE)
        sender.close(20)
    assert [it["reason"] for it in lines] == ["no_answer"]


def test_what_comes_together_goes_out_together_a_hundred_at_a_time(collector: Collector) -> None:
    sender = TraceSender(f"{collector.url}/tenant/traces/", version="1", gather_seconds=600)
    for _ in range(150):
        sender.offer(A_TRACE)
    sender.close(20)
    assert collector.paths == ["/tenant/traces", "/tenant/traces"]
    assert len(collector.spans()) == 300


def test_variables_of_opentelemetry_and_proxies_change_nothing(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=CANARY",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
        "OTEL_RESOURCE_ATTRIBUTES": "host.name=CANARY",
        "OTEL_SERVICE_NAME": "CANARY",
        "OTEL_SDK_DISABLED": "true",
        "http_proxy": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    sender = TraceSender(collector.url, version="1.2", gather_seconds=600)
    sender.offer(A_TRACE)
    sender.close(20)
    told = ExportTraceServiceRequest.FromString(collector.bodies[0]).resource_spans[0].resource
    assert traits_of(told) == {"service.name": "dossierd", "service.version": "1.2"}


def test_the_same_run_told_twice_has_the_same_ids() -> None:
    assert encoded([A_TRACE], "1") == encoded([A_TRACE], "1")
    other = dataclasses.replace(A_TRACE, epoch=2)
    assert encoded([A_TRACE], "1") != encoded([other], "1")


def test_a_trace_is_named_by_the_correlation_id() -> None:
    assert trace_id(CORRELATION).hex() == "0b5c1f7e4f0a4a439d5e1d7a52c3a001"
    assert trace_id(CorrelationId("from a sidecar")).hex() == "87f5c8195dcc1704b25a2fdcd0fc6e4b"


def test_a_ledger_that_is_away_or_knows_no_steps_gives_no_trace(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = office.row(_taken_in(office))
    assert trace_of(document, office.ledger) is None

    def away(*_: object) -> None:
        raise errors.LedgerUnavailable("It is away.")

    monkeypatch.setattr(SqlLedger, "steps", away)
    assert trace_of(document, office.ledger) is None
    with traces_to("http://127.0.0.1:9", office.ledger) as tell:
        tell(document)


@pytest.mark.parametrize("missing", ["opentelemetry", "opentelemetry.proto"])
def test_without_the_extra_the_start_is_refused_with_what_to_type(
    office: Office, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    def find(name: str) -> None:
        assert name.startswith("opentelemetry")
        if missing == "opentelemetry":
            raise ModuleNotFoundError
        return None  # noqa: RET501 -- what it says of a module that is not there

    monkeypatch.setattr(importlib.util, "find_spec", find)
    with pytest.raises(errors.SettingInvalid) as refused, traces_to("http://127.0.0.1:9", office.ledger):
        pass
    assert "opentelemetry-proto, which writes traces, is not installed" in str(refused.value.sentence)
    assert "pip install 'opentelemetry-proto>=1.30'" in str(refused.value.hint)


@pytest.mark.security
def test_the_host_of_the_collector_may_be_connected_to_and_without_one_no_further_host_may(
    tmp_path: Path,
) -> None:
    url = "https://otlp.example.org:4318/v1/traces"
    assert reach_of(Settings(home=tmp_path, otlp_url=url)).hosts == {"otlp.example.org"}  # type: ignore[arg-type]
    assert reach_of(Settings(home=tmp_path)).hosts == set()


OFF = """
import dataclasses, sys, threading
from pathlib import Path
import agent.cli
from agent.daemon.tracing import traces_to
from agent.domain.document import text_of_plain
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from tests.custody_builders import ABOUT_ANNA, make_ports

connected = []
sys.addaudithook(lambda event, _: connected.append(event) if event == "socket.connect" else None)
office = make_ports(Path(sys.argv[1]))
threads = threading.active_count()
with traces_to("", office.ledger) as tell:
    document_id = take_in(office.drop(b"%PDF-1.7 a letter"), office.ports)
    office.text_source.script = [text_of_plain(ABOUT_ANNA)]
    process_document(document_id, dataclasses.replace(office.ports, on_rested=tell))
    assert threading.active_count() == threads
loaded = [it for it in sys.modules if it.startswith(("opentelemetry", "google"))]
print(office.row(document_id).state, connected, loaded)
"""


def test_without_a_collector_nothing_is_loaded_and_nobody_is_connected_to(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", OFF, str(tmp_path)], capture_output=True, text=True, check=True, timeout=50
    )
    assert told.stdout.splitlines()[-1] == "archived [] []"
