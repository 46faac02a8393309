"""The unit file, unchanged, under a real systemd: it starts, files, falls, hangs, stops, and comes back by itself.

What differs from an office's machine: the Python packages in /opt/dossierd come from this clone and not from the
network, of which there is none; the disk is memory; and where the kernel keeps the memory controller to cgroup v1,
MemoryMax= has no effect (`tests/test_scripts.py` sees that it is set).
"""

import json
import os
import re
import signal
import stat
import time
from pathlib import Path

import pypdfium2
import pytest

from agent.adapters.reading import fence
from agent.config import Settings
from agent.demo.samples import Sample
from agent.domain.outcome import State
from tests.systemd.machine import HOME, UNIT, Machine
from tests.systemd.office import drop, rests, state_of, status

pytestmark = [pytest.mark.slow, pytest.mark.deployment, pytest.mark.timeout(300)]

RESTART_SECONDS = 15.0
STOP_SECONDS = 10.0
NOISE_SECONDS = 10.0
"""What a start may take longer where other work keeps the processors busy; the figure itself is printed."""


def _scan(samples: tuple[Path, tuple[Sample, ...]], note: str, pages: int) -> bytes:
    """A scan about one person, long enough for something to happen in its midst; the note makes its bytes its own."""
    with (
        pypdfium2.PdfDocument(samples[0] / "scan0047.pdf") as page,
        pypdfium2.PdfDocument.new() as scan,
    ):
        for _ in range(pages):
            scan.import_pages(page)
        path = samples[0] / f"{note}.pdf"
        scan.save(path)
    return path.read_bytes() + f"% {note}\n%%EOF\n".encode()


def _under_ocr(machine: Machine, name: str, content: bytes) -> dict[int, str]:
    """Drop a scan and wait until tesseract is at it; gives the service's processes."""
    drop(machine, name, content)
    machine.wait(lambda: bool(machine.recognising()))
    return machine.processes()


def _kill_main(machine: Machine, number: signal.Signals) -> float:
    """Send the daemon a signal; gives the moment on the clock that systemd stamps by."""
    moment = time.clock_gettime(time.CLOCK_MONOTONIC)
    machine.type("kill", f"-{number.name.removeprefix('SIG')}", str(machine.main_process()))
    return moment


def _stamp(machine: Machine, name: str) -> float:
    return int(machine.shown(f"{name}TimestampMonotonic")) / 1e6


def _are_gone(processes: dict[int, str]) -> bool:
    """Whether each has ended, or its number belongs to something else by now."""
    for number, line in processes.items():
        try:
            now = Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if now == line:
            return False
    return True


@pytest.mark.observability
def test_active_means_ready_and_status_says_how_it_goes(machine: Machine) -> None:
    machine.type("systemctl", "stop", UNIT)
    machine.type("systemctl", "start", UNIT)
    assert machine.is_active()
    assert status(machine)["daemon_runs"] is True
    told = machine.type("systemctl", "status", UNIT)
    assert re.search(r'Status: "0 waiting; ', told), told
    check = machine.type("dossierd", "check")
    assert " bad " not in check, check


@pytest.mark.observability
def test_journal_has_our_lines_with_their_priorities(machine: Machine) -> None:
    mark = machine.cursor()
    machine.type("systemctl", "restart", UNIT)
    lines = [it for it in machine.journal(mark) if it["MESSAGE"].startswith("{")]
    events = {json.loads(it["MESSAGE"])["event"]: it["PRIORITY"] for it in lines}
    assert events["daemon_stopped"] == events["daemon_started"] == "6"
    assert {it["SYSLOG_IDENTIFIER"] for it in lines} == {"dossierd"}


@pytest.mark.reliability
def test_documents_are_filed_from_within_the_sandbox(
    service: Machine, samples: tuple[Path, tuple[Sample, ...]]
) -> None:
    folder, expected = samples
    mark = service.cursor()
    for sample in expected[:-2]:
        drop(service, sample.name, (folder / sample.name).read_bytes())
    service.wait(lambda: rests(service))
    for sample in expected[-2:]:  # the copy comes after its original
        drop(service, sample.name, (folder / sample.name).read_bytes())
    service.wait(lambda: rests(service))
    latest = {it["original_name"]: it for it in status(service)["latest"]}
    for sample in expected:
        found = latest[sample.name]
        assert (found["state"], found["record_id"]) == (sample.state, sample.record_id), sample.name
        path = service.path(f"{HOME}/{found['location']}")
        assert path.read_bytes() == (folder / sample.name).read_bytes()
    assert [it["MESSAGE"] for it in service.journal(mark, "--priority=err")] == []
    _check_rights(service)
    _check_copy(service, service.path(f"{HOME}/{latest['scan0047.pdf']['location']}"))


