"""Reads the people out of the office's own database, which is never written to.

Each reading is one read-only transaction over one snapshot, streamed in batches. Names of tables and columns come from
what the database says of itself; a setting only chooses among them. No error holds the address: a password is in it.

Accepted risk: a PostgreSQL server that is frozen in the middle of a row, with its machine still up, is waited for until
its host or the network gives up. The daemon's other work goes on, and the copy grows old in plain sight.
"""

import datetime
import decimal
import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from sqlalchemy import Connection, Select, column, false, func, inspect, literal_column, select, table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.expression import TableClause

from agent.adapters.registry import databases
from agent.adapters.registry.databases import translated
from agent.adapters.registry.fields import REQUIRED, near_names, numbers_words, placed, with_near
from agent.adapters.registry.record_ids import problem_with
from agent.adapters.registry.records import PlacesOfIds, Record, read_record
from agent.adapters.registry.values import MOST_DIGITS, NoDate, cell_of
from agent.core.identifiers import IDENTIFIERS, IdentifierKind
from agent.domain.identity import RecordId
from agent.domain.phrase import Phrase
from agent.errors import RegistryInvalid, SettingInvalid

BATCH_ROWS = 1000
_OVERLAP = datetime.timedelta(minutes=10)
"""A transaction may be committed minutes after the moment that it wrote into its rows."""
_COLUMNS_HINT = Phrase("Correct DOSSIERD_REGISTRY_COLUMNS in .env, such as: id=patient_id, last_name=nom")
_TABLE_HINT = Phrase("Correct DOSSIERD_REGISTRY_TABLE in .env.")

Mark = int | str | datetime.datetime | datetime.date
"""A value of the column that grows with each change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What is read from where.

    Attributes:
        database: the kind of it, for people.
        table: as it was set, with its schema.
        fields: columns by field.
        unused: columns that are taken for nothing.
        watermark: the column that grows with each change, if one was set.
        place: a hash of where the database is, so that another one is not taken for it.
        wanted: what was set, as `SqlSource.wanted` writes it.
    """

    database: str
    table: str
    fields: Mapping[str, str]
    unused: tuple[str, ...]
    watermark: str | None
    place: str
    wanted: str


class SqlSource:
    """A table or view of a database."""

    def __init__(
        self,
        url: str,
        table_name: str,
        columns: Mapping[str, str],
        *,
        watermark: str | None = None,
        kinds: Sequence[IdentifierKind] = IDENTIFIERS,
        timeout_seconds: int = databases.TIMEOUT_SECONDS,
    ) -> None:
        """Keep what to read. Nothing is connected to.

        Args:
            url: as SQLAlchemy takes it.
            table_name: of a table or view, maybe `schema.table`.
            columns: by field, where their names don't say what they hold.
            watermark: a column that grows with each change of a row.
            timeout_seconds: how long each step may take: to connect, to answer, to give the next batch.

        Raises:
            SettingInvalid: the address is none of a database that can be read.
        """
        self._place = databases.read_url(url)
        self._table_name = table_name
        self._columns = dict(columns)
        self._watermark = watermark
        self._kinds = kinds
        self._timeout_seconds = timeout_seconds

    @property
    def wanted(self) -> str:
        """What was set of how people are read, in words that are others when it is something else."""
        told = (
            databases.hash_of(self._place),
            self._table_name,
            sorted(self._columns.items()),
            self._watermark,
            numbers_words(self._kinds),
        )
        return json.dumps(told, ensure_ascii=False)

    @contextmanager
    def reading(self) -> Iterator["SqlReading"]:
        """Read one snapshot; nothing is left open afterwards.

        Raises:
            RegistryUnavailable: the database can't be reached, or refuses.
            RegistryInvalid: the table, or a column that was set, is not there.
        """
        engine = databases.engine_of(self._place, timeout_seconds=self._timeout_seconds)
        session: int | None = None
        try:
            with translated():
                connection = engine.connect()
                session = databases.session_of(connection)
            try:
                with translated():
                    databases.begin(connection, timeout_seconds=self._timeout_seconds)
                    reading = self._reading(connection)
                yield reading
            finally:
                with suppress(
                    SQLAlchemyError, OSError
                ):  # it may be gone, and then nothing is left to be closed
                    connection.close()
        except BaseException:
            databases.end(engine, session)
            raise
        finally:
            engine.dispose()

    def _reading(self, connection: Connection) -> "SqlReading":
        schema, name = _find_table(connection, self._table_name)
        names = _columns_of(connection, schema, name)
        fields = {
            field: names[place]
            for field, place in placed(names, self._columns, self._kinds, hint=_COLUMNS_HINT).items()
        }
        if self._watermark is not None and self._watermark not in names:
            near = near_names(self._watermark, names)
            raise RegistryInvalid(
                with_near(Phrase("There is no column '{name}'.", name=self._watermark), near),
                hint=Phrase("Correct DOSSIERD_REGISTRY_WATERMARK in .env, or leave it out."),
            )
        taken = {*fields.values(), self._watermark}
        layout = Layout(
            database=databases.title_of(self._place),
            table=self._table_name,
            fields=fields,
            unused=tuple(it for it in names if it not in taken),
            watermark=self._watermark,
            place=databases.hash_of(self._place),
            wanted=self.wanted,
        )
        return SqlReading(connection, table(name, *map(column, names), schema=schema), layout, self._kinds)


