"""What the daemon's loops and the commands ask of the ledger, one by one, by a name that says who asks what."""

import datetime
from collections.abc import Callable, Iterator
from functools import partial

from sqlalchemy import Engine

from agent.adapters.ledger import (
    SqlCanaries,
    SqlCosts,
    SqlDigests,
    SqlErasing,
    SqlFailed,
    SqlFigures,
    SqlFinder,
    SqlInbox,
    SqlLedger,
    SqlMoments,
    SqlOutbox,
    SqlOverrides,
    SqlPauses,
    SqlPulse,
    SqlQuestions,
    SqlRequests,
    SqlResults,
    SqlRetention,
    SqlRuns,
    SqlSamples,
    SqlShowings,
    SqlStorms,
    SqlTrends,
    SqlUndelivered,
    sendings_about,
)
from agent.core.finding import sought
from agent.domain.cost import CostKey
from agent.domain.document import CorrelationId, DocumentId
from agent.domain.identity import RecordId
from agent.domain.lesson import LessonState
from agent.domain.life import Action
from agent.domain.message import Topic
from agent.domain.outcome import IN_WORK, FailureReason, State
from agent.domain.trend import Measure
from benchmarks.grown import NOW, RECENT, RECIPIENT, SELDOM

Ask = Callable[[], object]
_HOUR, _DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
_SILENT = "telegram:200"
"""Who was never told anything."""


def asked(engine: Engine, old: int) -> Iterator[tuple[str, Ask]]:
    """Give every question, of a ledger that `grown.fill` has filled with so many old documents."""
    yield from _by_loops(engine)
    yield from _by_the_talk(engine, old)
    yield from _by_commands(engine, DocumentId(old + RECENT - 30))


def searched(engine: Engine) -> Iterator[tuple[str, Ask]]:
    """Give each way in which `dossierd find` can be asked, of a ledger that `grown.fill` has filled."""
    finder = SqlFinder(engine)
    nobody, hers = frozenset[RecordId](), frozenset({RecordId("1005")})
    january = (datetime.date(2026, 1, 1), datetime.date(2026, 1, 31))
    year = (datetime.date(2025, 12, 1), datetime.date(2026, 11, 30))
    for name, typed, people, days in (
        ("a name", ("letter-77",), [nobody], None),
        ("two letters", ("77",), [nobody], None),
        ("what every name has", ("pdf",), [nobody], None),
        ("what is nowhere", ("zwxqv",), [nobody], None),
        ("a number", ("D-990",), [nobody], None),
        ("a person", ("muller",), [hers], None),
        ("a person and a name", ("muller", "letter"), [hers, nobody], None),
        ("a day", ("2026-01-05",), [nobody], None),
        ("a month", (), [], january),
        ("a year", (), [], year),
        ("a name in a month", ("letter",), [nobody], january),
    ):
        since, until = days or (None, None)
        wanted = sought(typed, datetime.UTC, since=since, until=until)
        yield name, partial(finder.find, wanted, people, 20)


