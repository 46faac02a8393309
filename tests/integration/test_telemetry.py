"""The log file: who may read it, how it rotates, and a disk that refuses."""

import json
import logging
import stat
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import structlog
from _pytest.logging import LogCaptureHandler

from agent.adapters import telemetry
from agent.adapters.telemetry import LOG_BACKUPS, LOG_BYTES, LOG_NAME, MOST_LETTERS, Telemetry, configure

pytestmark = pytest.mark.observability


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("agent")
    before = root.level, ours.level
    yield
    root.setLevel(before[0])
    ours.setLevel(before[1])


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Telemetry]:
    started = configure("INFO", tmp_path, "human", stream=StringIO())
    yield started
    started.close()


def say(count: int = 1) -> None:
    for number in range(count):
        structlog.get_logger("agent.test").info("said", count=number)


def test_file_holds_json_and_is_readable_for_the_group(running: Telemetry, tmp_path: Path) -> None:
    say()
    path = tmp_path / LOG_NAME
    assert json.loads(path.read_text())["event"] == "said"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_each_line_names_the_host_it_was_written_on_where_one_is_named(tmp_path: Path) -> None:
    started = configure("INFO", tmp_path, "json", stream=StringIO(), host="north-2")
    say()
    logging.getLogger("a.library").warning("said by a library")
    started.close()
    lines = [json.loads(line) for line in (tmp_path / LOG_NAME).read_text().splitlines()]
    assert [line["from_host"] for line in lines] == ["north-2", "north-2"]


def test_no_line_names_a_host_where_none_is_named(running: Telemetry, tmp_path: Path) -> None:
    say()
    assert "from_host" not in json.loads((tmp_path / LOG_NAME).read_text())


def test_file_rotates_and_keeps_so_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "LOG_BYTES", 500)
    started = configure("INFO", tmp_path, "json", stream=StringIO())
    say(100)
    started.close()
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == [LOG_NAME, *(f"{LOG_NAME}.{number}" for number in range(1, LOG_BACKUPS + 1))]
    assert all(path.stat().st_size <= 500 for path in tmp_path.iterdir())
    assert started.dropped_lines == 0


def test_eighty_megabytes_leave_six_files_of_whole_lines_without_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()  # without pytest's own, which would keep all of it
    monkeypatch.setattr(
        root, "handlers", [it for it in root.handlers if not isinstance(it, LogCaptureHandler)]
    )
    started = configure("INFO", tmp_path, "json", console_level="CRITICAL", stream=StringIO())
    log, long = structlog.get_logger("agent.test"), ["x" * MOST_LETTERS] * 60
    lines = 80_000_000 // 18_000
    for number in range(lines):
        log.info("said", sequence=number, suspects=long)
    started.close()
    files = sorted(tmp_path.iterdir(), reverse=True)
    assert len(files) == 1 + LOG_BACKUPS
    sizes = [path.stat().st_size for path in files]
    longest = max(len(line) for line in files[0].read_bytes().splitlines(keepends=True))
    assert sum(sizes) <= 6 * LOG_BYTES + longest
    assert all(size > LOG_BYTES - longest for size in sizes[:-1])
    kept = [json.loads(line)["sequence"] for path in files for line in path.read_text().splitlines()]
    assert kept == list(range(kept[0], lines))
    assert started.dropped_lines == 0


@pytest.mark.reliability
def test_folder_that_cannot_be_written_drops_lines_until_it_can(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    started = configure("INFO", folder, "json", stream=StringIO())
    say(2)
    assert started.dropped_lines == 2
    folder.mkdir()
    say()
    assert (folder / LOG_NAME).exists()
    assert started.dropped_lines == 2
    started.close()


@pytest.mark.reliability
def test_full_disk_drops_lines_and_fails_neither_them_nor_the_close(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "LOG_NAME", "full")
    monkeypatch.setattr(
        "agent.adapters.telemetry.os.fchmod", lambda *_arguments: None
    )  # the device is everybody's
    console = StringIO()
    started = configure("INFO", Path("/dev"), "json", stream=console)
    say(3)
    assert started.dropped_lines == 3
    assert len(console.getvalue().splitlines()) == 3
    started.close()


@pytest.mark.security
def test_symlink_in_place_of_the_log_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / LOG_NAME).symlink_to(tmp_path / "elsewhere")
    started = configure("INFO", tmp_path, "json", stream=StringIO())
    say()
    assert started.dropped_lines == 1
    assert not (tmp_path / "elsewhere").exists()
    started.close()
