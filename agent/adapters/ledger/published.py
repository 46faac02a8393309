"""Which copy of the people the hosts follow: the ledger says it, in the transactions in which documents are settled."""

from sqlalchemy import Connection, Engine, delete, insert, select

from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.hosts import published_registry
from agent.domain.document import Sha256
from agent.domain.published import PublishedPeople

_KEPT = 2
"""Versions whose copies stay: a host may be fetching the one before."""
_LATEST = select(published_registry).order_by(published_registry.c.version.desc()).limit(1)


class SqlPublished:
    """Raises (all methods): LedgerUnavailable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def latest(self) -> PublishedPeople | None:
        """The copy to follow; None where nobody has published one."""
        with reading(self._engine) as connection:
            return _latest(connection)

    def publish(self, people: PublishedPeople, *, after: str) -> bool:
        """Have all hosts follow this copy.

        Args:
            after: the hash of the copy that it goes on from; empty for none.

        Returns:
            False where another one was published meanwhile: nothing has changed.
        """
        with writing(self._engine) as connection:
            before = _latest(connection)
            if (before.sha256 if before is not None else "") != after:
                return False
            old = published_registry.c.version <= people.version - _KEPT
            same = published_registry.c.version == people.version
            connection.execute(delete(published_registry).where(old | same))
            connection.execute(
                insert(published_registry).values(
                    version=people.version, file=people.file, sha256=people.sha256
                )
            )
            return True

    def files(self) -> frozenset[str]:
        """The copies that are still followed, or fetched."""
        with reading(self._engine) as connection:
            return frozenset(connection.execute(select(published_registry.c.file)).scalars())


def _latest(connection: Connection) -> PublishedPeople | None:
    row = connection.execute(_LATEST).first()
    if row is None:
        return None
    return PublishedPeople(version=row.version, file=row.file, sha256=Sha256(row.sha256))
