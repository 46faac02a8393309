"""Health over HTTP: each part broken in turn is its own line, and what it means for life and readiness is answered."""

import datetime
import http.client
import json
import signal
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from pydantic import SecretStr

from agent.adapters.dispatch import LocalDispatcher
from agent.adapters.home import LEDGER_FILE, REGISTRY_FILE
from agent.adapters.journal import Journal, journal_in
from agent.adapters.registry import RegistryIndex, read_csv
from agent.adapters.telemetry import configure
from agent.app import build
from agent.cli.metrics import metrics_page
from agent.config import Settings
from agent.daemon import Daemon
from agent.daemon.serving import Serving
from agent.health import PARTS, Examiner, Finding, alive
from agent.health.alive import http_of, progress_of
from agent.health.pages import pages_of
from tests.faults.world import PEOPLE
from tests.findings import each_in_french

pytestmark = [pytest.mark.observability, pytest.mark.timeout(60)]

NOW = datetime.datetime(2026, 11, 27, 12, 0, tzinfo=datetime.UTC)


def free_address() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


class Asked:
    """A home, and a daemon's answers over HTTP about it."""

    def __init__(self, settings: Settings, known: Mapping[str, Callable[[], Finding]]) -> None:
        self.stop = threading.Event()
        examiner = Examiner(settings, known=known, seconds=2.0)
        self.serving = Serving(
            settings.http_address, self.stop, trouble=lambda: None, pages=pages_of(examiner)
        )
        self._address = settings.http
        self._thread = threading.Thread(target=self.serving.turn, daemon=True)
        self._thread.start()

    def get(self, path: str) -> tuple[int, object]:
        return get(self._address, path)

    def close(self) -> None:
        self.stop.set()
        self.serving.close()
        self._thread.join(10)


def get(address: str, path: str) -> tuple[int, object]:
    """Ask until somebody listens; a thread that takes an address needs a moment."""
    for _ in range(1000):
        connection = http.client.HTTPConnection(address, timeout=20)
        try:
            connection.request("GET", path)
        except ConnectionRefusedError:
            threading.Event().wait(0.01)
            continue
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    raise AssertionError("nobody listens")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with people, in which all is well, and a clock that stands still."""
    home = tmp_path / "home"
    build(Settings(home=home, allow_root=True, ocr_languages="fra")).close()
    people = tmp_path / "people.csv"
    people.write_text(PEOPLE)
    registry = RegistryIndex(home / "state" / REGISTRY_FILE)
    registry.replace(read_csv(people).people)
    registry.close()
    monkeypatch.setattr("agent.adapters.clock.SystemClock.now", lambda _: NOW)
    with each_in_french(monkeypatch):
        yield home


@pytest.fixture
def ask(home: Path) -> Iterator[Callable[..., Asked]]:
    """Serve the home's health with some settings."""
    opened: list[Asked] = []

    def asked(known: Mapping[str, Callable[[], Finding]] = MappingProxyType({}), **changed: object) -> Asked:
        given = {"home": home, "allow_root": True, "ocr_languages": "fra", "http": free_address()}
        opened.append(Asked(Settings.model_validate(given | changed), {**WELL, **known}))
        return opened[-1]

    yield asked
    for one in opened:
        one.close()


def well(name: str) -> Callable[[], Finding]:
    return lambda: progress_of(None) if name == "progress" else http_of(None, is_listening=True, refused="")


WELL = {"progress": well("progress"), "http": well("http")}


def levels(answer: tuple[int, object]) -> dict[str, str]:
    assert isinstance(answer[1], list)
    return {it["part"]: it["level"] for it in answer[1]}


def line(answer: tuple[int, object], part: str) -> dict[str, str]:
    assert isinstance(answer[1], list)
    return next(it for it in answer[1] if it["part"] == part)


def lose_a_folder(home: Path) -> None:
    (home / "failed").rmdir()


def leave_a_document_waiting(home: Path) -> None:
    put(home, "claimed", claimed_at="2026-11-27 09:00:00.000000")


def leave_a_move_waiting(home: Path) -> None:
    put(
        home,
        "moving",
        claimed_at="2026-11-27 11:30:00.000000",
        settled_at="2026-11-27 11:30:00.000000",
        target="archive/Moreau Marie/a.pdf",
    )


