"""What became of canaries; and tables for the next: those of the office's ledger, without its rows."""

import datetime
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    Integer,
    String,
    Table,
    create_engine,
    delete,
    insert,
    select,
    text,
)
from sqlalchemy.engine import URL

from agent.adapters.ledger import page_words
from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.schema import REVISION, UtcDateTime, metadata
from agent.domain.canary import CanaryProblem, CanaryRun
from agent.errors import LedgerUnavailable

canaries = Table(
    "canaries",
    metadata,
    Column("canary_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("problem", String(16)),  # empty where it was filed as it must
    sqlite_autoincrement=True,
)

KEPT = datetime.timedelta(days=30)

_MADE = (
    "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite~_%' ESCAPE '~' "
    "ORDER BY type = 'index', rowid"
)


class SqlCanaries:
    """Implements `watched.CanaryRuns`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, run: CanaryRun) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(canaries).where(canaries.c.at < run.at - KEPT))
            connection.execute(
                insert(canaries).values(at=run.at, duration_ms=run.duration_ms, problem=run.problem)
            )

    def latest(self, limit: int) -> Sequence[CanaryRun]:
        newest = select(canaries).order_by(canaries.c.canary_id.desc()).limit(limit)
        with reading(self._engine) as connection:
            return [
                CanaryRun(
                    at=row.at,
                    duration_ms=row.duration_ms,
                    problem=None if row.problem is None else CanaryProblem(row.problem),
                )
                for row in connection.execute(newest)
            ]

    def copy_tables(self, path: Path) -> None:
        """Make a ledger at `path` with the tables of this one, and none of its rows; SQLite's, wherever this is.

        Migrations would give the same, but alembic alone takes 9 MB that the daemon would keep for good.

        Raises:
            LedgerUnavailable: this one can't be read, or the other not be written.
        """
        if self._engine.dialect.name != "sqlite":
            _make_tables(path)
            return
        made, revision = self._tables()
        virtual = tuple(f"{name}_" for name, sql in made if sql.startswith("CREATE VIRTUAL"))
        try:
            with closing(sqlite3.connect(path)) as copy, copy:
                for name, sql in made:
                    if not name.startswith(virtual):  # the tables of an index of texts come with it
                        copy.execute(sql)
                copy.execute("INSERT INTO alembic_version (version_num) VALUES (?)", (revision,))
        except sqlite3.Error as error:
            raise LedgerUnavailable(f"A canary's ledger can't be made ({type(error).__name__}).") from error

    def _tables(self) -> tuple[Sequence[tuple[str, str]], str]:
        with reading(self._engine) as connection:
            made = [(str(row.name), str(row.sql)) for row in connection.execute(text(_MADE))]
            return made, str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar())


def _make_tables(path: Path) -> None:
    engine = create_engine(URL.create("sqlite", database=str(path)))
    try:
        with writing(engine) as connection:
            metadata.create_all(connection)
            page_words.create(connection)
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": REVISION})
    finally:
        engine.dispose()
