"""The loop that answers over HTTP. Nothing waits on it: a port that another program has ends no daemon."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from agent.adapters.http.page import Page, Pages, json_page
from agent.domain.address import Address
from agent.durable import word_for

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
        self._server = None
        if address is not None:
            from agent.adapters.http.server import HttpServer  # 8 MB that an office without it need not pay

            self._server = HttpServer(address, {"/livez": self._livez, **pages})

    @property
    def served(self) -> Served:
        return Served(is_listening=self._is_listening, refused=self._refused)

    def turn(self) -> None:
        """Serve until the stop, or wait before the address is tried again."""
        if self._server is None:
            self._stop.wait()
            return
        try:
            listener = self._server.listen()
        except OSError as error:
            if not self._refused:
                log.warning("http_not_served", errno=error.errno)
            self._refused = word_for(error)
            self._stop.wait(AGAIN_SECONDS)
            return
        self._refused, self._is_listening = "", True
        if not self._server.address.is_loopback:
            log.warning("http_open_to_others")
        try:
            self._server.serve(listener)
        finally:
            self._is_listening = False

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    def _livez(self) -> Page:
        trouble = self._trouble()
        told = {"live": trouble is None, "trouble": trouble, "process": os.getpid()}
        return json_page(told, is_well=trouble is None)
