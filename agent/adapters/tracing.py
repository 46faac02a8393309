"""Traces for a collector of OpenTelemetry: a span a run of a document, a child a step, by OTLP over HTTP.

The wire format is that of https://opentelemetry.io/docs/specs/otlp/, in the messages of the optional extra `otel`,
loaded only where a collector is set. A thread of its own sends; whoever offers a trace never waits. What a collector
does not take is dropped: the ledger has it all. Accepted: one that answers a byte at a time holds that thread for as
long as it likes; nothing else hangs on it, and a stop does not wait for it.
"""

import datetime
import hashlib
import importlib.util
import queue
import threading
import urllib.error
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from uuid import UUID

import structlog

from agent.domain.document import CorrelationId
from agent.domain.life import Step
from agent.straight import post

log = structlog.get_logger(__name__)

CALL_SECONDS = 5.0
GATHER_SECONDS = 2.0
"""What comes within it goes out together."""
CLOSE_SECONDS = 1.0
"""What a stop may wait for the last traces: all of it stays below ten seconds, as the unit says."""
MOST_WAITING = 1000
MOST_SENT = 100
"""Traces in one call: a long document has some ten spans, of some hundred bytes each."""

_PATH = "/v1/traces"
_START = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_INTERNAL, _ERROR = 1, 2
"""SPAN_KIND_INTERNAL and STATUS_CODE_ERROR of the format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One run of a document, from its first step until it rested.

    Attributes:
        steps: at least one.
        traits: numbers, codes and ids by their names; never a name, a text, a file's name or a record's id.
        is_failure: whether the document was set aside.
    """

    correlation_id: CorrelationId
    epoch: int
    steps: Sequence[Step]
    traits: Mapping[str, str | int]
    is_failure: bool = False


class TraceSender:
    """Sends traces to one address; it follows no redirect, and uses no proxy and no `OTEL_` variable."""

    def __init__(
        self,
        url: str,
        *,
        version: str,
        call_seconds: float = CALL_SECONDS,
        gather_seconds: float = GATHER_SECONDS,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        """Start the thread that sends; nothing is connected to before there is a trace.

        Args:
            url: `http` or `https`, with a host; without a path it gets that of the specification, `/v1/traces`.
            version: of this program.
        """
        parts = urllib.parse.urlsplit(url)
        self._url = parts._replace(path=parts.path.rstrip("/") or _PATH, fragment="").geturl()
        self._version = version
        self._call_seconds = call_seconds
        self._gather_seconds = gather_seconds
        self._waiting: queue.Queue[Trace] = queue.Queue(most_waiting)
        self._is_taken = True
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="traces", daemon=True)
        self._thread.start()

    def offer(self, trace: Trace) -> None:
        """Have a trace sent soon. Any thread may call it; it never waits: where too many wait, this one is dropped."""
        try:
            self._waiting.put_nowait(trace)
        except queue.Full:
            self._not_taken("too_many_wait")

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Send what waits, and leave the rest after some seconds."""
        self._closing.set()
        self._thread.join(seconds)

    def _work(self) -> None:
        while not self._closing.wait(self._gather_seconds):
            self._send_waiting()
        self._send_waiting()

    def _send_waiting(self) -> None:
        while traces := self._next():
            if not self._send(encoded(traces, self._version)):
                return

    def _next(self) -> list[Trace]:
        traces = list[Trace]()
        while len(traces) < MOST_SENT:
            try:
                traces.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return traces

    def _send(self, body: bytes) -> bool:
        """Send once; gives whether it was taken."""
        try:
            post(self._url, body, {"Content-Type": "application/x-protobuf"}, seconds=self._call_seconds)
        except urllib.error.HTTPError as error:
            self._not_taken(f"http_{error.code}")
            return False
        except (OSError, HTTPException, ValueError):
            self._not_taken("no_answer")
            return False
        self._is_taken = True
        return True

    def _not_taken(self, reason: str) -> None:
        """Log it once, until traces are taken again."""
        if self._is_taken:
            self._is_taken = False
            log.warning("traces_not_taken", reason=reason)


def is_installed() -> bool:
    try:
        return importlib.util.find_spec("opentelemetry.proto") is not None
    except ModuleNotFoundError:  # not even the package round it
        return False


def trace_id(correlation_id: CorrelationId) -> bytes:
    """The 16 bytes that name a document's trace: those of its correlation id, so that either is found by the other."""
    try:
        return UUID(correlation_id).bytes
    except ValueError:  # written by hand into a sidecar, and rebuilt from it
        return hashlib.sha256(correlation_id.encode()).digest()[:16]


def encoded(traces: Sequence[Trace], version: str) -> bytes:
    """An ExportTraceServiceRequest of OTLP."""
    from opentelemetry.proto.collector.trace.v1 import trace_service_pb2  # 3 MB that others need not pay

    request = trace_service_pb2.ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    _describe(resource.resource, {"service.name": "dossierd", "service.version": version})
    scope = resource.scope_spans.add()
    scope.scope.name = "dossierd"
    for trace in traces:
        _add_spans(scope.spans, trace)
    return bytes(request.SerializeToString())


def _add_spans(spans: Any, trace: Trace) -> None:
    """Add a run and its steps. Their ids come from what they are: a run that is told twice is the same run."""
    root = spans.add(name="document", kind=_INTERNAL, span_id=_span_id(trace, "document"))
    root.start_time_unix_nano = min(_nanoseconds(step.started_at) for step in trace.steps)
    _describe(root, trace.traits)
    if trace.is_failure:
        root.status.code = _ERROR
    for number, step in enumerate(trace.steps):
        span = spans.add(name=step.name, kind=_INTERNAL, span_id=_span_id(trace, f"{number} {step.name}"))
        span.trace_id, span.parent_span_id = trace_id(trace.correlation_id), root.span_id
        span.start_time_unix_nano = _nanoseconds(step.started_at)
        span.end_time_unix_nano = span.start_time_unix_nano + step.duration_ms * 1_000_000
        root.end_time_unix_nano = max(root.end_time_unix_nano, span.end_time_unix_nano)
    root.trace_id = trace_id(trace.correlation_id)


def _span_id(trace: Trace, what: str) -> bytes:
    return hashlib.sha256(f"{trace.correlation_id} {trace.epoch} {what}".encode()).digest()[:8]


def _describe(what: Any, traits: Mapping[str, str | int]) -> None:
    for key, value in traits.items():
        attribute = what.attributes.add(key=key)
        if isinstance(value, int):
            attribute.value.int_value = value
        else:
            attribute.value.string_value = value


def _nanoseconds(moment: datetime.datetime) -> int:
    return (moment - _START) // datetime.timedelta(microseconds=1) * 1000
