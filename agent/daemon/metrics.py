"""The figures of a home, for whoever reads metrics: the command, and the daemon's own page."""

import datetime
import platform
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Engine

from agent import __version__
from agent.adapters.home import HomeLock
from agent.adapters.ledger import SqlFigures
from agent.adapters.process import process_figures


def metrics_of(engine: Engine, home: Path, now: datetime.datetime) -> str:
    """Write the figures of a home, with those of the daemon's process where one runs.

    Args:
        engine: of its ledger.

    Raises:
        LedgerUnavailable.
    """
    from agent.adapters.metrics import metrics_text  # 30 modules, for whoever asks

    lock = HomeLock(home / "state")
    pid = lock.holder() if lock.is_held() else None
    process = None if pid is None else process_figures(pid)
    return metrics_text(SqlFigures(engine).figures(), process, versions(), now)


def versions() -> Mapping[str, str]:
    """What runs, and on what."""
    return {
        "version": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }
