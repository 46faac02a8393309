"""The numbers of rows: the database counts them by itself, and forgets what an earlier ledger had given."""

from typing import Any

from sqlalchemy import Column, Connection, func, select, text

from agent.adapters.ledger.schema import documents

_NUMBER: Column[Any] = documents.c.document_id
_SEQUENCE = text("SELECT pg_get_serial_sequence(:table, :column)")
_LAST = text("SELECT pg_sequence_last_value(CAST(:sequence AS regclass))")
_GO_ON = text("SELECT setval(CAST(:sequence AS regclass), :highest)")


def highest_given(connection: Connection, column: Column[Any] = _NUMBER) -> int:
    """The highest number that a table has given, also to a row that is gone; the highest there is where none counts."""
    if connection.dialect.name == "postgresql":
        sequence = _sequence_of(connection, column)
        last = None if sequence is None else connection.execute(_LAST, {"sequence": sequence}).scalar()
    else:
        last = _last_in_file(connection, column)
    return max(last or 0, connection.execute(select(func.max(column))).scalar() or 0)


def go_on_above(connection: Connection, highest: int, column: Column[Any] = _NUMBER) -> None:
    """Let numbers go on above one, inside the caller's transaction; they never go back."""
    if connection.dialect.name == "postgresql":
        sequence = _sequence_of(connection, column)
        if sequence is not None:
            last = connection.execute(_LAST, {"sequence": sequence}).scalar()
            if highest > (last or 0):
                connection.execute(_GO_ON, {"sequence": sequence, "highest": highest})
        return
    if not column.table.dialect_options["sqlite"]["autoincrement"]:
        return
    given = _last_in_file(connection, column)
    if given is None and highest:
        connection.execute(
            text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :highest)"),
            {"table": column.table.name, "highest": highest},
        )
    elif given is not None and given < highest:
        connection.execute(
            text("UPDATE sqlite_sequence SET seq = :highest WHERE name = :table"),
            {"table": column.table.name, "highest": highest},
        )


def _sequence_of(connection: Connection, column: Column[Any]) -> str | None:
    found = connection.execute(_SEQUENCE, {"table": column.table.name, "column": column.name}).scalar()
    return None if found is None else str(found)


def _last_in_file(connection: Connection, column: Column[Any]) -> int | None:
    found = connection.execute(
        text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": column.table.name}
    ).scalar()
    return None if found is None else int(found)
