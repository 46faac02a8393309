"""Commands that tell of documents: what there is, where it is, why it is there, and what waits for a human."""

import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from agent.adapters.home import HomeLock
from agent.adapters.ledger import SqlLedger
from agent.beside import CopyState, state_of_copy, told_copy
from agent.cli.shared import (
    EMPTY_REGISTRY,
    IMPORT_HINT,
    DocumentArgument,
    HomeOption,
    JsonOption,
    open_ledger,
    people_known,
    require,
)
from agent.cli.story import tell_story
from agent.cli.wording import (
    BY_RULE,
    ago,
    counts_words,
    outcome_words,
    print_json,
    progress_facts,
    progress_words,
    reading_words,
    rows_of,
    say,
    say_candidate,
    say_table,
    table,
    verdict_words,
)
from agent.config import load
from agent.core.completeness import what_was_hidden
from agent.domain.decision import Decision, Match, candidates_of
from agent.domain.document import reference
from agent.domain.life import Document, Step
from agent.domain.message import visible
from agent.domain.outcome import FAILURES, Archived, Failed, FailureReason, InReview, State
from agent.domain.reading import Progress
from agent.domain.searchable import WHY, SearchableCopy, Unsearchable
from agent.durable import storage_errors
from agent.health import Level, examine_part, full_disk
from agent.workflow.review import NONE_OF_THESE

_NOT_DECIDED = frozenset({State.CLAIMING, State.CLAIMED, State.READING, State.WITHDRAWN, State.FORGOTTEN})
"""What an earlier epoch settled is not why such a document is where it is."""


def register(app: typer.Typer) -> None:
    for command in (status, show, explain, pending):
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
    runs = HomeLock(settings.home / "state").is_held()
    with open_ledger(settings) as ledger:
        counts, latest, under_way = ledger.counts(), ledger.latest(last), ledger.readings_under_way()
    people = people_known(settings)
    lying = examine_part("incoming", settings)
    full = full_disk(settings)
    if as_json:
        print_json(
            {
                "home": settings.home,
                "daemon_runs": runs,
                "incoming": lying.sentence,
                "people": people,
                "intake_paused": full,
                "counts": counts,
                "reading": [
                    {"document": reference(document_id), **progress_facts(progress)}
                    for document_id, progress in under_way.items()
                ],
                "latest": [_brief(it) for it in latest],
            }
        )
        return
    say(f"dossierd in {settings.home}: {'running' if runs else 'not running'}")
    if full:
        say(f"No new documents are taken in: {full}. More: dossierd check", style="bold red")
    say(counts_words(counts) or "no document has come yet")
    for document_id, progress in under_way.items():
        say(reading_words(document_id, progress))
    if lying.level is not Level.GOOD:
        say(f"incoming/: {lying.sentence}", style="yellow")
        say(lying.hint, indent=2)
    if people == 0:
        say(f"{EMPTY_REGISTRY}: {IMPORT_HINT}", style="yellow")
    if waiting := counts.get(State.IN_REVIEW, 0):
        say(f"{waiting} wait{'s' if waiting == 1 else ''} for a human: dossierd pending", style="yellow")
    if latest:
        say_table(rows_of(latest, datetime.datetime.now(datetime.UTC)))


