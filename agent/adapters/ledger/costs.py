"""Calls to paid services, in SQL: a row a call, which counts what was reserved until it is settled.

Sums come out of one index that holds all they need; a total a model is kept beside them, in the same transactions.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, case, func, insert, select, text, update

from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.schema import cost_totals, costs, documents
from agent.domain.cost import CallEnd, CallId, CostKey, CostLine, CostOutcome, CostSum, Reservation, Span
from agent.domain.document import CorrelationId, DocumentId, reference

_ALL = "-"
_MICROS = func.coalesce(func.sum(costs.c.cost_micros), 0)
_OPEN = func.count(case((costs.c.outcome == CostOutcome.RESERVED, 1)))
_FIGURES = (func.count(), _OPEN, _MICROS)


class SqlCosts:
    """Implements `costs.Costs`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def reserve(self, reservation: Reservation) -> None:
        with writing(self._engine) as connection:
            cumulative = _add(
                connection, reservation.model, calls=1, micros=reservation.worst_micros, settled=0
            )
            connection.execute(
                insert(costs).values(
                    call_id=reservation.call_id,
                    document_id=reservation.document_id,
                    correlation_id=reservation.correlation_id,
                    attempt=reservation.attempt,
                    model=reservation.model,
                    price_source=reservation.price_source,
                    price_version=reservation.price_version,
                    reserved_micros=reservation.worst_micros,
                    cost_micros=reservation.worst_micros,
                    outcome=CostOutcome.RESERVED,
                    reserved_at=reservation.at,
                    reserved_cumulative=cumulative,
                    lines_due=1,
                )
            )

    def settle(self, end: CallEnd) -> None:
        with writing(self._engine) as connection:
            row = connection.execute(select(costs).where(costs.c.call_id == end.call_id)).one_or_none()
            if row is None:
                raise ValueError("a call that was never reserved")
            if not 0 <= end.cost_micros <= row.reserved_micros:
                raise ValueError("a call counts at most what was reserved for it")
            if row.outcome != CostOutcome.RESERVED:
                return
            saved = row.cost_micros - end.cost_micros
            connection.execute(
                update(costs)
                .where(costs.c.call_id == end.call_id)
                .values(
                    outcome=end.outcome,
                    answered_by=end.model,
                    tokens_in=end.tokens_in,
                    tokens_out=end.tokens_out,
                    tokens_cached=end.tokens_cached,
                    cost_micros=end.cost_micros,
                    latency_ms=end.latency_ms,
                    settled_at=end.at,
                    settled_cumulative=_add(
                        connection, row.model, calls=0, micros=-saved, settled=end.cost_micros
                    ),
                    lines_due=costs.c.lines_due + 1,
                )
            )

    def sums(
        self,
        spans: Mapping[str, Span],
        by: CostKey | None = None,
    ) -> Sequence[CostSum]:
        with reading(self._engine) as connection:
            return [
                one
                for name, (since, until) in spans.items()
                for one in _sums(
                    connection, name, by, costs.c.reserved_at >= since, costs.c.reserved_at < until
                )
            ]

    def of_document(self, document_id: DocumentId) -> CostSum:
        with reading(self._engine) as connection:
            [one] = _sums(connection, reference(document_id), None, costs.c.document_id == document_id)
            return one

    def total(self) -> Mapping[str, tuple[int, int]]:
        with reading(self._engine) as connection:
            return total_of(connection)

    def unwritten(self) -> Sequence[CostLine]:
        with reading(self._engine) as connection:
            found = connection.execute(
                select(costs).where(text("lines_due > 0")).order_by(costs.c.reserved_at, costs.c.call_id)
            )
            return [line for row in found for line in _lines(row)[-row.lines_due :]]

    def written(self, call_id: CallId) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                update(costs).where(costs.c.call_id == call_id).values(lines_due=costs.c.lines_due - 1)
            )


