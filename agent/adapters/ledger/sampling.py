"""The weekly sample of filings by rule."""

import datetime
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    exists,
    func,
    insert,
    select,
    update,
)

from agent.adapters.ledger.changes import supersede
from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.outbox import put
from agent.adapters.ledger.schema import UtcDateTime, documents, metadata, settled
from agent.domain.document import CorrelationId, DocumentId
from agent.domain.message import Message
from agent.domain.outcome import State
from agent.domain.sampling import Counts, Drawn, Filing, Judged, Sampled, SampledId, SampleWeek, Verdict

sample_weeks = Table(
    "sample_weeks",
    metadata,
    Column("monday", String(10), primary_key=True),  # at the office, as 2026-11-23: a week has one sample
    Column("until_at", UtcDateTime, nullable=False),
)

sampled_filings = Table(
    "sampled_filings",
    metadata,
    Column("sampled_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("monday", ForeignKey("sample_weeks.monday"), nullable=False, index=True),
    Column("document_id", ForeignKey("documents.document_id"), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("chosen_at", UtcDateTime, nullable=False),
    Column("posted_at", UtcDateTime),
    Column("verdict", String(16), index=True),  # empty while it is open
    Column("judged_by", String(128)),
    Column("judged_at", UtcDateTime),
    UniqueConstraint("document_id", "epoch"),
    sqlite_autoincrement=True,
)

_BY_RULE = "rule"
_IS_OPEN = sampled_filings.c.verdict.is_(None)
_IS_FILED_SO = exists().where(
    settled.c.document_id == documents.c.document_id, settled.c.epoch == documents.c.epoch
)
"""Not so of what was missing, and put back where it was: that is no new filing."""
_IS_CHOSEN = exists().where(
    sampled_filings.c.document_id == documents.c.document_id, sampled_filings.c.epoch == documents.c.epoch
)
"""A clock that was ahead has chosen for a later week."""
_OURSELVES = "dossierd"


class SqlSamples:
    """Implements `sampled.Samples`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def last(self, monday: datetime.date) -> Drawn | None:
        until = select(sample_weeks).where(sample_weeks.c.monday <= monday.isoformat())
        with reading(self._engine) as connection:
            row = connection.execute(until.order_by(sample_weeks.c.monday.desc()).limit(1)).one_or_none()
        return None if row is None else Drawn(monday=_day(row.monday), until=row.until_at)

    def pool(self, since: datetime.datetime, until: datetime.datetime) -> Sequence[Filing]:
        filed = select(documents.c.document_id, documents.c.epoch, documents.c.correlation_id).where(
            documents.c.state == State.ARCHIVED,
            documents.c.decided_by == _BY_RULE,
            documents.c.rested_at >= since,
            documents.c.rested_at < until,
            _IS_FILED_SO,
            ~_IS_CHOSEN,
        )
        with reading(self._engine) as connection:
            return [
                Filing(
                    document_id=DocumentId(row.document_id),
                    epoch=row.epoch,
                    correlation_id=CorrelationId(row.correlation_id),
                )
                for row in connection.execute(filed)
            ]

    def draw(self, drawn: Drawn, chosen: Sequence[Filing]) -> bool:
        monday = drawn.monday.isoformat()
        with writing(self._engine) as connection:
            is_drawn = select(sample_weeks.c.monday).where(sample_weeks.c.monday == monday)
            if connection.execute(is_drawn).scalar() is not None:
                return False
            connection.execute(insert(sample_weeks).values(monday=monday, until_at=drawn.until))
            for filing in chosen:
                connection.execute(
                    insert(sampled_filings).values(
                        monday=monday,
                        document_id=filing.document_id,
                        epoch=filing.epoch,
                        chosen_at=drawn.until,
                    )
                )
        return True

    def waiting(self) -> Sequence[Sampled]:
        found = select(sampled_filings).where(_IS_OPEN).order_by(sampled_filings.c.sampled_id)
        with reading(self._engine) as connection:
            return [_sampled_of(row) for row in connection.execute(found)]

    def of(self, document_id: DocumentId) -> Sampled | None:
        newest = (
            select(sampled_filings)
            .where(sampled_filings.c.document_id == document_id)
            .order_by(sampled_filings.c.sampled_id.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            row = connection.execute(newest).one_or_none()
        return None if row is None else _sampled_of(row)

    def last_posted_at(self) -> datetime.datetime | None:
        with reading(self._engine) as connection:
            last: datetime.datetime | None = connection.execute(
                select(func.max(sampled_filings.c.posted_at))
            ).scalar()
        return last

    def post(self, sampled: Sampled, messages: Sequence[tuple[str, Message]], now: datetime.datetime) -> bool:
        its_own = sampled_filings.c.sampled_id == sampled.sampled_id
        unasked = update(sampled_filings).where(its_own, _IS_OPEN, sampled_filings.c.posted_at.is_(None))
        with writing(self._engine) as connection:
            if not connection.execute(unasked.values(posted_at=now)).rowcount:
                return False
            _say(connection, sampled.card, messages, now)
        return True

    def judge(
        self,
        sampled: Sampled,
        judged: Judged,
        messages: Sequence[tuple[str, Message]],
        now: datetime.datetime,
    ) -> bool:
        its_own = sampled_filings.c.sampled_id == sampled.sampled_id
        closed = {"verdict": judged.verdict, "judged_by": judged.by, "judged_at": judged.at}
        with writing(self._engine) as connection:
            if not connection.execute(
                update(sampled_filings).where(its_own, _IS_OPEN).values(closed)
            ).rowcount:
                return False
            posted_at = connection.execute(select(sampled_filings.c.posted_at).where(its_own)).scalar()
            if posted_at is not None:
                _say(connection, sampled.card, messages, now)
        return True

    def weeks(self) -> Sequence[SampleWeek]:
        columns = sampled_filings.c.monday, sampled_filings.c.verdict
        with reading(self._engine) as connection:
            mondays = connection.execute(
                select(sample_weeks.c.monday).order_by(sample_weeks.c.monday.desc())
            ).scalars()
            weeks = {monday: Counter[str]() for monday in mondays}
            for monday, verdict, count in connection.execute(
                select(*columns, func.count()).group_by(*columns)
            ):
                weeks[monday][verdict or "waiting"] = count
        return [SampleWeek(monday=_day(monday), counts=Counts(**counts)) for monday, counts in weeks.items()]


def verdicts(connection: Connection) -> dict[str, int]:
    """How many filings have come to each verdict, inside the caller's transaction."""
    counted = select(sampled_filings.c.verdict, func.count().label("number")).where(~_IS_OPEN)
    found = connection.execute(counted.group_by(sampled_filings.c.verdict))
    counts = Counter[str]({row.verdict: row.number for row in found})
    return {verdict: counts[verdict] for verdict in Verdict}


def cards_of(connection: Connection, document_id: DocumentId) -> set[str]:
    """The keys of all that was asked about a document's filings, inside the caller's transaction."""
    its = select(sampled_filings).where(sampled_filings.c.document_id == document_id)
    return {_sampled_of(row).card for row in connection.execute(its)}


def make_void(connection: Connection, document_id: DocumentId, now: datetime.datetime) -> None:
    """Close what is asked about a document that is erased, inside the caller's transaction."""
    its = update(sampled_filings).where(sampled_filings.c.document_id == document_id, _IS_OPEN)
    connection.execute(its.values(verdict=Verdict.VOID, judged_by=_OURSELVES, judged_at=now))


def _say(
    connection: Connection, card: str, messages: Sequence[tuple[str, Message]], now: datetime.datetime
) -> None:
    for recipient, message in messages:
        put(connection, card, recipient, message, supersede(connection, card, recipient, now))


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _sampled_of(row: Row[tuple[object, ...]]) -> Sampled:
    return Sampled(
        sampled_id=SampledId(row.sampled_id),
        document_id=DocumentId(row.document_id),
        epoch=row.epoch,
        monday=_day(row.monday),
        chosen_at=row.chosen_at,
        posted_at=row.posted_at,
        verdict=None if row.verdict is None else Verdict(row.verdict),
        judged_by=row.judged_by,
        judged_at=row.judged_at,
    )
