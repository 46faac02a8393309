"""`dossierd explain`: the whole reasoning behind a decision, and whether the same comes out again.

A page for a human shows what matters; `--json` has all of it. Exit code 1 when the stored inputs give another decision.
"""

from collections.abc import Sequence

import typer
from rich.text import Text

from agent.adapters.ledger import SqlLedger
from agent.cli.differences import say_differences
from agent.cli.shared import HomeOption, JsonOption, SoughtArgument, look_up, open_ledger
from agent.cli.wording import (
    BY_RULE,
    NOT_DECIDED,
    OUTLIVED,
    brief,
    lesson_words,
    outcome_words,
    person_words,
    print_json,
    say,
    say_candidate,
    say_how_to_answer,
    say_reasons,
    say_table,
    table,
    teaching_words,
    verdict_words,
)
from agent.config import load
from agent.core.completeness import what_was_hidden
from agent.core.explaining import Considered, Explanation, explain_decision, why
from agent.core.pieces import Piece, most_telling
from agent.domain.decision import Decision, Match, candidates_of
from agent.domain.document import DocumentText
from agent.domain.inputs import Inputs
from agent.domain.life import Document
from agent.domain.message import visible
from agent.domain.outcome import FAILURES, Archived, Failed, FailureReason, InReview, State

PIECES_SHOWN = 14
PEOPLE_SHOWN = 8
_NOT_KEPT = (
    "It was decided by a version that did not keep what a decision was made of, or kept it in a way that this one can't"
    " read: it can't be decided again."
)
_NO_TEXT = "Its text is not stored any more: it can't be decided again."
_SAME = "Decided again from what is stored: the same."


def register(app: typer.Typer) -> None:
    app.command()(explain)


