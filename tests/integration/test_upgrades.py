"""A ledger of every version that ever was is brought up to date with all that is in it, and works on."""

import datetime
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from agent.adapters.ledger import SqlLedger, SqlOutbox, SqlRequests, open_engine, rows, schema
from agent.adapters.ledger import engine as engine_module
from agent.adapters.ledger.readings import packed
from agent.adapters.ledger.retention import LET_GO
from agent.adapters.ledger.upgrading import open_upgraded
from agent.domain.document import CorrelationId, DocumentId, SeenFile, text_of_plain
from agent.domain.life import Action
from agent.domain.message import Message, MessageKind
from agent.domain.outcome import Archived, Duplicate, Failed, FailureReason, InReview, Outcome
from agent.errors import LedgerUnavailable
from tests.custody_builders import ANNA, NOON, a_match, ambiguous, hash_of

pytestmark = [pytest.mark.reliability, pytest.mark.deployment]

MIGRATIONS = Path(engine_module.__file__).parent / "migrations"
LAST = DocumentId(9)
"""The highest number that was given: its document is gone."""
OUTCOMES: dict[int, Outcome] = {
    1: Archived(record_id=ANNA.record_id, decided_by="rule", decision=a_match()),
    2: InReview(decision=ambiguous()),
    3: Failed(reason=FailureReason.NO_PAGES),
    4: Duplicate(original=DocumentId(1)),
}
TOLD = rows.MESSAGE.dump_json(
    Message(kind=MessageKind.FILED, document_id=DocumentId(1), title="D-1 was filed under R1.")
).decode()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


REVISIONS = [it.revision for it in reversed(list(ScriptDirectory.from_config(_config()).walk_revisions()))]


