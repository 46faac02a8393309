"""Signs of life over real HTTP: after real successes only, and none while the process merely lives."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from agent.adapters.ping import Pinger, Sign
from agent.app import build
from agent.config import Settings
from agent.daemon import Daemon
from agent.daemon.ping import Ping
from agent.domain.document import DocumentId
from agent.domain.outcome import State
from agent.errors import NotifierUnavailable
from tests.custody_builders import a_document
from tests.stub_server import Incoming, StubServer

pytestmark = [pytest.mark.observability, pytest.mark.timeout(60)]


class Stub(StubServer):
    """What a service such as Healthchecks has heard."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def take_get(self, request: Incoming) -> None:
        self.heard.append(request.path)
        request.answer(self.status, "/elsewhere" if self.status == 302 else "")

    take = take_get

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/key"


@pytest.fixture
def service() -> Iterator[Stub]:
    with Stub() as stub:
        yield stub


def ping_to(stub: Stub, trouble: Callable[[], str | None] = lambda: None) -> Ping:
    return Ping(Pinger(stub.url), threading.Event(), trouble=trouble)


def test_a_start_is_told_once_and_each_look_after_a_success_gives_one_sign(service: Stub) -> None:
    ping = ping_to(service)
    ping.look()
    for _ in range(2):
        ping.succeeded()
        ping.succeeded()
        ping.look()
    assert service.heard == ["/key/start", "/key", "/key"]


def test_signs_stop_when_nothing_comes_to_rest_although_the_process_lives(service: Stub) -> None:
    ping = ping_to(service)
    ping.succeeded()
    for _ in range(5):
        ping.look()
    assert service.heard == ["/key/start", "/key"]


def test_what_hangs_is_told_once_and_only_a_success_after_it_is_a_sign(service: Stub) -> None:
    trouble: str | None = "worker_hangs"
    ping = ping_to(service, lambda: trouble)
    ping.succeeded()  # from before it hung, or by a canary beside it
    for _ in range(3):
        ping.look()
    trouble = None
    ping.look()
    assert service.heard == ["/key/start", "/key/fail"]
    ping.succeeded()
    ping.look()
    trouble = "worker_hangs"
    ping.look()
    assert service.heard == ["/key/start", "/key/fail", "/key", "/key/fail"]


def test_what_is_not_taken_is_told_at_the_next_look_and_logged_once(service: Stub) -> None:
    ping = ping_to(service)
    service.status = 500
    ping.succeeded()
    with structlog.testing.capture_logs() as lines:
        ping.look()
        ping.look()
    assert [(it["event"], it["reason"]) for it in lines] == [("ping_failed", "notifier_unavailable")]
    service.status, service.heard = 200, []
    ping.look()
    assert service.heard == ["/key/start", "/key"]


@pytest.mark.parametrize("status", [302, 404])
def test_no_redirect_is_followed_and_no_error_names_the_address(service: Stub, status: int) -> None:
    service.status = status
    with pytest.raises(NotifierUnavailable) as refused:
        Pinger(service.url).send(Sign.SUCCESS)
    assert service.heard == ["/key"]
    assert refused.value.sentence == "The address in DOSSIERD_PING_URL does not answer."
    assert refused.value.__cause__ is None


def test_nobody_there_is_no_answer(service: Stub) -> None:
    with pytest.raises(NotifierUnavailable):
        Pinger("http://127.0.0.1:9/key", call_seconds=1).send(Sign.START)


def test_a_sign_keeps_what_the_address_asks_for(service: Stub) -> None:
    Pinger(f"{service.url}/?create=1").send(Sign.FAIL)
    assert service.heard == ["/key/fail?create=1"]


def test_a_document_that_was_decided_is_a_success_and_one_that_failed_or_was_put_off_is_none(
    service: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home", allow_root=True, ocr_languages="fra", ping_url=service.url)  # type: ignore[arg-type]
    parts = build(settings)
    try:
        daemon = Daemon(parts)
        ping = daemon._ping
        assert ping is not None
        monkeypatch.setattr(ping, "_trouble", lambda: None)

        def put_off(*_: object) -> None:
            raise RuntimeError

        monkeypatch.setattr("agent.daemon.worker.process_document", put_off)
        with pytest.raises(RuntimeError):
            daemon._worker.work(DocumentId(1))
        ping.look()
        assert service.heard == ["/key/start"]
        monkeypatch.setattr("agent.daemon.worker.process_document", lambda *_: None)
        daemon._worker.work(DocumentId(2))  # no row any more
        for state in (State.FAILED, State.DUPLICATE, State.CLAIMED, State.MISSING):
            monkeypatch.setattr(parts.ports.ledger, "document", lambda _, it=state: a_document(state=it))
            daemon._worker.work(DocumentId(2))
        ping.look()
        assert service.heard == ["/key/start"]
        for state in (State.ARCHIVED, State.IN_REVIEW):
            monkeypatch.setattr(parts.ports.ledger, "document", lambda _, it=state: a_document(state=it))
            daemon._worker.work(DocumentId(2))
            ping.look()
        assert service.heard == ["/key/start", "/key", "/key"]
    finally:
        parts.close()
