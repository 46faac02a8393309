"""Dates that PostgreSQL has and Python has not: `infinity`, before Christ, after 9999.

Psycopg raises for them, in the middle of a table. Here each is given as a text, which is no date of that one row.
"""

import datetime

import psycopg
from psycopg.abc import Buffer
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader

from agent.adapters.registry.values import NoDate


class _AnyDate(DateLoader):
    def load(self, data: Buffer) -> datetime.date | NoDate:  # type: ignore[override] # it is read as any object
        try:
            return super().load(data)
        except psycopg.DataError:
            return NoDate("no date")


class _AnyMoment(TimestampLoader):
    def load(self, data: Buffer) -> datetime.datetime | NoDate:  # type: ignore[override] # as above
        try:
            return super().load(data)
        except psycopg.DataError:
            return NoDate("no date")


class _AnyMomentOfAZone(TimestamptzLoader):
    def load(self, data: Buffer) -> datetime.datetime | NoDate:  # type: ignore[override] # as above
        try:
            return super().load(data)
        except psycopg.DataError:
            return NoDate("no date")


def read_any_date(connection: psycopg.Connection) -> None:
    """Have all that is read by this connection given so."""
    for name, loader in (("date", _AnyDate), ("timestamp", _AnyMoment), ("timestamptz", _AnyMomentOfAZone)):
        connection.adapters.register_loader(name, loader)