def lose_a_document(home: Path) -> None:
    journal = Journal(journal_in(home))
    journal.append("settled", datetime.datetime(2026, 11, 27, 11, 30, tzinfo=datetime.UTC), document="D-1")
    journal.close()
    put(home, "failed", claimed_at="2026-11-27 11:30:00.000000", location="failed/a.pdf")


def put(home: Path, state: str, claimed_at: str, **columns: str) -> None:
    row: dict[str, object] = {
        "correlation_id": "c",
        "state": state,
        "epoch": 1,
        "attempts": 0,
        "original_name": "Moreau.pdf",
        "seen_name": b"Moreau.pdf",
        "seen_device": "1",
        "seen_inode": "1",
        "seen_size": 1,
        "seen_modified_ns": "1",
        "size": 1,
        "seen_at": claimed_at,
        "claimed_at": claimed_at,
        **columns,
    }
    with sqlite3.connect(home / "state" / LEDGER_FILE) as ledger:
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        ledger.execute(f"INSERT INTO documents ({names}) VALUES ({marks})", list(row.values()))
        if state in {"archived", "failed"}:  # the ledger counts those as it writes them
            ledger.execute(
                "INSERT INTO tallies VALUES ('resting', ?, 1, 0) "
                "ON CONFLICT (kind, label) DO UPDATE SET count = count + 1",
                [state],
            )
    ledger.close()


def forget_everybody(home: Path) -> None:
    (home / "state" / REGISTRY_FILE).unlink()


def leave_alone(_home: Path) -> None:
    """The setting alone breaks it."""


BROKEN: Mapping[str, tuple[Callable[[Path], None], Mapping[str, object], str, bool]] = {
    "folders": (lose_a_folder, {}, "missing: failed", False),
    "disk": (leave_alone, {"disk_floor_megabytes": 1_000_000}, "nothing is taken in: ", False),
    "queue": (leave_a_document_waiting, {}, "a document has waited since ", True),
    "documents": (lose_a_document, {}, "1 accepted: 1 failed; 1 not where they were put: D-", True),
    "moves": (leave_a_move_waiting, {}, "1 can't be put in place", True),
    "registry": (forget_everybody, {}, "The registry is empty: every document goes to a human", False),
    "ocr": (leave_alone, {"ocr_languages": "fra+xyz"}, "", False),
    "telegram": (
        leave_alone,
        {
            "telegram_token": SecretStr("123:abc"),
            "telegram_chats": (4711,),
            "telegram_api_url": "http://127.0.0.1:9",
        },
        "",
        True,
    ),
}
"""By part: what breaks it, the settings that do, how its sentence begins, and whether dossierd is still ready."""


@pytest.mark.parametrize("part", BROKEN)
def test_a_broken_part_is_red_with_its_fix_and_the_others_are_as_before(
    home: Path, ask: Callable[..., Asked], part: str
) -> None:
    break_it, changed, sentence, is_ready = BROKEN[part]
    before = ask().get("/health")
    assert [name for name, level in levels(before).items() if level == "bad"] == ["daemon"]
    break_it(home)
    asked = ask(**changed)
    after = asked.get("/health")
    assert after[0] == 503
    assert {name for name, level in levels(after).items() if level != levels(before)[name]} == {part}
    assert levels(after)[part] == "bad"
    assert line(after, part)["sentence"].startswith(sentence)
    assert line(after, part)["hint"]
    bad = [] if is_ready else [part]
    assert asked.get("/readyz") == (200 if is_ready else 503, {"ready": is_ready, "bad": bad})
    assert asked.get("/livez")[0] == 200
    assert "Moreau" not in json.dumps(after)
    assert "4711" not in json.dumps(after)


def test_a_part_that_hangs_is_red_and_the_others_are_as_before(ask: Callable[..., Asked]) -> None:
    goes_on = threading.Event()

    def hang() -> Finding:
        goes_on.wait()
        return progress_of(None)

    before = ask().get("/health")
    after = ask({"disk": hang}).get("/health")
    goes_on.set()
    assert {name for name, level in levels(after).items() if level != levels(before)[name]} == {"disk"}
    assert line(after, "disk")["sentence"] == "gives no answer within 2 seconds"


def test_health_has_a_line_for_each_part(ask: Callable[..., Asked]) -> None:
    assert list(levels(ask().get("/health"))) == [name for name, _ in PARTS]


