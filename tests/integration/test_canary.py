"""The canary goes the way of documents, leaves nothing behind, and tells when that way is blocked."""

import datetime
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import Engine, text

from agent.adapters.alive import AliveMark
from agent.adapters.folders import HomeFolders
from agent.adapters.home import LEDGER_FILE
from agent.adapters.ledger import SqlCanaries, SqlRuns, open_engine
from agent.adapters.reading.tools import ENVIRONMENT
from agent.app import Parts, build, make_home
from agent.config import Settings
from agent.daemon import Daemon
from agent.daemon.canary import PAGE, Canary
from agent.domain.canary import CanaryProblem, CanaryRun
from agent.domain.message import MessageKind, Topic
from agent.errors import HomeUnusable
from agent.health import Examiner, Finding, Level, examine_part

pytestmark = [pytest.mark.observability, pytest.mark.timeout(60)]

NOW = datetime.datetime.now(datetime.UTC)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Parts]]:
    built: list[Parts] = []

    def _make(**settings: object) -> Parts:
        chosen = {
            "allow_root": True,
            "ocr_languages": "fra",
            "workers": 1,
            "canary_minutes": 0.001,
            **settings,
        }
        built.append(build(Settings(home=tmp_path / "home", **chosen)))  # type: ignore[arg-type]
        built[-1].reader.start()
        return built[-1]

    yield _make
    for parts in built:
        parts.close()


def canary_of(parts: Parts) -> Canary:
    return Canary(parts, threading.Event(), on_told=lambda: None)


def next_run(canary: Canary, parts: Parts) -> None:
    """Let turns go by until one was due."""
    before = parts.canaries.latest(1)
    while parts.canaries.latest(1) == before:
        canary.turn()


def files_of(home: Path) -> set[str]:
    return {str(it.relative_to(home)) for it in home.rglob("*") if it.is_file()}


def test_its_page_is_a_picture_alone_so_that_it_can_not_be_filed_without_ocr() -> None:
    document = pypdfium2.PdfDocument(PAGE)
    try:
        assert len(document) == 1
        assert document[0].get_textpage().get_text_range() == ""
    finally:
        document.close()


def test_each_is_filed_and_nothing_of_it_is_anywhere_in_the_office(make: Callable[..., Parts]) -> None:
    parts = make()
    home = parts.settings.home
    before = files_of(home)
    filed: list[str] = []
    canary = Canary(parts, threading.Event(), on_told=lambda: None, on_filed=lambda: filed.append("once"))
    for _ in range(2):  # the same bytes twice are no duplicate
        next_run(canary, parts)
    assert [run.problem for run in parts.canaries.latest(3)] == [None, None]
    assert filed == ["once", "once"]
    assert {it for it in files_of(home) - before if not it.startswith("state/scratch/")} <= {
        "state/registry.sqlite-wal",
        "state/registry.sqlite-shm",
    }
    assert not (home / "state" / "canary").exists()
    assert parts.ledger.counts() == {}
    assert parts.registry.count() == 0
    assert parts.outbox.about("canary").last_notice(Topic.HEALTH) is None
    assert not (home / "logs" / "audit.jsonl").exists()


def test_where_every_match_is_asked_the_question_must_name_its_person(make: Callable[..., Parts]) -> None:
    run = canary_of(make(mode="propose")).send()
    assert run is not None
    assert run.problem is None


def test_ocr_taken_away_without_any_document_alarms_within_two_periods_and_once_it_is_back_says_so(
    make: Callable[..., Parts], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = shutil.which("tesseract", path=ENVIRONMENT["PATH"])
    assert program is not None
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "tesseract").symlink_to(program)
    monkeypatch.setitem(ENVIRONMENT, "PATH", str(tools))
    parts = make()
    canary, notices = canary_of(parts), parts.outbox.about("canary")
    next_run(canary, parts)
    assert notices.last_notice(Topic.HEALTH) is None

    (tools / "tesseract").unlink()
    next_run(canary, parts)
    assert notices.last_notice(Topic.HEALTH) is None
    next_run(canary, parts)
    assert notices.last_notice(Topic.HEALTH) is MessageKind.UNWELL
    assert [run.problem for run in parts.canaries.latest(2)] == [CanaryProblem.UNREAD] * 2

    (tools / "tesseract").symlink_to(program)
    next_run(canary, parts)
    assert notices.last_notice(Topic.HEALTH) is MessageKind.WELL_AGAIN


