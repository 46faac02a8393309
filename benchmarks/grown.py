"""A ledger as it is after years: rows of documents long at rest, in bulk, beside the same few days of work at any size.

What was told, settled, asked and paid for hangs on the documents as the daemon would have written it. Of old ones the
texts are gone, as `DOSSIERD_KEEP_TEXT_DAYS` lets them go.
"""

import datetime
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine, Table, insert, text

from agent.adapters.ledger import file_names, rows
from agent.adapters.ledger.engine import writing
from agent.adapters.ledger.resting import RESTING, label_of
from agent.adapters.ledger.schema import (
    costs,
    documents,
    outbox,
    questions,
    requests,
    reviews,
    settled,
    steps,
)
from agent.adapters.ledger.tallies import count
from agent.domain.cost import CostOutcome
from agent.domain.decision import Reason, Unmatched
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.life import Action
from agent.domain.message import Message, MessageKind
from agent.domain.outcome import Archived, Duplicate, Event, Failed, FailureReason, InReview, Outcome, State
from benchmarks.papers import people

NOW = datetime.datetime(2026, 11, 27, 12, tzinfo=datetime.UTC)
RECIPIENT = "telegram:100"
SELDOM = "P-seldom"
"""A record under which one document is filed, the first of the recent ones that are."""
RECENT = 300
"""Documents of the last two days, as many in each ledger; the last twenty of them are in review."""
_ASKED = 20
_BATCH = 20_000
_OLDEST, _OLD = datetime.timedelta(days=1_000), datetime.timedelta(days=100)
_KEPT = datetime.timedelta(days=90)
"""As long as a new home keeps what was told."""
_NEW = datetime.timedelta(days=2)
_RECORDS = tuple(them.record_id for them in people())
_UNDECIDED = Unmatched(reason=Reason(code="nobody", supports=False, sentence="Nobody was found."))


def fill(engine: Engine, old: int) -> None:
    """Write documents that rest for a hundred days or longer, and then the recent ones.

    Args:
        old: how many; a multiple of ten.
    """
    first = min(old, _BATCH)
    _write(engine, [_Life(number, _spread(number, first, _OLDEST, _OLD)) for number in range(1, first + 1)])
    for more in range(first, old, first):
        _copy(engine, more, min(first, old - more))
    with writing(engine) as connection:
        connection.execute(_RESTING_AGAIN, {"kind": RESTING})
    recent = range(old + 1, old + RECENT + 1)
    _write(
        engine,
        [
            _Life(
                it,
                _spread(it - old, RECENT, _NEW, datetime.timedelta()),
                record_id=SELDOM if it == old + 2 else None,
                is_asked=it > old + RECENT - _ASKED,
            )
            for it in recent
        ],
    )
    with writing(engine) as connection:
        file_names.index(connection)


_OF_NUMBER = {"document_id", "question_id"}
_NAMED = {"correlation_id", "original_name", "location", "call_id", "key", "receipt", "card"}
_OF_BYTES = {"sha256", "content_key"}
_COUNTED = {"step_id", "parcel_id", "request_id"}


def _copy(engine: Engine, more: int, count: int) -> None:
    """Write the first documents again, under numbers that are so much higher: SQLite does that faster than we.

    Args:
        count: how many of them; a copy of the last batch may be of a part.
    """
    with writing(engine) as connection:
        connection.execute(text("PRAGMA cache_size = -500000"))  # kB; hashes come in no order
        for table in _TABLES:
            columns = [it.name for it in table.columns if it.name not in _COUNTED]
            number = "document_id" if table is not requests else "CAST(substr(key, 7) AS INTEGER)"
            if table is outbox:
                number = "CAST(substr(correlation_id, 5) AS INTEGER)"
            told = ", ".join(_copied(name, number) for name in columns)
            connection.execute(
                text(  # names of ours
                    f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {told} FROM {table.name} "
                    f"WHERE {number} BETWEEN 1 AND :count"
                ),
                {"more": more, "count": count},
            )


_RESTING_AGAIN = text(
    "UPDATE tallies SET count = (SELECT count(*) FROM documents WHERE "
    "CASE state WHEN 'failed' THEN 'failed:' || reason ELSE state END = tallies.label) WHERE kind = :kind"
)