def _engine(path: Path) -> Engine:
    return create_engine(f"sqlite:///{path}", poolclass=NullPool)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An empty ledger of each version, each made from the one before."""
    folder, made = tmp_path_factory.mktemp("versions"), dict[str, Path]()
    for revision in REVISIONS:
        path = folder / f"{revision}.sqlite"
        if made:
            shutil.copy(list(made.values())[-1], path)
        engine, config = _engine(path), _config()
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
        engine.dispose()
        made[revision] = path
    return made


def _rows() -> Iterator[tuple[str, dict[str, object]]]:
    """What an office had: each version takes the tables and columns that it knows."""
    yield "homes", {"home_id": "home1"}
    for number, outcome in OUTCOMES.items():
        columns = rows.columns_of(outcome)
        sha256 = hash_of(b"first" if number in {1, 4} else f"{number}".encode())
        yield (
            "documents",
            {
                "document_id": number,
                "correlation_id": f"c{number}",
                "state": outcome.state,
                "epoch": 1,
                "attempts": 0,
                "original_name": f"letter {number}.pdf",
                "seen_name": f"letter {number}.pdf".encode(),
                "seen_device": "1",
                "seen_inode": "18446744073709551615",
                "seen_size": 5,
                "seen_modified_ns": "4",
                "seen_at": NOON,
                "claimed_at": NOON,
                "sha256": sha256,
                "content_key": sha256 if number in {1, 2} else None,
                "size": 5,
                "location": f"somewhere/{number}.pdf",
                "outcome": rows.OUTCOME.dump_json(outcome).decode(),
                "settled_at": NOON,
                "rested_at": NOON,
                "record_id": columns["record_id"],
                "reason": columns["reason"],
                "decided_by": columns["decided_by"],
            },
        )
    decision = rows.DECISION.dump_json(ambiguous()).decode()
    yield "reviews", {"document_id": 2, "epoch": 1, "decision": decision, "opened_at": NOON}
    yield (
        "steps",
        {"step_id": 1, "document_id": 1, "epoch": 1, "name": "read", "started_at": NOON, "duration_ms": 900},
    )
    for parcel, recipient, sent_at in ((1, "anna", NOON), (2, "bert", None)):
        yield (
            "outbox",
            {
                "parcel_id": parcel,
                "document_id": 1,
                "epoch": 1,
                "recipient": recipient,
                "message": TOLD,
                "due_at": NOON,
                "attempts": 0,
                "sent_at": sent_at,
                "receipt": None if sent_at is None else "77",
            },
        )
    yield (
        "requests",
        {
            "request_id": 1,
            "key": "k1",
            "action": "undo",
            "document_id": 1,
            "argument": "",
            "actor": "cli:anna",
            "requested_at": NOON,
        },
    )
    body = packed(text_of_plain("Clinique du Lac").pages[0])
    yield "texts", {"document_id": 1, "sha256": hash_of(b"first"), "body": body}
    yield (
        "readings",
        {
            "document_id": 1,
            "sha256": hash_of(b"first"),
            "page_count": 1,
            "pages_read": 1,
            "seconds": 0.5,
            "bytes": len(body),
            "lost": 0,
            "begun_at": NOON,
        },
    )
    yield "pages", {"document_id": 1, "number": 1, "body": body}
    yield (
        "lessons",
        {
            "number": 1,
            "teaching": "{}",
            "teaching_key": "t1",
            "state": "revoked",
            "document_id": 1,
            "taught_by": "cli:anna",
            "taught_at": NOON,
        },
    )
    yield (
        "questions",
        {
            "question_id": 1,
            "document_id": 2,
            "epoch": 1,
            "revision": "abc",
            "offered": "[]",
            "is_search": False,
            "page": 0,
            "posted_at": NOON,
        },
    )
    yield "inbox", {"bot": "b", "update_id": 5, "body": "{}", "received_at": NOON}
    yield "polls", {"bot": "b", "polled_at": NOON}
    yield "pauses", {"pause_id": 1, "begun_at": NOON, "begun_by": "cli:anna", "ended_at": NOON}
    yield "digests", {"day": "2026-03-01", "until_at": NOON}
    yield (
        "denials",
        {"sha256": hash_of(b"2"), "record_id": "R2", "denied_by": "cli:anna", "denied_at": NOON},
    )
    yield (
        "settled",
        {
            "document_id": 1,
            "epoch": 1,
            "event": "settled",
            "state": "archived",
            "settled_by": "rule",
            "settled_at": NOON,
            "record_id": "R1",
        },
    )


def _fill(path: Path) -> dict[str, int]:
    """Write an office's rows into a ledger of any version; gives how many each table took."""
    engine, taken = _engine(path), dict[str, int]()
    with engine.begin() as connection:
        known = inspect(connection)
        for table, values in _rows():
            if not known.has_table(table):
                continue
            columns = {column["name"] for column in known.get_columns(table)}
            there = {name: _stored(value) for name, value in values.items() if name in columns}
            names = ", ".join(there)
            marks = ", ".join(f":{name}" for name in there)
            connection.execute(
                text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), there
            )  # names of ours
            taken[table] = taken.get(table, 0) + 1
        connection.execute(
            text("UPDATE sqlite_sequence SET seq = :last WHERE name = 'documents'"), {"last": LAST}
        )
    engine.dispose()
    return taken


