"""Commands about documents: what there is, why it is there, and what a human wants done with it."""

import datetime
import sys
from typing import Annotated

import typer
from rich.text import Text

from agent import errors
from agent.adapters.home import HomeLock
from agent.adapters.ledger import SqlLedger
from agent.cli.shared import (
    DocumentArgument,
    HomeOption,
    JsonOption,
    ago,
    ask,
    finish,
    open_ledger,
    out,
    outcome_words,
    print_json,
    require,
    rows_of,
    table,
)
from agent.config import load
from agent.domain.decision import Candidate, Decision, Match, candidates_of
from agent.domain.life import Action, Document, Review
from agent.domain.message import visible
from agent.domain.outcome import FAILURES, Archived, Failed, InReview, State
from agent.workflow.review import NONE_OF_THESE, RECORD_PREFIX


def register(app: typer.Typer) -> None:
    for command in (status, show, explain, pending, answer, undo, refile, retry):
        app.command()(command)


def status(
    home: HomeOption = None, as_json: JsonOption = False, last: Annotated[int, typer.Option(min=0)] = 10
) -> None:
    """Say what there is, at a glance.

    Whether the daemon runs, how many documents are where, and the latest ones.
    """
    settings = load(home=home)
    runs = HomeLock(settings.home / "state").is_held()
    with open_ledger(settings) as ledger:
        counts, latest = ledger.counts(), ledger.latest(last)
    if as_json:
        print_json(
            {
                "home": settings.home,
                "daemon_runs": runs,
                "counts": counts,
                "latest": [_brief(it) for it in latest],
            }
        )
        return
    out.print(Text(f"dossierd in {settings.home}: {'running' if runs else 'not running'}"))
    told = [f"{counts[state]} {state.replace('_', ' ')}" for state in State if counts.get(state)]
    out.print(Text(", ".join(told) or "no document has come yet"))
    if latest:
        out.print(rows_of(latest, datetime.datetime.now(datetime.UTC)))