class SqlReading:
    """One snapshot of a table."""

    def __init__(
        self, connection: Connection, source: TableClause, layout: Layout, kinds: Sequence[IdentifierKind]
    ) -> None:
        self._connection = connection
        self._source = source
        self._kinds = kinds
        self.layout = layout

    def watermark(self) -> Mark | None:
        """The highest value of the watermark's column; None without one, or where it is empty in each row.

        Raises:
            SettingInvalid: the column holds something that doesn't grow, or can't be kept.
        """
        if self.layout.watermark is None:
            return None
        with translated():
            highest = self._connection.execute(
                select(func.max(self._source.c[self.layout.watermark]))
            ).scalar()
        if _is_whole(highest):
            return int(highest)
        if highest is None or (
            isinstance(highest, int | str | datetime.date) and not isinstance(highest, bool | NoDate)
        ):
            return highest
        raise SettingInvalid(
            Phrase("DOSSIERD_REGISTRY_WATERMARK: the column holds no moments, whole numbers or texts."),
            hint=Phrase("Choose another column, or leave the setting out."),
        )

    def records(self, since: Mark | None = None) -> Generator[Record, None, None]:
        """Give each row as a person, or with its problem. To be closed where it is not read to its end.

        Args:
            since: only rows whose watermark is not below it, and those that may have been committed late.

        Raises:
            RegistryInvalid: two rows have one id: then the column that was chosen for it names no person.
            RegistryUnavailable: the database went away.
        """
        fields = self.layout.fields
        statement = select(*(self._source.c[name] for name in fields.values()))
        if since is not None and self.layout.watermark is not None:
            statement = statement.where(self._source.c[self.layout.watermark] >= _with_overlap(since))
        with translated(), closing(PlacesOfIds()) as places:
            streamed = self._connection.execution_options(stream_results=True, yield_per=BATCH_ROWS)
            result = streamed.execute(statement)
            try:
                for number, row in enumerate(result, start=1):
                    yield self._record(number, dict(zip(fields, row, strict=True)), places)
            except BaseException:
                databases.abandon(self._connection, result)
                raise

    def _record(self, number: int, values: Mapping[str, Any], places: PlacesOfIds) -> Record:
        cells = {field: cell_of(value) for field, value in values.items()}
        record_id = cells["id"] or ""
        place = f"record {record_id}" if record_id.isprintable() and record_id else f"row {number}"
        unreadable = [field for field, cell in cells.items() if cell is None]
        if any(field in REQUIRED for field in unreadable):
            read = Record(place=place, problem=f"what stands in {', '.join(unreadable)} is no text")
        else:
            read = read_record(
                place,
                {field: cell or "" for field, cell in cells.items()},
                self._kinds,
                keeps_undated=True,
                unreadable=unreadable,
            )
        if problem_with(record_id) is not None:
            return read
        if places.earlier(record_id, number) is not None:
            raise RegistryInvalid(
                Phrase(
                    "Two rows have one id, so that it does not say which person is meant; nothing was taken over."
                ),
                problems=((place, "its id is that of an earlier row"),),
                hint=Phrase(
                    "Choose the column in which each person has another value: DOSSIERD_REGISTRY_COLUMNS"
                ),
            )
        return read if read.person is not None else replace(read, record_id=RecordId(record_id))


def _is_whole(value: object) -> TypeGuard[decimal.Decimal]:
    return (
        isinstance(value, decimal.Decimal)
        and value.is_finite()
        and value.adjusted() <= MOST_DIGITS
        and value == value.to_integral_value()
    )


def _with_overlap(since: Mark) -> Mark:
    return since - _OVERLAP if isinstance(since, datetime.datetime) else since


def _columns_of(connection: Connection, schema: str | None, name: str) -> list[str]:
    """The columns of a table that is there, as the database names them in an answer without rows.

    SQLAlchemy's inspector would ask MariaDB for a view's definition, which whoever may only read is not told.
    """
    statement: Select[Any] = (
        select(literal_column("*")).select_from(table(name, schema=schema)).where(false())
    )
    with connection.execute(statement) as result:
        return list(result.keys())


def _find_table(connection: Connection, table_name: str) -> tuple[str | None, str]:
    """Find a table or view by its name, or by schema and name.

    Raises:
        RegistryInvalid: there is none; near ones are named.
    """
    inspector = inspect(connection)
    schema, dot, name = table_name.rpartition(".")
    known: list[str] = []
    for in_schema, sought in ((None, table_name), *([(schema, name)] if dot else [])):
        if in_schema is not None and in_schema not in inspector.get_schema_names():
            known += [f"{it}.{name}" for it in inspector.get_schema_names()]
            continue
        names = [*inspector.get_table_names(in_schema), *inspector.get_view_names(in_schema)]
        if connection.dialect.name == "postgresql":
            names += inspector.get_materialized_view_names(in_schema)
        if sought in names:
            return in_schema, sought
        known += [f"{in_schema}.{it}" if in_schema else it for it in names]
    near = near_names(table_name, known)
    raise RegistryInvalid(
        with_near(Phrase("There is no table or view '{name}'.", name=table_name), near), hint=_TABLE_HINT
    )