def _stored(value: object) -> object:
    """As SQLAlchemy writes a moment into SQLite."""
    return f"{value:%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime.datetime) else value


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_ledger_of_each_version_is_brought_up_to_date_with_all_that_is_in_it(
    revision: str, empty: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "ledger.sqlite"
    shutil.copy(empty[revision], path)
    taken = _fill(path)

    engine = open_engine(path, may_upgrade=True)
    ledger = SqlLedger(engine)
    assert ledger.check() == "ok"
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == schema.REVISION
        for table in set(taken) - {"texts"}:
            count = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()  # names of ours
            assert (table, count) == (table, taken[table])
        states = connection.execute(text("SELECT state, count(*) FROM documents GROUP BY state")).all()
        if (
            revision < "0033"
        ):  # a later one counts what the ledger writes, and these rows were written beside it
            assert ledger.counts() == dict(tuple(row) for row in states)
    assert ledger.home_id() == "home1"
    for number, outcome in OUTCOMES.items():
        document = ledger.document(DocumentId(number))
        assert document is not None
        assert (document.state, document.outcome, document.settled_at) == (outcome.state, outcome, NOON)
        assert (document.seen.inode, document.location) == (18446744073709551615, f"somewhere/{number}.pdf")
    review = ledger.review(DocumentId(2))
    assert review is not None
    assert (review.decision, review.answered_at) == (ambiguous(), None)
    assert [(it.recipient, it.message.title) for it in SqlOutbox(engine).due(NOON, 9)] == [
        ("bert", "D-1 was filed under R1.")
    ]
    [request] = SqlRequests(engine).open_requests()
    assert (request.action, request.document_id, request.actor) == (Action.UNDO, 1, "cli:anna")
    kept = ledger.text(DocumentId(1), hash_of(b"first"))
    assert (None if kept is None else kept.text) == (None if revision == "0001" else "Clinique du Lac")
    seen = SeenFile(name="new.pdf", device=1, inode=2, size=3, modified_ns=4)
    assert ledger.open_claim(seen, "new.pdf", CorrelationId("c"), NOON).document_id == LAST + 1
    engine.dispose()


def test_messages_of_an_older_ledger_get_the_correlation_id_of_their_document(
    empty: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "ledger.sqlite"
    shutil.copy(empty["0027"], path)
    _fill(path)
    engine = _engine(path)
    row = "INSERT INTO outbox (card, epoch, recipient, message, attempts) VALUES (:card, 0, 'anna', '{}', 0)"
    with engine.begin() as connection:
        for card in ("question:1", "reminder:1", "question:11", "storm:damaged", None):
            connection.execute(text(row), {"card": card})
    engine.dispose()
    engine = open_engine(path, may_upgrade=True)
    with engine.connect() as connection:
        runs = connection.execute(text("SELECT card, correlation_id FROM outbox ORDER BY parcel_id")).all()
    engine.dispose()
    assert [tuple(run) for run in runs] == [
        (None, "c1"),
        (None, "c1"),
        ("question:1", "c2"),
        ("reminder:1", "c2"),
        ("question:11", None),
        ("storm:damaged", None),
        (None, None),
    ]


def test_messages_of_an_older_ledger_that_are_no_longer_kept_are_not_looked_at_again(
    empty: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "ledger.sqlite"
    shutil.copy(empty["0029"], path)
    engine = _engine(path)
    row = "INSERT INTO outbox (epoch, recipient, message, attempts) VALUES (0, 'anna', :message, 0)"
    with engine.begin() as connection:
        for title in (LET_GO, "Filed."):
            message = Message(kind=MessageKind.FILED, document_id=None, title=title)
            connection.execute(text(row), {"message": rows.MESSAGE.dump_json(message).decode()})
    engine.dispose()
    engine = open_engine(path, may_upgrade=True)
    with engine.connect() as connection:
        marks = connection.execute(text("SELECT is_let_go FROM outbox ORDER BY parcel_id")).scalars().all()
    engine.dispose()
    assert marks == [1, None]


def test_an_upgrade_that_fails_leaves_the_older_ledger_as_it_was(
    empty: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.sqlite"
    shutil.copy(empty["0001"], path)
    taken = _fill(path)

    def die(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as dying:
        dying.setattr("alembic.operations.base.Operations.add_column", die)
        with pytest.raises(MemoryError):
            open_engine(path, may_upgrade=True)
    engine = _engine(path)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0001"
        assert connection.execute(text("SELECT count(*) FROM texts")).scalar() == taken["texts"]
    engine.dispose()
    open_engine(path, may_upgrade=True).dispose()


OPENING = """
import pathlib, sys
from agent.adapters.ledger.upgrading import open_upgraded

with open_upgraded(pathlib.Path(sys.argv[1])).connect() as connection:
    print(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())
print("alembic" in sys.modules)
"""


@pytest.mark.parametrize("revision", [None, "0001"], ids=["new", "old"])
def test_a_daemon_holds_nothing_of_what_an_upgrade_takes(
    revision: str | None, empty: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "ledger.sqlite"
    if revision is not None:
        shutil.copy(empty[revision], path)
    told = subprocess.run(
        [sys.executable, "-c", OPENING, str(path)], capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == [schema.REVISION, "False"]


def test_an_upgrade_that_can_t_happen_elsewhere_happens_here(
    empty: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for program in ("/bin/false", "/nonexistent"):
        path = tmp_path / program.replace("/", "-")
        shutil.copy(empty["0001"], path)
        with monkeypatch.context() as broken:
            broken.setattr(sys, "executable", program)
            engine = open_upgraded(path)
        assert engine_module._revision_of(engine) == schema.REVISION
        engine.dispose()


def test_a_ledger_that_can_t_be_used_says_why_however_it_is_upgraded(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"no database " * 1000)
    with pytest.raises(LedgerUnavailable, match="SQLITE_NOTADB"):
        open_upgraded(path)
