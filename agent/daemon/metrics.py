"""The figures of a home, for whoever reads metrics: the command, and the daemon's own page."""

import datetime
import importlib.metadata
import platform
import sqlite3
from collections.abc import Mapping

from sqlalchemy import Engine

from agent import __version__
from agent.adapters.home import HomeLock
from agent.adapters.ledger import SqlFigures
from agent.adapters.process import process_figures
from agent.adapters.reading import tools
from agent.domain.host import Role
from agent.membership import at_work_in
from agent.settings import Settings


def metrics_of(engine: Engine, settings: Settings, now: datetime.datetime) -> str:
    """Write the figures of a home, with those of the daemon's process where one runs.

    Args:
        engine: of its ledger.

    Raises:
        LedgerUnavailable.
    """
    from agent.adapters.metrics import metrics_text  # 30 modules, for whoever asks

    lock = HomeLock(settings.state)
    pid = lock.holder() if lock.is_held() else None
    process = None if pid is None else process_figures(pid)
    return metrics_text(
        SqlFigures(engine).figures(),
        process,
        versions(),
        now,
        host=settings.shown_host,
        at_work=_at_work(engine, settings),
    )


def _at_work(engine: Engine, settings: Settings) -> Mapping[str, int]:
    """How many daemons do each part of the work; nothing where one does all, with its ledger in a file."""
    if engine.dialect.name != "postgresql":
        return {}
    working = at_work_in(engine, settings)
    return {role: sum(role in run.roles for run in working) for role in Role}


READERS = ("pypdfium2", "pdfplumber")
"""Libraries another version of which may read a page otherwise."""


def versions() -> Mapping[str, str]:
    """What runs, on what, and what reads documents."""
    return {
        "version": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "tesseract": tools.version(),
        **{name: importlib.metadata.version(name) for name in READERS},
    }
