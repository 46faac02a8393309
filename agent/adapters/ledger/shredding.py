"""What pages said, gone from their index for good: a little at a time, so that nobody waits long for the ledger.

FTS5 only marks words as deleted, until they are merged. Its option `secure-delete` is of SQLite 3.42, and Debian 12 has
3.40; its `optimize` merges all in one transaction, which takes a minute among a million texts. Its `merge` does the
same in steps (https://www.sqlite.org/fts5.html, 6.9 and 6.10). How far it is stands in two tallies, so that a death
loses nothing: the texts that were deleted, and those of them that the merge under way has among what it merges.
"""

import itertools
import time
from typing import Any

from sqlalchemy import Connection, Engine, select, text

from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.tallies import count, tallies

PAGES = 500
"""Of the index, written in one transaction: a quarter of a second."""
_KIND, _DELETED, _COVERED = "shredding", "deleted", "covered"
_MERGE = text("INSERT INTO page_words (page_words, rank) VALUES ('merge', :pages)")
_COUNTS = select(tallies.c.label, tallies.c.count.label("pages")).where(tallies.c.kind == _KIND)


def note(connection: Connection, deleted: int) -> None:
    """Write inside the caller's transaction that pages were deleted, whose words are still to be shredded."""
    count(connection, _KIND, _DELETED, deleted)


def shred(engine: Engine, steps: int | None = None) -> bool:
    """Let go of what deleted pages said, until nothing is left. Others come to the ledger for half of the time.

    Args:
        steps: at most; None for as many as it takes.

    Returns:
        Whether something was done.

    Raises:
        LedgerUnavailable: what was done stays, and the rest is for the next time.
    """
    with reading(engine) as connection:
        if not _counts(connection)[0]:
            return False
    for _ in itertools.count() if steps is None else range(steps):
        began = time.monotonic()
        with writing(engine) as connection:
            is_left = _step(connection)
        if not is_left:
            break
        time.sleep(time.monotonic() - began)
    return True


def _step(connection: Connection) -> bool:
    """Merge some pages of the index; gives whether more are to be merged."""
    deleted, covered = _counts(connection)
    if not deleted:
        return False
    if _merge(connection, PAGES):
        return True
    if not covered:
        # Only now: a merge that FTS5 had begun by itself would go on, and leave out what was deleted since.
        _merge(connection, -PAGES)
        count(connection, _KIND, _COVERED, deleted)
        return True
    count(connection, _KIND, _DELETED, -covered)
    count(connection, _KIND, _COVERED, -covered)
    return deleted > covered


def _counts(connection: Connection) -> tuple[int, int]:
    """How many were deleted, and how many of them a merge covers."""
    counts = {row.label: row.pages for row in connection.execute(_COUNTS)}
    return counts.get(_DELETED, 0), counts.get(_COVERED, 0)


def _merge(connection: Connection, pages: int) -> bool:
    """Merge; gives whether there was anything to merge.

    Args:
        pages: negative where all that the index has now is to be merged into one.
    """
    database: Any = connection.connection.driver_connection
    before = database.total_changes
    connection.execute(_MERGE, {"pages": pages})
    return bool(database.total_changes - before > 1)
