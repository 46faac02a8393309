"""Jobs in PostgreSQL: rows of procrastinate's tables (`job_tables.py`), written in the transaction that asks for them.

Invariants
- A document that was claimed, or that begins anew, has a job exactly when its row says so: both are one transaction.
- No statement here can fail because a job is there already; two jobs of one document are run one after the other
  (procrastinate's lock), and the second finds nothing left to do.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Engine, TextClause, text

from agent.adapters.ledger.engine import BUSY_SECONDS, reading, writing
from agent.domain.document import DocumentId, reference
from agent.domain.outcome import Event
from agent.jobs import ARGUMENT, QUEUE, TASK, JobLoad

ASKING = frozenset({Event.RENAMED, Event.INTERRUPTED, Event.REDECIDED, Event.RETRIED})
"""What makes a document anybody's to work on. Who hands it back himself goes on with it, or puts it back."""


_JOB = (
    f"CAST(ROW('{QUEUE}', '{TASK}', 0, CAST(:lock AS text), NULL, "
    f"jsonb_build_object('{ARGUMENT}', CAST(:wanted AS bigint)), NULL) AS procrastinate_job_to_defer_v1)"
)
_DEFER = (
    f"SELECT procrastinate_defer_jobs_v1(ARRAY[{_JOB}]) "  # noqa: S608 # nosec B608 # constants, here and below
    "WHERE NOT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE lock = :lock AND status"
)
_UNLESS_IT_WAITS, _UNLESS_THERE = text(f"{_DEFER} = 'todo')"), text(f"{_DEFER} IN ('todo', 'doing'))")
_KNOWN = text(
    f"SELECT CAST(args ->> '{ARGUMENT}' AS bigint) FROM procrastinate_jobs "  # noqa: S608 # nosec B608
    "WHERE queue_name = :queue AND status IN ('todo', 'doing')"
)
_LOAD = text(
    "SELECT (SELECT count(*) FROM procrastinate_jobs WHERE queue_name = :queue AND status IN ('todo', 'doing')), "
    "(SELECT count(*) FROM procrastinate_workers "
    "WHERE last_heartbeat > now() - make_interval(secs => :within_seconds))"
)


def ask(connection: Connection, document_id: DocumentId, event: Event) -> None:
    """Write a job in the transaction of what makes it necessary; a ledger of one host has none."""
    if event in ASKING and connection.dialect.name == "postgresql":
        connection.execute(_UNLESS_IT_WAITS, _values(document_id))


class SqlJobs:
    """Implements `jobs.Jobs` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def queue(self, document_ids: Collection[DocumentId]) -> None:
        self._write(_UNLESS_THERE, document_ids)

    def put_back(self, document_ids: Collection[DocumentId]) -> None:
        self._write(_UNLESS_IT_WAITS, document_ids)

    def address(self) -> dict[str, Any]:
        """What `psycopg.connect` takes to reach them."""
        from agent.adapters.ledger import postgresql  # it loads the driver

        return postgresql.arguments_of(self._engine, busy_seconds=BUSY_SECONDS)

    def known(self) -> frozenset[DocumentId]:
        with reading(self._engine) as connection:
            return frozenset(map(DocumentId, connection.execute(_KNOWN, {"queue": QUEUE}).scalars()))

    def load(self, within_seconds: float) -> JobLoad:
        with reading(self._engine) as connection:
            counted = connection.execute(_LOAD, {"queue": QUEUE, "within_seconds": within_seconds})
            jobs, workers = counted.one()
        return JobLoad(jobs=jobs, workers=workers)

    def _write(self, statement: TextClause, document_ids: Collection[DocumentId]) -> None:
        if not document_ids:
            return
        with writing(self._engine) as connection:
            for document_id in sorted(document_ids):
                connection.execute(statement, _values(document_id))


def _values(document_id: DocumentId) -> dict[str, object]:
    return {"lock": reference(document_id), "wanted": document_id}
