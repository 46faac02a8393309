"""`scripts/install` under a real systemd: what it makes, leaves alone, and takes away, and what outlives a reboot."""

import json
import stat
from pathlib import Path

import pytest

from agent.demo.samples import Sample
from agent.domain.outcome import State
from tests.systemd.machine import CLONE, HOME, PROGRAM, UNIT, Machine
from tests.systemd.office import drop, letter, rests, state_of, status

pytestmark = [pytest.mark.slow, pytest.mark.deployment, pytest.mark.timeout(300)]

INSTALL = f"{PROGRAM}/scripts/install"
CRASHES = 20


def test_a_second_run_changes_nothing_and_says_so(service: Machine) -> None:
    before = service.shown("MainPID"), service.type("getfacl", "-R", "--absolute-names", f"{HOME}/incoming")
    told = service.type(INSTALL)
    assert "Nothing had to be changed: all was there already." in told
    assert "Nothing would be changed: all is there already." in service.type(INSTALL, "--dry-run")
    assert (
        service.shown("MainPID"),
        service.type("getfacl", "-R", "--absolute-names", f"{HOME}/incoming"),
    ) == before


def test_only_root_is_let_and_only_at_its_place(machine: Machine) -> None:
    assert "Only root may do" in machine.type(INSTALL, as_user="anna", check=False)
    machine.type("cp", "-r", f"{PROGRAM}/scripts", "/home/anna/scripts")
    told = machine.type("/home/anna/scripts/install", check=False)
    assert f"The service runs from {PROGRAM}, and this is /home/anna." in told


def test_an_update_keeps_drop_ins_and_an_edited_unit_aside_and_puts_every_unit_right(
    service: Machine,
) -> None:
    folder, before = service.path("/etc/systemd/system"), service.shown("MainPID")
    unit, health, drop_in = folder / UNIT, folder / "dossierd-health.service", folder / f"{UNIT}.d/own.conf"
    kept = [folder / f"{UNIT}.edited", folder / f"{UNIT}.edited.~1~"]
    right, right_health = unit.read_text(), health.read_text()
    edited = right.replace("RestartSec=10\n", "RestartSec=11\n")
    try:
        drop_in.parent.mkdir()
        drop_in.write_text("[Service]\nRestartSec=12\n")
        unit.write_text(edited)
        kept[0].write_text("edited earlier")
        health.write_text(right_health + "# of an older version\n")
        service.type("bash", "-c", f"sha256sum /etc/systemd/system/{health.name} >>{PROGRAM}/.venv/.units")

        planned = service.type(INSTALL, "--dry-run")
        assert f"Would do: Keeping /etc/systemd/system/{UNIT}, which was edited, as {UNIT}.edited." in planned
        assert f"Would do: Telling systemd of {UNIT}." in planned
        assert unit.read_text() == edited

        service.type("mv", f"{PROGRAM}/.venv/.units", f"{PROGRAM}/.venv/.units-away")
        planned = service.type(INSTALL, "--dry-run")
        assert f"Keeping /etc/systemd/system/{health.name}, which may have been edited, as" in planned
        service.type("mv", f"{PROGRAM}/.venv/.units-away", f"{PROGRAM}/.venv/.units")

        told = service.type(INSTALL)
        assert f"as {UNIT}.edited. To have edits outlast updates: systemctl edit {UNIT}" in told
        assert f"Starting {UNIT} anew, as it has changed." in told
        assert f"Telling systemd of {health.name}." in told
        assert "dossierd-health.service.edited" not in told
        assert (unit.read_text(), health.read_text()) == (right, right_health)
        assert [it.read_text() for it in kept] == [edited, "edited earlier"]
        assert service.shown("RestartUSec") == "12s"
        assert service.is_active()
        assert service.shown("MainPID") != before
    finally:
        for it in (*kept, drop_in):
            it.unlink(missing_ok=True)
        drop_in.parent.rmdir()
        service.type("systemctl", "daemon-reload")


@pytest.mark.parametrize("unit", [UNIT, "dossierd-health.service"])
def test_a_unit_whose_home_was_edited_is_not_put_back(service: Machine, unit: str) -> None:
    path, before = service.path(f"/etc/systemd/system/{unit}"), service.shown("MainPID")
    right = path.read_text()
    edited = right.replace(HOME, "/srv/elsewhere")
    path.write_text(edited)
    try:
        for option in ([], ["--dry-run"]):
            refused = service.type(INSTALL, *option, check=False)
            assert f"/etc/systemd/system/{unit} was edited: its home is /srv/elsewhere." in refused
            assert "Put the home into a drop-in, which stays" in refused
        assert path.read_text() == edited
        assert service.shown("MainPID") == before
    finally:
        path.write_text(right)