def explain(document: SoughtArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Tell why a document is where it is.

    What was read where, who was considered, and why each was or was not the one. It is decided again from what is
    stored: exit code 1 when that comes out differently.
    """
    with open_ledger(load(home=home)) as ledger:
        found = look_up(ledger, document)
        decision = _decision(ledger, found)
        text = None if found.sha256 is None else ledger.text(found.document_id, found.sha256)
        inputs = ledger.inputs(found.document_id) if decision is not None else None
    told = None
    if decision is not None and text is not None and inputs is not None:
        told = explain_decision(text, inputs, decision)
    if as_json:
        print_json(_facts(found, decision, text, inputs, told))
    else:
        _say_why(found, decision, text)
        if told is not None and decision is not None:
            _say_reasoning(told, decision)
        elif decision is not None:
            _say_candidates(decision)
        if decision is not None:
            _say_end(found, decision, inputs, told)
    raise typer.Exit(1 if told is not None and told.differences else 0)


def _facts(
    document: Document,
    decision: Decision | None,
    text: DocumentText | None,
    inputs: Inputs | None,
    told: Explanation | None,
) -> dict[str, object]:
    hidden = "" if text is None else what_was_hidden(text)
    again = None if told is None else {"is_same": not told.differences, "differences": told.differences}
    return {
        **brief(document),
        "decision": decision,
        "hidden_text": hidden or None,
        "why": None if decision is None else why(decision),
        "inputs": inputs,
        "read": None if told is None else told.pieces,
        "considered": None if told is None else told.considered,
        "lessons": None
        if told is None
        else [
            {"lesson": it, "sentence": teaching_words(it.teaching), "counted": it in told.used}
            for it in (*told.used, *told.outlived)
        ],
        "decided_again": again,
    }


def _say_why(document: Document, decision: Decision | None, text: DocumentText | None) -> None:
    say(f"{document.reference}: {outcome_words(document)}", style="bold")
    hidden = "" if text is None else what_was_hidden(text)
    if hidden:
        say(hidden, indent=2, style="yellow")
    if isinstance(document.outcome, Failed) and document.state not in NOT_DECIDED:
        say(FAILURES[document.outcome.reason].hint_for(document.reference), indent=2)
    if decision is None:
        return
    if (chosen := _human_choice(document)) is not None:
        say(f"{chosen} The rules had said: {verdict_words(decision)}", indent=2)
        say("What the rules saw, which is no proof of that choice:", indent=2)
    if isinstance(decision, Match):
        say(f"Why: {why(decision)}", indent=2, hang=5)


def _say_reasoning(told: Explanation, decision: Decision) -> None:
    _say_pieces(told.pieces)
    _say_considered(told.considered, decision)
    for lesson in told.used:
        say(lesson_words(lesson), indent=2)
    for lesson in told.outlived:
        say(lesson_words(lesson), indent=2)
        say(f"It did not count: {OUTLIVED}.", indent=4, style="yellow")


def _say_pieces(pieces: Sequence[Piece]) -> None:
    say("")
    if not pieces:
        say("Nothing was read that names, numbers or dates anybody.", style="bold")
        return
    say("What was read, and where", style="bold")
    shown = most_telling(pieces, PIECES_SHOWN)
    listing = table("", "", "")
    listing.columns[0].no_wrap = True
    listing.columns[0].style = "dim"
    for piece in shown:
        place = f"  page {piece.page}, {piece.place}"
        listing.add_row(place, Text(f"“{visible(piece.words)}”"), Text(visible(_piece_words(piece))))
    say_table(listing)
    if left := len(pieces) - len(shown):
        say(f"... and {left} more: --json has all", indent=2)


def _piece_words(piece: Piece) -> str:
    behind = f", behind “{piece.label}”" if piece.label else ""
    sure = "" if piece.confidence is None else f" (OCR {piece.confidence} of 100)"
    often = f", {piece.times} times" if piece.times > 1 else ""
    return f"{piece.rule}{behind}{often}{sure}"


def _say_considered(considered: Sequence[Considered], decision: Decision) -> None:
    say("")
    if not considered:
        say("Nobody in the registry has such a name, birth date or number.", style="bold")
        return
    say("Who was considered", style="bold")
    numbers = {it.person.record_id: number for number, it in enumerate(candidates_of(decision), start=1)}
    first = [it for it in considered if it.person.record_id in numbers]
    first.sort(key=lambda it: numbers[it.person.record_id])
    others = [it for it in considered if it.person.record_id not in numbers]
    others.sort(key=lambda it: not it.is_named)
    shown = (*first, *others)[:PEOPLE_SHOWN]
    for it in shown:
        _say_person(it, str(numbers.get(it.person.record_id, "-")))
    if left := len(considered) - len(shown):
        say(f"... and {left} more: --json has all", indent=2)
    say_differences([it.person for it in shown])


def _say_person(considered: Considered, mark: str) -> None:
    obstacle = considered.obstacle
    verdict = "this one" if obstacle is None else "not by rule"
    say(
        f"{mark}  {person_words(considered.person)}, record {considered.person.record_id}: {verdict}",
        indent=2,
        hang=len(mark) + 2,
        style="green" if obstacle is None else "",
    )
    say_reasons(considered.reasons, indent=5)
    if obstacle is not None:
        told = obstacle.sentence if obstacle not in considered.reasons else "That is a veto."
        say(f"= {told} Rule: {considered.rule}.", indent=5, hang=2, style="dim")


def _say_candidates(decision: Decision) -> None:
    """What a decision of before says by itself."""
    for number, candidate in enumerate(candidates_of(decision), start=1):
        say_candidate(candidate, f"{number}")
    if isinstance(decision, Match) and decision.rivals:
        say("Considered, and excluded:")
        for rival in decision.rivals:
            say_candidate(rival, "-")


def _say_end(
    document: Document,
    decision: Decision,
    inputs: Inputs | None,
    told: Explanation | None,
) -> None:
    say("")
    if inputs is not None:
        fresh = "" if inputs.is_trustworthy else ", not to be trusted"
        say(
            f"Decided by policy {inputs.policy}, OCR floor {inputs.confidence_floor}, mode {inputs.mode}, rules version"
            f" {inputs.rules_version}, registry version {inputs.registry_version}{fresh}."
        )
    if told is None:
        say(_NOT_KEPT if inputs is None else _NO_TEXT, style="yellow")
    elif not told.differences:
        say(_SAME, style="green")
    else:
        say("Decided again from what is stored: it comes out differently.", style="bold red")
        for difference in told.differences:
            say(difference, indent=2)
    if document.state is State.IN_REVIEW:
        say_how_to_answer(document, decision)


def _human_choice(document: Document) -> str | None:
    """What a human chose, as a sentence; None when the rules' word stands."""
    match document.outcome:
        case Archived(record_id=record_id, decided_by=by) if by != BY_RULE:
            return f"A human chose {record_id} ({by})."
        case Failed(reason=FailureReason.REJECTED, decided_by=by):
            return f"A human chose nobody ({by})."
        case _:
            return None


def _decision(ledger: SqlLedger, document: Document) -> Decision | None:
    """The decision behind where a document is; for one that a human rejected, the one he was shown."""
    if document.state in NOT_DECIDED:
        return None
    if isinstance(document.outcome, Archived | InReview):
        return document.outcome.decision
    if isinstance(document.outcome, Failed) and document.outcome.reason is FailureReason.REJECTED:
        return ledger.reviews_of(document.document_id)[-1].decision
    return None
