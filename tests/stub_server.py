"""An HTTP server of a test's own: each kind says what it does with a request."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class Incoming(BaseHTTPRequestHandler):
    """One request, answered by its server: a POST by `take`, a GET by `take_get`."""

    def do_POST(self) -> None:
        assert isinstance(self.server, _Server)
        self.server.owner.take(self)

    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        self.server.owner.take_get(self)

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"] or 0))

    def answer(self, status: int, location: str = "") -> None:
        """Answer without a body."""
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
        pass


class StubServer:
    """Listens on a port from `with` to its end.

    Attributes:
        status: what it answers.
        opens: cleared, it answers nothing before it is set again.
    """

    def __init__(self, port: int = 0) -> None:
        """Listen at a port; at any that is free for 0."""
        self.status = 200
        self.opens = threading.Event()
        self.opens.set()
        self._server = _Server(("127.0.0.1", port), Incoming)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def take(self, request: Incoming) -> None:
        """Note what came, and answer it."""
        raise NotImplementedError

    def take_get(self, request: Incoming) -> None:
        """Answer a GET: not known here, unless a test's server knows better."""
        request.answer(501)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.opens.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    owner: StubServer