def show(document: DocumentArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Tell a document's story.

    Where it is, what was done with it, when, how long it took, what it cost.
    """
    settings = load(home=home)
    with open_ledger(settings) as ledger:
        found = require(ledger, document)
        steps, reviews = ledger.steps(found.document_id), ledger.reviews_of(found.document_id)
        progress = ledger.readings_under_way().get(found.document_id)
    copy = _copy_facts(found, settings.home)
    if as_json:
        print_json(
            {
                **_brief(found),
                "searchable_pdf": copy,
                "reading": progress and progress_facts(progress),
                "steps": [{"epoch": epoch, **_step(step)} for epoch, step in steps],
            }
        )
        return
    say(f"{found.reference}  {found.state.replace('_', ' ')}", style="bold")
    facts = table("", "")
    for name, value in (*_facts(found, progress), *_copy_words(found, copy)):
        facts.add_row(name, Text(visible(value)))
    say_table(facts)
    for line in tell_story(found, steps, reviews):
        say(line, indent=2)


def explain(document: DocumentArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Tell why a document is where it is.

    Who was considered, and what spoke for and against each.
    """
    settings = load(home=home)
    with open_ledger(settings) as ledger:
        found = require(ledger, document)
        decision = _decision(ledger, found)
        hidden = _hidden(ledger, found)
    if as_json:
        print_json({**_brief(found), "decision": decision, "hidden_text": hidden or None})
        return
    say(f"{found.reference}: {outcome_words(found)}", style="bold")
    if hidden:
        say(hidden, indent=2, style="yellow")
    if isinstance(found.outcome, Failed) and found.state not in _NOT_DECIDED:
        say(FAILURES[found.outcome.reason].hint_for(found.reference), indent=2)
    if decision is None:
        return
    if (chosen := _human_choice(found)) is not None:
        say(f"{chosen} The rules had said: {verdict_words(decision)}", indent=2)
        if candidates_of(decision):
            say("What the rules saw, which is no proof of that choice:", indent=2)
    for number, candidate in enumerate(candidates_of(decision), start=1):
        say_candidate(candidate, f"{number}")
    if isinstance(decision, Match) and decision.rivals:
        say("Considered, and excluded:")
        for rival in decision.rivals:
            say_candidate(rival, "-")
    if found.state is State.IN_REVIEW:
        _say_how_to_answer(found, decision)


def pending(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the questions that wait for a human."""
    settings = load(home=home)
    with open_ledger(settings) as ledger:
        waiting = ledger.in_states(frozenset({State.IN_REVIEW}))
        questions = [(it, review) for it in waiting if (review := ledger.review(it.document_id)) is not None]
    if as_json:
        print_json(
            [
                {**_brief(it), "opened_at": review.opened_at, "decision": review.decision}
                for it, review in questions
            ]
        )
        return
    now = datetime.datetime.now(datetime.UTC)
    if not questions:
        say("Nothing waits for you.")
    for it, review in questions:
        say(f"{it.reference}  {outcome_words(it)}  ({ago(review.opened_at, now)})", style="bold")
        say(f"look at it: {settings.home / (it.location or '')}", indent=2)
        for number, candidate in enumerate(candidates_of(review.decision), start=1):
            say_candidate(candidate, f"{number}")
        _say_how_to_answer(it, review.decision)


def _say_how_to_answer(document: Document, decision: Decision) -> None:
    numbers = map(str, range(1, len(candidates_of(decision)) + 1))
    say(f"answer: dossierd answer {document.reference} {'|'.join([*numbers, NONE_OF_THESE])}", indent=2)
    say("somebody else: dossierd registry find NAME, then:", indent=2)
    say(f"dossierd answer {document.reference} --record ID", indent=4)


def _human_choice(document: Document) -> str | None:
    """What a human chose, as a sentence; None when the rules' word stands."""
    match document.outcome:
        case Archived(record_id=record_id, decided_by=by) if by != BY_RULE:
            return f"A human chose {record_id} ({by})."
        case Failed(reason=FailureReason.REJECTED, decided_by=by):
            return f"A human chose nobody ({by})."
        case _:
            return None


def _hidden(ledger: SqlLedger, document: Document) -> str:
    text = None if document.sha256 is None else ledger.text(document.document_id, document.sha256)
    return "" if text is None else what_was_hidden(text)


def _decision(ledger: SqlLedger, document: Document) -> Decision | None:
    """The decision behind where a document is; for one that a human rejected, the one he was shown."""
    if document.state in _NOT_DECIDED:
        return None
    if isinstance(document.outcome, Archived | InReview):
        return document.outcome.decision
    if isinstance(document.outcome, Failed) and document.outcome.reason is FailureReason.REJECTED:
        return ledger.reviews_of(document.document_id)[-1].decision
    return None


def _facts(document: Document, progress: Progress | None) -> list[tuple[str, str]]:
    facts = [
        ("what", outcome_words(document)),
        ("file", document.location or "-"),
        ("came as", document.original_name),
        ("came", f"{document.seen_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("rests since", f"{document.rested_at:%Y-%m-%d %H:%M:%S} UTC" if document.rested_at else "-"),
        ("size", f"{document.size:,} bytes"),
        ("sha256", document.sha256 or "-"),
        ("run", f"{document.correlation_id}, epoch {document.epoch}"),
        ("cost", "0 (nothing here costs)"),
    ]
    if progress is not None:
        facts.insert(1, ("reading", progress_words(progress)))
    if isinstance(document.outcome, Failed) and document.state not in _NOT_DECIDED:
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


def _brief(document: Document) -> dict[str, object]:
    return {
        "document": document.reference,
        "state": document.state,
        "what": outcome_words(document),
        "reason": getattr(document.outcome, "reason", None) if isinstance(document.outcome, Failed) else None,
        "record_id": getattr(document.outcome, "record_id", None),
        "decided_by": getattr(document.outcome, "decided_by", None),
        "duplicate_of": getattr(document.outcome, "original", None),
        "original_name": document.original_name,
        "location": document.location,
        "sha256": document.sha256,
        "size_bytes": document.size,
        "correlation_id": document.correlation_id,
        "epoch": document.epoch,
        "attempts": document.attempts,
        "seen_at": document.seen_at,
        "claimed_at": document.claimed_at,
        "settled_at": document.settled_at,
        "rested_at": document.rested_at,
        "cost_usd": 0,
    }


def _step(step: Step) -> dict[str, object]:
    return {"name": step.name, "started_at": step.started_at, "duration_ms": step.duration_ms}
