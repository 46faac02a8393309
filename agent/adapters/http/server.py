"""Answers over HTTP, in a thread of its own: what hangs, floods or lies there keeps nothing else from its work.

- GET and HEAD only; no request's body is read. A connection is answered once and closed.
- A connection lives for ten seconds whatever it does, so that one who sends a byte now and then holds nothing.
- Of many connections the one that has waited longest goes, not the newest: who asks properly is answered in a flood.
- Each path has its own few threads: a page that hangs is 503 for those who come later, and no other page is.
- A Host that is a name of somebody else's is refused: a web page whose name was bound anew to this machine's address
  (DNS rebinding) reads nothing.

Accepted risk: who reaches the address may ask. It is this machine alone, unless an office sets another.
"""

import asyncio
import logging
import re
import socket
import threading
from collections.abc import Awaitable, Callable

import anyio.to_thread
import structlog
import uvicorn
from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from agent.adapters.http.page import UNAVAILABLE, Page, Pages
from agent.domain.address import Address, is_number

log = structlog.get_logger(__name__)

LIFE_SECONDS = 10.0
"""Of a connection. The longest answer, health's, takes five seconds."""
MOST_CONNECTIONS = 64
MOST_AT_ONCE = 4
"""Askers of one path whose answer is being made; health's parts are asked once for all of them."""
MOST_HEADER_BYTES = 8_192

_TOO_LARGE = 431
_MISDIRECTED = 421
_FAILED = 500

_HEADERS = [
    ("connection", "close"),
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
]
_PORT = re.compile(r":[0-9]*$")


class HttpServer:
    """Answers at one address. `serve` runs in the caller's thread; `close` may be called from any."""

    def __init__(
        self,
        address: Address,
        pages: Pages,
        *,
        life_seconds: float = LIFE_SECONDS,
        most_connections: int = MOST_CONNECTIONS,
    ) -> None:
        config = uvicorn.Config(
            _Guard(_application(pages), address),
            loop="asyncio",
            http=_connection(life_seconds, most_connections),
            ws="none",
            lifespan="off",
            log_config=None,
            log_level=logging.CRITICAL,  # its lines hold addresses and texts of whoever asks
            access_log=False,
            proxy_headers=False,
            server_header=False,
            headers=_HEADERS,
            h11_max_incomplete_event_size=MOST_HEADER_BYTES,
            timeout_graceful_shutdown=0,
        )
        self._server = _Server(config)
        self._closing = threading.Event()

    def serve(self, listener: socket.socket) -> None:
        """Answer until `close` is called."""
        with listener:
            if not self._closing.is_set():
                self._server.run(sockets=[listener])

    def close(self) -> None:
        """Have `serve` return, within half a second."""
        self._closing.set()
        self._server.should_exit = True


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().set_exception_handler(_note)
        await super().startup(sockets)


def _note(_loop: asyncio.AbstractEventLoop, _context: dict[str, object]) -> None:
    log.debug("http_connection_broke")


def _connection(life_seconds: float, most: int) -> type[H11Protocol]:
    """Make the protocol of a connection that lives so long at most, among so many."""

    class Connection(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self.came_at = self.loop.time()
            self._end = self.loop.call_later(life_seconds, transport.abort)
            if len(self.connections) > most:
                others = [it for it in self.connections if isinstance(it, Connection) and it is not self]
                min(others, key=lambda it: (it.cycle is not None, it.came_at)).transport.abort()

        def connection_lost(self, exc: Exception | None) -> None:
            self._end.cancel()
            super().connection_lost(exc)

    return Connection


class _Guard:
    """Refuses what asks under another machine's name, and headers larger than any that is needed here."""

    def __init__(self, inner: ASGIApp, address: Address) -> None:
        self._inner = inner
        self._names = {"localhost", address.host}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADER_BYTES:
            await Response(status_code=_TOO_LARGE)(scope, receive, send)
        elif len(hosts) != 1 or not self._is_ours(hosts[0]):
            await Response("This is not that machine.\n", _MISDIRECTED)(scope, receive, send)
        else:
            await self._inner(scope, receive, send)

    def _is_ours(self, host: str) -> bool:
        """A number can't be bound anew by anybody; of names, ours alone are good."""
        bare = _PORT.sub("", host.strip().lower()) if host.count(":") == 1 or "]" in host else host.lower()
        return bare in self._names or is_number(bare.removeprefix("[").removesuffix("]"))


def _application(pages: Pages) -> Starlette:
    routes = [Route(path, _endpoint(page), methods=["GET"]) for path, page in pages.items()]
    application = Starlette(routes=routes)
    application.router.redirect_slashes = False
    return application


def _endpoint(page: Callable[[], Page]) -> Callable[[Request], Awaitable[Response]]:
    limiter: CapacityLimiter | None = None

    async def answer(_request: Request) -> Response:
        nonlocal limiter
        limiter = limiter or CapacityLimiter(MOST_AT_ONCE)
        if limiter.available_tokens < 1:
            return Response("Too many ask at once.\n", UNAVAILABLE, {"retry-after": "5"})
        try:
            made = await anyio.to_thread.run_sync(page, limiter=limiter, abandon_on_cancel=True)
        except Exception:  # supervised: one page failed, the others answer
            log.exception("http_page_raised")
            return Response(status_code=_FAILED)
        return Response(made.body, made.status, media_type=made.media_type)

    return answer
