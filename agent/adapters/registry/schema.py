"""The search index's tables, and whether a file holds them as this program fills them.

A person is found by any two core words of a name (in their spelling keys), by a number, or by a birth date. Pairs of
all core words, and not of last and first name only, so that a longer or turned-round name is found too, and in each way
in which its words may be joined; a name of one word pairs with itself.

The people are the truth, all else is made from them. The file may be their only copy: it is never thrown away.
"""

import hashlib
import inspect
import sqlite3
from pathlib import Path
from types import ModuleType

from agent.adapters.registry import rows
from agent.core import identifiers, names
from agent.errors import RegistryUnavailable

FOLLOWED = "followed_copy"
"""The note that holds which published copy these people are, or go on from; none in a home of one host."""
REDECIDED = "redecided_version"
"""The note that holds the version with which open questions were looked at last."""
_LASTING = (
    "CREATE TABLE IF NOT EXISTS meta (version INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS note (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS person (
        rid INTEGER PRIMARY KEY,
        record_id TEXT NOT NULL UNIQUE,
        last_name TEXT NOT NULL,
        first_name TEXT NOT NULL,
        birth_name TEXT,
        birth_date TEXT,
        sex TEXT,
        identifiers TEXT NOT NULL,
        phone TEXT
    ) STRICT""",
)
_MADE_FROM_PEOPLE = (
    "DROP TABLE IF EXISTS vocab",
    "DROP TABLE IF EXISTS pair",
    "DROP TABLE IF EXISTS ident",
    "DROP TABLE IF EXISTS dob",
    "CREATE TABLE vocab (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE) STRICT",
    "CREATE TABLE pair (a INTEGER, b INTEGER, rid INTEGER, PRIMARY KEY (a, b, rid)) STRICT, WITHOUT ROWID",
    "CREATE TABLE ident (value TEXT, rid INTEGER, PRIMARY KEY (value, rid)) STRICT, WITHOUT ROWID",
    "CREATE TABLE dob (birth_date TEXT, rid INTEGER, PRIMARY KEY (birth_date, rid)) STRICT, WITHOUT ROWID",
    "CREATE INDEX pair_by_b ON pair (b)",
)


def form() -> int:
    """A number, from 1, that changes with whatever decides how people are turned into words, pairs and numbers.

    A hash of that code itself: a number that a programmer must remember to raise is forgotten once, and an index
    whose spelling keys are older than those it is searched by misses namesakes in silence.
    """
    modules: tuple[ModuleType, ...] = (names, identifiers, rows)
    content = b"".join(Path(inspect.getfile(module)).read_bytes() for module in modules)
    content += "".join((*_LASTING, *_MADE_FROM_PEOPLE)).encode()
    return int.from_bytes(hashlib.sha256(content).digest()[:4]) // 2 or 1


def form_of(connection: sqlite3.Connection) -> int:
    """The form in which this file was filled; 0 for a new file, and for one of the first versions."""
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    return int(found)


def make_tables(connection: sqlite3.Connection, wanted: int) -> None:
    """Make all tables that are missing, and those that are made from people anew and empty.

    Raises:
        RegistryUnavailable: the file holds something else.
    """
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and not {"meta", "person"} <= tables:
        raise RegistryUnavailable(
            "The registry's file is the database of something else.", hint="Move it away and import again."
        )
    for statement in (*_LASTING, *_MADE_FROM_PEOPLE):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {wanted:d}")
