"""Costs in the ledger and in their file: each call at its worst until it is settled, whatever dies in between."""

import datetime
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event
from typer.testing import CliRunner

from agent import errors
from agent.adapters.journal import Journal, verify
from agent.adapters.ledger import SqlCosts, SqlDigests
from agent.adapters.ledger.engine import open_engine
from agent.cli import app
from agent.core.costs import days_in
from agent.domain.cost import CallEnd, CallId, CostKey, CostOutcome, Reservation
from agent.domain.document import CorrelationId, DocumentId
from agent.workflow.costs import CostBook, spent
from agent.workflow.intake import take_in
from tests.custody_builders import Office, make_ports
from tests.fakes_outbox import NOON

pytestmark = pytest.mark.observability

PARIS = ZoneInfo("Europe/Paris")
HOUR = datetime.timedelta(hours=1)


class Book:
    """A home with documents, and the book of its costs."""

    def __init__(self, office: Office, engine: Engine) -> None:
        self.office, self.home = office, office.home
        self.file = office.home / "logs" / "api_costs.jsonl"
        self.file.parent.mkdir(exist_ok=True)
        self.rows, self.engine = SqlCosts(engine), engine
        self.journal = Journal(self.file)
        self.book = CostBook(self.rows, self.journal)

    def document(self, words: str = "one") -> DocumentId:
        taken = take_in(self.office.drop(f"%PDF-1.7 {words}".encode()), self.office.ports)
        assert taken is not None
        return taken

    def reserve(
        self,
        call: str,
        micros: int,
        at: datetime.datetime = NOON,
        *,
        document: DocumentId | None = None,
        model: str = "small",
    ) -> None:
        self.book.reserve(_reservation(call, micros, at, document, model))

    def settle(
        self,
        call: str,
        micros: int,
        at: datetime.datetime = NOON,
        outcome: CostOutcome = CostOutcome.ANSWERED,
    ) -> None:
        self.book.settle(_end(call, micros, at, outcome))

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line)["fields"] for line in self.file.read_text().splitlines()]

    def counted(self, since: datetime.datetime, until: datetime.datetime) -> int:
        """What the file alone says: the last line of each call counts, at the time of its reservation."""
        counts: dict[object, int] = {}
        for line in self.lines():
            if since <= datetime.datetime.fromisoformat(str(line["reserved_at"])) < until:
                counts[line["call"]] = int(str(line["cost_micros"]))
        return sum(counts.values())

    def type(self, *words: str) -> str:
        done = CliRunner().invoke(
            app, ["costs", *words, "--home", str(self.home)], env={"DOSSIERD_TIMEZONE": "Europe/Paris"}
        )
        assert done.exit_code == 0, done.output
        return " ".join(done.stdout.split())


def _reservation(
    call: str, micros: int, at: datetime.datetime, document: DocumentId | None, model: str = "small"
) -> Reservation:
    return Reservation(
        call_id=CallId(call),
        document_id=document,
        correlation_id=CorrelationId("run"),
        attempt=1,
        model=model,
        price_source="list",
        price_version="1",
        worst_micros=micros,
        at=at,
    )


def _end(call: str, micros: int, at: datetime.datetime, outcome: CostOutcome) -> CallEnd:
    return CallEnd(
        call_id=CallId(call),
        outcome=outcome,
        model="small-2026",
        tokens_in=100,
        tokens_out=10,
        tokens_cached=0,
        cost_micros=micros,
        latency_ms=700,
        at=at,
    )


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    (tmp_path / ".env").touch(mode=0o600)
    office = make_ports(tmp_path)
    engine = open_engine(tmp_path / "state" / "ledger.sqlite", may_upgrade=True)
    made = Book(office, engine)
    yield made
    made.journal.close()
    engine.dispose()
    office.ledger.close()


def whole(book: Book) -> int:
    [one] = book.rows.sums({"all": (NOON - 1000 * HOUR, NOON + 1000 * HOUR)})
    return one.micros


def test_a_call_counts_its_worst_until_it_is_settled(book: Book) -> None:
    book.reserve("a", 13_000)
    assert whole(book) == 13_000
    book.settle("a", 1_600)
    book.settle("a", 9_000)  # a late second end changes nothing
    assert whole(book) == 1_600
    assert [(line["outcome"], line["cost_micros"], line["cumulative_micros"]) for line in book.lines()] == [
        ("reserved", 13_000, 13_000),
        ("answered", 1_600, 1_600),
    ]
    assert verify(book.file) == []


