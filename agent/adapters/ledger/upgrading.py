"""Brings a ledger up to date in a process of its own: what that takes, 12 MB, a daemon would hold until it ends.

Accepted risk: who dies while it waits leaves the upgrade to come to its end by itself. It is one transaction, so that
another upgrade waits for it, or fails and changes nothing.
"""

import os
import subprocess
import sys
from pathlib import Path

import structlog
from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url

from agent import errors
from agent.adapters.ledger.engine import open_engine

log = structlog.get_logger(__name__)

_MODULE = f"{errors.__package__}.adapters.ledger.upgrading"
_ENVIRONMENT = {"LC_ALL": "C.UTF-8"}
"""All that the process is told of the world, but for the ledger's place."""


def open_upgraded(place: Path | URL, *, may_be_empty: bool = True) -> Engine:
    """Open the ledger like `open_engine`, which may upgrade it; an upgrade happens elsewhere where that is possible.

    Raises:
        LedgerUnavailable: as there.
    """
    try:
        return open_engine(place, may_upgrade=False, may_be_empty=may_be_empty)
    except errors.LedgerEmpty:
        raise
    except errors.LedgerUnavailable:
        _upgrade_apart(place)
    return open_engine(place, may_upgrade=True, may_be_empty=may_be_empty)


def _upgrade_apart(place: Path | URL) -> None:
    """Have the ledger made or upgraded, however long that takes; what hinders it, who opens the ledger next is told.

    Its place is written to the process, which others can't see: an address may hold a password.
    """
    told = str(place.absolute()) if isinstance(place, Path) else place.render_as_string(hide_password=False)
    try:
        subprocess.run(
            [sys.executable, "-P", "-m", _MODULE],
            env=_ENVIRONMENT,
            input=os.fsencode(told),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        log.info("ledger_not_upgraded_apart", errno=getattr(error, "errno", None))


if __name__ == "__main__":
    told = os.fsdecode(sys.stdin.buffer.read())
    open_engine(Path(told) if told.startswith("/") else make_url(told), may_upgrade=True).dispose()
