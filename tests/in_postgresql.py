"""A plug-in of pytest (`-p tests.in_postgresql`): a ledger that a test opens as a new file lies in PostgreSQL.

The file stays empty, and says that there is a ledger. One that the code made by itself, such as a canary's, stays
SQLite's. What another process does is not seen: `make postgresql` names the files that ask for neither.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import URL

from agent.adapters.ledger import engine as engine_module
from agent.adapters.ledger import postgresql
from tests.custody_builders import new_ledger
from tests.ledgers import LedgerDatabases

LOOKING_INTO_THE_FILE = frozenset(
    {
        "test_a_lesson_that_this_version_can_not_read_stops_no_document_and_is_told",
        "test_an_answer_is_carried_out_whatever_the_stored_inputs_are",
        "test_counting_looks_only_at_what_was_settled_since_then",
        "test_its_ledger_has_the_tables_of_the_offices_and_no_row",
        "test_lose_their_words_and_stay_known_as_told",
        "test_no_line_is_wider_than_the_terminal",
        "test_sums_read_one_index_and_no_row",
        "test_takes_it_out_of_the_database_files_too",
        "test_the_ledger_holds_no_picture",
        "test_the_message_of_a_receipt_is_found_by_an_index",
        "test_what_was_deleted_is_overwritten_on_every_connection",
    }
)
"""They look at SQLite's pages or plans, or ask another process."""


class _Places:
    """Databases of one test, by the paths that it uses; the first is the one that is emptied, and cheap."""

    def __init__(self, databases: LedgerDatabases, opened: ExitStack) -> None:
        self._databases = databases
        self._opened = opened
        self._in_file = engine_module._engine_in_file
        self._places: dict[Path, URL] = {}

    def open(self, path: Path, *, may_upgrade: bool) -> Engine:
        is_there = path.is_file()
        if path not in self._places:
            if path.read_bytes() != new_ledger() if is_there else not may_upgrade:
                return self._in_file(path, may_upgrade=may_upgrade)
            path.write_bytes(b"")
            self._places[path] = self._place()
        engine = postgresql.engine_of(self._places[path], busy_seconds=engine_module.BUSY_SECONDS)
        self._opened.callback(engine.dispose)
        return engine

    def _place(self) -> URL:
        if not self._places:
            return self._databases.emptied()
        return self._opened.enter_context(self._databases.new())


@pytest.fixture(autouse=True)
def _ledgers_in_postgresql(
    ledger_databases: LedgerDatabases, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    new_ledger()  # a file, whoever asks first
    with ExitStack() as opened:
        monkeypatch.setattr(engine_module, "_engine_in_file", _Places(ledger_databases, opened).open)
        yield


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    skipped = pytest.mark.skip(reason="it looks at SQLite's file, or asks another process")
    for item in items:
        if getattr(item, "originalname", item.name) in LOOKING_INTO_THE_FILE:
            item.add_marker(skipped)