def total_of(connection: Connection) -> Mapping[str, tuple[int, int]]:
    """What each model has cost, and what of it is settled."""
    return {
        str(row.model): (int(row.micros), int(row.settled_micros))
        for row in connection.execute(select(cost_totals))
    }


def _add(connection: Connection, model: str, *, calls: int, micros: int, settled: int) -> int:
    """Add to a model's total; gives that of all models."""
    added = connection.execute(
        update(cost_totals)
        .where(cost_totals.c.model == model)
        .values(
            calls=cost_totals.c.calls + calls,
            micros=cost_totals.c.micros + micros,
            settled_micros=cost_totals.c.settled_micros + settled,
        )
    )
    if not added.rowcount:
        connection.execute(
            insert(cost_totals).values(model=model, calls=calls, micros=micros, settled_micros=settled)
        )
    return int(connection.execute(select(func.sum(cost_totals.c.micros))).scalar_one())


def _sums(
    connection: Connection, name: str, by: CostKey | None, *within: ColumnElement[bool]
) -> Sequence[CostSum]:
    match by:
        case None | CostKey.DAY:
            return [_sum(name, connection.execute(select(*_FIGURES).where(*within)).one())]
        case CostKey.MODEL:
            wanted = select(costs.c.model, *_FIGURES).where(*within).group_by(costs.c.model)
            return [
                _sum(row[0], row[1:])
                for row in connection.execute(wanted.order_by(_MICROS.desc(), costs.c.model))
            ]
        case CostKey.DOCUMENT:
            each = select(costs.c.document_id, *_FIGURES).where(*within).group_by(costs.c.document_id)
            found = connection.execute(each.order_by(_MICROS.desc(), costs.c.document_id.nulls_first()))
            return [_sum(_ALL if row[0] is None else reference(DocumentId(row[0])), row[1:]) for row in found]
        case CostKey.OUTCOME:
            each = select(costs.c.document_id, *(one.label(f"f{n}") for n, one in enumerate(_FIGURES)))
            inner = each.where(*within).group_by(costs.c.document_id).subquery()
            figures = [func.sum(inner.c[f"f{number}"]) for number in range(len(_FIGURES))]
            wanted = (
                select(documents.c.state, *figures)
                .select_from(inner.outerjoin(documents, documents.c.document_id == inner.c.document_id))
                .group_by(documents.c.state)
                .order_by(figures[-1].desc(), documents.c.state.nulls_first())
            )
            return [_sum(row[0] or _ALL, row[1:]) for row in connection.execute(wanted)]


def _sum(key: str, figures: Sequence[Any]) -> CostSum:
    calls, open_calls, micros = figures
    return CostSum(key=key, calls=int(calls), open_calls=int(open_calls), micros=int(micros))


def _lines(row: Row[Any]) -> Sequence[CostLine]:
    """What the file says of a call in all: one line, or two once it is settled."""
    reservation = Reservation(
        call_id=CallId(row.call_id),
        document_id=None if row.document_id is None else DocumentId(row.document_id),
        correlation_id=None if row.correlation_id is None else CorrelationId(row.correlation_id),
        attempt=row.attempt,
        model=row.model,
        price_source=row.price_source,
        price_version=row.price_version,
        worst_micros=row.reserved_micros,
        at=row.reserved_at,
    )
    reserved = CostLine(reservation=reservation, end=None, cumulative_micros=row.reserved_cumulative)
    if row.outcome == CostOutcome.RESERVED:
        return [reserved]
    end = CallEnd(
        call_id=reservation.call_id,
        outcome=CostOutcome(row.outcome),
        model=row.answered_by,
        tokens_in=row.tokens_in,
        tokens_out=row.tokens_out,
        tokens_cached=row.tokens_cached,
        cost_micros=row.cost_micros,
        latency_ms=row.latency_ms,
        at=row.settled_at,
    )
    return [reserved, CostLine(reservation=reservation, end=end, cumulative_micros=row.settled_cumulative)]