def show(document: DocumentArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Tell a document's story.

    Where it is, what was done with it, when, how long it took, what it cost.
    """
    settings = load(home=home)
    with open_ledger(settings) as ledger:
        found = require(ledger, document)
        steps, reviews = ledger.steps(found.document_id), ledger.reviews_of(found.document_id)
    if as_json:
        print_json({**_brief(found), "steps": [{"epoch": epoch, **_step(step)} for epoch, step in steps]})
        return
    out.print(Text(f"{found.reference}  {found.state.replace('_', ' ')}", style="bold"))
    facts = table("", "")
    facts.show_header = False
    for name, value in _facts(found):
        facts.add_row(name, Text(visible(value)))
    out.print(facts)
    for epoch, step in steps:
        out.print(
            Text(f"  {step.started_at:%H:%M:%S} {step.name} took {step.duration_ms} ms (epoch {epoch})")
        )
    for review in reviews:
        out.print(Text(f"  {_review_words(review)}"))


def explain(document: DocumentArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Tell why a document is where it is.

    Who was considered, and what spoke for and against each.
    """
    settings = load(home=home)
    with open_ledger(settings) as ledger:
        found = require(ledger, document)
        decision = _decision(ledger, found)
    if as_json:
        print_json({**_brief(found), "decision": decision})
        return
    out.print(Text(f"{found.reference}: {visible(outcome_words(found))}", style="bold"))
    if isinstance(found.outcome, Failed):
        out.print(Text(f"  {FAILURES[found.outcome.reason].hint}"))
    if decision is None:
        return
    for number, candidate in enumerate(candidates_of(decision), start=1):
        _print_candidate(candidate, f"{number}")
    if isinstance(decision, Match) and decision.rivals:
        out.print("Considered, and excluded:")
        for rival in decision.rivals:
            _print_candidate(rival, "-")


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
        out.print("Nothing waits for you.")
    for it, review in questions:
        out.print(
            Text(
                f"{it.reference}  {visible(outcome_words(it))}  ({ago(review.opened_at, now)})", style="bold"
            )
        )
        out.print(Text(f"  look at it: {settings.home / (it.location or '')}"))
        for number, candidate in enumerate(candidates_of(review.decision), start=1):
            _print_candidate(candidate, f"{number}")
        out.print(Text(f"  answer: dossierd answer {it.reference} {_choices(review.decision)}"))
        out.print(
            Text(f"  somebody else: dossierd answer {it.reference} --record ID (dossierd registry find NAME)")
        )


def answer(
    document: DocumentArgument,
    choice: Annotated[str, typer.Argument(help="The candidate's number, or: none")] = "",
    record: Annotated[
        str, typer.Option(help="A record's id, when the right person is not among the candidates.")
    ] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="Don't ask again when something printed contradicts the choice.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question about a document.

    It is filed under the person you choose, or set aside in failed/.
    """
    if bool(choice) == bool(record):
        raise errors.RequestRefused(
            "An answer needs a choice.",
            hint="Such as: dossierd answer D-7 2, dossierd answer D-7 none, dossierd answer D-7 --record 20817",
        )
    argument = f"{RECORD_PREFIX}{record}" if record else choice.lower()
    if not yes and argument != NONE_OF_THESE:
        _warn_of_contradiction(home, document, argument)
    finish(ask(home, Action.ANSWER, document, argument), as_json=as_json)


def undo(document: DocumentArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Take a filing back, within 24 hours.

    The document returns to review.
    """
    finish(ask(home, Action.UNDO, document), as_json=as_json)


def refile(
    document: DocumentArgument,
    record: Annotated[str, typer.Argument(help="The id of the right record.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """File a document under another record.

    At any time after it was archived.
    """
    finish(ask(home, Action.REFILE, document, record), as_json=as_json)


def retry(document: DocumentArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Read a failed or duplicate one again."""
    finish(ask(home, Action.RETRY, document), as_json=as_json)


def _warn_of_contradiction(home: HomeOption, document: str, argument: str) -> None:
    """Show what speaks against a vetoed candidate, and ask once more."""
    with open_ledger(load(home=home)) as ledger:
        found = require(ledger, document)
        review = ledger.review(found.document_id)
    if review is None:
        return
    for number, candidate in enumerate(candidates_of(review.decision), start=1):
        if candidate.is_vetoed and argument in {str(number), f"{RECORD_PREFIX}{candidate.person.record_id}"}:
            out.print("Something printed in the document speaks against this choice:")
            _print_candidate(candidate, str(number))
            if not sys.stdin.isatty():
                raise errors.RequestRefused("Not filed.", hint="If you are sure, add --yes.")
            typer.confirm("File it there all the same?", abort=True)


def _decision(ledger: SqlLedger, document: Document) -> Decision | None:
    """The decision behind where a document is; for one that a human rejected, the one he was shown."""
    if isinstance(document.outcome, Archived | InReview):
        return document.outcome.decision
    reviews = ledger.reviews_of(document.document_id)
    return reviews[-1].decision if reviews else None


def _print_candidate(candidate: Candidate, number: str) -> None:
    person = candidate.person
    born = f", born {person.birth_date:%d/%m/%Y}" if person.birth_date else ""
    out.print(
        Text(visible(f"  {number}  {person.last_name} {person.first_name}{born}, record {person.record_id}"))
    )
    for reason in candidate.reasons:
        page = f" (page {reason.page})" if reason.page else ""
        out.print(Text(visible(f"       {'+' if reason.supports else '-'} {reason.sentence}{page}")))


def _choices(decision: Decision) -> str:
    count = len(candidates_of(decision))
    return "|".join([*map(str, range(1, count + 1)), NONE_OF_THESE])


def _review_words(review: Review) -> str:
    if review.answered_at is None:
        return f"{review.opened_at:%Y-%m-%d %H:%M} UTC: a human is asked"
    return f"{review.answered_at:%Y-%m-%d %H:%M} UTC: answered '{review.answer}' by {review.answered_by}"


def _facts(document: Document) -> list[tuple[str, str]]:
    facts = [
        ("what", outcome_words(document)),
        ("file", document.location or "-"),
        ("came as", document.original_name),
        ("came", f"{document.seen_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("rests since", f"{document.rested_at:%Y-%m-%d %H:%M:%S} UTC" if document.rested_at else "-"),
        ("size", f"{document.size:,} bytes"),
        ("sha256", document.sha256 or "-"),
        ("run", f"{document.correlation_id}, epoch {document.epoch}"),
        ("cost", "0"),
    ]
    if isinstance(document.outcome, Failed):
        facts.insert(1, ("do", FAILURES[document.outcome.reason].hint))
        if document.outcome.detail:
            facts.insert(1, ("detail", document.outcome.detail))
    return facts


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


def _step(step: object) -> dict[str, object]:
    return {name: getattr(step, name) for name in ("name", "started_at", "duration_ms")}
