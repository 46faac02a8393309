"""HTTP for the stand-in: HTTP/1.1 with connections that stay open, forms and uploads, as Telegram speaks it."""

import json
import re
import sys
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from tests.botapi.reading import Files, Parameters
from tests.botapi.troubles import Answer, Drop, Hang, Trouble


class Receiver(Protocol):
    """Who judges what comes in."""

    def turns_away(self) -> bool: ...

    def hang(self) -> None: ...

    def receive(
        self, token: str, method: str, parameters: Parameters, files: Files
    ) -> tuple[Trouble | None, Answer]: ...


class Server(ThreadingHTTPServer):
    """Listens on a port of its own."""

    def __init__(self, receiver: Receiver) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.receiver = receiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that were killed, or gave up: that is what they are here for."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        if not self.server.receiver.turns_away():
            super().handle()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.server.receiver.turns_away():
            self.close_connection = True
            return
        found = re.fullmatch(r"/bot([^/]*)/(\w+)", urllib.parse.unquote(self.path))
        token, method = (found[1], found[2]) if found else ("", "")
        parameters, files = _form(self.headers.get("Content-Type", ""), body)
        trouble, answer = self.server.receiver.receive(token, method, parameters, files)
        match trouble:
            case Hang():
                self.server.receiver.hang()
                self.close_connection = True
            case Drop():
                self.close_connection = True
            case Answer():
                self._reply(trouble)
            case None:
                self._reply(answer)

    def _reply(self, answer: Answer) -> None:
        page, body = "text/html", answer.body
        pause: object = None
        if not isinstance(body, str):
            parameters: Any = body.get("parameters", {})
            pause = parameters.get("retry_after")
            page, body = "application/json", json.dumps(body)
        content = body.replace("{path}", self.path).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", page)
        self.send_header("Content-Length", str(len(content)))
        if pause is not None:
            self.send_header("Retry-After", str(pause))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 # the base class's name
        """Say nothing: the path holds the token."""


def _form(kind: str, body: bytes) -> tuple[Parameters, Files]:
    if kind.startswith("application/json"):
        told = json.loads(body or b"{}")
        return {name: it if isinstance(it, str) else json.dumps(it) for name, it in told.items()}, {}
    boundary = re.search(r'boundary="?([^";]+)', kind)
    if not kind.startswith("multipart/form-data") or boundary is None:
        return dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)), {}
    parameters: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part in body.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = re.search(r' name="([^"]*)"', head.decode())
        assert name is not None, "a part without a name"
        if b" filename=" in head:
            files[name[1]] = content.removesuffix(b"\r\n")
        else:
            parameters[name[1]] = content.removesuffix(b"\r\n").decode()
    return parameters, files
