"""`.env` is changed by a program: the setting's own line, and no other byte."""

import os
import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values

from agent import errors
from agent.adapters.settings_file import changed, refuse_unwritable, write_settings

NAME = "DOSSIERD_TELEGRAM_CHATS"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"{NAME}=1\n"),
        ("A=b", f"A=b\n{NAME}=1\n"),
        (f"# x\n\n{NAME}=7\n\nB='c'\n", f"# x\n\n{NAME}=1\n\nB='c'\n"),
        (f"export {NAME}='7'\nB=c # d\n", f"{NAME}=1\nB=c # d\n"),
        (f"{NAME}=7\nB=c\n{NAME}=8\n", f"{NAME}=1\nB=c\n"),
        (f"# Chats.\n#{NAME}=\n\n# More.\n", f"# Chats.\n#{NAME}=\n{NAME}=1\n\n# More.\n"),
        (f"A=b\r\n{NAME}=7\r\n", f"A=b\r\n{NAME}=1\r\n"),
        (f"A='x\n{NAME}=7\n'\n", f"A='x\n{NAME}=7\n'\n{NAME}=1\n"),
    ],
)
def test_one_line_changes_and_every_other_byte_stays(before: str, after: str) -> None:
    assert changed(before, {NAME: "1"}) == after


@pytest.mark.parametrize("value", ["anna=1, bert=2:viewer", "Jeanne d'Arc=1", "a\\b=1", "Zoé #1=1", ""])
def test_every_value_is_read_as_it_was_written(value: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(changed("A=b\n", {NAME: value}))
    assert dotenv_values(tmp_path / ".env") == {"A": "b", NAME: value}


@pytest.mark.security
def test_others_can_read_it_at_no_time_and_no_half_of_it_is_left(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("A=b\n")
    path.chmod(0o600)
    write_settings(path, {NAME: "1"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == [".env"]


def test_a_disk_that_refuses_leaves_it_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / ".env"
    path.write_text("A=b\n")

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(errors.HomeUnusable, match="ENOSPC"):
        write_settings(path, {NAME: "1"})
    assert path.read_text() == "A=b\n"
    assert [one.name for one in tmp_path.iterdir()] == [".env"]


def test_a_file_that_is_not_there_is_told_before_anybody_is_asked(tmp_path: Path) -> None:
    with pytest.raises(errors.HomeUnusable) as caught:
        refuse_unwritable(tmp_path / ".env")
    assert caught.value.hint == f"Type: dossierd init --home {tmp_path}"
