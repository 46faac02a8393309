"""A server that takes what apprise sends to `json://`, and does as it is told."""

import json
from typing import Any

from tests.stub_server import Incoming, StubServer


class Listening(StubServer):
    """Keeps what was sent to it, with the path that it was sent to.

    Attributes:
        location: where it sends whoever asks, with a status that says so.
    """

    def __init__(self) -> None:
        super().__init__()
        self.location = ""
        self.heard: list[tuple[str, dict[str, Any]]] = []

    def take(self, request: Incoming) -> None:
        body = request.body()
        self.opens.wait(30)
        if self.status == 200:
            self.heard.append((request.path, json.loads(body)))
        request.answer(self.status, self.location)

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.port}"

    def titles(self, path: str) -> list[str]:
        return [content["title"] for at, content in self.heard if at == path]
