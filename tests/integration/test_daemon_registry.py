"""The daemon's loops about the registry: what a pass tells, and what a new version sets going."""

import datetime
import json
import signal
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from agent import errors
from agent.adapters.home import REGISTRY_FILE
from agent.adapters.registry import TRUSTED_UNTIL, RegistryIndex, by_hand
from agent.adapters.registry.copied import confirm, from_file
from agent.adapters.registry.fields import numbers_words
from agent.app import Parts, build
from agent.config import Settings
from agent.daemon import Daemon
from agent.daemon.redeciding import Redeciding
from agent.daemon.syncing import Syncing
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.lesson import Alias
from agent.health.finding import Level
from agent.health.registry import registry as registry_part
from agent.publishing import SharedPeople
from tests.builders import lesson, person

pytestmark = pytest.mark.reliability


class Now(threading.Event):
    """A stop that is not asked for, and never waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.waited_seconds: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited_seconds.append(timeout)
        return self.is_set()


class Clinic:
    """A home that follows an office's database."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "clinic.sqlite"
        self.settings = Settings(
            home=folder / "home",
            allow_root=True,
            ocr_languages="fra",
            registry_url=f"sqlite:///{self.database}",  # type: ignore[arg-type] # pydantic makes a secret of it
            registry_table="people",
            registry_columns={"dob": "born"},
        )
        self.run("CREATE TABLE people (id INTEGER, nom TEXT, prenom TEXT, born TEXT)")
        self.admit(1)
        self.parts: Parts = build(self.settings)

    def run(self, statement: str, *values: object) -> None:
        with closing(sqlite3.connect(self.database)) as connection:
            connection.execute(statement, values)
            connection.commit()

    def admit(self, number: int) -> None:
        self.run("INSERT INTO people VALUES (?, 'Vidal', 'Hind', '1977-08-16')", number)

    def confirm(self) -> None:
        assert self.parts.source is not None
        with self.parts.source.reading() as reading:
            confirm(self.parts.registry, reading.layout)

    def turn(self) -> Sequence[Mapping[str, object]]:
        """One turn of the loop that copies; gives what it logs."""
        assert self.parts.source is not None
        with structlog.testing.capture_logs() as logged:
            Syncing(self.parts, self.parts.source, Now()).turn()
        return logged

    def journal(self) -> str:
        path = self.settings.home / "logs" / "audit.jsonl"
        return path.read_text() if path.is_file() else ""


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    made = Clinic(tmp_path)
    yield made
    made.parts.close()


def test_a_pass_is_told_with_its_counts_when_it_changes_something(clinic: Clinic) -> None:
    clinic.confirm()
    (line,) = clinic.turn()
    assert line == {
        "event": "registry_synced", "log_level": "info", "version": 1,
        "people": 1, "added": 1, "changed": 0, "removed": 0, "bad_rows": 0,
    }  # fmt: skip
    assert '"registry_synced"' in clinic.journal()
    written = clinic.journal()
    assert [line["log_level"] for line in clinic.turn()] == ["debug"]
    assert clinic.journal() == written


def test_a_pass_that_fails_is_told_without_a_word_of_the_address(clinic: Clinic) -> None:
    clinic.confirm()
    clinic.turn()
    clinic.run("DROP TABLE people")
    (line,) = clinic.turn()
    assert line == {
        "event": "registry_sync_failed", "log_level": "warning", "reason": "registry_invalid", "retryable": False
    }  # fmt: skip
    found = registry_part(clinic.settings)
    assert found.level is Level.NOTICE
    assert "The last look failed: There is no table or view 'people'." in found.sentence
    assert found.hint == "Correct DOSSIERD_REGISTRY_TABLE in .env."