def _check_copy(machine: Machine, scan: Path) -> None:
    """A scan has its searchable copy, which the unit's MemoryDenyWriteExecute= must not prevent."""
    told = json.loads(scan.with_suffix(".json").read_text())["searchable_pdf"]
    assert told["file"], told
    copy = scan.with_name(told["file"])
    with pypdfium2.PdfDocument(copy.read_bytes()) as document:
        assert "patient" in document[0].get_textpage().get_text_range().casefold()
    assert copy.stat().st_uid == int(machine.type("id", "-u", "dossierd"))


def _check_rights(machine: Machine) -> None:
    """Others see nothing; the group sees what was filed; what dossierd makes is its own."""
    owner = int(machine.type("id", "-u", "dossierd"))
    sidecars = 0
    for place in ("archive", "failed"):
        for path in machine.path(f"{HOME}/{place}").rglob("*"):
            status = path.stat()
            if path.is_dir():
                assert (status.st_uid, stat.S_IMODE(status.st_mode)) == (owner, 0o750), path.name
            elif path.suffix == ".json":
                sidecars += 1
                assert (status.st_uid, stat.S_IMODE(status.st_mode)) == (owner, 0o640), path.name
    assert sidecars > 0
    home = machine.path(HOME).stat()
    assert (home.st_uid, stat.S_IMODE(home.st_mode)) == (owner, 0o750)
    assert stat.S_IMODE(machine.path(f"{HOME}/.env").stat().st_mode) == 0o600


@pytest.mark.security
def test_the_fence_round_readers_holds_under_the_unit_s_filter(machine: Machine) -> None:
    """The unit forbids many system calls; those that put up the fence must not be among them."""
    mark = machine.cursor()
    machine.type("systemctl", "restart", UNIT)
    lines = [json.loads(it["MESSAGE"]) for it in machine.journal(mark) if it["MESSAGE"].startswith("{")]
    told = next(line for line in lines if line["event"] == "reader_fenced")
    unfiltered = fence.strength(Settings.model_fields["reader_fence"].default).parts()
    assert {part: told[part] for part in unfiltered} == unfiltered


