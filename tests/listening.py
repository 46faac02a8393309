"""A server that takes what apprise sends to `json://`, and does as it is told."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Listening:
    """Keeps what was sent to it, with the path that it was sent to.

    Attributes:
        status: what it answers.
        location: where it sends whoever asks, with a status that says so.
        opens: cleared, it answers nothing before it is set again.
    """

    def __init__(self) -> None:
        self.status = 200
        self.location = ""
        self.opens = threading.Event()
        self.opens.set()
        self.heard: list[tuple[str, dict[str, Any]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.opens.wait(30)
                if outer.status == 200:
                    outer.heard.append((self.path, json.loads(body)))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                if outer.location:
                    self.send_header("Location", outer.location)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self._server.server_address[1]}"

    def titles(self, path: str) -> list[str]:
        return [content["title"] for at, content in self.heard if at == path]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.opens.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