def test_a_disk_that_refuses_is_a_problem_of_its_own(make: Callable[..., Parts]) -> None:
    parts = make()
    (parts.settings.home / "state" / "canary").symlink_to("/nowhere")
    run = canary_of(parts).send()
    assert run is not None
    assert run.problem is CanaryProblem.UNKEPT


def test_folders_that_can_not_be_made_ready_are_told_after_two_canaries_like_any_problem(
    make: Callable[..., Parts], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: HomeFolders) -> None:
        raise HomeUnusable("incoming/ can't be written to.")

    parts = make()
    monkeypatch.setattr(HomeFolders, "prepare", refuse)
    canary = canary_of(parts)
    next_run(canary, parts)
    next_run(canary, parts)
    assert [run.problem for run in parts.canaries.latest(3)] == [CanaryProblem.UNKEPT] * 2
    assert parts.outbox.about("canary").last_notice(Topic.HEALTH) is MessageKind.UNWELL


def test_what_a_death_in_the_middle_has_left_is_gone_after_the_next_start(make: Callable[..., Parts]) -> None:
    parts = make(canary_minutes=60)
    left = parts.settings.home / "state" / "canary" / "incoming" / ".claimed"
    left.mkdir(parents=True)
    (left / "D-900000000001.pdf").write_bytes(b"left")
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    daemon = Daemon(parts)
    try:
        daemon.run(on_ready=daemon.stop)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert not (parts.settings.home / "state" / "canary").exists()
    assert parts.ledger.counts() == {}


def test_a_stop_in_the_middle_is_no_result(make: Callable[..., Parts]) -> None:
    parts = make()
    parts.stopping.set()
    canary_of(parts).turn()
    assert parts.canaries.latest(1) == []


@pytest.mark.parametrize(
    "settings", [{"canary_minutes": 0}, {"ocr_languages": "ara"}], ids=["off", "unreadable"]
)
def test_none_is_sent_where_none_is_wanted_or_could_be_read(
    make: Callable[..., Parts], settings: dict[str, object]
) -> None:
    assert not canary_of(make(**settings)).is_wanted


# --- The rows


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    make_home(tmp_path / "home")
    engine = open_engine(tmp_path / "home" / "state" / LEDGER_FILE, may_upgrade=True)
    yield engine
    engine.dispose()


def test_rows_are_kept_for_a_month_the_newest_first(engine: Engine) -> None:
    canaries = SqlCanaries(engine)
    runs = [
        CanaryRun(at=NOW - days * 24 * HOUR, duration_ms=days, problem=problem)
        for days, problem in ((31, None), (30, CanaryProblem.UNFILED), (0, None))
    ]
    for run in runs:
        canaries.keep(run)
    assert canaries.latest(9) == [runs[2], runs[1]]
    assert canaries.latest(1) == [runs[2]]


def made_in(engine: Engine) -> set[tuple[str, str]]:
    """The names and kinds of all that is in a database."""
    with engine.connect() as connection:
        return {
            (row.type, row.name) for row in connection.execute(text("SELECT type, name FROM sqlite_master"))
        }


def test_its_ledger_has_the_tables_of_the_offices_and_no_row(engine: Engine, tmp_path: Path) -> None:
    canaries = SqlCanaries(engine)
    canaries.keep(CanaryRun(at=NOW, duration_ms=1))
    canaries.copy_tables(tmp_path / "other.sqlite")
    other = open_engine(tmp_path / "other.sqlite", may_upgrade=False)
    try:
        assert made_in(other) == made_in(engine)
        assert SqlCanaries(other).latest(1) == []
    finally:
        other.dispose()


# --- What check says of it


def finding(home: Path, **settings: object) -> Finding:
    return examine_part("canary", Settings(home=home, **settings))  # type: ignore[arg-type]


