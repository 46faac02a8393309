"""The ledger of these tests lies in PostgreSQL alone: hosts share none in a file."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import URL

from agent.adapters.ledger import SqlLedger, open_engine
from tests.ledgers import LedgerDatabases


@pytest.fixture
def place(ledger_databases: LedgerDatabases) -> URL:
    return ledger_databases.emptied()


@pytest.fixture
def engine(place: URL) -> Iterator[Engine]:
    made = open_engine(place, may_upgrade=False)
    yield made
    made.dispose()


@pytest.fixture
def ledger(engine: Engine) -> SqlLedger:
    return SqlLedger(engine)