def _copied(name: str, number: str) -> str:
    """What stands in a copy's column: its own numbers, and all else as it is."""
    if name in _OF_NUMBER:
        return f"{name} + :more"
    if name in _NAMED:
        sign = "':'" if name == "card" else "'-'"
        return f"replace({name}, {sign} || {number}, {sign} || ({number} + :more))"
    if name in _OF_BYTES:
        return f"substr({name}, 1, 54) || substr('000000000' || :more, -10)"
    return name


def lay_files(home: Path, old: int) -> None:
    """Lay a file where each document's row says, and a sidecar beside it: links of one file a folder."""
    firsts: dict[Path, Path] = {}
    for number in range(1, old + RECENT + 1):
        path = home / _Life(number, NOW, is_asked=number > old + RECENT - _ASKED).location
        if path.parent not in firsts:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"%PDF-1.4 as it came")
            firsts[path.parent] = path
        else:
            os.link(firsts[path.parent], path)
        os.link(firsts[path.parent], path.with_suffix(".json"))


def _spread(
    place: int, count: int, since: datetime.timedelta, until: datetime.timedelta
) -> datetime.datetime:
    return NOW - since + (since - until) * (place / (count + 1))


class _Life:
    """One document with all that its life has written: of ten, eight are filed, one has failed, one is a duplicate.

    Of those that are filed a human has chosen every fourth.
    """

    def __init__(
        self, number: int, at: datetime.datetime, *, record_id: str | None = None, is_asked: bool = False
    ) -> None:
        self.number = number
        self.at = at
        self.record_id = RecordId(record_id or _RECORDS[number % len(_RECORDS)])
        self.is_asked = is_asked
        self.by = "telegram:anna" if number % 4 == 0 else "rule"
        self.outcome = self._outcome()
        same_as = self.outcome.original if isinstance(self.outcome, Duplicate) else number
        self.location = f"{self._folder()}/D-{number}.pdf"
        self.sha256 = sha256(str(same_as).encode()).hexdigest()

    def _folder(self) -> str:
        match self.outcome:
            case Archived(record_id=record_id):
                return f"archive/{record_id}/2026"
            case Duplicate():
                return "archive/_duplicates"
            case _:
                return {State.FAILED: "failed", State.IN_REVIEW: "review"}[State(self.outcome.state)]

    def _outcome(self) -> Outcome:
        if self.is_asked:
            return InReview(decision=_UNDECIDED)
        match self.number % 10:
            case 0:
                reasons = (FailureReason.ENCRYPTED, FailureReason.DAMAGED, FailureReason.REJECTED)
                reason = reasons[self.number // 10 % 3]
                return Failed(
                    reason=reason, decided_by="rule" if reason is not FailureReason.REJECTED else "anna"
                )
            case 1 if self.number > 10:
                return Duplicate(original=DocumentId(self.number - 2))
            case _:
                return Archived(record_id=self.record_id, decided_by=self.by)


_Rows = Iterator[tuple[Table, dict[str, object]]]


def _write(engine: Engine, lives: Sequence[_Life]) -> None:
    """Write them in one transaction, a statement a table: a disk that is waited for each time shows nothing."""
    written: dict[Table, list[dict[str, object]]] = {table: [] for table in _TABLES}
    for life in lives:
        for table, row in _rows_of(life):
            written[table].append(row)
    counted = Counter(label_of(State(life.outcome.state), life.outcome) for life in lives)
    with writing(engine) as connection:
        for table, its in written.items():
            if its:
                connection.execute(insert(table), its)
        for label, number in counted.items():
            if label is not None:
                count(connection, RESTING, label, number)


_TABLES = documents, settled, steps, reviews, questions, requests, outbox, costs


def _rows_of(life: _Life) -> _Rows:
    yield documents, _document(life)
    yield settled, _settled(life)
    for name, duration_ms in (("read", 400), ("decide", 6), ("move", 10)):
        step = {"document_id": life.number, "epoch": 1, "name": name, "started_at": life.at}
        yield steps, {**step, "duration_ms": duration_ms}
    if life.number % 3 == 0:
        yield costs, _call(life)
    if life.is_asked or (life.by != "rule" and isinstance(life.outcome, Archived)):
        yield from _asked(life)
    else:
        yield outbox, _told(life, MessageKind.FILED, card=_card(life))


def _document(life: _Life) -> dict[str, object]:
    moments = dict.fromkeys(("seen_at", "claimed_at", "settled_at", "rested_at"), life.at)
    columns = rows.columns_of(life.outcome)
    holds_bytes = isinstance(life.outcome, Archived | InReview)
    return {
        "document_id": life.number,
        "correlation_id": f"run-{life.number}",
        "state": life.outcome.state,
        "epoch": 1,
        "attempts": 0,
        "original_name": f"letter-{life.number}.pdf",
        "seen_name": f"post/letter-{life.number}.pdf".encode(),
        "seen_device": "1",
        "seen_inode": str(life.number),
        "seen_size": 40_000,
        "seen_modified_ns": "4",
        "size": 40_000,
        "sha256": life.sha256,
        "location": life.location,
        "outcome": rows.OUTCOME.dump_json(life.outcome).decode(),
        "target": None,
        **columns,
        "content_key": life.sha256 if holds_bytes else None,
        **moments,
    }


def _settled(life: _Life) -> dict[str, object]:
    columns = rows.columns_of(life.outcome)
    return {
        "document_id": life.number,
        "epoch": 1,
        "event": Event.SETTLED,
        "state": life.outcome.state,
        "settled_by": columns["decided_by"] or "rule",
        "settled_at": life.at,
        "record_id": columns["record_id"],
        "reason": columns["reason"] if isinstance(life.outcome, Failed) else None,
    }


def _call(life: _Life) -> dict[str, object]:
    return {
        "call_id": f"call-{life.number}",
        "document_id": life.number,
        "correlation_id": f"run-{life.number}",
        "attempt": 1,
        "model": "a-model",
        "price_source": "list",
        "price_version": "1",
        "reserved_micros": 9_000,
        "cost_micros": 3_000,
        "outcome": CostOutcome.ANSWERED,
        "reserved_at": life.at,
        "reserved_cumulative": 0,
        "lines_due": 0,
    }


def _asked(life: _Life) -> _Rows:
    """What a question leaves behind, or has written so far."""
    answered_at = None if life.is_asked else life.at
    yield (
        reviews,
        {
            "document_id": life.number,
            "epoch": 1,
            "decision": rows.DECISION.dump_json(_UNDECIDED).decode(),
            "opened_at": life.at,
            "answered_at": answered_at,
            "answered_by": None if life.is_asked else life.by,
            "answer": None if life.is_asked else "1",
        },
    )
    yield (
        questions,
        {
            "question_id": life.number,
            "document_id": life.number,
            "epoch": 1,
            "revision": "r",
            "offered": "[]",
            "is_search": False,
            "page": 0,
            "posted_at": life.at,
            "closed_at": answered_at,
        },
    )
    yield outbox, _told(life, MessageKind.QUESTION, card=f"question:{life.number}")
    if not life.is_asked:
        yield (
            requests,
            {
                "key": f"press-{life.number}",
                "action": Action.ANSWER,
                "document_id": life.number,
                "argument": "1",
                "actor": life.by,
                "requested_at": life.at,
                "closed_at": life.at,
                "done": True,
            },
        )


def _told(life: _Life, kind: MessageKind, *, card: str | None) -> dict[str, object]:
    message = Message(kind=kind, document_id=DocumentId(life.number), title=f"D-{life.number} was told of.")
    return {
        "document_id": life.number if kind is not MessageKind.QUESTION else None,
        "correlation_id": f"run-{life.number}",
        "epoch": 1 if kind is not MessageKind.QUESTION else 0,
        "recipient": RECIPIENT,
        "message": rows.MESSAGE.dump_json(message).decode(),
        "due_at": life.at,
        "attempts": 0,
        "sent_at": life.at,
        "receipt": f"r-{life.number}",
        "card": card,
        "is_let_go": True if life.at < NOW - _KEPT else None,
    }


def _card(life: _Life) -> str | None:
    return f"document:{life.number}:1" if isinstance(life.outcome, Archived) else None
