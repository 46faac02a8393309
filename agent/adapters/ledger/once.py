"""Rows whose first word stays."""

from collections.abc import Mapping

from sqlalchemy import Connection, Table, insert, select


def add_once(connection: Connection, table: Table, row: Mapping[str, object]) -> None:
    """Insert a row unless its key is there. The caller's transaction writes alone: nothing comes between the two."""
    key = table.primary_key.columns
    there = select(*key).where(*(column == row[column.name] for column in key))
    if connection.execute(there).first() is None:
        connection.execute(insert(table).values(row))