@pytest.mark.parametrize("micros", [-1, 13_001])
def test_no_end_counts_less_than_nothing_or_more_than_was_reserved(book: Book, micros: int) -> None:
    book.reserve("a", 13_000)
    with pytest.raises(ValueError, match="at most what was reserved"):
        book.settle("a", micros)
    assert whole(book) == 13_000


def test_a_call_that_was_never_reserved_can_t_be_settled(book: Book) -> None:
    with pytest.raises(ValueError, match="never reserved"):
        book.settle("a", 1)


def test_a_call_that_can_t_be_written_down_is_refused_and_counts_nothing(book: Book) -> None:
    book.file.mkdir()
    with pytest.raises(errors.StorageUnavailable):
        book.reserve("a", 13_000)
    assert whole(book) == 0
    book.file.rmdir()
    book.book.catch_up()
    assert [line["outcome"] for line in book.lines()] == ["reserved", "not_made"]


def test_a_call_that_the_ledger_can_t_mark_as_written_is_refused_and_counts_nothing(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise errors.LedgerUnavailable("The ledger can't be used now.")

    with monkeypatch.context() as busy:
        busy.setattr(SqlCosts, "written", refuse)
        with pytest.raises(errors.LedgerUnavailable):
            book.reserve("a", 13_000)
    assert whole(book) == 0


def test_what_a_death_kept_from_the_file_is_written_with_the_next_line(book: Book) -> None:
    book.rows.reserve(_reservation("a", 13_000, NOON, None))
    book.rows.settle(_end("a", 1_600, NOON, CostOutcome.ANSWERED))
    book.reserve("b", 500)
    assert [(line["call"], line["outcome"]) for line in book.lines()] == [
        ("a", "reserved"),
        ("a", "answered"),
        ("b", "reserved"),
    ]
    book.book.catch_up()
    assert len(book.lines()) == 3


def test_a_death_between_file_and_ledger_may_repeat_a_line_and_the_sum_stays(book: Book) -> None:
    book.rows.reserve(_reservation("a", 13_000, NOON, None))
    [line] = book.rows.unwritten()
    from agent.core.costs import line_fields

    book.journal.append("reserved", NOON, **line_fields(line))  # and then it died
    book.settle("a", 700)
    assert len(book.lines()) == 3
    assert book.counted(NOON, NOON + HOUR) == whole(book) == 700


def _a_weekend(book: Book) -> None:
    """Calls through the night in which Paris sets its clocks back: every 20 minutes, at the borders too."""
    first = datetime.datetime(2026, 10, 24, 20, tzinfo=datetime.UTC)
    documents = [book.document("one"), book.document("two")]
    for number in range(90):
        at = first + number * datetime.timedelta(minutes=20)
        call = f"call-{number}"
        book.reserve(
            call, 10_007 + number, at, document=[*documents, None][number % 3], model=f"m{number % 2}"
        )
        if number % 4:
            outcome = CostOutcome.REFUSED if number % 5 == 0 else CostOutcome.ANSWERED
            book.settle(call, 0 if number % 5 == 0 else 101 + number, at + 2 * HOUR, outcome)


def test_sums_are_those_of_the_file_by_day_model_document_and_outcome(book: Book) -> None:
    _a_weekend(book)
    span = (
        datetime.datetime(2026, 10, 24, 21, tzinfo=datetime.UTC),
        datetime.datetime(2026, 10, 26, 12, tzinfo=datetime.UTC),
    )
    days = {day.isoformat(): part for day, part in days_in(span, PARIS)}
    by_day = book.rows.sums(days, CostKey.DAY)
    assert [(one.key, one.micros) for one in by_day] == [
        (day, book.counted(*part)) for day, part in days.items()
    ]
    assert [one.calls for one in by_day] == [3, 75, 9]
    total = book.counted(*span)
    for key in (None, CostKey.MODEL, CostKey.DOCUMENT, CostKey.OUTCOME):
        assert sum(one.micros for one in book.rows.sums({"all": span}, key)) == total
    expected: dict[object, int] = defaultdict(int)
    for line in {str(line["call"]): line for line in book.lines()}.values():
        if span[0] <= datetime.datetime.fromisoformat(str(line["reserved_at"])) < span[1]:
            expected[line["document"] or "-"] += int(str(line["cost_micros"]))
    assert {one.key: one.micros for one in book.rows.sums({"all": span}, CostKey.DOCUMENT)} == expected
    assert {one.key for one in book.rows.sums({"all": span}, CostKey.OUTCOME)} == {"claimed", "-"}
    total = sum(micros for micros, _ in book.rows.total().values())
    assert total == book.counted(NOON - 9999 * HOUR, NOON + 9999 * HOUR)


def test_a_document_s_cost_is_its_own_calls_alone(book: Book) -> None:
    one, two = book.document("one"), book.document("two")
    book.reserve("a", 900, document=one)
    book.reserve("b", 50, document=two)
    book.settle("a", 400)
    assert book.rows.of_document(one).micros == 400
    assert book.rows.of_document(two).micros == 50


def test_a_chat_is_told_nothing_before_the_first_call_and_figures_after(book: Book) -> None:
    assert spent(book.rows, NOON, PARIS) == ()
    book.reserve("a", 900, NOON)
    book.reserve("b", 70, NOON - 24 * HOUR)
    book.reserve("c", 6, NOON - 48 * HOUR)
    told = spent(book.rows, NOON, PARIS)
    assert [(one.key, one.micros) for one in told] == [
        ("today", 900),
        ("yesterday", 70),
        ("month", 900),
    ]  # it is the 1st


def test_the_digest_counts_what_was_spent_since_the_last(book: Book) -> None:
    book.reserve("a", 900, NOON)
    book.reserve("b", 70, NOON + HOUR)
    assert SqlDigests(book.engine).numbers(NOON, NOON + 2 * HOUR).cost_micros == 70


def test_the_command_tells_a_span_and_its_parts(book: Book) -> None:
    now = datetime.datetime.now(datetime.UTC)
    assert book.type().startswith("$0.00 for 0 calls From ")
    one = book.document()
    book.reserve("a", 13_000, now - HOUR, document=one)
    book.reserve("b", 5_000, now - 30 * HOUR, model="large")
    book.settle("b", 2_000)
    assert "$0.013 for 1 call From" in book.type("--last", "24h")
    told = book.type("--last", "2d", "--by", "model")
    assert "$0.015 for 2 calls" in told
    assert "The end of 1 is not known: each counts what it may cost at most." in told
    assert "small $0.013 1 large $0.002 1" in told
    assert "D-1 $0.013 1 - $0.002 1" in book.type("--last", "2d", "--by", "document")
    facts = json.loads(book.type("--last", "2d", "--by", "outcome", "--json"))
    assert (facts["cost_micros"], facts["calls"], facts["open_calls"]) == (15_000, 2, 1)
    assert [(part["key"], part["cost_micros"]) for part in facts["parts"]] == [
        ("claimed", 13_000),
        ("-", 2_000),
    ]
    assert len(json.loads(book.type("--last", "2d", "--by", "day", "--json"))["parts"]) == 3
    for word in ("--today", "--yesterday", "--month"):
        assert "(Europe/Paris)." in book.type(word)


@pytest.mark.parametrize(
    "words",
    [("--today", "--month"), ("--last", "2 fortnights"), ("--last", "90d")],
    ids=["two", "words", "long"],
)
def test_a_span_that_makes_no_sense_is_refused(book: Book, words: tuple[str, ...]) -> None:
    assert CliRunner().invoke(app, ["costs", *words, "--home", str(book.home)]).exit_code == 2


def test_many_documents_are_listed_dearest_first_and_the_rest_added_up(book: Book) -> None:
    now = datetime.datetime.now(datetime.UTC)
    for number in range(23):
        document = book.document(f"number {number}")
        book.rows.reserve(_reservation(f"c{number}", 1000 + number, now - HOUR, document))
    told = book.type("--by", "document")
    assert "D-23 $0.001022 1 D-22 $0.001021 1" in told
    assert told.endswith("and 3 more: $0.003003. All: --json")


def test_sums_read_one_index_and_no_row(book: Book) -> None:
    seen: list[str] = []
    event.listen(book.engine, "before_cursor_execute", lambda *it: seen.append(it[2]))
    span = {"all": (NOON, NOON + HOUR)}
    for key in (None, CostKey.MODEL, CostKey.DOCUMENT, CostKey.OUTCOME):
        book.rows.sums(span, key)
    book.rows.unwritten()
    asked = [it for it in seen if it.startswith("SELECT")]
    with book.engine.connect() as connection:
        for statement in asked:
            values = ("2026",) * statement.count("?")
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            looks = [row[3] for row in plan if " costs " in row[3]]
            assert looks
            assert all("INDEX ix_costs_sums (reserved" in one or "ix_costs_lines_due" in one for one in looks)
