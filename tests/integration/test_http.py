"""The daemon's HTTP answers, by themselves: whoever asks badly, slowly or too much keeps nobody else from an answer."""

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator

import pytest

from agent.adapters.http.client import Progress, ask_progress
from agent.adapters.http.listening import listen
from agent.adapters.http.page import Page, json_page
from agent.adapters.http.server import HttpServer
from agent.domain.address import Address

pytestmark = [pytest.mark.security, pytest.mark.timeout(60)]

LIVE = {"live": True, "trouble": None, "process": 4711}


class Served:
    """A server in a thread, with a page that hangs until it is let go, and one that raises."""

    def __init__(self, life_seconds: float = 30.0, most_connections: int = 16) -> None:
        self.goes_on = threading.Event()
        self.is_asked = threading.Semaphore(0)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = Address(host="127.0.0.1", port=free.getsockname()[1])
        self._server = HttpServer(
            self.address,
            {
                "/livez": lambda: json_page(LIVE, is_well=True),
                "/hangs": self._hangs,
                "/raises": self._raises,
                "/text": lambda: Page(status=200, body="a 1\n", media_type="text/plain; version=0.0.4"),
            },
            life_seconds=life_seconds,
            most_connections=most_connections,
        )
        listener = listen(self.address)
        self.thread = threading.Thread(target=self._server.serve, args=(listener,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self._server.close()
        self.thread.join(10)
        self.goes_on.set()

    def _hangs(self) -> Page:
        self.is_asked.release()
        self.goes_on.wait()
        return json_page({}, is_well=True)

    @staticmethod
    def _raises() -> Page:
        raise ZeroDivisionError

    def ask(
        self, method: str = "GET", path: str = "/livez", *, body: str | None = None, **headers: str
    ) -> tuple[int, str]:
        response = self.response(method, path, body=body, **headers)
        return response.status, response.read().decode()

    def response(
        self, method: str = "GET", path: str = "/livez", *, body: str | None = None, **headers: str
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(self.address.host, self.address.port, timeout=20)
        connection.request(method, path, body, headers)
        return connection.getresponse()

    def connect(self) -> socket.socket:
        return socket.create_connection((self.address.host, self.address.port), timeout=20)

    def say(self, content: bytes) -> bytes:
        """Send bytes; give all that comes back until the end."""
        with self.connect() as connection:
            connection.sendall(content)
            return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    """Until the other side has closed, however it did."""
    heard = b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := connection.recv(65536):
            heard += chunk
    return heard


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    one = Served()
    yield one
    one.close()


def test_a_page_is_answered_and_the_connection_closed(served: Served) -> None:
    response = served.response()
    assert (response.status, response.getheader("content-type")) == (200, "application/json")
    assert (response.getheader("connection"), response.getheader("cache-control")) == ("close", "no-store")
    assert response.getheader("server") is None
    assert response.read() == b'{"live": true, "trouble": null, "process": 4711}\n'


def test_a_page_of_text_keeps_its_type(served: Served) -> None:
    response = served.response(path="/text")
    assert (response.status, response.read()) == (200, b"a 1\n")
    assert response.getheader("content-type") == "text/plain; version=0.0.4; charset=utf-8"


def test_head_is_answered_without_a_body(served: Served) -> None:
    assert served.ask("HEAD") == (200, "")


@pytest.mark.parametrize(
    "path", ["/", "/livez/", "/LIVEZ", "/../livez", "/%2e%2e/etc/passwd", "/favicon.ico"]
)
def test_other_paths_are_not_found(served: Served, path: str) -> None:
    assert served.ask(path=path) == (404, "Not Found")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_other_methods_are_refused(served: Served, method: str) -> None:
    response = served.response(method)
    assert response.status == 405
    assert sorted((response.getheader("allow") or "").split(", ")) == ["GET", "HEAD"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:8731", 200),
        ("localhost:9", 200),
        ("[::1]:8731", 200),
        ("192.0.2.7", 200),
        ("evil.example:8731", 421),
        ("localhost.evil.example", 421),
        ("", 421),
    ],
)
def test_a_name_of_another_machine_is_refused(served: Served, host: str, status: int) -> None:
    assert served.ask(Host=host)[0] == status


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"GET /livez HTTP/1.0\r\n\r\n", b"421"),
        (b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 60_000 + b"\r\n\r\n", b"431"),
        (b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 20_000, b"400"),
        (b"GET /" + b"a" * 20_000, b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
        (b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
        (
            b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
            b"200",
        ),
    ],
    ids=["no host", "huge header", "endless header", "endless path", "TLS", "two hosts", "websocket"],
)
def test_what_is_asked_badly_is_refused_and_the_next_is_answered(
    served: Served, said: bytes, status: bytes
) -> None:
    assert served.say(said).split(b" ")[1][:3] == status
    assert served.ask()[0] == 200


def test_a_huge_body_is_not_read(served: Served) -> None:
    with served.connect() as connection, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        connection.sendall(b"POST /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999999\r\n\r\n")
        for _ in range(1000):
            connection.sendall(b"x" * 1_000_000)
        raise AssertionError("a gigabyte was taken")
    assert served.ask()[0] == 200


def test_a_page_that_raises_says_nothing_and_the_others_answer(served: Served) -> None:
    assert served.ask(path="/raises") == (500, "")
    assert served.ask()[0] == 200


def test_a_page_that_hangs_keeps_no_other_from_its_answer() -> None:
    one = Served()
    try:
        waiting = [one.connect() for _ in range(4)]
        for connection in waiting:
            connection.sendall(b"GET /hangs HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert one.is_asked.acquire(timeout=20)
        assert one.ask(path="/hangs") == (503, "Too many ask at once.\n")
        assert one.ask()[0] == 200
        one.goes_on.set()
        assert [read_all(connection).split(b" ")[1] for connection in waiting] == [b"200"] * 4
        for connection in waiting:
            connection.close()
    finally:
        one.close()


def test_one_who_sends_a_byte_now_and_then_is_cut_off() -> None:
    one = Served(life_seconds=0.2)
    try:
        with one.connect() as slow:
            slow.sendall(b"GET /livez HTTP/1.1\r\nHost: loc")
            assert read_all(slow) == b""
        assert one.ask()[0] == 200
    finally:
        one.close()


def test_of_two_hundred_connections_the_oldest_go_and_the_next_is_answered(served: Served) -> None:
    held = [served.connect() for _ in range(200)]
    assert served.ask()[0] == 200
    assert read_all(held[0]) == b""
    for connection in held:
        connection.close()
    assert served.ask()[0] == 200


def test_a_stop_ends_the_thread_though_a_page_hangs_and_connections_are_open() -> None:
    one = Served()
    open_one, asking = one.connect(), one.connect()
    asking.sendall(b"GET /hangs HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert one.is_asked.acquire(timeout=20)
    one.close()
    assert not one.thread.is_alive()
    open_one.close()
    asking.close()


def test_an_address_that_another_has_is_refused(served: Served) -> None:
    with pytest.raises(OSError, match="Address already in use"):
        listen(served.address)


# --- Asking


def test_a_daemon_says_that_it_makes_progress(served: Served) -> None:
    assert ask_progress(served.address) == Progress(process=4711, trouble=None)


@pytest.mark.parametrize(
    ("content", "progress"),
    [
        ({"process": 7, "trouble": "rescan"}, Progress(process=7, trouble="rescan")),
        ({"process": "7", "trouble": None}, None),
        ([], None),
    ],
    ids=["trouble", "no number", "another program"],
)
def test_what_answers_is_believed_only_if_it_is_a_daemon(
    monkeypatch: pytest.MonkeyPatch, content: object, progress: Progress | None
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("tests.integration.test_http.LIVE", content)
        one = Served()
        try:
            assert ask_progress(one.address) == progress
        finally:
            one.close()


def test_nobody_who_answers_is_nobody() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert ask_progress(Address(host="127.0.0.1", port=free.getsockname()[1])) is None
