"""A collector of OpenTelemetry: takes traces by OTLP over HTTP, reads them, and does as it is told."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector:
    """Keeps what was sent to it.

    Attributes:
        status: what it answers; a redirect leads to `/elsewhere`.
        garbage: what it sends instead of an answer.
        opens: cleared, it answers nothing before it is set again.
        paths: of all requests, in their order.
    """

    def __init__(self) -> None:
        self.status = 200
        self.garbage = b""
        self.opens = threading.Event()
        self.opens.set()
        self.paths: list[str] = []
        self.bodies: list[bytes] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.paths.append(self.path)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Type"] == "application/x-protobuf"
                outer.bodies.append(body)
                outer.opens.wait(30)
                if outer.garbage:
                    self.wfile.write(outer.garbage)
                    return
                self.send_response(outer.status)
                if outer.status == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                outer.paths.append(self.path)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def spans(self) -> list[Any]:
        """All spans, in the order in which they came."""
        return [
            span
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.opens.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def traits_of(what: Any) -> dict[str, object]:
    """The attributes of a span or a resource."""
    return {
        it.key: it.value.int_value if it.value.HasField("int_value") else it.value.string_value
        for it in what.attributes
    }