def test_a_file_that_nobody_takes_is_counted_and_not_named(home: Path, ask: Callable[..., Asked]) -> None:
    (home / "incoming" / "Marie Moreau.docx").write_bytes(b"x")
    found = line(ask().get("/health"), "incoming")
    assert found == {
        "part": "incoming",
        "level": "notice",
        "sentence": "nothing waits; 1 that nobody takes",
        "hint": "Type: dossierd check",
    }


def test_figures_of_a_ledger_that_is_away_are_none(home: Path) -> None:
    settings = Settings(home=home)
    assert metrics_page(settings).status == 200
    (home / "state" / LEDGER_FILE).write_bytes(b"no database" * 1000)
    page = metrics_page(settings)
    assert (page.status, page.body) == (503, "# ledger_unavailable\n")


# --- The daemon's own


def test_a_worker_that_hangs_ends_the_life_that_the_daemon_tells_of(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    settings = Settings(home=home, allow_root=True, ocr_languages="fra", http=free_address())
    parts = build(settings)
    daemon = Daemon(parts, pages={})
    told: list[tuple[int, object]] = []

    def look() -> None:
        told.append(get(settings.http, "/livez"))
        monkeypatch.setattr(LocalDispatcher, "oldest_busy_seconds", lambda _: 10_000.0)
        told.append(get(settings.http, "/livez"))
        told.append((0, [alive.progress(settings).sentence, alive.http(settings).sentence]))
        daemon.stop()

    looking = threading.Thread(target=look)
    try:
        daemon.run(on_ready=looking.start)
        looking.join(20)
    finally:
        parts.close()
        for number, handler in handlers.items():
            signal.signal(number, handler)
    process = parts.lock.holder()
    assert told == [
        (200, {"live": True, "trouble": None, "process": process}),
        (503, {"live": False, "trouble": "worker_hangs", "process": process}),
        (0, ["a worker that reads documents hangs", f"answers at {settings.http}"]),
    ]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(settings.http.rpartition(":")[2])))


def test_an_address_that_another_program_has_is_told_and_taken_once_it_is_free(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure("INFO", None, console="json")
    stop = threading.Event()
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    settings = Settings(home=home, http=f"127.0.0.1:{taken.getsockname()[1]}")
    serving = Serving(settings.http_address, stop, trouble=lambda: None, pages={})
    monkeypatch.setattr("agent.daemon.serving.AGAIN_SECONDS", 0.0)
    taken.listen()
    serving.turn()
    serving.turn()
    served = serving.served
    assert (served.is_listening, served.refused) == (False, "EADDRINUSE")
    found = http_of(settings.http_address, is_listening=served.is_listening, refused=served.refused)
    assert (found.level, found.sentence) == ("bad", f"the daemon doesn't answer at {settings.http}")
    assert "ss -ltnp" in found.hint
    said = capsys.readouterr()
    assert (said.out + said.err).count('"http_not_served"') == 1
    taken.close()
    thread = threading.Thread(target=serving.turn, daemon=True)
    thread.start()
    assert get(settings.http, "/livez")[0] == 200
    assert serving.served.is_listening
    serving.close()
    thread.join(10)
    assert not serving.served.is_listening


def test_from_the_command_line_a_daemon_that_is_not_there_is_not_known(home: Path) -> None:
    settings = Settings(home=home, http=free_address())
    assert alive.progress(settings).sentence == "not known here: no daemon of this home answers"
    assert alive.http(settings).sentence == f"set to {settings.http}, where a running daemon answers"
    without = Settings(home=home, http="none")
    assert (alive.progress(without).level, alive.http(without).sentence) == (
        "good",
        "off: nobody can ask over HTTP",
    )


def test_an_address_that_others_reach_is_worth_a_notice() -> None:
    address = Settings(http="0.0.0.0:8731").http_address
    found = http_of(address, is_listening=True, refused="")
    assert (found.level, found.sentence) == (
        "notice",
        "answers at 0.0.0.0:8731, to whoever reaches this machine",
    )
    assert found.hint == "Unless a monitor elsewhere needs it, set DOSSIERD_HTTP=127.0.0.1:8731"


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        ("rescan", "incoming/ is not looked through any more"),
        ("worker_died", "a worker that reads documents has ended"),
        ("post", "the daemon's loop post hangs"),
    ],
)
def test_what_hangs_is_said(trouble: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with each_in_french(monkeypatch):
        found = progress_of(trouble)
    assert (found.level, found.sentence, bool(found.hint)) == ("bad", sentence, True)
