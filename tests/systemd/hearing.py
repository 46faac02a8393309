"""`python -m tests.systemd.hearing PORT FILE`: an address for messages in the machine; each becomes a line of FILE."""

import json
import sys
import threading
from pathlib import Path

from tests.stub_server import Incoming, StubServer


class Hearing(StubServer):
    """Writes down what it is told, each on a line of its own."""

    def __init__(self, port: int, file: Path) -> None:
        super().__init__(port)
        self._file = file
        file.touch()

    def take(self, request: Incoming) -> None:
        told = json.loads(request.body())
        with self._file.open("a", encoding="utf-8") as heard:
            heard.write(" ".join(f"{told['title']}: {told['message']}".split()) + "\n")
        request.answer(200)


if __name__ == "__main__":
    with Hearing(int(sys.argv[1]), Path(sys.argv[2])):
        threading.Event().wait()