def test_a_home_in_drop_ins_outlasts_an_update_and_the_command_finds_it(service: Machine) -> None:
    """The lines are those of docs/operations.md, but for the one that takes the old home along."""
    section = (CLONE / "docs" / "operations.md").read_text(encoding="utf-8").partition("## Another home")[2]
    lines = section.partition("```\n")[2].partition("```")[0].replace("sudo ", "").splitlines(keepends=True)
    script = "".join(line for line in lines if not line.startswith("mv "))
    folders = [f"/etc/systemd/system/{unit}.d" for unit in (UNIT, "dossierd-health.service")]
    try:
        unit = service.path(f"/etc/systemd/system/{UNIT}")
        unit.write_text(unit.read_text().replace("RestartSec=10\n", "RestartSec=11\n"))
        assert f"Telling systemd of {UNIT}." in service.type("bash", "-euc", script, check=False)
        assert service.is_active()
        environment = service.path(f"/proc/{service.main_process()}/environ").read_bytes().split(b"\0")
        assert b"DOSSIERD_HOME=/srv/dossierd" in environment
        assert service.path("/srv/dossierd/state/alive").exists()
        assert "dossierd in /srv/dossierd: running" in service.type("dossierd", "status")
        service.type("systemctl", "start", "dossierd-health.service")

        service.type("rm", "-r", folders[1])
        refused = service.type(INSTALL, check=False)
        assert "The home of dossierd.service is /srv/dossierd, and that of dossierd-health.service" in refused
    finally:
        service.type("systemctl", "stop", UNIT)
        service.type("rm", "-rf", "/srv/dossierd", *folders)
        service.type("systemctl", "daemon-reload")
        service.type("systemctl", "start", UNIT, "dossierd-health.timer")


def test_a_command_of_that_name_that_is_not_the_service_s_is_left_as_it_is(service: Machine) -> None:
    command = service.path("/usr/local/bin/dossierd")
    ours = command.read_text()
    command.unlink()
    refusal = "There is a command /usr/local/bin/dossierd already, and it is not the service's."
    try:
        command.symlink_to("/opt/other/dossierd")
        assert refusal in service.type(INSTALL, check=False)
        assert command.is_symlink()
        command.unlink()
        command.write_text("#!/bin/sh\necho somebody's own\n")
        before = command.lstat().st_ino
        for option in ([], ["--dry-run"]):
            assert refusal in service.type(INSTALL, *option, check=False)
        told = service.type(INSTALL, "--uninstall")
        assert "Leaving the command /usr/local/bin/dossierd: it is not the service's." in told
        assert command.lstat().st_ino == before
    finally:
        command.unlink()
        command.write_text(ours)
        command.chmod(0o755)
        service.type(INSTALL)


def test_the_command_of_an_older_version_is_made_anew(service: Machine) -> None:
    command = service.path("/usr/local/bin/dossierd")
    ours = command.read_text()
    command.write_text("\n".join([*ours.splitlines()[:2], "exit 1", ""]))
    assert "Making the command" in service.type(INSTALL)
    assert command.read_text() == ours


@pytest.mark.security
def test_who_drops_files_sees_nothing_of_what_was_filed(service: Machine) -> None:
    groups = service.type("id", "-Gn", "anna").split()
    assert "dossierd-drop" in groups
    assert "dossierd" not in groups
    for place in (HOME, f"{HOME}/archive", f"{HOME}/review", f"{HOME}/state", f"{HOME}/incoming/.claimed"):
        assert "Permission denied" in service.type("ls", place, as_user="anna", check=False), place
    assert "Permission denied" in service.type("cat", f"{HOME}/.env", as_user="anna", check=False)


@pytest.mark.reliability
def test_what_is_put_into_a_folder_of_somebody_s_own_is_taken_and_readers_can_read_it_then(
    service: Machine, samples: tuple[Path, tuple[Sample, ...]]
) -> None:
    inside = service.path(f"{HOME}/incoming/post/in-a-folder.pdf")
    service.path("/home/anna/in-a-folder.pdf").write_bytes(letter(samples, "in a folder"))
    service.type("mkdir", f"{HOME}/incoming/post", as_user="anna")
    try:
        service.type("cp", "/home/anna/in-a-folder.pdf", f"{HOME}/incoming/post", as_user="anna")
        service.wait(lambda: not inside.exists() and not _under_way(service))
    finally:
        service.type("rm", "-r", f"{HOME}/incoming/post")
    found = next(it for it in status(service)["latest"] if "in-a-folder" in it["original_name"])
    assert found["state"] == State.ARCHIVED
    service.type("useradd", "--groups", "dossierd", "reader")
    filed = f"{HOME}/{found['location']}"
    assert service.type("head", "-c", "5", filed, as_user="reader") == "%PDF-"
    assert "Permission denied" in service.type("head", "-c", "5", filed, as_user="anna", check=False)
    assert stat.S_IMODE(service.path(filed).stat().st_mode) & stat.S_IRWXO == 0


