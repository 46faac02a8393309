"""Documents found again by what people know of them: rows, the names of files, and the index of what pages say."""

import datetime
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Engine, and_, bindparam, or_, select

from agent.adapters.ledger import page_words, readings, rows
from agent.adapters.ledger.engine import reading
from agent.adapters.ledger.schema import documents
from agent.core.names import tokens
from agent.domain.document import DocumentId, Page
from agent.domain.finding import Findings, Found, Place, Sought, Span, Term
from agent.domain.identity import RecordId

_OF_RUN = select(documents.c.document_id).where(documents.c.correlation_id == bindparam("wanted"))


class SqlFinder:
    """Implements `asked.Finder`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def records(self) -> frozenset[RecordId]:
        filed = select(documents.c.record_id).where(documents.c.record_id.is_not(None)).distinct()
        with reading(self._engine) as connection:
            return frozenset(map(RecordId, connection.execute(filed).scalars()))

    def find(
        self,
        sought: Sought,
        people: Sequence[frozenset[RecordId]],
        limit: int,
        *,
        left_out: tuple[Place, ...] = (),
    ) -> Findings:
        with reading(self._engine) as connection:
            search = _Search(connection, looks_into_text=Place.TEXT not in left_out)
            hits = [search.of_term(*pair) for pair in zip(sought.terms, people, strict=True)]
            spans = [] if sought.span is None else [search.within(sought.span)]
            together = [*map(set, hits), *spans]
            every = set.intersection(*together) if together else set()
            newest = sorted(every, reverse=True)[:limit]
            shown = tuple(_found(connection, number, [hit[number] for hit in hits]) for number in newest)
        return Findings(shown=shown, count=len(every), left_out=left_out)

    def page(self, document_id: DocumentId, number: int) -> Page | None:
        with reading(self._engine) as connection:
            return readings.page_of(connection, document_id, number)


class _Hit:
    """Where one term was found in one document."""

    def __init__(self) -> None:
        self.places: set[Place] = set()
        self.pages: set[int] = set()


class _Search:
    """One search within its caller's transaction. Files' names are normalised once, not once a term."""

    def __init__(self, connection: Connection, *, looks_into_text: bool) -> None:
        self._connection = connection
        self._looks_into_text = looks_into_text
        named = select(documents.c.document_id, documents.c.original_name, documents.c.record_id)
        self._rows = [
            (DocumentId(row.document_id), " ".join(tokens(row.original_name)), row.record_id)
            for row in connection.execute(named)
        ]

    def of_term(self, term: Term, people: frozenset[RecordId]) -> dict[DocumentId, _Hit]:
        """Find every document that has a term in any place."""
        found: dict[DocumentId, _Hit] = {}
        words, record_id = " ".join(term.tokens), term.typed.casefold()
        for number, name, record in self._rows:
            if words in name:
                _at(found, number).places.add(Place.NAME)
            if number == term.number:
                _at(found, number).places.add(Place.NUMBER)
            if record is not None and (record in people or record.casefold() == record_id):
                _at(found, number).places.add(Place.PERSON)
        if term.correlation_id is not None:
            for number in self._connection.execute(_OF_RUN, {"wanted": term.correlation_id}).scalars():
                _at(found, DocumentId(number)).places.add(Place.NUMBER)
        for day in term.days:
            for number in self.within(day):
                _at(found, number).places.add(Place.DATE)
        if self._looks_into_text:
            for number, on in page_words.matching(self._connection, term).items():
                _at(found, number).places.add(Place.TEXT)
                _at(found, number).pages.update(on)
        return found

    def within(self, span: Span) -> set[DocumentId]:
        """Find what came, or came to rest, within a span."""
        came, rested = _is_in(span, documents.c.seen_at), _is_in(span, documents.c.rested_at)
        found = self._connection.execute(select(documents.c.document_id).where(or_(came, rested)))
        return {DocumentId(number) for number in found.scalars()}


def _at(found: dict[DocumentId, _Hit], number: DocumentId) -> _Hit:
    return found.setdefault(number, _Hit())


def _is_in(span: Span, moment: ColumnElement[datetime.datetime | None]) -> ColumnElement[bool]:
    return and_(
        moment.is_not(None),
        *([] if span.since is None else [moment >= span.since]),
        *([] if span.until is None else [moment < span.until]),
    )


def _found(connection: Connection, number: DocumentId, hits: Sequence[_Hit]) -> Found:
    document = rows.load(connection, number)
    assert document is not None
    places = {place for hit in hits for place in hit.places}
    pages = Counter(page for hit in hits for page in hit.pages)
    return Found(
        document=document,
        places=tuple(place for place in Place if place in places),
        page=min(pages, key=lambda page: (-pages[page], page), default=None),
    )
