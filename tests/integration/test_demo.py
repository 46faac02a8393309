"""The demo's daemon: it has nothing to do with the office's."""

import sys
from pathlib import Path

import pytest

from agent.cli import demo

pytestmark = pytest.mark.security


def test_the_demo_s_daemon_is_told_no_setting_of_the_office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\nexport > {told}\n")
    program.chmod(0o700)
    (tmp_path / "logs").mkdir()
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setenv("DOSSIERD_LEDGER_URL", "postgresql://anna:s3cret@db/office")
    monkeypatch.setenv("DOSSIERD_TELEGRAM_TOKEN", "s3cret")
    monkeypatch.setenv("DOSSIERD_ALLOW_ROOT", "true")
    assert demo._start(tmp_path).wait(30) == 0
    names = {line.removeprefix("export ").partition("=")[0] for line in told.read_text().splitlines()}
    assert {name for name in names if name.startswith("DOSSIERD_")} == {"DOSSIERD_ALLOW_ROOT"}
