"""Commands that tell of documents: what there is, where it is, why it is there, and what waits for a human."""

import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from agent.adapters.home import HomeLock
from agent.adapters.ledger import SqlCosts, SqlLedger, SqlSamples, sendings_about
from agent.beside import CopyState, state_of_copy, told_copy
from agent.cli.differences import say_how_those_alike_differ
from agent.cli.sampling import told_of
from agent.cli.shared import (
    HomeOption,
    JsonOption,
    SoughtArgument,
    look_up,
    open_ledger,
    open_tables,
    people_known,
)
from agent.cli.story import tell_story
from agent.cli.wording import (
    NOT_DECIDED,
    ago,
    brief,
    counts_words,
    lesson_words,
    outcome_words,
    print_json,
    progress_facts,
    progress_words,
    reading_words,
    rows_of,
    say,
    say_candidate,
    say_how_to_answer,
    say_table,
    table,
)
from agent.config import load
from agent.core.costs import MICROS, dollars
from agent.core.explaining import subjects_read
from agent.core.history import happenings
from agent.core.hosts import named
from agent.core.pauses import pause_words
from agent.core.voice import ENGLISH, Voice
from agent.domain.cost import CostSum
from agent.domain.decision import Decision, Unmatched, candidates_of
from agent.domain.document import reference
from agent.domain.lesson import Lesson, LessonState
from agent.domain.life import Document, Step
from agent.domain.message import visible
from agent.domain.outcome import FAILURES, Failed, State
from agent.domain.reading import Progress
from agent.domain.searchable import WHY, SearchableCopy, Unsearchable
from agent.durable import storage_errors
from agent.health import Level, examine_part, full_disk, pause_of
from agent.health.hearing import silence, silence_phrase
from agent.health.hosts import hosts_of

READ_SHOWN = 4
_STYLES = {Level.GOOD: "", Level.NOTICE: "yellow", Level.BAD: "bold red"}


def register(app: typer.Typer) -> None:
    for command in (status, show, pending):
        app.command()(command)


def status(
    home: HomeOption = None,
    as_json: JsonOption = False,
    last: Annotated[int, typer.Option(min=0, help="How many of the latest documents to list.")] = 10,
) -> None:
    """Say what there is, at a glance.

    Whether the daemon runs, how many documents are where, and the latest ones.
    """
    settings = load(home=home)
    runs, known = HomeLock(settings.state).is_held(), hosts_of(settings)
    working = [] if known is None else [named(run, known.now) for run in known.at_work]
    with open_ledger(settings) as ledger:
        counts, latest, under_way = ledger.counts(), ledger.latest(last), ledger.readings_under_way()
        proposed = len(ledger.lessons(frozenset({LessonState.PROPOSED})))
    people = people_known(settings)
    registry = examine_part("registry", settings)
    lying = examine_part("incoming", settings)
    messages = examine_part("messages", settings)
    full, pause = full_disk(settings), pause_of(settings)
    unheard = silence(settings)
    if as_json:
        print_json(
            {
                "home": settings.home,
                "daemon_runs": runs,
                "hosts": working,
                "incoming": lying.sentence,
                "people": people,
                "registry": registry.sentence,
                "telegram_silent_since": None if unheard is None else unheard.since,
                "messages": messages.sentence,
                "intake_paused": full,
                "pause": pause,
                "counts": counts,
                "lessons_proposed": proposed,
                "reading": [
                    {"document": reference(document_id), **progress_facts(progress)}
                    for document_id, progress in under_way.items()
                ],
                "latest": [brief(it) for it in latest],
            }
        )
        return
    say(f"dossierd in {settings.home}: {'running' if runs else 'not running'}")
    if known is not None:
        say(f"Machines at work: {', '.join(working) or 'none'}")
    if full:
        say(f"No new documents are taken in: {full}. More: dossierd check", style="bold red")
    if pause is not None:
        words = pause_words(pause, Voice(timezone=ZoneInfo(settings.timezone)))
        say(f"No new documents are taken in: {words}. To take them in again: dossierd resume", style="yellow")
    say(counts_words(counts) or "no document has come yet")
    for document_id, progress in under_way.items():
        say(reading_words(document_id, progress))
    if lying.level is not Level.GOOD:
        say(f"incoming/: {lying.sentence}", style="yellow")
        say(lying.hint, indent=2)
    say(f"Registry: {registry.sentence}", style=_STYLES[registry.level])
    if registry.level is not Level.GOOD:
        say(registry.hint, indent=2)
    if unheard is not None:
        say(f"Telegram: {silence_phrase(unheard, settings)}", style="bold red")
        say(unheard.hint, indent=2)
    if messages.level is not Level.GOOD:
        say(f"Messages: {messages.sentence}", style=_STYLES[messages.level])
        say(messages.hint, indent=2)
    if waiting := counts.get(State.IN_REVIEW, 0):
        say(f"{waiting} wait{'s' if waiting == 1 else ''} for a human: dossierd pending", style="yellow")
    if proposed:
        say(f"Answers may have taught something ({proposed}): dossierd lessons")
    if latest:
        say_table(rows_of(latest, datetime.datetime.now(datetime.UTC)))


