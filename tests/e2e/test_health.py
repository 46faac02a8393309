"""A real daemon, asked over HTTP: it tells of itself without a name, and never of a life that it doesn't have."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.world import World, end

pytestmark = [pytest.mark.observability, pytest.mark.timeout(120)]


def get(address: str, path: str, timeout: float = 20) -> tuple[int, str]:
    with contextlib.closing(http.client.HTTPConnection(address, timeout=timeout)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def check(world: World) -> dict[str, dict[str, str]]:
    command = [sys.executable, "-m", "agent", "check", "--json", "--home", str(world.home)]
    told = json.loads(subprocess.run(command, capture_output=True, timeout=60, check=False).stdout)
    return {it["part"]: it for it in told}


def test_a_daemon_tells_of_itself_and_not_while_it_stands_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv("DOSSIERD_HTTP", address)
    world, second = World.make(tmp_path / "home"), World.make(tmp_path / "second")
    world.drop("Famillebb Prenombb.docx", b"nobody takes it")
    daemon = world.start("run", module="agent")
    other = None
    try:
        world.wait_until_up(daemon)
        world.wait(lambda: get(address, "/livez")[0] == 200, daemon)
        assert json.loads(get(address, "/livez")[1])["process"] == daemon.pid
        assert get(address, "/readyz") == (200, '{"ready": true, "bad": []}\n')
        assert get(address, "/canary")[0] == 404
        status, figures = get(address, "/metrics")
        assert (status, "dossierd_docs_total" in figures, "Famille" in figures) == (200, True, False)
        told, checked = json.loads(get(address, "/health")[1]), check(world)
        assert [it["part"] for it in told] == list(checked)
        for it in told:  # what changes from one moment to the next, or names the file, is in its sentence
            assert it["level"] == checked[it["part"]]["level"]
        assert checked["progress"]["sentence"] == "incoming/ is looked through, workers and loops go on"
        assert checked["http"]["sentence"] == f"answers at {address}"
        assert "Famillebb" in checked["incoming"]["sentence"]
        assert "Famille" not in json.dumps(told)

        other = second.start("run", module="agent")
        second.wait_until_up(other)
        second.wait(lambda: '"http_not_served"' in second.said(), other)
        assert check(second)["http"]["sentence"] == f"the daemon doesn't answer at {address}"
        assert other.poll() is None

        os.kill(daemon.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, daemon.pid, os.WSTOPPED)
        with pytest.raises(TimeoutError):
            get(address, "/livez", timeout=0.5)
        os.kill(daemon.pid, signal.SIGCONT)
        world.wait(lambda: get(address, "/livez")[0] == 200, daemon)
        daemon.terminate()
        assert daemon.wait(20) == 0
    finally:
        for running in (daemon, *([other] if other else [])):
            end(running)
