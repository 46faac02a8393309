"""The search index's tables.

A person is found by any two core words of a name (in their spelling keys), by a number, or by a birth date. Pairs of
all core words, and not of last and first name only, so that a longer or turned-round name is found too, and in each way
in which its words may be joined; a name of one word pairs with itself.
"""

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS person (
    rid INTEGER PRIMARY KEY,
    record_id TEXT NOT NULL UNIQUE,
    last_name TEXT NOT NULL,
    first_name TEXT NOT NULL,
    birth_name TEXT,
    birth_date TEXT,
    sex TEXT,
    identifiers TEXT NOT NULL,
    phone TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS vocab (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE IF NOT EXISTS pair (a INTEGER, b INTEGER, rid INTEGER, PRIMARY KEY (a, b, rid)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ident (value TEXT, rid INTEGER, PRIMARY KEY (value, rid)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dob (birth_date TEXT, rid INTEGER, PRIMARY KEY (birth_date, rid)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pair_by_b ON pair (b);
"""
TABLES = ("person", "vocab", "pair", "ident", "dob")
