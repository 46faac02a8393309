"""A collector of OpenTelemetry: takes traces by OTLP over HTTP, reads them, and does as it is told."""

import re
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.stub_server import Incoming, StubServer

_BY_CHANCE = re.compile(r' *((trace|span|parent_span)_id: ".*"|(start_|end_)?time_unix_nano: \d+)$')


class Collector(StubServer):
    """Keeps what was sent to it; a status that redirects leads to `/elsewhere`.

    Attributes:
        garbage: what it sends instead of an answer.
        paths: of all requests, in their order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.garbage = b""
        self.paths: list[str] = []
        self.bodies: list[bytes] = []

    def take(self, request: Incoming) -> None:
        self.paths.append(request.path)
        body = request.body()
        assert request.headers["Content-Type"] == "application/x-protobuf"
        self.bodies.append(body)
        self.opens.wait(30)
        if self.garbage:
            request.wfile.write(self.garbage)
            return
        request.answer(self.status, "/elsewhere" if self.status == 302 else "")

    def take_get(self, request: Incoming) -> None:
        """Whoever followed the redirect."""
        self.paths.append(request.path)
        request.answer(200)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        """All that was sent, a field a line; without ids of spans and moments, in which any digits stand by chance."""
        sent = (str(ExportTraceServiceRequest.FromString(body)) for body in self.bodies)
        return "\n".join(line for text in sent for line in text.splitlines() if not _BY_CHANCE.match(line))

    def spans(self) -> list[Any]:
        """All spans, in the order in which they came."""
        return [
            span
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


def traits_of(what: Any) -> dict[str, object]:
    """The attributes of a span or a resource."""
    return {
        it.key: it.value.int_value if it.value.HasField("int_value") else it.value.string_value
        for it in what.attributes
    }