def show(document: SoughtArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Tell a document's story.

    Where it is, what was done with it, when, how long it took, what it cost.
    """
    settings = load(home=home)
    with open_tables(settings) as engine:
        ledger = SqlLedger(engine)
        found = look_up(ledger, document)
        cost = SqlCosts(engine).of_document(found.document_id)
        steps, reviews = ledger.steps(found.document_id), ledger.reviews_of(found.document_id)
        settled = ledger.settled(found.document_id)
        progress = ledger.readings_under_way().get(found.document_id)
        lessons, sampled = _lessons(ledger, found), SqlSamples(engine).of(found.document_id)
        sendings = sendings_about(engine, found.correlation_id)
    copy = _copy_facts(found, settings.home)
    if as_json:
        print_json(
            {
                **brief(found),
                "cost_usd": cost.micros / MICROS,
                "searchable_pdf": copy,
                "sample": sampled
                and {"epoch": sampled.epoch, "verdict": sampled.verdict, "by": sampled.judged_by},
                "reading": progress and progress_facts(progress),
                "steps": [{"epoch": epoch, **_step(step)} for epoch, step in steps],
                "history": happenings(reviews, settled, ENGLISH),
                "messages": sendings,
                "lessons": lessons,
            }
        )
        return
    say(f"{found.reference}  {found.state.replace('_', ' ')}", style="bold")
    facts = table("", "")
    for name, value in (*_facts(found, progress, cost), *_copy_words(found, copy), *told_of(sampled)):
        facts.add_row(name, Text(visible(value)))
    say_table(facts)
    for line in tell_story(found, steps, reviews, settled):
        say(line, indent=2)
    for lesson in lessons:
        say(lesson_words(lesson), indent=2)


def pending(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the questions that wait for a human."""
    settings = load(home=home)
    with open_ledger(settings) as ledger:
        waiting = ledger.in_states(frozenset({State.IN_REVIEW}))
        questions = [
            (it, review, _read(ledger, it, review.decision))
            for it in waiting
            if (review := ledger.review(it.document_id)) is not None
        ]
    if as_json:
        print_json(
            [
                {**brief(it), "opened_at": review.opened_at, "decision": review.decision, "read": read}
                for it, review, read in questions
            ]
        )
        return
    now = datetime.datetime.now(datetime.UTC)
    if not questions:
        say("Nothing waits for you.")
    for it, review, read in questions:
        what = f"{it.reference}  {outcome_words(it)}  ({ago(review.opened_at, now)})"
        say(what, hang=len(it.reference) + 2, style="bold")
        if read:
            say(f"read: {', '.join(read)}", indent=2)
        say(f"look at it: {settings.home / (it.location or '')}", indent=2)
        for number, candidate in enumerate(candidates_of(review.decision), start=1):
            say_candidate(candidate, f"{number}")
        say_how_those_alike_differ([one.person for one in candidates_of(review.decision)])
        say_how_to_answer(it, review.decision)


def _read(ledger: SqlLedger, document: Document, decision: Decision) -> tuple[str, ...]:
    """Whom a document names where its subject stands, if nobody was found for it; empty where that is not stored."""
    if not isinstance(decision, Unmatched) or document.sha256 is None:
        return ()
    text, inputs = ledger.text(document.document_id, document.sha256), ledger.inputs(document.document_id)
    return () if text is None or inputs is None else subjects_read(text, inputs)[:READ_SHOWN]


def _lessons(ledger: SqlLedger, document: Document) -> list[Lesson]:
    """What the document's answer has taught, and what its decision was made of, as it is by now."""
    inputs = ledger.inputs(document.document_id)
    used = {lesson.number for lesson in inputs.lessons} if inputs else set()
    return [
        lesson
        for lesson in ledger.lessons(frozenset(LessonState))
        if lesson.document_id == document.document_id or lesson.number in used
    ]


def _facts(document: Document, progress: Progress | None, cost: CostSum) -> list[tuple[str, str]]:
    facts = [
        ("what", outcome_words(document)),
        ("file", document.location or "-"),
        ("came as", document.original_name),
        ("came", f"{document.seen_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("rests since", f"{document.rested_at:%Y-%m-%d %H:%M:%S} UTC" if document.rested_at else "-"),
        ("size", f"{document.size:,} bytes"),
        ("sha256", document.sha256 or "-"),
        ("run", f"{document.correlation_id}, epoch {document.epoch}"),
        (
            "cost",
            f"${dollars(cost.micros)} for {cost.calls} call{'' if cost.calls == 1 else 's'} to paid services",
        ),
    ]
    if progress is not None:
        facts.insert(1, ("reading", progress_words(progress)))
    if isinstance(document.outcome, Failed) and document.state not in NOT_DECIDED:
        facts.insert(1, ("do", FAILURES[document.outcome.reason].hint_for(document.reference)))
        if document.outcome.detail:
            facts.insert(1, ("detail", document.outcome.detail))
    return facts


def _copy_facts(document: Document, home: Path) -> dict[str, object] | None:
    """What lies beside an archived document to be searched; None for one that needs nothing."""
    if document.state is not State.ARCHIVED:
        return None
    assert document.location is not None
    path = home / document.location
    with storage_errors():
        match told_copy(path):
            case SearchableCopy(name=name, sha256=sha256) as copy:
                return {"file": name, "sha256": sha256, "state": state_of_copy(path, copy)}
            case Unsearchable() as reason:
                return {"file": None, "reason": reason, "sentence": WHY[reason]}
            case None:
                return None


def _copy_words(document: Document, copy: dict[str, object] | None) -> list[tuple[str, str]]:
    if copy is None:
        return []
    if copy["file"] is None:
        return [("searchable", f"no copy: {copy['sentence']}")]
    words = {
        CopyState.AS_MADE: "",
        CopyState.CHANGED: " (changed by hand)",
        CopyState.MISSING: f" (missing; to make it again: dossierd retry {document.reference})",
    }
    return [("searchable", f"{copy['file']}{words[CopyState(str(copy['state']))]}")]


def _step(step: Step) -> dict[str, object]:
    return {"name": step.name, "started_at": step.started_at, "duration_ms": step.duration_ms}
