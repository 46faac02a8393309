"""Brings a ledger up to date in a process of its own: what that takes, 12 MB, a daemon would hold until it ends.

Accepted risk: who dies while it waits leaves the upgrade to come to its end by itself. It is one transaction, so that
another upgrade waits for it, or fails and changes nothing.
"""

import subprocess
import sys
from pathlib import Path

import structlog
from sqlalchemy import Engine

from agent import errors
from agent.adapters.ledger.engine import open_engine

log = structlog.get_logger(__name__)

_MODULE = f"{errors.__package__}.adapters.ledger.upgrading"
_ENVIRONMENT = {"LC_ALL": "C.UTF-8"}
"""All that the process is told of the world: it needs no secret."""


def open_upgraded(path: Path) -> Engine:
    """Open the ledger like `open_engine`, which may upgrade it; an upgrade happens elsewhere where that is possible.

    Raises:
        LedgerUnavailable: as there.
    """
    try:
        return open_engine(path, may_upgrade=False)
    except errors.LedgerUnavailable:
        _upgrade_apart(path)
    return open_engine(path, may_upgrade=True)


def _upgrade_apart(path: Path) -> None:
    """Have the ledger made or upgraded, however long that takes; what hinders it, who opens the ledger next is told."""
    try:
        subprocess.run(
            [sys.executable, "-P", "-m", _MODULE, str(path.absolute())],
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        log.info("ledger_not_upgraded_apart", errno=getattr(error, "errno", None))


if __name__ == "__main__":
    open_engine(Path(sys.argv[1]), may_upgrade=True).dispose()