@pytest.mark.parametrize("name", ["sync", "nothing"])
def test_each_pass_but_the_first_is_waited_for_also_when_one_has_raised_what_nobody_expected(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    clinic.confirm()
    assert clinic.parts.source is not None
    stop = Now()
    syncing = Syncing(clinic.parts, clinic.parts.source, stop)

    def broken(*_: object, **__: object) -> None:
        raise ValueError("a value that no test has thought of")

    if name == "sync":
        monkeypatch.setattr("agent.daemon.syncing.sync", broken)
        with pytest.raises(ValueError, match="no test has thought of"):
            syncing.turn()
        monkeypatch.undo()
    else:
        syncing.turn()
    syncing.turn()
    assert stop.waited_seconds == [0, 300]


def test_health_asks_for_the_first_look(clinic: Clinic) -> None:
    (line,) = clinic.turn()
    assert (line["event"], line["reason"]) == ("registry_sync_failed", "request_refused")
    found = registry_part(clinic.settings)
    assert (found.level, found.hint) == (
        Level.BAD,
        "Look at them, and confirm: dossierd registry sync",
    )


def test_health_says_where_people_come_from_and_how_old_that_is(clinic: Clinic) -> None:
    clinic.confirm()
    clinic.turn()
    found = registry_part(clinic.settings)
    assert (found.level, found.sentence) == (Level.GOOD, "1 person of SQLite, people, as it was 0 min ago")


@pytest.mark.security
def test_health_says_that_a_copy_is_too_old(clinic: Clinic) -> None:
    clinic.confirm()
    clinic.turn()
    past = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    clinic.parts.registry.note(TRUSTED_UNTIL, past.isoformat())
    found = registry_part(clinic.settings)
    assert found.level is Level.BAD
    assert "too long for anything to be filed without asking" in found.sentence


def test_health_names_bad_rows(clinic: Clinic) -> None:
    clinic.confirm()
    clinic.run("INSERT INTO people VALUES (2, '', 'Hind', NULL)")
    clinic.turn()
    found = registry_part(clinic.settings)
    assert found.level is Level.NOTICE
    assert found.sentence.endswith("; 1 bad row: record 2")


@pytest.mark.parametrize(
    "changed",
    [
        {"registry_columns": {"dob": "born", "sex": "prenom"}},
        {"registry_watermark": "id"},
        {"identifiers": "file | file number | 999999 | n° dossier"},
    ],
)
def test_health_says_that_people_would_be_read_otherwise_by_now(
    clinic: Clinic, changed: dict[str, object]
) -> None:
    clinic.confirm()
    clinic.run("INSERT INTO people VALUES (2, '', 'Hind', NULL)")
    clinic.turn()
    found = registry_part(Settings(**(dict(clinic.settings) | changed)))
    assert found.level is Level.NOTICE
    assert found.sentence.endswith("record 2; what is set of how they are read has changed since")
    assert found.hint.startswith("Type: dossierd registry sync --full, and restart dossierd. Correct them in")
    assert registry_part(clinic.settings).sentence.endswith("record 2")


def test_health_says_nothing_of_settings_where_the_copy_is_of_no_use_anyway(clinic: Clinic) -> None:
    clinic.confirm()
    clinic.turn()
    past = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    clinic.parts.registry.note(TRUSTED_UNTIL, past.isoformat())
    found = registry_part(clinic.settings.model_copy(update={"registry_watermark": "id"}))
    assert (found.level, "has changed" in found.sentence) == (Level.BAD, False)


def test_health_says_that_the_people_of_a_file_are_to_be_imported_again(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    settings = Settings(home=tmp_path)
    with closing(RegistryIndex(tmp_path / "state" / REGISTRY_FILE)) as index:
        index.replace([person(record_id="1")])
        assert registry_part(settings).level is Level.GOOD  # an older version did not keep it
        index.replace(from_file(index, [person(record_id="1")], numbers_words(settings.vocabulary.kinds)))
    assert registry_part(settings).level is Level.GOOD
    found = registry_part(Settings(home=tmp_path, identifiers="file | file number | 999999 | n° dossier"))
    assert (found.level, found.sentence) == (
        Level.NOTICE,
        "1 person; what is set of how they are read has changed since",
    )
    assert found.hint == "Type: dossierd registry import people.csv"


def test_a_home_without_people_says_where_to_get_them_from(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    found = registry_part(Settings(home=tmp_path))
    assert (found.level, found.hint) == (Level.BAD, "Type: dossierd registry import people.csv")


class Looks:
    """The loop that redecides, turn by turn."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.submitted: list[DocumentId] = []
        self.loop = Redeciding(parts, Now(), still=lambda: True, submit=self.submitted.append)

    def turn(self) -> list[str]:
        with structlog.testing.capture_logs() as logged:
            self.loop.turn()
        return [str(line["event"]) for line in logged]


def test_what_a_command_has_brought_is_in_the_audit_trail_once(clinic: Clinic) -> None:
    looks, index = Looks(clinic.parts), clinic.parts.registry
    brought = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
    for people in ([person(record_id="1")], [person(record_id="1")], [person(record_id="2")]):
        by_hand.keep(index, "registry_imported", index.replace(people), "cli:anna", brought)
    looks.turn()
    index.replace([person(record_id="3")])
    by_hand.keep(
        index, "registry_synced", index.apply([person(record_id="4", cin="L882253")]), "cli:bert", brought
    )
    looks.turn()
    looks.turn()
    Looks(clinic.parts).turn()
    lines = [json.loads(line) for line in clinic.journal().splitlines()]
    told = [line["fields"] | {"event": line["event"]} for line in lines]
    assert [
        (it["event"], it.get("by"), it["version"], it["people"], it.get("added"), it.get("removed"))
        for it in told
    ] == [
        ("registry_imported", "cli:anna", 1, 1, 1, 0),
        ("registry_imported", "cli:anna", 2, 1, 1, 1),
        ("registry_changed", None, 2, 1, None, None),
        ("registry_synced", "cli:bert", 4, 2, 1, 0),
        ("registry_changed", None, 4, 2, None, None),
    ]
    assert {it.get("brought_at") for it in told} == {"2026-03-01T12:00:00+00:00", None}


def test_a_new_version_is_noticed_once_whoever_brought_it(clinic: Clinic) -> None:
    looks = Looks(clinic.parts)
    assert looks.turn() == []
    clinic.parts.registry.replace([person(record_id="7")])
    assert looks.turn() == ["registry_changed"]
    assert '"registry_changed"' in clinic.journal()
    assert looks.turn() == []
    assert Looks(clinic.parts).turn() == []  # as after a restart
    clinic.parts.registry.replace([person(record_id="7"), person(record_id="8")])
    assert Looks(clinic.parts).turn() == ["registry_changed"]


def test_a_look_that_could_not_be_ended_is_taken_up_again(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.parts.registry.replace([person(record_id="7")])
    looks = Looks(clinic.parts)
    with monkeypatch.context() as away:
        away.setattr("agent.daemon.redeciding.redecide", lambda *_, **__: False)
        assert looks.turn() == ["registry_changed"]
    assert clinic.parts.registry.noted("redecided_version") is None
    assert looks.turn() == []
    assert clinic.parts.registry.noted("redecided_version") == "1"


def test_a_lesson_that_comes_to_count_or_counts_no_more_lets_every_question_be_looked_at_once(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.parts.registry.replace([person(record_id="7")])
    looks = Looks(clinic.parts)
    looks.turn()
    are_lessons_new: list[bool] = []

    def look(*_: object, **options: bool) -> bool:
        are_lessons_new.append(options["are_lessons_new"])
        return True

    monkeypatch.setattr("agent.daemon.redeciding.redecide", look)
    active = [lesson(Alias(record_id=RecordId("7"), last_name="VIDALL Hind"), 3)]
    monkeypatch.setattr("agent.daemon.redeciding.active_lessons", lambda _: active)
    assert looks.turn() == []  # the registry is as it was
    assert Looks(clinic.parts).turn() == []  # as after a restart
    assert are_lessons_new == [True]
    active.clear()
    assert (looks.turn(), looks.turn()) == ([], [])
    assert are_lessons_new == [True, True]


def test_a_copy_that_was_too_old_counts_as_new_when_it_is_fresh_again(clinic: Clinic) -> None:
    clinic.confirm()
    clinic.turn()
    looks = Looks(clinic.parts)
    looks.turn()
    clinic.parts.registry.note(TRUSTED_UNTIL, datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC).isoformat())
    looks.turn()
    assert clinic.parts.registry.noted("redecided_version") == ""
    clinic.turn()
    looks.turn()
    assert clinic.parts.registry.noted("redecided_version") == "1"


def test_health_says_that_the_setting_of_a_copy_is_gone(clinic: Clinic) -> None:
    clinic.confirm()
    clinic.turn()
    found = registry_part(clinic.settings.model_copy(update={"registry_url": None}))
    assert found.level is Level.NOTICE
    assert "DOSSIERD_REGISTRY_URL is not set any more" in found.sentence


def test_a_database_that_hangs_stops_no_daemon_and_is_no_reason_to_end_it(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    hanging, released = threading.Event(), threading.Event()

    def hang(*_: object, **__: object) -> None:
        hanging.set()
        released.wait(60)
        raise errors.RegistryUnavailable("It was released.")

    monkeypatch.setattr("agent.daemon.syncing.sync", hang)
    daemon = Daemon(clinic.parts)
    troubles: list[str | None] = []

    def look() -> None:
        assert hanging.wait(20)
        for loop in daemon._strangers:
            loop.beat -= 1000
        troubles.append(daemon.trouble())
        daemon.stop()

    helper = threading.Thread(target=look)
    daemon.run(on_ready=helper.start)
    helper.join(20)
    released.set()
    for loop in daemon._strangers:
        loop.join(20)
    for number, handler in handlers.items():
        signal.signal(number, handler)
    assert troubles == [None]


def test_a_home_without_a_database_has_no_loop_that_copies(tmp_path: Path) -> None:
    parts = build(Settings(home=tmp_path / "home", allow_root=True, ocr_languages="fra"))
    try:
        assert "sync" not in {loop.name for loop in Daemon(parts)._strangers}
    finally:
        parts.close()


@pytest.mark.security
def test_a_wrong_address_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path / "home",
        allow_root=True,
        registry_url="oracle://reader:s3cret@host/db",  # type: ignore[arg-type] # pydantic makes a secret of it
        registry_table="people",
    )
    with pytest.raises(errors.SettingInvalid) as raised:
        build(settings)
    assert "s3cret" not in f"{raised.value}{raised.value.hint}"
    assert not (tmp_path / "home" / "state" / "ledger.sqlite").exists()


class Publishing(SharedPeople):
    """Counts how often people are to be published, and refuses at the second."""

    def __init__(self) -> None:
        self.tries = 0

    @contextmanager
    def changing(self) -> Iterator[str]:
        yield ""

    def publish(self, since: str) -> None:
        self.tries += 1
        if self.tries == 2:
            raise errors.StorageUnavailable("It is full.")


def test_people_that_could_not_be_published_are_published_at_the_next_look(clinic: Clinic) -> None:
    clinic.confirm()
    assert clinic.parts.source is not None
    people = Publishing()
    syncing = Syncing(replace(clinic.parts, people=people), clinic.parts.source, Now())
    tries = []
    for number in range(2, 6):
        if number == 3:
            clinic.run("INSERT INTO people VALUES (2, 'TAZI', 'Hind', NULL)")
        syncing.turn()
        tries.append(people.tries)
    assert tries == [1, 2, 3, 3]
