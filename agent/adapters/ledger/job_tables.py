"""The tables of procrastinate, in the ledger's schema: made and brought up to date with the ledger's own.

procrastinate ships them as SQL, and no tool that notes what was carried out; so the name of its newest migration
stands in a comment on its table of jobs, which a dump of the database keeps. procrastinate itself isn't loaded here.
"""

from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Connection, text

from agent import errors
from agent.domain.phrase import Phrase

_MARK = "dossierd: "
_NOTED = text(
    "SELECT obj_description(found, 'pg_class'), found IS NOT NULL "
    "FROM to_regclass(quote_ident(current_schema) || '.procrastinate_jobs') AS found"
)


def are_current(connection: Connection) -> bool:
    """Whether the tables are there, and those of the procrastinate that is installed.

    Raises:
        LedgerUnavailable: they are those of a newer one, or none of ours.
    """
    return _noted(connection) == _known()[-1]


def bring_up_to_date(connection: Connection) -> None:
    """Make the tables, or carry out what is missing, in the caller's transaction.

    Raises:
        LedgerUnavailable: as `are_current` says.
    """
    noted, known = _noted(connection), _known()
    if noted is None:
        _carry_out(connection, _sql() / "schema.sql")
    else:
        for name in known[known.index(noted) + 1 :]:
            _carry_out(connection, _sql() / "migrations" / f"{name}.sql")
    connection.execute(text(f"COMMENT ON TABLE procrastinate_jobs IS '{_MARK}{known[-1]}'"))


def _noted(connection: Connection) -> str | None:
    comment, is_there = connection.execute(_NOTED).one()
    if not is_there:
        return None
    noted = str(comment or "").removeprefix(_MARK)
    if noted == (comment or ""):
        raise errors.LedgerUnavailable(
            Phrase("The ledger's schema holds the jobs of another program."),
            hint=Phrase("Give dossierd a database of its own."),
        )
    if noted not in _known():
        raise errors.LedgerUnavailable(
            Phrase(
                "The ledger's jobs were written by a newer procrastinate ({revision}, ours is {ours}).",
                revision=noted,
                ours=_known()[-1],
            ),
            hint=Phrase("Install the locked requirements again: scripts/setup"),
        )
    return noted


def _known() -> list[str]:
    """The names of the migrations of the procrastinate that is installed, oldest first."""
    return sorted(it.stem for it in (_sql() / "migrations").glob("*.sql"))


def _sql() -> Path:
    found = find_spec("procrastinate")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "sql"


def _carry_out(connection: Connection, path: Path) -> None:
    """Carry out a file of several statements: without parameters, as only the driver itself can."""
    connection.connection.cursor().execute(path.read_text(encoding="utf-8"))
