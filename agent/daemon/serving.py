"""The loop that answers over HTTP. Nothing waits on it: a port that another program has ends no daemon.

What answers is loaded when somebody asks for the first time: 4 MB that a daemon which nobody asks need not hold.
"""

import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from agent.adapters.http.listening import listen, wait_for_asker
from agent.adapters.http.page import Page, Pages, json_page
from agent.domain.address import Address
from agent.durable import word_for

if TYPE_CHECKING:
    from agent.adapters.http.server import HttpServer

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 60.0
"""Between two tries to take an address that another program has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """How the daemon's own answers over HTTP are.

    Attributes:
        refused: the kernel's word for why the address can't be taken; empty while all is well.
    """

    is_listening: bool
    refused: str


class Serving:
    """Takes the address, and answers there until the stop.

    Args:
        address: None where nothing is to be served.
        trouble: what hangs, in a word; None while everything makes progress.
        pages: what else is answered.
    """

    def __init__(
        self,
        address: Address | None,
        stop: threading.Event,
        *,
        trouble: Callable[[], str | None],
        pages: Pages,
    ) -> None:
        self._stop = stop
        self._trouble = trouble
        self._refused = ""
        self._is_listening = False
        self._address = address
        self._pages: Pages = {"/livez": self._livez, **pages}
        self._closing = threading.Lock()
        self._closed = threading.Event()
        self._server: HttpServer | None = None

    @property
    def served(self) -> Served:
        return Served(is_listening=self._is_listening, refused=self._refused)

    def turn(self) -> None:
        """Serve until the stop, or wait before the address is tried again."""
        if self._address is None:
            self._stop.wait()
            return
        try:
            listener = listen(self._address)
        except OSError as error:
            if not self._refused:
                log.warning("http_not_served", errno=error.errno)
            self._refused = word_for(error)
            self._stop.wait(AGAIN_SECONDS)
            return
        self._refused, self._is_listening = "", True
        if not self._address.is_loopback:
            log.warning("http_open_to_others")
        try:
            with listener:
                wait_for_asker(listener, self._closed.is_set)
                self._answer(self._address, listener)
        finally:
            self._is_listening = False

    def _answer(self, address: Address, listener: socket.socket) -> None:
        if self._closed.is_set():
            return
        from agent.adapters.http.server import HttpServer  # see above

        with self._closing:
            if self._closed.is_set():
                return
            self._server = server = HttpServer(address, self._pages)
        server.serve(listener)

    def close(self) -> None:
        """Have `turn` return, within half a second where nobody has asked yet."""
        with self._closing:
            self._closed.set()
            server = self._server
        if server is not None:
            server.close()

    def _livez(self) -> Page:
        trouble = self._trouble()
        told = {"live": trouble is None, "trouble": trouble, "process": os.getpid()}
        return json_page(told, is_well=trouble is None)
