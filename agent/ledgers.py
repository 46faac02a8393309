"""Where a home's ledger lies, and how who works in that home opens it: a file in `state/`, or a database in PostgreSQL.

An empty ledger is refused where the home has worked, and one in PostgreSQL where the home has one in its file: its
documents would be unknown.
"""

from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url

from agent import errors
from agent.adapters.home import LEDGER_FILE, OWNER_FILE, has_worked
from agent.adapters.ledger import SqlLedger, open_engine
from agent.adapters.ledger.engine import of_host
from agent.adapters.ledger.transfer import refuse_carried
from agent.adapters.ledger.upgrading import open_upgraded
from agent.domain.phrase import Phrase
from agent.settings import STATE, Settings

_DRIVER = "postgresql+psycopg"


def ledger_place(settings: Settings) -> Path | URL:
    """SQLite's file, or the address of the database with the driver that we have for it."""
    address = settings.ledger_url.get_secret_value()
    return place_of(address) if address else file_of(settings)


def file_of(settings: Settings) -> Path:
    """Where the home's ledger lies, or lay before it went into a database."""
    return settings.home / STATE / LEDGER_FILE


def place_of(address: str) -> URL:
    """An address as settings give it, with the driver that we have for it."""
    return make_url(address).set(drivername=_DRIVER)


def has_ledger(settings: Settings) -> bool:
    """Whether dossierd has run in this home, and its ledger must be somewhere; no database is asked."""
    place = ledger_place(settings)
    if isinstance(place, Path):
        return place.is_file() or has_worked(settings.home, settings.state)
    return (settings.state / OWNER_FILE).is_file()


def engine_of(settings: Settings) -> Engine:
    """Open the ledger for one who runs no daemon.

    Raises:
        LedgerEmpty: there is nothing in it, and the home has worked.
        LedgerUnavailable: there is none, its tables are of another version, or it can't be used now.
    """
    engine = open_engine(ledger_place(settings), may_upgrade=False, may_be_empty=_may_be_empty(settings))
    return _as_used_here(engine, settings)


def engine_of_worker(settings: Settings, *, will_stay: bool) -> Engine:
    """Open the ledger for one who holds the home's lock; it is made, or brought up to date, where need be.

    Args:
        will_stay: the process lives long, and must not hold what an upgrade of the ledger takes.

    Raises:
        LedgerEmpty: there is nothing in it, and the home has worked; nothing was made.
        LedgerUnavailable: it can't be used now, was copied elsewhere, or is empty in PostgreSQL where `state/` has one.
    """
    place = ledger_place(settings)
    may_be_empty = _may_be_empty(settings)
    if will_stay:
        engine = open_upgraded(place, may_be_empty=may_be_empty)
    else:
        engine = open_engine(place, may_upgrade=True, may_be_empty=may_be_empty)
    try:
        refuse_carried(engine)
        if isinstance(place, URL):
            _refuse_empty_beside_file(engine, file_of(settings))
    except BaseException:
        engine.dispose()
        raise
    return _as_used_here(engine, settings)


def _as_used_here(engine: Engine, settings: Settings) -> Engine:
    """Name the host where several share the ledger: each has an audit trail of its own."""
    return of_host(engine, settings.host_name) if settings.is_shared else engine


def refuse_database(settings: Settings, hint: str) -> None:
    """Refuse what is done with SQLite's file where the ledger lies in PostgreSQL.

    Args:
        hint: what to do instead.

    Raises:
        RequestRefused.
    """
    if isinstance(ledger_place(settings), URL):
        raise errors.RequestRefused("This home's ledger lies in PostgreSQL, not in state/.", hint=hint)


def _may_be_empty(settings: Settings) -> bool:
    return not has_worked(settings.home, settings.state)


def _refuse_empty_beside_file(engine: Engine, path: Path) -> None:
    if path.is_file() and SqlLedger(engine).home_id() is None:
        raise errors.LedgerUnavailable(
            Phrase("The ledger in PostgreSQL is empty, and this home has one in state/."),
            hint=Phrase("Type: {command}", command="dossierd ledger copy --to URL"),
        )
