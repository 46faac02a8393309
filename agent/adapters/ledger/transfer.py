"""Carry every row of one ledger into another that is empty, and look whether each arrived.

Either may lie in SQLite or in PostgreSQL; both are of one version. It is one transaction of the target's: a death
leaves it empty. Rows come in batches, however many there are. Compared are each table's count and the sum of its rows'
hashes, which knows no order: the engines sort letters differently. The index of what pages say is made from the pages.

A ledger that was carried elsewhere says so in its home's id, which is no home's any more: no daemon works in it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select, update

from agent import errors
from agent.adapters.ledger import numbering, page_words
from agent.adapters.ledger.anchors import trail_end
from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.hosts import duties, hosts
from agent.adapters.ledger.readings import unpacked
from agent.adapters.ledger.schema import documents, homes, metadata, pages
from agent.domain.document import DocumentId
from agent.domain.phrase import Phrase

BATCH = 1_000
"""Rows that are in memory at once."""

_CARRIED = ".carried"
_IS_ELSEWHERE = Phrase("This ledger was copied elsewhere, and is no longer the home's.")
_WHERE = Phrase(
    "If it is in PostgreSQL now, set DOSSIERD_LEDGER_URL in .env; if it is in state/ again, take that out."
)
_MADE_WITH_TABLES = frozenset({trail_end.name})


@dataclass(slots=True)
class _Sum:
    """What a table holds, in whatever order its rows come."""

    rows: int = 0
    hashes: int = 0

    def add(self, row: tuple[object, ...]) -> None:
        self.rows += 1
        self.hashes = (self.hashes + int.from_bytes(sha256(repr(row).encode()).digest())) % 2**256


def carry(source: Engine, target: Engine) -> Mapping[str, int]:
    """Write all that one ledger holds into the other.

    Returns:
        How many rows each table has.

    Raises:
        RequestRefused: the target holds something, or the source was carried elsewhere before.
        LedgerUnavailable: one of them can't be used now, or rows did not arrive as they are; nothing was written.
    """
    if is_carried(source):
        raise errors.RequestRefused("This ledger was copied before: what came since is in the copy.")
    with reading(source) as given, writing(target) as taken:
        for connection in (given, taken):
            _take_time(connection)
        _require_empty(taken)
        taken.execute(delete(trail_end))
        counts = {table.name: _carry_table(table, given, taken) for table in metadata.sorted_tables}
        for table in metadata.sorted_tables:
            if (column := table.autoincrement_column) is not None:
                numbering.go_on_above(taken, numbering.highest_given(given, column), column)
        _let_go(taken)
    return counts


@contextmanager
def held(engine: Engine) -> Iterator[Connection]:
    """A transaction that lets nobody else write however long it takes, so that no host joins meanwhile."""
    with writing(engine) as connection:
        _take_time(connection)
        yield connection


def set_aside(connection: Connection) -> None:
    """Let no daemon work in a ledger that was carried elsewhere."""
    connection.execute(update(homes).values(home_id=homes.c.home_id + _CARRIED))


def is_carried(engine: Engine) -> bool:
    with reading(engine) as connection:
        return str(connection.execute(select(homes.c.home_id)).scalar()).endswith(_CARRIED)


def refuse_carried(engine: Engine) -> None:
    """Refuse a ledger that was copied elsewhere.

    Raises:
        LedgerUnavailable.
    """
    if is_carried(engine):
        raise errors.LedgerUnavailable(_IS_ELSEWHERE, hint=_WHERE)


def _take_time(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        from agent.adapters.ledger import postgresql  # it loads the driver

        postgresql.take_time(connection)


def _require_empty(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        held = connection.execute(select(func.count()).select_from(table)).scalar()
        if held and table.name not in _MADE_WITH_TABLES:
            raise errors.RequestRefused(
                "There is a ledger already: nothing is laid over it.",
                hint="Name an empty database.",
            )


def _let_go(connection: Connection) -> None:
    """No daemon works in the copy yet: none of the runs that the source knew holds anything there."""
    connection.execute(update(documents).where(documents.c.run.is_not(None)).values(run=None))
    for table in (duties, hosts):
        connection.execute(delete(table))


def _carry_table(table: Table, given: Connection, taken: Connection) -> int:
    sent = _Sum()
    for rows in given.execute(select(table).execution_options(yield_per=BATCH)).mappings().partitions():
        taken.execute(insert(table), [dict(row) for row in rows])
        for row in rows:
            sent.add(tuple(row.values()))
            if table is pages:
                page_words.keep(taken, DocumentId(row["document_id"]), [unpacked(row["body"])])
    arrived = _Sum()
    for one in taken.execute(select(table).execution_options(yield_per=BATCH)):
        arrived.add(tuple(one))
    if arrived != sent:
        raise errors.LedgerUnavailable(
            f"Of the table {table.name}, {arrived.rows} of {sent.rows} rows arrived, or not as they were."
        )
    return sent.rows
