"""Copy the home's ledger from its file into PostgreSQL, or back. The source stays, and no daemon works in it any more.

In the audit trail it is told once the copy is whole. A death before the source is set aside leaves two whole ledgers:
the one that the setting names counts.
"""

import contextlib
import datetime
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.engine import URL

from agent import errors
from agent.adapters.home import HomeLock
from agent.adapters.journal import JOURNAL_NAME, Journal
from agent.adapters.ledger import open_engine
from agent.adapters.ledger.transfer import carry, held, set_aside
from agent.domain.phrase import Phrase
from agent.durable import make_folder, rename_without_replacing, storage_errors, sync_folder
from agent.ledgers import file_of
from agent.membership import refuse_while_others_work
from agent.settings import Settings

_UNFINISHED = "ledger.copying.sqlite"
_REFUSES = Phrase("The home can't be written")
_ENDS = ("", "-wal", "-shm", "-journal")


def copy_to(settings: Settings, place: URL, *, actor: str, now: datetime.datetime) -> Mapping[str, int]:
    """Copy the ledger in `state/` into a database that holds none.

    Returns:
        How many rows of each table were copied, and compared.

    Raises:
        HomeLocked: a daemon works in this home.
        RequestRefused: there is no ledger in `state/`, it was copied before, or there is one in the database.
        LedgerUnavailable, StorageUnavailable: nothing was copied.
    """
    path = file_of(settings)
    if not path.is_file():
        raise errors.RequestRefused(f"There is no ledger in {path.parent}.")
    with HomeLock(settings.state).held(), contextlib.ExitStack() as opened:
        source = open_engine(path, may_upgrade=False)
        opened.callback(source.dispose)
        target = open_engine(place, may_upgrade=True)
        opened.callback(target.dispose)
        counts = carry(source, target)
        _journal(settings, "to", counts, actor=actor, now=now)
        with held(source) as last:
            set_aside(last)
        return counts


def copy_from(settings: Settings, place: URL, *, actor: str, now: datetime.datetime) -> Mapping[str, int]:
    """Copy a ledger in PostgreSQL into `state/`, where none is. A host that starts meanwhile waits, and is refused.

    Returns, Raises: as `copy_to`, with the places changed.
    """
    with HomeLock(settings.state).held(), contextlib.ExitStack() as opened:
        path = file_of(settings)
        _require_no_file(path)
        source = open_engine(place, may_upgrade=False)
        opened.callback(source.dispose)
        mine = opened.enter_context(held(source))
        refuse_while_others_work(source, settings)
        part = path.with_name(_UNFINISHED)
        with storage_errors(_REFUSES):
            for end in _ENDS:
                part.with_name(part.name + end).unlink(missing_ok=True)
        target = open_engine(part, may_upgrade=True)
        try:
            counts = carry(source, target)
        finally:
            target.dispose()
        with storage_errors(_REFUSES):
            rename_without_replacing(part, path)
            sync_folder(path.parent)
        _journal(settings, "from", counts, actor=actor, now=now)
        set_aside(mine)
        return counts


def _require_no_file(path: Path) -> None:
    for one in (path.with_name(path.name + end) for end in _ENDS):
        if one.exists():
            raise errors.RequestRefused(
                f"There is a ledger already: {one}.",
                hint="If it is the one that was copied before, move it, and what begins like it, out of state/.",
            )


def _journal(
    settings: Settings, direction: str, counts: Mapping[str, int], *, actor: str, now: datetime.datetime
) -> None:
    with storage_errors(_REFUSES):
        make_folder(settings.logs)
    with contextlib.closing(Journal(settings.logs / JOURNAL_NAME)) as journal:
        journal.append(
            "ledger_copied",
            now,
            actor=actor,
            direction=direction,
            documents=counts["documents"],
            rows=sum(counts.values()),
        )
