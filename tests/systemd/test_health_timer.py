"""dossierd-health.timer under a real systemd: people are told once that the daemon is dead, or hangs, and
once that it is back.

What differs from an office's machine: the timer goes each second instead of each quarter of an hour, the looks of one
call are a moment apart, and a mark of progress is made old by hand.
"""

from collections.abc import Iterator

import pytest

from tests.systemd.machine import HOME, PROGRAM, UNIT, Machine

pytestmark = [
    pytest.mark.slow,
    pytest.mark.deployment,
    pytest.mark.observability,
    pytest.mark.timeout(300),
]

HEALTH, TIMER = "dossierd-health.service", "dossierd-health.timer"
PORT = 8799
HEARD = "/run/heard"
BACK = "Resolved: daemon: Resolved: daemon"
LOOK_FAST = (
    "import agent.workflow.watching as watching; watching.LOOKS_APART_SECONDS = 0.1; "
    "from agent.cli import main; main()"
)
DROP_INS = {
    HEALTH: f"[Service]\nExecStart=\nExecStart={PROGRAM}/.venv/bin/python -c '{LOOK_FAST}' watch\n",
    TIMER: "[Timer]\nOnCalendar=\nOnCalendar=*:*:*\nAccuracySec=100ms\n",
    "hearing.service": f"[Service]\nWorkingDirectory={PROGRAM}\n"
    f"ExecStart={PROGRAM}/.venv/bin/python -m tests.systemd.hearing {PORT} {HEARD}\n",
}


@pytest.fixture
def watched(service: Machine) -> Iterator[Machine]:
    """The machine, with somebody to tell; its timer is stopped."""
    env = service.path(f"{HOME}/.env")
    right = env.read_text()
    units = service.path("/run/systemd/system")
    files = [units / (name if name.startswith("hearing") else f"{name}.d/test.conf") for name in DROP_INS]
    service.type("systemctl", "stop", TIMER)
    service.path(f"{HOME}/state/watch.json").unlink(missing_ok=True)
    try:
        env.write_text(f"{right}DOSSIERD_NOTIFY_URLS=json://127.0.0.1:{PORT}/\n")
        for file, content in zip(files, DROP_INS.values(), strict=True):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        service.type("systemctl", "daemon-reload")
        service.type("systemctl", "start", "hearing.service")
        service.wait(service.path(HEARD).exists)
        service.type("systemctl", "restart", UNIT)
        yield service
    finally:
        env.write_text(right)
        service.type("systemctl", "stop", "hearing.service", TIMER, HEALTH, check=False)
        for file in files:
            file.unlink(missing_ok=True)
        service.path(HEARD).unlink(missing_ok=True)
        service.type("systemctl", "daemon-reload")
        service.type("systemctl", "restart", UNIT)
        service.type("systemctl", "start", TIMER)


def heard(machine: Machine) -> list[str]:
    """What people were told, without what to do about it."""
    return [line.partition(" Type: ")[0] for line in machine.path(HEARD).read_text().splitlines()]


def look(machine: Machine) -> list[str]:
    """Let the unit look once more; gives all that people have heard by then."""
    machine.type("systemctl", "start", HEALTH)
    assert machine.type("systemctl", "show", "--value", "--property=Result", HEALTH).strip() == "success"
    return heard(machine)


def test_a_dead_daemon_is_told_once_by_the_timer_and_once_that_it_is_back(watched: Machine) -> None:
    watched.type("systemctl", "stop", UNIT)
    watched.type("systemctl", "start", TIMER)
    watched.wait(lambda: len(heard(watched)) == 1)
    watched.type("systemctl", "stop", TIMER)
    down = ["Something needs you: dossierd is not running: nothing is filed, and nobody is asked"]
    assert look(watched) == down
    watched.type("systemctl", "start", UNIT)
    back = [*down, BACK]
    assert look(watched) == back
    assert look(watched) == back


def test_a_daemon_that_hangs_is_told_once_and_once_that_it_goes_on(watched: Machine) -> None:
    watched.type("kill", "-STOP", str(watched.main_process()))
    watched.type("touch", "--date", "20 minutes ago", f"{HOME}/state/lock")
    hangs = ["Something needs you: dossierd runs, but has made no progress for a quarter of an hour"]
    assert look(watched) == hangs
    assert look(watched) == hangs
    watched.type("kill", "-KILL", str(watched.main_process()))
    watched.type("systemctl", "restart", UNIT)
    assert look(watched) == [*hangs, BACK]