def _by_loops(engine: Engine) -> Iterator[tuple[str, Ask]]:
    ledger, outbox, pulse = SqlLedger(engine), SqlOutbox(engine), SqlPulse(engine)
    undelivered, storms, samples = SqlUndelivered(engine), SqlStorms(engine), SqlSamples(engine)
    digests, trends, retention = SqlDigests(engine), SqlTrends(engine), SqlRetention(engine)
    yield "moments that lie ahead", partial(SqlMoments(engine).set_right, NOW + _DAY)
    yield "requests that are open", SqlRequests(engine).open_requests
    yield "messages that are due", partial(outbox.due, NOW, 20)
    yield "the next message that is due", outbox.next_due
    yield "what a clock that was ahead has written", partial(SqlMoments(engine).set_right, NOW)
    for topic in Topic:
        yield f"the last notice of {topic}", partial(outbox.last_notice, topic)
    yield "results to gather", SqlResults(engine).untold_results
    yield "results that were gathered", SqlResults(engine).gathered
    yield "failures to gather", storms.untold_failures
    yield "failures of the last hour", partial(storms.failed_since, FailureReason.DAMAGED, NOW - _HOUR)
    yield "storms that stand", storms.standing
    yield "the digest before", lambda: (digests.last(NOW.date()), digests.last_anchored())
    yield "the digest's numbers", partial(digests.numbers, NOW - _DAY, NOW)
    yield "the sample before", lambda: (samples.last(NOW.date()), samples.waiting(), samples.last_posted_at())
    yield "the sample's choice", partial(samples.pool, NOW - 7 * _DAY, NOW)
    yield "trends: what was settled", partial(trends.settled_between, NOW - _HOUR, NOW)
    yield "trends: what was spent", partial(trends.spent_between, NOW - _HOUR, NOW)
    yield "trends: who waits", trends.waiting_since
    yield "trends: the week", partial(trends.since, Measure.WAITING, NOW - 7 * _DAY)
    yield "the pause", partial(SqlPauses(engine).standing, NOW)
    yield "the end of the last pause", partial(SqlPauses(engine).resumed_at, NOW)
    yield "lines of costs to write", SqlCosts(engine).unwritten
    yield "texts to let go of", partial(retention.let_go_of_texts, NOW - 50 * _DAY)
    yield "messages to let go of", partial(retention.let_go_of_messages, NOW - 90 * _DAY)
    yield "a start: what is under way", partial(ledger.in_states, IN_WORK | {State.CLAIMING})
    yield "a start: what is being read", ledger.readings_under_way
    yield "a start: what is to be erased", SqlErasing(engine).unfinished
    yield "questions to decide again", partial(ledger.in_states, frozenset({State.IN_REVIEW}))
    yield "lessons that count", partial(ledger.lessons, frozenset({LessonState.ACTIVE}))
    yield "how many are in each state", ledger.counts
    yield "metrics", SqlFigures(engine).figures
    yield "health: the pulse", lambda: (pulse.newest(), pulse.oldest_in_work(), pulse.last_settled())
    yield "health: how many came to rest", digests.anchors.documents_at_rest
    for whom in (RECIPIENT, _SILENT):
        yield f"health: who refuses ({whom})", partial(undelivered.refusing, [whom])
        yield f"health: who has moved ({whom})", partial(undelivered.moved, [whom])
        yield f"health: who is not reached ({whom})", partial(undelivered.failing, [whom], 3)
        yield f"health: what fails alone ({whom})", partial(undelivered.failing_alone, [whom], NOW)
        yield f"health: what was given up ({whom})", partial(undelivered.given_up, [whom], NOW - _DAY)
    yield "health: filings that were taken back", partial(SqlOverrides(engine).since, NOW - 30 * _DAY)
    yield "health: canaries", partial(SqlCanaries(engine).latest, 3)


def _by_the_talk(engine: Engine, old: int) -> Iterator[tuple[str, Ask]]:
    questions, ledger = SqlQuestions(engine), SqlLedger(engine)
    yield "updates to handle", SqlInbox(engine).waiting
    yield "questions to ask", partial(questions.askable, 50)
    yield "questions that stand", questions.standing
    yield "questions that are open", questions.open_reviews
    yield "the question of a message", partial(questions.of_card, RECIPIENT, f"r-{old + RECENT}")
    yield "pictures to draw", partial(SqlShowings(engine).due, NOW)
    yield "how many were asked", ledger.asked_in_chats
    yield "failures that people chose", SqlDigests(engine).chosen


def _by_commands(engine: Engine, number: DocumentId) -> Iterator[tuple[str, Ask]]:
    ledger, erasing, costs = SqlLedger(engine), SqlErasing(engine), SqlCosts(engine)
    yield "status: the latest", partial(ledger.latest, 20)
    yield "pause: where it was asked for", partial(SqlRequests(engine).asked_in, Action.PAUSE)
    for name, ask in (
        ("its row", ledger.document),
        ("its steps", ledger.steps),
        ("what it came to", ledger.settled),
        ("its questions", ledger.reviews_of),
        ("what it was decided from", ledger.inputs),
        ("its sample", SqlSamples(engine).of),
        ("what it cost", costs.of_document),
    ):
        yield f"show: {name}", partial(ask, number)
    yield "show: its messages", partial(sendings_about, engine, CorrelationId(f"run-{number}"))
    yield "show: whose run", partial(ledger.document_of, CorrelationId(f"run-{number}"))
    yield "duplicates", lambda: erasing.same_bytes(document) if (document := ledger.document(number)) else ()
    yield "forget: who is filed there", partial(erasing.of_record, RecordId(SELDOM))
    for key in CostKey:
        yield f"costs of a day by {key}", partial(costs.sums, {"day": (NOW - _DAY, NOW)}, key)
    yield "costs in all", costs.total
    yield "failures of a day", partial(SqlFailed(engine).counts, NOW - _DAY, datetime.UTC)
    yield "slo: runs", partial(SqlRuns(engine).since, NOW - 30 * _DAY)
    yield "slo: samples", SqlSamples(engine).weeks
    yield "audit: places", SqlDigests(engine).anchors.all
