"""Documents found again by what people know of them: rows, the names of files, and the index of what pages say.

The database searches and counts, in one pass over the names; of what it finds, only what is shown comes here.
"""

import datetime
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from agent.adapters.ledger import file_names, page_words, readings, rows
from agent.adapters.ledger.engine import reading
from agent.adapters.ledger.schema import documents
from agent.domain.document import DocumentId, Page
from agent.domain.finding import Findings, Found, Place, Sought, Span, Term
from agent.domain.identity import RecordId
from agent.domain.life import Document
from agent.domain.outcome import Archived, State

_NAMES = file_names.file_names.c
_RECORDS = select(documents.c.record_id).where(documents.c.record_id.is_not(None)).distinct()
_STATES = sorted(State)


class SqlFinder:
    """Implements `asked.Finder`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def records(self) -> frozenset[RecordId]:
        with reading(self._engine) as connection:
            return frozenset(map(RecordId, connection.execute(_RECORDS).scalars()))

    def find(
        self,
        sought: Sought,
        people: Sequence[frozenset[RecordId]],
        limit: int,
    ) -> Findings:
        with reading(self._engine) as connection:
            wanted = [_has(connection, *pair) for pair in zip(sought.terms, people, strict=True)]
            every = _every(wanted, sought.span).cte("every")
            count = select(func.count()).select_from(every).scalar_subquery()
            newest = select(every.c.document_id, count).order_by(every.c.document_id.desc()).limit(limit)
            found = connection.execute(newest).all()
            shown = tuple(_found(connection, DocumentId(it), sought, people) for it, _ in found)
        return Findings(shown=shown, count=found[0][1] if found else 0)

    def page(self, document_id: DocumentId, number: int) -> Page | None:
        with reading(self._engine) as connection:
            return readings.page_of(connection, document_id, number)


def _has(connection: Connection, term: Term, people: Collection[RecordId]) -> ColumnElement[bool]:
    """Whether a document, of which the name is looked at, has a term in one place or another."""
    places: list[ColumnElement[bool]] = [file_names.are_in_name(term.tokens)]
    if term.number is not None:
        places.append(_NAMES.document_id == term.number)
    if term.correlation_id is not None:
        places.append(_is_among(documents.c.correlation_id == term.correlation_id))
    if people:
        places.append(_is_among(documents.c.record_id.in_(_listed(connection, people))))
    places += [_is_among(_within(day)) for day in term.days]
    places.append(_NAMES.document_id.in_(page_words.saying(connection, term)))
    return or_(*places)


def _every(wanted: Sequence[ColumnElement[bool]], span: Span | None) -> Select[int]:
    if span is None:
        return select(_NAMES.document_id).where(*wanted)
    if not wanted:
        return select(documents.c.document_id).where(_within(span))
    return select(_NAMES.document_id).where(_is_among(_within(span)), *wanted)


def _is_among(which: ColumnElement[bool]) -> ColumnElement[bool]:
    # In their order: SQLite keeps them in a tree, and a million that come in none would take it seconds.
    return _NAMES.document_id.in_(
        select(documents.c.document_id).where(which).order_by(documents.c.document_id)
    )


def _listed(connection: Connection, records: Collection[RecordId]) -> Select[str]:
    """Records as rows, in one parameter: of many people with one name there are more than a statement takes."""
    listed = bindparam(None, sorted(records), type_=JSON, unique=True)
    if connection.dialect.name == "postgresql":
        return select(func.json_array_elements_text(listed).column_valued())
    return select(func.json_each(listed).table_valued("value").c.value)


def _within(span: Span) -> ColumnElement[bool]:
    """Whether a document came, or came to rest, within a span."""
    rested = and_(documents.c.state.in_(_STATES), _is_in(span, documents.c.rested_at))  # the index's order
    return or_(_is_in(span, documents.c.seen_at), rested)


def _is_in(span: Span, moment: ColumnElement[datetime.datetime | None]) -> ColumnElement[bool]:
    return and_(
        moment.is_not(None),
        *([] if span.since is None else [moment >= span.since]),
        *([] if span.until is None else [moment < span.until]),
    )


def _found(
    connection: Connection,
    number: DocumentId,
    sought: Sought,
    people: Sequence[frozenset[RecordId]],
) -> Found:
    document = rows.load(connection, number)
    assert document is not None
    terms = list(zip(sought.terms, people, strict=True))
    places = {place for pair in terms for place in _places(document, *pair)}
    pages = Counter(page for term, _ in terms for page in page_words.pages_saying(connection, term, number))
    if pages:
        places.add(Place.TEXT)
    return Found(
        document=document,
        places=tuple(place for place in Place if place in places),
        page=min(pages, key=lambda page: (-pages[page], page), default=None),
    )


def _places(document: Document, term: Term, people: Collection[RecordId]) -> Iterator[Place]:
    """Where a document has a term, besides its text."""
    if document.document_id == term.number or document.correlation_id == term.correlation_id:
        yield Place.NUMBER
    if isinstance(document.outcome, Archived) and document.outcome.record_id in people:
        yield Place.PERSON
    if any(_is_of(moment, day) for moment in (document.seen_at, document.rested_at) for day in term.days):
        yield Place.DATE
    if file_names.stand_in(term.tokens, document.original_name):
        yield Place.NAME


def _is_of(moment: datetime.datetime | None, span: Span) -> bool:
    if moment is None:
        return False
    return (span.since is None or moment >= span.since) and (span.until is None or moment < span.until)
