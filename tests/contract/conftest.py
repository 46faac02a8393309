"""The servers that contract suites ask for, each started once; and ledgers in each database that may hold one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import URL

from agent.adapters.ledger import open_engine
from tests.custody_builders import new_ledger
from tests.ledgers import LedgerDatabases
from tests.servers import Server, mariadb, postgresql


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    with postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Server]:
    with mariadb() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | URL]:
    """Where a ledger lies that holds nothing."""
    if request.param == "sqlite":
        path = tmp_path / "ledger.sqlite"
        path.write_bytes(new_ledger())
        yield path
        return
    databases: LedgerDatabases = request.getfixturevalue("ledger_databases")
    yield databases.emptied()


@pytest.fixture
def engine(ledger_place: Path | URL) -> Iterator[Engine]:
    made = open_engine(ledger_place, may_upgrade=True)
    yield made
    made.dispose()
