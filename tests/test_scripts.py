"""What stands around the program: scripts, unit, settings' example and locks are checked as they lie there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from agent import config

pytestmark = pytest.mark.deployment

ROOT = Path(__file__).parents[1]
SCRIPTS = ("scripts/setup", "scripts/install", "scripts/demo", "scripts/test", ".ci/run")
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")
UNIT = ROOT / "systemd" / "dossierd.service"
UNITS = (UNIT, UNIT.with_name("dossierd-health.service"))
HIGHEST_EXPOSURE = 15
"""In tenths, as `systemd-analyze --threshold` takes it: 1.5."""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)


def unit_values(text: str) -> dict[str, list[str]]:
    """Each key with all its values, in order; a unit may give a key more than once."""
    values: dict[str, list[str]] = {}
    for key, value in re.findall(r"^(\w+)=(.*)$", text, flags=re.MULTILINE):
        values.setdefault(key, []).append(value)
    return values


@pytest.mark.parametrize("script", SCRIPTS)
def test_script_can_be_executed_parsed_and_stops_at_the_first_error(script: str) -> None:
    path = ROOT / script
    assert os.access(path, os.X_OK)
    assert run("bash", "-n", str(path)).returncode == 0
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines


def test_setup_refuses_an_option_that_it_does_not_know() -> None:
    refused = run("scripts/setup", "--develop")
    assert refused.returncode == 1
    assert refused.stderr.startswith("setup: There is no option --develop.")


def test_makefile_declares_every_target_phony() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", text, flags=re.MULTILINE))
    declared = re.search(r"^\.PHONY: (.*)$", text, flags=re.MULTILINE)
    assert declared is not None
    assert set(declared[1].split()) == targets == {
        "bench", "bench-reading", "bench-registry", "bench-soak", "bench-growth", "bench-hosts", "campaign",
        "campaign-hosts", "postgresql", "mutants", "check", "lint", "types", "contracts", "safety",
        "audit-release", "test", "deciding", "acting", "unit", "lock", "demo", "clean",
    }  # fmt: skip


@pytest.mark.security
@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_each_package_with_a_hash_and_names_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links", text)
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries
    for entry in entries:
        assert re.match(r"[\w.-]+==[\w.]+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_development_lock_holds_every_package_of_the_other_at_the_same_version() -> None:
    runtime, development = (
        set(re.findall(r"^[\w.-]+==[\w.]+", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE))
        for lock in LOCKS[:2]
    )
    assert runtime < development


def test_lock_holds_all_that_its_packages_want() -> None:
    checked = run(sys.executable, "-m", "pip", "check", "--disable-pip-version-check")
    assert checked.returncode == 0, checked.stdout


def example_settings() -> dict[str, str]:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^#([A-Z_]+)=(.*)$", text, flags=re.MULTILINE))


def test_example_names_every_setting_and_nothing_else() -> None:
    assert set(example_settings()) == {config.PREFIX + name.upper() for name in config.Settings.model_fields}


def test_example_shows_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(config.PREFIX)]:
        monkeypatch.delenv(name)
    shown = tmp_path / ".env"
    shown.touch(mode=0o600)
    shown.write_text("".join(f"{name}={value}\n" for name, value in example_settings().items()))
    assert config.load(shown) == config.Settings()


def test_example_says_something_about_each_setting() -> None:
    blocks = (ROOT / ".env.example").read_text(encoding="utf-8").split("\n\n")
    for block in blocks:
        settings = re.findall(r"^#[A-Z_]+=.*$", block, flags=re.MULTILINE)
        assert len(settings) <= 1
        if settings:
            assert re.search(r"^# [A-Za-z].*[.?!:\d]$", block, flags=re.MULTILINE), block


def test_unit_restarts_for_ever_and_is_watched() -> None:
    values = unit_values(UNIT.read_text(encoding="utf-8"))
    assert values["Type"] == ["notify"]
    assert values["Restart"] == ["always"]
    assert values["RestartSec"] == ["10"]
    assert values["StartLimitIntervalSec"] == ["0"]
    assert values["WatchdogSec"] == ["60"]
    assert values["User"] == values["Group"] == ["dossierd"]
    assert values["ExecStart"] == ["/opt/dossierd/.venv/bin/dossierd run"]


def test_unit_stops_the_daemon_first_and_leaves_it_the_time_that_it_may_take() -> None:
    values = unit_values(UNIT.read_text(encoding="utf-8"))
    assert values["KillMode"] == ["mixed"]
    assert int(values["TimeoutStopSec"][0]) > 10


def test_unit_bounds_memory_and_survives_a_reader_that_is_killed_for_it() -> None:
    values = unit_values(UNIT.read_text(encoding="utf-8"))
    assert values["MemoryMax"] == ["75%"]
    assert values["OOMPolicy"] == ["continue"]


@pytest.mark.security
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_unit_takes_each_secret_from_systemd_too(unit: Path) -> None:
    values = unit_values(unit.read_text(encoding="utf-8"))
    assert set(values["LoadCredential"]) == set(map(config.credential_of, config.secret_settings()))
    assert "dossierd-telegram-token" in values["LoadCredential"]


def test_install_refuses_an_option_that_it_does_not_know() -> None:
    refused = run("scripts/install", "--force")
    assert refused.returncode == 1
    assert refused.stderr.startswith("install: There is no option --force.")


def test_a_release_fails_where_known_holes_can_not_be_looked_for() -> None:
    planned = run("make", "--dry-run", "audit-release")
    assert planned.stdout.strip().endswith("-m checks.vulnerabilities --must-ask")
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "`make audit-release`" in contributing.partition("## Releases")[2]


def test_unit_keeps_the_home_in_one_mount() -> None:
    """Two entries would be two bind mounts, and every rename between them would fail with EXDEV."""
    values = unit_values(UNIT.read_text(encoding="utf-8"))
    assert values["ReadWritePaths"] == ["/var/lib/dossierd"]
    assert not values.keys() & {"BindPaths", "StateDirectory", "LogsDirectory", "CacheDirectory"}


@pytest.mark.security
def test_unit_lets_the_daemon_fence_in_its_readers() -> None:
    """Landlock is in no group of calls that this unit allows, nor is seccomp, by which libseccomp asks what it can do;
    prctl, which installs our filter, is."""
    allowed = unit_values(UNIT.read_text(encoding="utf-8"))["SystemCallFilter"]
    assert "landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp" in allowed
    assert "@system-service" in allowed
    assert "prctl" in run("systemd-analyze", "syscall-filter", "@process").stdout.split()


@pytest.mark.security
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_unit_is_exposed_little(unit: Path) -> None:
    judged = run(
        "systemd-analyze", "security", "--offline=true", f"--threshold={HIGHEST_EXPOSURE}", str(unit)
    )
    assert judged.returncode == 0, judged.stdout[-300:] + judged.stderr


def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path) -> None:
    """Checked below a root of our own, where the program and the user that the unit names exist."""
    program = tmp_path / "opt/dossierd/.venv/bin/dossierd"
    units = tmp_path / "etc/systemd/system"
    for folder in (program.parent, units, tmp_path / "var/lib/dossierd"):
        folder.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (tmp_path / "etc/passwd").write_text("dossierd:x:900:900::/var/lib/dossierd:/usr/sbin/nologin\n")
    (tmp_path / "etc/group").write_text("dossierd:x:900:\n")
    for name in ("network", "sysinit", "basic", "shutdown", "timers", "time-set", "time-sync"):
        (units / f"{name}.target").write_text("[Unit]\nDescription=stand-in\n")
    for unit in (*UNITS, UNITS[1].with_suffix(".timer")):
        shutil.copy(unit, units)
    names = (*(it.name for it in UNITS), "dossierd-health.timer")
    judged = run("systemd-analyze", "verify", "--man=no", f"--root={tmp_path}", *names)
    assert (judged.returncode, judged.stdout + judged.stderr) == (0, "")