def _under_way(machine: Machine) -> bool:
    return any(
        it["state"] in {"claiming", "claimed", "reading", "moving"} for it in status(machine)["latest"]
    )


@pytest.mark.security
def test_a_secret_is_handed_to_the_service_by_systemd(machine: Machine) -> None:
    store = machine.path("/etc/credstore")
    store.mkdir(mode=0o700, exist_ok=True)
    secret, env = store / "dossierd-telegram-token", machine.path(f"{HOME}/.env")
    right = env.read_text()
    secret.write_text("123456789:handed-by-systemd\n")
    secret.chmod(0o600)
    try:
        env.write_text(right + "DOSSIERD_TELEGRAM_CHATS=42\n")
        mark = machine.cursor()
        machine.type("systemctl", "restart", UNIT)
        environment = machine.path(f"/proc/{machine.main_process()}/environ").read_text()
        assert "handed-by-systemd" not in environment
        assert "telegram" in machine.type("dossierd", "check", check=False)
        machine.wait(lambda: any("telegram_connection_failed" in str(it) for it in machine.journal(mark)))
        assert not any("handed-by-systemd" in str(it) for it in machine.journal(mark))
    finally:
        secret.unlink()
        env.write_text(right)
        machine.type("systemctl", "restart", UNIT)


@pytest.mark.observability
def test_the_journal_is_json_line_by_line_and_its_errors_are_told_apart(
    service: Machine, samples: tuple[Path, tuple[Sample, ...]]
) -> None:
    mark = service.cursor()
    drop(service, "journal.pdf", letter(samples, "journal"))
    drop(service, "broken.pdf", b"%PDF-1.7 nothing of a PDF\n")
    service.wait(lambda: rests(service))
    service.type("systemctl", "restart", UNIT)
    service.type("journalctl", "--sync")
    ours = "--identifier=dossierd"
    lines = service.type("journalctl", ours, mark, "--output=cat").splitlines()
    events = [json.loads(line)["event"] for line in lines]
    assert {"document_claimed", "daemon_stopped", "daemon_started"} <= set(events)
    levels = {json.loads(line)["level"] for line in lines}
    assert "info" in levels
    whole = service.type("journalctl", ours, "--output=cat").splitlines()
    errors = service.type("journalctl", ours, "--priority=err", "--output=cat").splitlines()
    expected = [line for line in whole if _level(line) in {"error", "critical"}]
    assert [line for line in errors if line.startswith("{")] == expected


def _level(line: str) -> str:
    return str(json.loads(line)["level"]) if line.startswith("{") else ""


@pytest.mark.reliability
def test_twenty_crashes_in_a_row_do_not_leave_it_dead(machine: Machine) -> None:
    cause = machine.path("/run/cause")
    cause.touch()
    with machine.with_settings("ExecStartPre=/usr/bin/test ! -e /run/cause", "RestartSec=20ms"):
        machine.type("systemctl", "restart", UNIT, check=False)
        machine.wait(lambda: int(machine.shown("NRestarts")) >= CRASHES)
        assert machine.shown("ActiveState") == "activating"
        cause.unlink()
        machine.wait(machine.is_active)


@pytest.mark.reliability
def test_after_a_reboot_it_is_there_again_and_goes_on(
    service: Machine, samples: tuple[Path, tuple[Sample, ...]]
) -> None:
    drop(service, "rebooted.pdf", letter(samples, "rebooted"))
    service.reboot()
    service.wait(service.is_active)
    service.wait(lambda: rests(service))
    assert state_of(service, "rebooted.pdf") == State.ARCHIVED


def test_taken_away_it_leaves_all_data_and_comes_back_with_it(service: Machine) -> None:
    before = status(service)
    told = service.type(INSTALL, "--uninstall")
    assert f"{HOME}/archive" in told
    assert f"{HOME}/.env" in told
    assert "could not be found" in service.type("systemctl", "status", UNIT, check=False)
    assert not service.path("/usr/local/bin/dossierd").exists()
    assert service.path(f"{HOME}/.env").is_file()
    assert "The service was not installed." in service.type(INSTALL, "--uninstall")
    assert "Making the command" in service.type(INSTALL)
    assert service.is_active()
    assert status(service)["latest"] == before["latest"]


@pytest.mark.security
def test_without_access_lists_droppers_join_the_group_that_reads(service: Machine) -> None:
    """In a namespace whose home is on a ramfs, which knows no lists; the service goes on with the real one."""
    mounted = f"mount -t ramfs none {HOME}; {INSTALL}; stat --format='%U:%G %a' {HOME}/incoming"
    told = service.type("unshare", "--mount", "bash", "-euc", mounted)
    assert f"The file system of {HOME} has no access lists" in told
    assert told.endswith("dossierd:dossierd 3770\n")
