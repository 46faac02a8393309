"""Whose ledger it is: a folder and a ledger become one home at the first start, and are told by one id ever after.

A ledger in a database says nothing of the folder that it belongs to. A host that has no owner file yet takes the
ledger's id only in a folder that bears that home's claim folder; else a second folder with the same address would file
another's documents. A host that shares the home asks so at each start: where its mount is missing, an empty folder
stands, in which each document would be called missing and each erasure done.

Accepted risk: who copies a home's folders with its claim folder, and gives the copy the same address, has made two.
"""

import time

from sqlalchemy import Engine

from agent import errors
from agent.adapters.folders import HomeFolders
from agent.adapters.home import (
    OWNER_FILE,
    disown,
    highest_journalled,
    highest_number,
    identify,
    is_marked,
    settle_in,
)
from agent.adapters.ledger import SqlLedger
from agent.adapters.ledger.engine import host_of
from agent.settings import Settings

MARK_SECONDS = 10.0
"""How long one host may take from telling the ledger to making the claim folder; others that start wait for it."""
_LOOK_SECONDS = 0.1


def own_home(settings: Settings, engine: Engine, *, was_restored: bool) -> str:
    """Give the home's id. A ledger that has none is told it, and its numbers go on above all that the home has given.

    Raises:
        HomeForeign: the ledger is another folder's, or state/ is of another home.
        HomeUnusable: a folder or file of the home can't be used.
        LedgerUnavailable: it can't be used now.
    """
    ledger = SqlLedger(engine)
    known = ledger.home_id()
    must_be_marked = settings.is_shared or not (settings.state / OWNER_FILE).exists()
    if known is not None and engine.dialect.name == "postgresql" and must_be_marked:
        _await_mark(settings, known)
    home_id, is_new = identify(settings.state, known)
    if is_new and ledger.found_home(home_id) != home_id:
        disown(settings.state)  # another host of this home was faster
        return own_home(settings, engine, was_restored=was_restored)
    if is_new or was_restored:
        ledger.number_above(max(highest_number(settings.home), highest_journalled(settings.home / "logs")))
        settle_in(settings.state)
    if is_new:
        HomeFolders(settings.home, home_id, host=host_of(engine)).prepare()
    return home_id


def _await_mark(settings: Settings, home_id: str) -> None:
    deadline = time.monotonic() + MARK_SECONDS
    while not is_marked(settings.home, home_id):
        if time.monotonic() >= deadline:
            raise _no_home(settings, home_id)
        time.sleep(_LOOK_SECONDS)


def _no_home(settings: Settings, home_id: str) -> errors.HomeForeign:
    if settings.is_shared and (settings.state / OWNER_FILE).exists():
        return errors.HomeForeign(
            f"{settings.home} is not the home in which this machine has worked.",
            hint="Is it a mount? Mount it; dossierd is started again by itself. Is it the home, and is incoming/ "
            f"lost? Then make the folder incoming/.claimed/{home_id} in it.",
        )
    return errors.HomeForeign(
        "The ledger belongs to another folder than this one.",
        hint="Give each home a database of its own: DOSSIERD_LEDGER_URL. Is it the same home, and are state/ "
        f"and incoming/ lost? Then make the folder incoming/.claimed/{home_id} and start again.",
    )