def _rights_of(process: int) -> dict[str, str]:
    """What proc_pid_status(5) says of a process."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


@pytest.mark.security
def test_readers_have_no_rights_and_go_first_when_memory_ends(
    service: Machine, samples: tuple[Path, tuple[Sample, ...]]
) -> None:
    _under_ocr(service, "rights.pdf", _scan(samples, "rights", 2))
    reader, daemon = service.recognising()[0], min(service.processes())
    assert "dossierd run" in service.processes()[daemon]
    rights, others = _rights_of(reader), _rights_of(daemon)
    assert rights["NoNewPrivs"] == others["NoNewPrivs"] == "1"
    assert int(rights["CapBnd"], 16) == int(others["CapBnd"], 16) == 0
    assert (
        int(rights["Seccomp_filters"]) == int(others["Seccomp_filters"]) + 1 > 1
    )  # the unit's, and the fence's own
    assert Path(f"/proc/{reader}/oom_score_adj").read_text().strip() == "800"
    assert Path(f"/proc/{daemon}/oom_score_adj").read_text().strip() == "0"
    service.wait(lambda: rests(service))
    assert state_of(service, "rights.pdf") == State.ARCHIVED


@pytest.mark.reliability
def test_killed_in_the_middle_of_ocr_it_is_back_within_fifteen_seconds(
    service: Machine, samples: tuple[Path, tuple[Sample, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    before = _under_ocr(service, "killed.pdf", _scan(samples, "killed", 3))
    assert len(before) >= 4  # daemon, fork server, reader, tesseract
    restarts = int(service.shown("NRestarts"))
    killed = _kill_main(service, signal.SIGKILL)
    service.wait(lambda: _are_gone(before))
    service.wait(lambda: int(service.shown("NRestarts")) == restarts + 1 and service.is_active())
    away = _stamp(service, "ActiveEnter") - killed
    with capsys.disabled():
        print(f"\n[systemd] active again {away:.1f} s after kill -9")
    assert away <= RESTART_SECONDS + NOISE_SECONDS
    service.wait(lambda: rests(service))
    assert state_of(service, "killed.pdf") == State.ARCHIVED


def _said(machine: Machine, mark: str, words: set[str]) -> set[str]:
    """Which of the words stand in the journal since the mark."""
    said = "\n".join(str(it["MESSAGE"]) for it in machine.journal(mark))
    return {word for word in words if word in said}


@pytest.mark.reliability
def test_a_frozen_daemon_is_ended_by_the_watchdog_and_says_where_it_stood(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    with machine.with_settings("WatchdogSec=3", "RestartSec=100ms"):
        machine.type("systemctl", "restart", UNIT)
        fed = machine.shown("WatchdogTimestampMonotonic")
        machine.wait(lambda: machine.shown("WatchdogTimestampMonotonic") != fed)  # it is fed by progress
        before, mark = machine.processes(), machine.cursor()
        frozen = _kill_main(machine, signal.SIGSTOP)
        machine.wait(lambda: machine.shown("NRestarts") == "1" and machine.is_active())
        away = _stamp(machine, "ActiveEnter") - frozen
        with capsys.disabled():
            print(f"\n[systemd] active again {away:.1f} s after a freeze, with WatchdogSec=3")
        assert _are_gone(before)
        expected = {"Watchdog timeout", "Fatal Python error: Aborted", "in _supervise"}
        machine.wait(lambda: expected <= _said(machine, mark, expected))  # journald may be behind


@pytest.mark.reliability
def test_stopped_in_the_middle_of_ocr_it_ends_within_ten_seconds_and_goes_on_later(
    machine: Machine, samples: tuple[Path, tuple[Sample, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    with machine.with_settings(f"TimeoutStopSec={STOP_SECONDS:.0f}"):  # systemd's clock judges
        machine.type("systemctl", "restart", UNIT)
        before = _under_ocr(machine, "stopped.pdf", _scan(samples, "stopped", 6))
        asked = time.clock_gettime(time.CLOCK_MONOTONIC)
        machine.type("systemctl", "stop", UNIT)
        took = _stamp(machine, "InactiveEnter") - asked
        with capsys.disabled():
            print(f"\n[systemd] stopped {took:.1f} s after it was asked to")
        assert machine.shown("Result") == "success"
        assert _are_gone(before)
        assert machine.processes() == {}
        machine.type("systemctl", "start", UNIT)
        machine.wait(lambda: rests(machine))
        assert state_of(machine, "stopped.pdf") == State.ARCHIVED


@pytest.mark.reliability
def test_a_wrong_setting_is_told_and_never_given_up_until_somebody_corrects_it(machine: Machine) -> None:
    env = machine.path(f"{HOME}/.env")
    right = env.read_text()
    machine.type("systemctl", "stop", UNIT)
    mark = machine.cursor()
    with machine.with_settings("RestartSec=100ms"):
        try:
            env.write_text(right + "DOSSIERD_MODE=sometimes\n")
            refused = machine.type("systemctl", "start", UNIT, check=False)
            assert "failed" in refused
            machine.wait(lambda: int(machine.shown("NRestarts")) > 1)
            assert machine.shown("ActiveState") == "activating"
        finally:
            env.write_text(right)
        machine.wait(machine.is_active)
    said = [it["MESSAGE"] for it in machine.journal(mark)]
    assert any(line.startswith("dossierd: DOSSIERD_MODE: must be") for line in said), said[:10]
    assert not any("start-limit" in line or "too quickly" in line for line in said)


@pytest.mark.reliability
def test_a_home_that_is_gone_is_told_and_waited_for(machine: Machine) -> None:
    machine.type("systemctl", "stop", UNIT)
    mark = machine.cursor()
    with machine.with_settings("RestartSec=100ms"):
        machine.type("mv", HOME, f"{HOME}.away")
        try:
            machine.type("systemctl", "start", UNIT, check=False)
            machine.wait(lambda: int(machine.shown("NRestarts")) > 1)
            assert not machine.path(HOME).exists()  # no second, empty home
        finally:
            machine.type("mv", f"{HOME}.away", HOME)
        machine.wait(machine.is_active)
    assert any(HOME in it["MESSAGE"] and it["PRIORITY"] == "3" for it in machine.journal(mark))


@pytest.mark.reliability
def test_signals_to_every_process_are_an_orderly_stop_and_a_restart(machine: Machine) -> None:
    """`systemctl kill` sends SIGTERM to all: the readers leave that to the daemon, which ends in order."""
    with machine.with_settings("RestartSec=100ms"):
        machine.type("systemctl", "restart", UNIT)
        mark = machine.cursor()
        machine.type("systemctl", "kill", UNIT)
        machine.wait(lambda: machine.shown("NRestarts") == "1" and machine.is_active())
        events = [it["MESSAGE"] for it in machine.journal(mark)]
        assert any('"daemon_stopped"' in event for event in events)
        assert any("Deactivated successfully" in event for event in events)


@pytest.mark.observability
def test_a_person_s_command_is_done_by_the_service_s_user_in_their_name(service: Machine) -> None:
    told = json.loads(service.type("dossierd", "status", "--json", as_user="dossierd"))
    assert (told["home"], told["daemon_runs"], told["people"]) == (HOME, True, 12)
    assert service.type("dossierd", "show", "D-99999", check=False).startswith("dossierd: ")
    owners = {os.lstat(path).st_uid for path in service.path(f"{HOME}/state").rglob("*")}
    assert owners == {int(service.type("id", "-u", "dossierd"))}
