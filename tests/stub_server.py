"""An HTTP server of a test's own: each kind says what it does with a request."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class Incoming(BaseHTTPRequestHandler):
    """One request. Whatever its method, the server's `take` answers it."""

    def do_POST(self) -> None:
        assert isinstance(self.server, _Server)
        self.server.owner.take(self)

    do_GET = do_POST  # noqa: N815 -- the library's name

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
    """Listens on a port of its own from `with` to its end.

    Attributes:
        status: what it answers.
        opens: cleared, it answers nothing before it is set again.
    """

    def __init__(self) -> None:
        self.status = 200
        self.opens = threading.Event()
        self.opens.set()
        self._server = _Server(("127.0.0.1", 0), Incoming)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def take(self, request: Incoming) -> None:
        """Note what came, and answer it."""
        raise NotImplementedError

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
