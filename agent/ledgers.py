"""Where a home's ledger lies, and how who works in that home opens it: a file in `state/`, or a database in PostgreSQL.

A ledger that is new in PostgreSQL, where the home has one in its file, is refused: its documents would be unknown.
"""

from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url

from agent import errors
from agent.adapters.home import LEDGER_FILE, OWNER_FILE
from agent.adapters.ledger import SqlLedger, open_engine
from agent.adapters.ledger.upgrading import open_upgraded
from agent.domain.phrase import Phrase
from agent.settings import Settings

_DRIVER = "postgresql+psycopg"


def ledger_place(settings: Settings) -> Path | URL:
    """SQLite's file, or the address of the database with the driver that we have for it."""
    address = settings.ledger_url.get_secret_value()
    return make_url(address).set(drivername=_DRIVER) if address else settings.state / LEDGER_FILE


def has_ledger(settings: Settings) -> bool:
    """Whether dossierd has run in this home; no database is asked."""
    place = ledger_place(settings)
    return (place if isinstance(place, Path) else settings.state / OWNER_FILE).is_file()


def engine_of(settings: Settings) -> Engine:
    """Open the ledger for one who runs no daemon.

    Raises:
        LedgerUnavailable: there is none, its tables are of another version, or it can't be used now.
    """
    return open_engine(ledger_place(settings), may_upgrade=False)


def engine_of_worker(settings: Settings, *, will_stay: bool) -> Engine:
    """Open the ledger for one who holds the home's lock; it is made, or brought up to date, where need be.

    Args:
        will_stay: the process lives long, and must not hold what an upgrade of the ledger takes.

    Raises:
        LedgerUnavailable: it can't be used now, or is new in PostgreSQL while the home's own lies in a file.
    """
    place = ledger_place(settings)
    engine = open_upgraded(place) if will_stay else open_engine(place, may_upgrade=True)
    try:
        if isinstance(place, URL):
            _refuse_empty_beside_file(engine, settings.state / LEDGER_FILE)
    except BaseException:
        engine.dispose()
        raise
    return engine


def refuse_database(settings: Settings, hint: str) -> None:
    """Refuse what is done with SQLite's file where the ledger lies in PostgreSQL.

    Args:
        hint: what to do instead.

    Raises:
        RequestRefused.
    """
    if isinstance(ledger_place(settings), URL):
        raise errors.RequestRefused("This home's ledger lies in PostgreSQL, not in state/.", hint=hint)


def _refuse_empty_beside_file(engine: Engine, path: Path) -> None:
    if path.is_file() and SqlLedger(engine).home_id() is None:
        raise errors.LedgerUnavailable(
            Phrase("The ledger in PostgreSQL is empty, and this home has one in state/."),
            hint=Phrase("Take DOSSIERD_LEDGER_URL out of .env, or move state/ledger.sqlite out of the home."),
        )
