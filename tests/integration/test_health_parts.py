"""Each part of health, broken: its own line is red with what to do, and the others stay as they were."""

import datetime
import os
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agent.adapters.home import LEDGER_FILE
from agent.adapters.inotify import inotify_use
from agent.adapters.ledger import SqlOverrides, SqlPulse, open_engine
from agent.app import build
from agent.config import Settings
from agent.health import Examiner, Level, custody, examine, examine_part, moments, watches
from tests.findings import each_in_french

pytestmark = [pytest.mark.observability, pytest.mark.timeout(60)]

NOW = datetime.datetime(2026, 11, 27, 12, 0, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A home in which nothing has happened yet, and a clock that stands still."""
    given = Settings(home=tmp_path / "home", allow_root=True, ocr_languages="fra")
    build(given).close()
    set_clock(monkeypatch, NOW)
    with each_in_french(monkeypatch):
        yield given


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime.datetime) -> None:
    monkeypatch.setattr("agent.adapters.clock.SystemClock.now", lambda _: moment)


def put(settings: Settings, state: str, claimed_at: datetime.datetime, **moments: datetime.datetime) -> None:
    """Write a document's row as it stands after so much."""
    row: dict[str, object] = {
        "correlation_id": "c",
        "state": state,
        "epoch": 1,
        "attempts": 0,
        "original_name": "a.pdf",
        "seen_name": b"a.pdf",
        "seen_device": "1",
        "seen_inode": "1",
        "seen_size": 1,
        "seen_modified_ns": "1",
        "size": 1,
        "seen_at": text_of(claimed_at),
        "claimed_at": text_of(claimed_at),
        **{name: text_of(moment) for name, moment in moments.items()},
    }
    with sqlite3.connect(settings.home / "state" / LEDGER_FILE) as ledger:
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        added = ledger.execute(f"INSERT INTO documents ({names}) VALUES ({marks})", list(row.values()))
        if state in {"archived", "failed"}:  # the ledger counts those as it writes them
            ledger.execute(
                "INSERT INTO tallies VALUES ('resting', ?, 1, 0) "
                "ON CONFLICT (kind, label) DO UPDATE SET count = count + 1",
                [state],
            )
        if "settled_at" in row:
            ledger.execute(
                "INSERT INTO settled (document_id, epoch, event, state, settled_by, settled_at) "
                "VALUES (?, 1, 'settled', ?, 'rule', ?)",
                (added.lastrowid, state, row["settled_at"]),
            )
    ledger.close()


def text_of(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def told(name: str, settings: Settings) -> tuple[Level, str, str]:
    found = examine_part(name, settings)
    return found.level, found.sentence, found.hint


def make_process(processes: Path, number: int, instances: list[int]) -> None:
    """A process with so many instances, each with so many watches, and with a file that is none."""
    (processes / str(number) / "fd").mkdir(parents=True)
    (processes / str(number) / "fdinfo").mkdir()
    (processes / str(number) / "fd" / "0").symlink_to("/dev/null")
    for at, count in enumerate(instances, start=1):
        (processes / str(number) / "fd" / str(at)).symlink_to("anon_inode:inotify")
        lines = ["pos:\t0", *(f"inotify wd:{it} ino:1 sdev:1 mask:fff" for it in range(count))]
        (processes / str(number) / "fdinfo" / str(at)).write_text("\n".join(lines))


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kernel that allows ten instances and a hundred watches."""
    limits, processes = tmp_path / "limits", tmp_path / "proc"
    limits.mkdir()
    processes.mkdir()
    (processes / "meminfo").touch()
    (limits / "max_user_instances").write_text("10\n")
    (limits / "max_user_watches").write_text("100\n")
    monkeypatch.setattr(watches, "inotify_use", lambda: inotify_use(processes, limits))
    return processes


# --- The clock


def test_a_clock_that_is_right_is_good(settings: Settings) -> None:
    put(settings, "claimed", NOW - HOUR)
    assert told("clock", settings) == (Level.GOOD, "can be believed", "")


@pytest.mark.parametrize("year", [1970, 2024, 2100])
def test_a_clock_in_a_year_that_can_not_be_is_bad(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, year: int
) -> None:
    set_clock(monkeypatch, NOW.replace(year=year))
    assert told("clock", settings) == (
        Level.BAD,
        f"the machine's clock says that it is the year {year}",
        "Type: timedatectl set-ntp true",
    )


@pytest.mark.parametrize("column", ["claimed_at", "settled_at", "rested_at"])
def test_a_clock_behind_what_was_written_is_bad(settings: Settings, column: str) -> None:
    ahead = NOW + datetime.timedelta(minutes=2)
    moments_of = {} if column == "claimed_at" else {column: ahead}
    put(settings, "failed", ahead if column == "claimed_at" else NOW - HOUR, **moments_of)
    level, sentence, hint = told("clock", settings)
    assert (level, hint) == (Level.BAD, "Type: timedatectl set-ntp true")
    assert sentence.startswith("the machine's clock is behind: documents came until ")


def test_a_clock_that_was_put_back_by_seconds_is_good(settings: Settings) -> None:
    put(settings, "claimed", NOW + datetime.timedelta(seconds=59))
    assert told("clock", settings)[0] is Level.GOOD


def test_a_clock_that_nobody_has_set_is_worth_a_notice(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moments, "TIMESYNC", tmp_path)
    monkeypatch.setattr(moments, "SYNCHRONISED", tmp_path / "synchronized")
    assert told("clock", settings) == (
        Level.NOTICE,
        "nobody has set the machine's clock since it was started",
        "Type: timedatectl timesync-status",
    )
    (tmp_path / "synchronized").touch()
    assert told("clock", settings)[0] is Level.GOOD


# --- The queue


def test_nothing_that_waits_is_good(settings: Settings) -> None:
    put(settings, "archived", NOW - 5 * HOUR, settled_at=NOW - 4 * HOUR)
    assert told("queue", settings) == (Level.GOOD, "no document waits to be read", "")


def test_a_document_that_came_just_now_is_good(settings: Settings) -> None:
    put(settings, "reading", NOW - datetime.timedelta(minutes=59))
    assert told("queue", settings)[0] is Level.GOOD


def test_a_document_that_waits_while_others_are_decided_is_worth_a_notice(settings: Settings) -> None:
    put(settings, "claimed", NOW - 2 * HOUR)
    put(settings, "in_review", NOW - 3 * HOUR, settled_at=NOW - datetime.timedelta(minutes=5))
    level, sentence, hint = told("queue", settings)
    assert (level, hint) == (Level.NOTICE, "Type: dossierd pending")
    assert sentence.endswith("; others are filed or asked about meanwhile")


def test_a_document_that_waits_while_nothing_is_decided_is_bad(settings: Settings) -> None:
    put(settings, "claimed", NOW - 2 * HOUR)
    put(settings, "in_review", NOW - 3 * HOUR, settled_at=NOW - 2 * HOUR)
    level, sentence, hint = told("queue", settings)
    assert level is Level.BAD
    assert sentence.startswith("a document has waited since ")
    assert sentence.endswith(", and none was filed or asked about in the last hour")
    assert hint == ("What it waits for is in the log (journalctl -u dossierd), and here: dossierd status")


# --- The folders


def test_trying_the_folders_leaves_nothing_behind(settings: Settings) -> None:
    before = sorted(settings.home.rglob("*"))
    assert told("folders", settings) == (
        Level.GOOD,
        f"all there in {settings.home}, and files can be made and moved in each",
        "",
    )
    assert sorted(settings.home.rglob("*")) == before


def test_a_claim_folder_that_takes_no_file_is_bad(settings: Settings) -> None:
    claimed = settings.home / "incoming" / ".claimed"
    own = next(claimed.iterdir())
    shutil.rmtree(own)
    own.symlink_to("nowhere")  # no folder: the file is moved within incoming/ alone
    assert told("folders", settings)[0] is Level.GOOD
    own.unlink()
    own.symlink_to(settings.home / "state")
    assert told("folders", settings)[0] is Level.GOOD


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (30, "no file can be made or moved in: archive (EROFS)"),
        (13, "can't be written to by this user: archive"),
    ],
    ids=["read-only", "another user's"],
)
def test_a_folder_in_which_no_file_can_be_moved_is_bad_and_the_other_parts_are_as_before(
    settings: Settings, kernel: Path, monkeypatch: pytest.MonkeyPatch, number: int, sentence: str
) -> None:
    before = examine(settings)
    rename = Path.rename

    def refusing(self: Path, target: Path) -> Path:
        if self.parent.name == "archive":
            raise OSError(number, os.strerror(number))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refusing)
    after = examine(settings)
    (changed,) = [new for old, new in zip(before, after, strict=True) if new.level != old.level]
    assert (changed.part, changed.level, changed.sentence) == ("folders", Level.BAD, sentence)
    assert changed.hint
    assert list((settings.home / "archive").iterdir()) == []


# --- The ledger


def test_a_ledger_that_another_program_keeps_from_being_written_is_bad(settings: Settings) -> None:
    ledger = sqlite3.connect(settings.home / "state" / LEDGER_FILE)
    ledger.execute("BEGIN IMMEDIATE")
    (found,) = Examiner(settings, seconds=0.2).examine(["ledger"])
    ledger.rollback()
    ledger.close()
    assert (found.level, found.sentence) == (Level.BAD, "gives no answer within 0.2 seconds")
    assert told("ledger", settings) == (Level.GOOD, "intact", "")


def test_a_ledger_on_a_full_disk_is_bad_although_it_can_be_read(settings: Settings) -> None:
    path = settings.home / "state" / LEDGER_FILE
    with closing(sqlite3.connect(path)) as held:  # as the daemon holds it
        held.execute("UPDATE homes SET home_id = home_id")
        held.commit()
        usual = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(
            resource.RLIMIT_FSIZE, (path.with_name(f"{path.name}-wal").stat().st_size, usual[1])
        )
        try:
            level, sentence, _ = told("ledger", settings)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert (level, sentence) == (Level.BAD, "The ledger can't be used now (SQLITE_IOERR_WRITE).")
    assert told("ledger", settings) == (Level.GOOD, "intact", "")


def test_what_is_asked_of_a_ledger_does_not_grow_with_its_documents(settings: Settings) -> None:
    path = settings.home / "state" / LEDGER_FILE
    put(settings, "archived", NOW - HOUR, settled_at=NOW - HOUR)
    copied = (
        "correlation_id, state, epoch, attempts, original_name, seen_name, seen_device, seen_inode, seen_size, "
        "seen_modified_ns, size, seen_at, claimed_at, settled_at"
    )
    with closing(sqlite3.connect(path)) as ledger, ledger:
        ledger.execute(
            "WITH RECURSIVE number(it) AS (SELECT 1 UNION ALL SELECT it + 1 FROM number WHERE it < 3000) "
            f"INSERT INTO documents ({copied}) SELECT {copied} FROM documents, number"
        )
        ledger.execute(
            "INSERT INTO settled SELECT document_id, 1, 'settled', 'archived', 'rule', settled_at, NULL, NULL "
            "FROM documents WHERE document_id > 1"
        )
    engine = open_engine(path, may_upgrade=False)
    pulse, thousands = SqlPulse(engine), [0]

    def count() -> None:
        thousands[0] += 1

    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_progress_handler(count, 1000)
    assert pulse.newest() == pulse.last_settled() == NOW - HOUR
    assert pulse.oldest_in_work() is None
    assert SqlOverrides(engine).since(NOW).filed == 0
    engine.dispose()
    assert thousands[0] < 3


def test_a_large_ledger_is_compared_on_request_only(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custody, "CHECKED_BYTES", -1)
    assert told("ledger", settings) == (
        Level.GOOD,
        "can be read and written; to compare its 0 MB: dossierd check --deep",
        "",
    )
    deep = {it.part: it.sentence for it in examine(settings, deep=True)}
    assert deep["pages"] == "intact"


def test_of_many_documents_only_the_newest_are_looked_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite3.connect(settings.home / "state" / LEDGER_FILE) as ledger:
        ledger.execute("UPDATE sqlite_sequence SET seq = 0 WHERE name = 'documents'")
    ledger.close()
    for _ in range(3):
        put(settings, "archived", NOW - HOUR, settled_at=NOW - HOUR)
    with sqlite3.connect(settings.home / "state" / LEDGER_FILE) as ledger:
        ledger.execute("UPDATE documents SET location = 'archive/gone.pdf', content_key = NULL")
    ledger.close()
    assert told("documents", settings)[1].endswith("3 not where they were put: D-1, D-2, D-3")
    monkeypatch.setattr(custody, "NEWEST", 2)
    assert told("documents", settings)[1].endswith("2 not where they were put: D-3, D-2")


# --- Inotify


@pytest.mark.parametrize(
    ("instances", "level", "hint"),
    [
        ([40, 49], Level.GOOD, ""),
        ([40, 50], Level.NOTICE, "Type: sysctl -w fs.inotify.max_user_watches=524288"),
        ([50, 50], Level.BAD, "Type: sysctl -w fs.inotify.max_user_watches=524288"),
        ([1] * 9, Level.NOTICE, "Type: sysctl -w fs.inotify.max_user_instances=1024"),
        ([1] * 10, Level.BAD, "Type: sysctl -w fs.inotify.max_user_instances=1024"),
    ],
    ids=["room", "few watches", "no watch", "few instances", "no instance"],
)
def test_watches_that_are_used_up_are_bad(
    settings: Settings, kernel: Path, instances: list[int], level: Level, hint: str
) -> None:
    make_process(kernel, 7, instances[:1])
    make_process(kernel, 8, instances[1:])
    found = told("inotify", settings)
    assert (found[0], found[2]) == (level, hint)
    assert found[1] == f"{sum(instances)} of 100 watches used, {len(instances)} of 10 instances"


def test_a_kernel_without_inotify_is_bad(settings: Settings, kernel: Path) -> None:
    (kernel.parent / "limits" / "max_user_watches").unlink()
    assert told("inotify", settings)[:2] == (Level.BAD, "can't be looked at (ENOENT)")