def test_check_says_what_became_of_the_last_one(engine: Engine, tmp_path: Path) -> None:
    home, canaries = tmp_path / "home", SqlCanaries(engine)
    assert finding(home).level is Level.NOTICE

    canaries.keep(CanaryRun(at=NOW - 5 * HOUR, duration_ms=1200))
    old = finding(home)
    assert (old.level, old.sentence) == (Level.NOTICE, "the last test page was filed 5 hours ago")

    canaries.keep(CanaryRun(at=NOW, duration_ms=1240))
    assert finding(home).level is Level.GOOD
    assert finding(home).sentence == "a test page was filed in 1.2 s"

    canaries.keep(CanaryRun(at=NOW, duration_ms=900, problem=CanaryProblem.UNFILED))
    assert finding(home).level is Level.NOTICE
    canaries.keep(CanaryRun(at=NOW, duration_ms=900, problem=CanaryProblem.UNREAD))
    bad = finding(home)
    assert (bad.level, bad.sentence) == (
        Level.BAD,
        "a test page can't be read: what reads scans does not work",
    )
    assert bad.hint == "Type: dossierd check. The lines ocr, fence and disk say what is missing."


def told_of(home: Path) -> list[bool]:
    """Whether the daemon finds it bad, as it tells people without being asked; nothing while it is open."""
    states = Examiner(Settings(home=home, ocr_languages="fra")).wellness()
    return [it.is_bad for it in states if it.part == "canary"]


def test_one_that_hangs_is_told_after_three_periods_of_work_and_a_restart_leaves_it_open(
    engine: Engine, tmp_path: Path
) -> None:
    home, canaries, daemons = tmp_path / "home", SqlCanaries(engine), SqlRuns(engine)
    daemons.begin(NOW - 90 * HOUR, {}, None)
    canaries.keep(CanaryRun(at=NOW - 40 * HOUR, duration_ms=1200))
    AliveMark(home / "state").touch(NOW)
    bad = finding(home)
    assert (bad.level, bad.sentence, bad.hint) == (
        Level.BAD,
        "no test page has come to an end for 40.0 hours, though the daemon works",
        "Type: systemctl restart dossierd. Nothing is lost by that.",
    )
    assert told_of(home) == [True]

    daemons.begin(NOW - HOUR, {}, NOW - 2 * HOUR)
    assert finding(home).level is Level.NOTICE
    assert told_of(home) == []

    canaries.keep(CanaryRun(at=NOW, duration_ms=1200))
    assert told_of(home) == [False]


def test_one_that_hangs_since_the_first_start_is_told_too(engine: Engine, tmp_path: Path) -> None:
    SqlRuns(engine).begin(NOW - 4 * HOUR, {}, None)
    AliveMark(tmp_path / "home" / "state").touch(NOW)
    assert finding(tmp_path / "home").level is Level.BAD


@pytest.mark.parametrize("is_stopped", [True, False], ids=["stopped", "died"])
def test_a_daemon_that_was_down_for_long_is_no_canary_that_hangs(
    engine: Engine, tmp_path: Path, is_stopped: bool
) -> None:
    home, daemons = tmp_path / "home", SqlRuns(engine)
    daemons.begin(NOW - 90 * HOUR, {}, None)
    SqlCanaries(engine).keep(CanaryRun(at=NOW - 40 * HOUR, duration_ms=1200))
    AliveMark(home / "state").touch(NOW - 39 * HOUR)
    if is_stopped:
        daemons.end(NOW - 39 * HOUR)
    assert finding(home).level is Level.NOTICE
    assert told_of(home) == []


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ({"canary_minutes": 0}, "Set DOSSIERD_CANARY_MINUTES=60"),
        ({"ocr_languages": "ara"}, "Add eng to DOSSIERD_OCR_LANGUAGES."),
        ({}, "Type: dossierd run"),
    ],
    ids=["switched off", "letters that can't be read", "no ledger"],
)
def test_check_says_why_there_is_none(tmp_path: Path, settings: dict[str, object], hint: str) -> None:
    found = finding(tmp_path, **settings)
    assert (found.level, found.hint) == (Level.NOTICE, hint)
