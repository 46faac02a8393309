"""The tables. Portable between SQLite and PostgreSQL; the migrations in `migrations/` make and change them."""

import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    and_,
    text,
)

REVISION = "0037"
"""The migration that this code is written for."""


class UtcDateTime(TypeDecorator[datetime.datetime]):
    """An aware moment in UTC; SQLite keeps no offset, so it is checked on the way in and put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime.datetime | None, _: Dialect) -> datetime.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(datetime.UTC)

    def process_result_value(self, value: Any, _: Dialect) -> datetime.datetime | None:
        if value is None:
            return None
        moment: datetime.datetime = value
        return (
            moment.replace(tzinfo=datetime.UTC) if moment.tzinfo is None else moment.astimezone(datetime.UTC)
        )


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def only(condition: str) -> dict[str, Any]:
    """Keep an index to the rows that are asked for: those are few, however many there are.

    PostgreSQL's indexes are made by the migrations alone: to say it here would load its dialect in every daemon, 2 MB.
    """
    return {"sqlite_where": text(condition)}


homes = Table("homes", metadata, Column("home_id", String(64), primary_key=True))

documents = Table(
    "documents",
    metadata,
    Column("document_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("correlation_id", String(36), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("original_name", Text, nullable=False),
    Column("seen_name", LargeBinary, nullable=False),
    Column("seen_device", String(20), nullable=False),  # unsigned 64 bits: more than SQL's integers hold
    Column("seen_inode", String(20), nullable=False),
    Column("seen_size", BigInteger, nullable=False),
    Column("seen_modified_ns", String(24), nullable=False),  # a file may be dated after 2262
    Column("seen_at", UtcDateTime, nullable=False),
    Column("claimed_at", UtcDateTime),
    Column("sha256", String(64)),
    Column("content_key", String(64)),  # the hash, while this document is the one that holds these bytes
    Column("size", BigInteger, nullable=False),
    Column("location", Text),
    Column("target", Text),
    Column("outcome", Text),
    Column("settled_at", UtcDateTime),
    Column("rested_at", UtcDateTime),
    # Read out of the outcome, so that they can be searched:
    Column("record_id", String(128)),
    Column("reason", String(32)),
    Column("decided_by", String(128)),
    Column("run", String(36)),  # of the daemon that holds it, where several hosts share the ledger
    Column("take", Integer, nullable=False, server_default="0"),  # how often one of them took it
    UniqueConstraint("content_key"),
    Index("ix_documents_state_document_id", "state", "document_id"),
    Index("ix_documents_sha256", "sha256"),
    Index("ix_documents_state_rested_at", "state", "rested_at"),
    Index("ix_documents_record_id", "record_id"),
    Index("ix_documents_seen_at", "seen_at"),
    sqlite_autoincrement=True,
)

readings = Table(
    "readings",
    metadata,
    Column("document_id", ForeignKey("documents.document_id"), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("page_count", Integer, nullable=False),
    Column("pages_read", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("lost", Integer, nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
)

pages = Table(
    "pages",
    metadata,
    Column("document_id", ForeignKey("readings.document_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),  # zlib over a page in JSON
)

reviews = Table(
    "reviews",
    metadata,
    Column("document_id", ForeignKey("documents.document_id"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("decision", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("answered_by", String(128)),
    Column("answer", Text),
    Index("ix_reviews_open", "opened_at", "document_id", **only("answered_at IS NULL")),
)

settled = Table(
    "settled",
    metadata,
    Column("document_id", ForeignKey("documents.document_id"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("event", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("settled_by", String(128), nullable=False),
    Column("settled_at", UtcDateTime, nullable=False, index=True),
    Column("record_id", String(128)),
    Column("reason", String(32)),  # of a failure
)

denials = Table(
    "denials",
    metadata,
    Column("sha256", String(64), primary_key=True),  # of the bytes: the same file may be dropped again
    Column("record_id", String(128), primary_key=True),
    Column("denied_by", String(128), nullable=False),
    Column("denied_at", UtcDateTime, nullable=False),
    Column("was_filed", Boolean),  # there, and taken back from there; empty in rows from before it was kept
)

inputs = Table(
    "inputs",
    metadata,
    Column("document_id", ForeignKey("documents.document_id"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),  # zlib over the inputs in JSON
)

lessons = Table(
    "lessons",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("teaching", Text, nullable=False),
    Column("teaching_key", String(64), nullable=False),  # a hash of what is taught: it is proposed once
    Column("state", String(16), nullable=False, index=True),
    Column("document_id", ForeignKey("documents.document_id"), nullable=False, index=True),
    Column("taught_by", String(128), nullable=False),
    Column("taught_at", UtcDateTime, nullable=False),
    Column("judged_by", String(128)),
    Column("judged_at", UtcDateTime),
    UniqueConstraint("teaching_key"),
    sqlite_autoincrement=True,
)

steps = Table(
    "steps",
    metadata,
    Column("step_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("document_id", ForeignKey("documents.document_id"), nullable=False, index=True),
    Column("epoch", Integer, nullable=False),
    Column("name", String(32), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("duration_ms", Integer, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("parcel_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("document_id", ForeignKey("documents.document_id")),  # empty for a notice about the house
    Column("topic", String(32)),  # of a notice
    Column("epoch", Integer, nullable=False),
    Column("recipient", String(64), nullable=False),
    Column("message", Text, nullable=False),
    Column("due_at", UtcDateTime),  # empty until the move is done
    Column("put_off_at", UtcDateTime),  # when a channel's answer last made it later
    Column("attempts", Integer, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("receipt", Text),
    Column("dead_at", UtcDateTime),
    Column("error", Text),
    Column("blame", String(16)),  # whether it was refused, or the recipient takes nothing
    Column("lone_failures", Integer),  # those that were no outage
    Column("lone_since", UtcDateTime),
    Column("card", String(64)),  # of a message that later ones take the place of
    Column("told_by", String(64)),  # what is told instead, of one that never went out by itself
    Column("correlation_id", String(36), index=True),  # of the document that it is about
    Column("is_let_go", Boolean),  # what it said is no longer kept
    UniqueConstraint("document_id", "epoch", "recipient"),
    Index("ix_outbox_waiting", "sent_at", "dead_at", "due_at"),
    Index("ix_outbox_card", "card", "recipient"),
    Index("ix_outbox_receipt", "receipt", "recipient"),
    Index("ix_outbox_told_by", "told_by", **only("told_by IS NOT NULL")),
    Index("ix_outbox_ended", "recipient", "parcel_id", **only("sent_at IS NOT NULL OR dead_at IS NOT NULL")),
    Index("ix_outbox_topic", "topic", "parcel_id", **only("topic IS NOT NULL")),
    Index("ix_outbox_given_up", "recipient", "dead_at", **only("blame IS NOT NULL")),
    Index("ix_outbox_kept", "sent_at", **only("is_let_go IS NULL")),
)

storms = Table(
    "storms",
    metadata,
    Column("reason", String(32), primary_key=True),
    Column("began_at", UtcDateTime, primary_key=True),
    Column("last_at", UtcDateTime, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("told_at", UtcDateTime),
    Column("told_failures", Integer, nullable=False),
    Column("is_over", Boolean, nullable=False),
)

costs = Table(
    "costs",
    metadata,
    Column("call_id", String(36), primary_key=True),
    Column("document_id", ForeignKey("documents.document_id")),
    Column("correlation_id", String(36)),
    Column("attempt", Integer, nullable=False),
    Column("model", String(64), nullable=False),  # as it was asked for
    Column("answered_by", String(64)),
    Column("price_source", String(64), nullable=False),
    Column("price_version", String(32), nullable=False),
    Column("tokens_in", BigInteger),
    Column("tokens_out", BigInteger),
    Column("tokens_cached", BigInteger),
    Column("reserved_micros", BigInteger, nullable=False),
    Column("cost_micros", BigInteger, nullable=False),  # what counts: the reservation until it is settled
    Column("outcome", String(16), nullable=False),
    Column("reserved_at", UtcDateTime, nullable=False),
    Column("reserved_cumulative", BigInteger, nullable=False),
    Column("settled_at", UtcDateTime),
    Column("settled_cumulative", BigInteger),
    Column("latency_ms", BigInteger),
    Column("lines_due", Integer, nullable=False),  # that the file lacks
    # Sums read this index alone:
    Index("ix_costs_sums", "reserved_at", "model", "document_id", "outcome", "cost_micros"),
    Index("ix_costs_document_id", "document_id"),
    Index("ix_costs_lines_due", "reserved_at", sqlite_where=text("lines_due > 0")),
)

cost_totals = Table(
    "cost_totals",
    metadata,
    Column("model", String(64), primary_key=True),
    Column("calls", BigInteger, nullable=False),
    Column("micros", BigInteger, nullable=False),
    Column("settled_micros", BigInteger, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("bot", String(32), primary_key=True),
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text),  # as it came; empty once it is handled: it holds what people wrote
    Column("received_at", UtcDateTime, nullable=False),
    Column("handled_at", UtcDateTime, index=True),
)

pauses = Table(
    "pauses",
    metadata,
    Column("pause_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("begun_by", String(128), nullable=False),
    Column("ends_at", UtcDateTime),  # by itself
    Column("ended_at", UtcDateTime, index=True),  # by a human
    Column("ended_by", String(128)),
    sqlite_autoincrement=True,
)

polls = Table(
    "polls",
    metadata,
    Column("bot", String(32), primary_key=True),
    Column("polled_at", UtcDateTime, nullable=False),
    Column("heard_again_at", UtcDateTime),  # when a silence ended in which Telegram has forgotten presses
)

silences = Table(
    "silences",
    metadata,
    Column("bot", String(32), primary_key=True),  # that is asked in vain now
    Column("since", UtcDateTime, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("hint", Text, nullable=False),
)

questions = Table(
    "questions",
    metadata,
    Column("question_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("document_id", ForeignKey("documents.document_id"), nullable=False, index=True),
    Column("epoch", Integer, nullable=False),
    Column("revision", String(12), nullable=False),
    Column("offered", Text, nullable=False),  # the records under the buttons, in their order, in JSON
    Column("is_search", Boolean, nullable=False),  # whether those were searched for by a human
    Column("page", Integer, nullable=False),
    Column("confirming", Integer),  # the button that was pressed, and is asked about once more
    Column("posted_at", UtcDateTime, nullable=False),
    Column("repeated_at", UtcDateTime),
    Column("escalated_at", UtcDateTime),
    Column("skipped_at", UtcDateTime),
    Column("closed_at", UtcDateTime, index=True),
    sqlite_autoincrement=True,
)

showings = Table(
    "showings",
    metadata,
    Column("showing_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("key", String(64), nullable=False),  # of the press that asked for it
    Column("question_id", ForeignKey("questions.question_id"), nullable=False),
    Column("recipient", String(64), nullable=False),
    Column("beside", Text),  # the receipt of the question's message
    Column("asked_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("put_off_at", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("receipt", Text),
    Column("placed_at", UtcDateTime),
    Column("drawn_at", UtcDateTime),
    Column("ended_at", UtcDateTime, index=True),
    Column("error", Text),  # why it may still stand in the chat
    UniqueConstraint("key"),
    sqlite_autoincrement=True,
)

requests = Table(
    "requests",
    metadata,
    Column("request_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("key", String(64), nullable=False),
    Column("action", String(16), nullable=False),
    Column("document_id", BigInteger),
    Column("argument", Text, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime, index=True),
    Column("done", Boolean),
    Column("sentence", Text),
    Column("epoch", Integer),  # the document's, if the request holds for no other
    Column("asked_in", String(64)),  # the recipient in whose chat
    Column("left_at", UtcDateTime),  # since when nobody waits for the reply: a refusal is told in the chat
    Column("likeness", String(12)),  # a hash of the person whom an answer's record was shown to be
    UniqueConstraint("key"),
    Index("ix_requests_action", "action", "request_id"),
)


def waits(table: FromClause) -> ColumnElement[bool]:
    """The rows of an outbox that are not delivered, nor given up."""
    return and_(table.c.sent_at.is_(None), table.c.dead_at.is_(None))
