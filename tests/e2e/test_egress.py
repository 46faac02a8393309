"""What the daemon and all its children connect to, as the kernel sees it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent.cli.demo import SAMPLE_SECONDS
from agent.demo.samples import REGISTRY_NAME, make_samples
from agent.domain.outcome import Archived
from tests.botapi import CHAT, TOKEN, BotApi
from tests.collecting import Collector
from tests.faults.world import SETTINGS, World, letter_about
from tests.listening import Listening

pytestmark = [
    pytest.mark.slow,
    pytest.mark.security,
    pytest.mark.timeout(180),
    pytest.mark.skipif(
        shutil.which("strace") is None or shutil.which("unshare") is None,
        reason="strace and unshare (apt install strace util-linux) watch what is connected to: not there",
    ),
]

WATCHED = ("strace", "-f", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,sendmmsg")
ALONE = ("unshare", "--net")
"""No route anywhere, not even to this machine."""

_TO = re.compile(r'sin6?_port=htons\((\d+)\).*?(?:inet_addr\("|inet_pton\(AF_INET6, ")([^"]+)"')


def start(
    world: World, trace: Path, *, before: Sequence[str] = (), proxy: str = ""
) -> subprocess.Popen[bytes]:
    with world.log.open("ab") as said:
        return subprocess.Popen(
            [*before, *WATCHED, "-o", trace, sys.executable, "-m", "agent", "run", "--home", world.home],
            env={"PATH": "/usr/bin:/bin", "http_proxy": proxy, "https_proxy": proxy, "ALL_PROXY": proxy},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


def connected_to(trace: Path) -> set[str]:
    """Each address and port that any process spoke to, but for questions to a name server."""
    return {f"{address}:{port}" for port, address in _TO.findall(trace.read_text()) if port != "53"}


def end(daemon: subprocess.Popen[bytes], world: World) -> None:
    """Stop the daemon; strace passes no signal on to it."""
    os.kill(int((world.home / "state" / "lock").read_text().split()[0]), signal.SIGTERM)
    assert daemon.wait(20) == 0, world.said()


def kill(daemon: subprocess.Popen[bytes]) -> None:
    """Leave nothing running, whatever went wrong: strace, and what it watches."""
    if daemon.poll() is None:
        os.killpg(daemon.pid, signal.SIGKILL)


def test_only_what_the_settings_name_is_connected_to(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with BotApi() as api, Listening() as address, Listening() as proxy, Collector() as collector:
        world = World.make(
            tmp_path / "home",
            SETTINGS
            + f"DOSSIERD_TELEGRAM_TOKEN={TOKEN}\nDOSSIERD_TELEGRAM_CHATS={CHAT}\n"
            + f"DOSSIERD_TELEGRAM_API_URL={api.url}\nDOSSIERD_NOTIFY_URLS={address.address}/office\n"
            + f"DOSSIERD_OTLP_URL={collector.url}\n",
        )
        daemon = start(world, trace, proxy=proxy.address.replace("json", "http"))
        try:
            world.wait_until_up(daemon)
            world.drop("match.pdf", letter_about(100))
            world.drop("memo.pdf", b"Not a PDF.\n")
            world.wait(lambda: len(world.documents()) == 2 and world.rests(), daemon)
            end(daemon, world)
        finally:
            kill(daemon)
        assert len(address.heard) == 1
        assert proxy.heard == []
        assert len([it for it in collector.spans() if it.name == "document"]) == 2
        named = {url.partition("//")[2] for url in (api.url, address.address, collector.url)}
    assert connected_to(trace) == named


def test_with_nothing_set_and_no_route_the_whole_corpus_is_filed_and_nothing_connected_to(
    tmp_path: Path,
) -> None:
    trace, drawn = tmp_path / "trace", tmp_path / "drawn"
    samples = make_samples(drawn)
    world = World.make(
        tmp_path / "home",
        SETTINGS + "DOSSIERD_SEARCHABLE_PDF=false\n",
        registry=(drawn / REGISTRY_NAME).read_text(encoding="utf-8"),
    )
    if subprocess.run([*ALONE, "true"], check=False, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("no network namespace may be made here")
    daemon = start(world, trace, before=ALONE)
    try:
        world.wait_until_up(daemon)
        for sample in samples:
            world.drop(sample.name, (drawn / sample.name).read_bytes())
        world.wait(lambda: len(world.documents()) == len(samples) and world.rests(), daemon, SAMPLE_SECONDS)
        end(daemon, world)
    finally:
        kill(daemon)
    twice = {"scan0047.pdf", "scan0047 (1).pdf"}
    """Whichever is taken first is filed."""
    became = {it.original_name: it for it in world.documents()}
    assert {name: became[name].state for name in became if name not in twice} == {
        it.name: it.state for it in samples if it.name not in twice
    }
    assert {became[name].state for name in twice} == {it.state for it in samples if it.name in twice}
    assert {it.outcome.record_id for it in became.values() if isinstance(it.outcome, Archived)} == {
        it.record_id for it in samples if it.record_id is not None
    }
    assert connected_to(trace) == set()
