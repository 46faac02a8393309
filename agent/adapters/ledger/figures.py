"""The figures of the house: tallies, and what few rows say. How much was ever filed makes no question slower."""

from sqlalchemy import Engine, func, select

from agent.adapters.ledger.canaries import canaries
from agent.adapters.ledger.costs import total_of
from agent.adapters.ledger.engine import reading
from agent.adapters.ledger.sampling import verdicts
from agent.adapters.ledger.schema import documents, outbox, waits
from agent.adapters.ledger.tallies import ERROR, OUTCOME, STEP, tallies
from agent.domain.figures import Figures
from agent.domain.outcome import IN_WORK, State

_COUNTED = select(tallies)
_IN_WORK = select(func.count(), func.min(documents.c.claimed_at)).where(
    documents.c.state.in_(sorted(IN_WORK))
)
_PENDING = select(func.count()).select_from(documents).where(documents.c.state == State.IN_REVIEW)
_WAITING = select(func.count()).select_from(outbox).where(waits(outbox), outbox.c.due_at.is_not(None))
_CANARY = select(canaries).order_by(canaries.c.canary_id.desc()).limit(1)


class SqlFigures:
    """Asks in one consistent view."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def figures(self) -> Figures:
        """Count.

        Raises:
            LedgerUnavailable.
        """
        with reading(self._engine) as connection:
            counted = {
                (kind, label): (int(count), milliseconds / 1000)
                for kind, label, count, milliseconds in connection.execute(_COUNTED)
            }
            in_work, oldest_at = connection.execute(_IN_WORK).one()
            totals = total_of(connection)
            canary = connection.execute(_CANARY).one_or_none()
            return Figures(
                rest_counts={
                    label: count for (kind, label), (count, _) in counted.items() if kind == OUTCOME
                },
                error_counts={label: count for (kind, label), (count, _) in counted.items() if kind == ERROR},
                steps={label: both for (kind, label), both in counted.items() if kind == STEP},
                in_work=in_work,
                oldest_at=oldest_at,
                pending=connection.execute(_PENDING).scalar_one(),
                outbox_waiting=connection.execute(_WAITING).scalar_one(),
                settled_micros={model: settled for model, (_, settled) in totals.items()},
                reserved_micros=sum(micros - settled for micros, settled in totals.values()),
                sampled=verdicts(connection),
                canary_at=None if canary is None else canary.at,
                canary_seconds=None if canary is None else canary.duration_ms / 1000,
                is_canary_well=None if canary is None else canary.problem is None,
            )
