"""What holds for all tests: the same umask and the same way to log, whoever starts them and whatever ran before.

The daemon's composition root sets its process's umask; here that is the process of all tests.
"""

import os
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy.engine import URL

from tests.ledgers import LedgerDatabases
from tests.servers import postgresql

UMASK = 0o022
SLOW_FOLDERS = frozenset({"e2e", "faults", "systemd"})
"""Their files take minutes: at the end each would be waited for alone."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest; what order chance has given them otherwise stays."""
    items.sort(key=lambda item: not SLOW_FOLDERS.intersection(item.path.parts))


@pytest.fixture(scope="session", autouse=True)
def _umask_of_all() -> None:
    os.umask(UMASK)


@pytest.fixture(scope="session", autouse=True)
def _no_port_of_the_machine() -> None:
    """Daemons of several tests at once would quarrel about the one that is served by default."""
    os.environ["DOSSIERD_HTTP"] = "none"


@pytest.fixture(scope="session", autouse=True)
def _plain_tracebacks() -> None:
    """Where a test has not set up the daemon's own lines: structlog's tables of all locals take a second each."""
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, renderer])


@pytest.fixture(autouse=True)
def _umask_of_each() -> Iterator[None]:
    yield
    os.umask(UMASK)


@pytest.fixture(scope="session")
def ledger_databases() -> Iterator[LedgerDatabases]:
    with postgresql() as server:  # one of its own: the registry's is stopped and started by its suite
        yield LedgerDatabases(server)


@pytest.fixture
def database(ledger_databases: LedgerDatabases) -> Iterator[URL]:
    """A database of its own without any table."""
    with ledger_databases.new() as place:
        yield place
