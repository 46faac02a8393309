"""The gate of the daemon's connections, in a process of its own: it can't be taken out again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent.adapters.apprise import AppriseNotifier
from agent.config import load
from agent.daemon.egress import reach_of
from agent.domain.message import Message, MessageKind
from agent.errors import NotifierUnavailable, SettingInvalid
from tests.listening import Listening

pytestmark = pytest.mark.security

TRIED = """
import asyncio, json, socket, sys, urllib.request
from agent.adapters.egress import keep_to
from agent.adapters.telemetry import configure
from agent.config import forget_proxies
from agent.domain.egress import Reach

port = int(sys.argv[1])
configure("INFO", None, "json", stream=sys.stderr)
forget_proxies()
keep_to(Reach(frozenset({"127.0.0.1"})))

def connect(host):
    socket.create_connection((host, port), timeout=5).close()

async def stream(host):
    _, writer = await asyncio.open_connection(host, port)
    writer.close()
    await writer.wait_closed()

def datagram(host):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", (host, port))

def by_name():
    with socket.socket() as sender:
        sender.connect(("localhost", port))

def of_this_machine():
    one, other = socket.socketpair()
    one.send(b"x")
    with socket.socket(socket.AF_UNIX) as local:
        local.connect("\\0nobody listens here")

tries = {
    "named": lambda: connect("127.0.0.1"),
    "named stream": lambda: asyncio.run(stream("127.0.0.1")),
    "fetched": lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5),
    "other address": lambda: connect("127.0.0.2"),
    "cloud": lambda: asyncio.run(stream("169.254.169.254")),
    "other name": lambda: connect("elsewhere.example"),
    "bytes": lambda: socket.getaddrinfo(b"elsewhere.example", port),
    "no host": lambda: socket.getaddrinfo(None, port),
    "odd name": lambda: socket.getaddrinfo("a secret/of somebody", port),
    "name on the way": by_name,
    "datagram": lambda: datagram("127.0.0.2"),
    "this machine": of_this_machine,
}
told = {}
for name, attempt in tries.items():
    try:
        attempt()
        told[name] = "done"
    except OSError as error:
        told[name] = type(error).__name__
print(json.dumps(told))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".env").touch(mode=0o600)
    return tmp_path


def _hosts(home: Path, *lines: str) -> set[str]:
    (home / ".env").write_text("\n".join(lines))
    return set(reach_of(load(home=home)).hosts)


def test_only_a_named_host_is_reached_and_what_is_refused_is_logged_by_host() -> None:
    with Listening() as server, Listening() as trap:
        told = subprocess.run(
            [sys.executable, "-c", TRIED, server.address.rpartition(":")[2]],
            env={
                **os.environ,
                "http_proxy": trap.address.replace("json", "http"),
                "HTTPS_PROXY": "http://x:1",
            },
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
    assert json.loads(told.stdout) == {
        "named": "done",
        "named stream": "done",
        "fetched": "HTTPError",  # it answered: it takes no GET
        "other address": "EgressRefused",
        "cloud": "EgressRefused",
        "other name": "EgressRefused",
        "bytes": "EgressRefused",
        "no host": "done",
        "odd name": "EgressRefused",
        "name on the way": "EgressRefused",
        "datagram": "EgressRefused",
        "this machine": "ConnectionRefusedError",
    }
    lines = [json.loads(line) for line in told.stderr.splitlines()]
    assert [(it["event"], it["host"], it["step"]) for it in lines] == [
        ("egress_refused", "127.0.0.2", "connect"),
        ("egress_refused", "169.254.169.254", "connect"),
        ("egress_refused", "elsewhere.example", "getaddrinfo"),
        ("egress_refused", "elsewhere.example", "getaddrinfo"),
        ("egress_refused", "?", "getaddrinfo"),
        ("egress_refused", "localhost", "connect"),
        ("egress_refused", "127.0.0.2", "sendto"),
    ]


def test_the_hosts_are_those_of_the_settings(home: Path) -> None:
    assert _hosts(home) == set()
    assert _hosts(home, "DOSSIERD_TELEGRAM_TOKEN=1:x", "DOSSIERD_TELEGRAM_CHATS=1") == {"api.telegram.org"}
    assert _hosts(
        home,
        "DOSSIERD_TELEGRAM_TOKEN=1:x",
        "DOSSIERD_TELEGRAM_CHATS=1",
        "DOSSIERD_TELEGRAM_API_URL=http://[::1]:8081",
    ) == {"::1"}
    assert _hosts(
        home,
        "DOSSIERD_REGISTRY_URL=postgresql+psycopg://reader:secret@db.office.example/people",
        "DOSSIERD_REGISTRY_TABLE=people",
        "DOSSIERD_EGRESS_HOSTS=matrix.example.org",
    ) == {"db.office.example", "matrix.example.org"}
    assert _hosts(home, "DOSSIERD_PING_URL=https://ping.example:8443/key") == {"ping.example"}
    assert (
        _hosts(home, "DOSSIERD_REGISTRY_URL=sqlite:////people.db", "DOSSIERD_REGISTRY_TABLE=people") == set()
    )


def test_the_hosts_of_a_service_are_its_own_and_the_address_s_and_nobody_is_asked_for_them(
    home: Path,
) -> None:
    mail = "mailtos://name:password@gmail.com?to=office@example.org"
    assert {"gmail.com", "smtp.gmail.com"} == _hosts(home, f"DOSSIERD_NOTIFY_URLS='{mail}'")
    assert "ntfy.example.org" in _hosts(home, "DOSSIERD_NOTIFY_URLS=ntfys://ntfy.example.org/office")
    assert "ntfy.sh" in _hosts(home, "DOSSIERD_NOTIFY_URLS=ntfy://office")
    assert "matrix.example" in _hosts(home, "DOSSIERD_NOTIFY_URLS=matrixs://u:p@matrix.example/#room")


def test_a_host_that_is_none_stops_the_start(home: Path) -> None:
    (home / ".env").write_text("DOSSIERD_EGRESS_HOSTS=https://x")
    with pytest.raises(SettingInvalid, match="DOSSIERD_EGRESS_HOSTS: must be names or addresses of hosts"):
        load(home=home)


def test_a_notified_host_that_leads_elsewhere_is_not_followed() -> None:
    with Listening() as elsewhere, Listening() as server:
        server.status, server.location = 307, elsewhere.address.replace("json", "http") + "/"
        notifier = AppriseNotifier([server.address])
        message = Message(kind=MessageKind.PAUSED, document_id=None, title="Paused")
        with pytest.raises(NotifierUnavailable):
            notifier.send(message, notifier.recipients()[0])
        assert elsewhere.heard == []
