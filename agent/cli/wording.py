"""How things are written out for people: documents, candidates, ages, and lines that keep their words whole.

Nothing from outside reaches the terminal before `visible` has seen it.
"""

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from textwrap import wrap
from typing import Any, assert_never

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent import errors
from agent.adapters.registry import Imported
from agent.core.completeness import pages_words
from agent.domain.decision import Ambiguous, Candidate, Decision, Match, Reason, Unmatched, candidates_of
from agent.domain.document import DocumentId, reference
from agent.domain.evidence import MarkKind
from agent.domain.identity import Person
from agent.domain.lesson import Alias, Label, Lesson, LessonState, Teaching, Unreadable
from agent.domain.life import Document
from agent.domain.message import visible
from agent.domain.outcome import FAILURES, Archived, Duplicate, Failed, InReview, Outcome, State
from agent.domain.reading import Progress
from agent.workflow.review import NONE_OF_THESE

BY_RULE = "rule"

PROBLEMS_SHOWN = 20
REASONS_SHOWN = 9
"""Of one person; a letter has five, a file of a hundred letters hundreds."""
NOT_DECIDED = frozenset({State.CLAIMING, State.CLAIMED, State.READING, State.WITHDRAWN, State.FORGOTTEN})
"""What an earlier epoch settled is not why such a document is where it is."""

NAME_COLUMNS = 22
"""Columns that a dropped file's name gets in a list."""
NARROWEST = 20
"""Columns that a text gets however deep it is indented."""

out = Console(highlight=False, soft_wrap=True)
err = Console(highlight=False, soft_wrap=True, stderr=True)


def say(text: str, *, indent: int = 0, hang: int = 0, style: str = "", to: Console = out) -> None:
    """Write one thing on a line of its own; a terminal's edge breaks it between words, under its indent.

    Args:
        hang: columns by which its further lines stand deeper, under the words behind a mark.
    """
    shown, width = visible(text), max(NARROWEST, to.width - indent)
    lines = [shown]
    if to.is_terminal:
        further = " " * min(hang, width - NARROWEST)
        lines = wrap(
            shown, width, subsequent_indent=further, break_long_words=False, break_on_hyphens=False
        ) or [shown]
    for line in lines:
        to.print(Text(" " * indent + line, style=style))


def say_table(listing: Table, *, to: Console = out) -> None:
    """Write a table; on a terminal its cells are broken between words."""
    to.print(listing, soft_wrap=not to.is_terminal)


def say_error(error: errors.DossierdError) -> None:
    """Write what is wrong and what to do about it."""
    say(f"dossierd: {error.sentence}", style="bold red", to=err)
    if isinstance(error, errors.RegistryInvalid | errors.EvaluationInvalid):
        for place, problem in error.problems[:PROBLEMS_SHOWN]:
            say(f"{place_words(place)}: {problem}", indent=2, to=err)
        if len(error.problems) > PROBLEMS_SHOWN:
            say(f"... and {len(error.problems) - PROBLEMS_SHOWN} more", indent=2, to=err)
    if error.hint:
        say(error.hint, indent=2, to=err)


def print_error(error: errors.DossierdError) -> None:
    """Write a refusal for a program: on stdout, where it looks for the answer."""
    told: dict[str, object] = {"done": False, "sentence": error.sentence, "hint": error.hint}
    if isinstance(error, errors.RegistryInvalid | errors.EvaluationInvalid):
        told["problems"] = [
            {"line" if isinstance(place, int) else "row": place, "problem": problem}
            for place, problem in error.problems
        ]
    print_json(told)


def imported_words(imported: Imported) -> str:
    return (
        f"The registry has {count_people(imported.people)}: {imported.added} new, {imported.changed} changed, "
        f"{imported.removed} gone."
    )


def place_words(place: int | str) -> str:
    """Say where a registry has a problem: in a line of a file, or in a record."""
    return f"line {place}" if isinstance(place, int) else place


def print_json(value: object) -> None:
    """Write a value as JSON; dataclasses become objects, moments ISO 8601 in UTC."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def table(*headings: str) -> Table:
    """A table without walls: it stays readable when it is copied into a message."""
    return Table(*headings, box=None, pad_edge=False, header_style="bold", show_header=any(headings))


def ago(moment: datetime.datetime | None, now: datetime.datetime) -> str:
    """Write how long ago something was, as people say it."""
    if moment is None:
        return "-"
    seconds = max(0, round((now - moment).total_seconds()))
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit} ago"
    return f"{seconds} s ago"


def reading_words(document_id: DocumentId, progress: Progress) -> str:
    """A line of `status`; true also while the document waits for its next turn, or the daemon is stopped."""
    return f"Reading of {reference(document_id)}: {progress_words(progress)}"


def progress_words(progress: Progress) -> str:
    """How far a reading is, and how long it will still take."""
    seconds = progress.remaining_seconds
    left = next(
        (
            f"{round(seconds / length)} {unit}"
            for unit, length in (("h", 3600), ("min", 60))
            if seconds >= 1.5 * length
        ),
        f"{seconds} s",
    )
    return f"page {progress.pages_read} of {progress.page_count}, about {left} left"


def progress_facts(progress: Progress) -> dict[str, int]:
    """The same for programs, by the names that the log uses."""
    return {
        "page": progress.pages_read,
        "of": progress.page_count,
        "remaining_seconds": progress.remaining_seconds,
    }


def outcome_words(document: Document) -> str:
    """Where a document is, and why, on one line."""
    match document.state:
        case State.CLAIMING | State.CLAIMED:
            return "waits to be read"
        case State.READING:
            return "being read"
        case State.WITHDRAWN:
            return "was taken out of incoming/ before its turn came"
        case State.FORGOTTEN:
            return "erased on request"
    words = settled_words(document.outcome) if document.outcome else ""
    match document.state:
        case State.MOVING:
            return f"on its way: {words}"
        case State.MISSING:
            return f"not where it was put, or changed by hand ({words or 'not read yet'})"
    return words


def settled_words(outcome: Outcome) -> str:
    """What was settled, on one line."""
    match outcome:
        case Archived(record_id=record_id, decided_by=decided_by):
            return f"filed under {record_id} by {decided_by}"
        case InReview(decision=Match()):
            return "a match, to be confirmed by a human"
        case InReview(decision=decision):
            return verdict_words(decision)
        case Failed(reason=reason):
            return FAILURES[reason].sentence
        case Duplicate(original=original):
            return f"the same bytes as D-{original}"
        case _:
            assert_never(outcome)


def verdict_words(decision: Decision) -> str:
    """What the rules say, on one line."""
    match decision:
        case Match(candidate=candidate, policy=policy):
            return f"a match with {candidate.person.record_id} (policy {policy})"
        case Ambiguous() | Unmatched():
            return f"{decision.verdict}: {decision.reason.sentence}"
        case _:
            assert_never(decision)


def count_people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def person_words(person: Person) -> str:
    """A person as the office knows them: `Tiznari Salma, born 12/03/1984`."""
    born = f", born {person.birth_date:%d/%m/%Y}" if person.birth_date else ""
    return f"{person.last_name} {person.first_name}{born}"


def say_candidate(candidate: Candidate, mark: str, *, to: Console = out) -> None:
    """Write who is considered, and what speaks for and against them."""
    who = f"{mark}  {person_words(candidate.person)}, record {candidate.person.record_id}"
    say(who, indent=2, hang=len(mark) + 2, to=to)
    say_reasons(candidate.reasons, indent=7, to=to)


def say_reasons(reasons: Sequence[Reason], *, indent: int, to: Console = out) -> None:
    """Write what speaks for and against somebody; what is printed on many pages is told once."""
    pages: dict[tuple[bool, str], list[int]] = {}
    for reason in reasons:
        on = pages.setdefault((reason.supports, reason.sentence), [])
        if reason.page is not None and reason.page not in on:
            on.append(reason.page)
    for (supports, sentence), on in list(pages.items())[:REASONS_SHOWN]:
        where = f" ({pages_words(sorted(on)).lower()})" if on else ""
        say(f"{'+' if supports else '-'} {sentence}{where}", indent=indent, hang=2, to=to)
    if len(pages) > REASONS_SHOWN:
        say(f"... and {len(pages) - REASONS_SHOWN} more", indent=indent, to=to)


def counts_words(counts: Mapping[State, int]) -> str:
    """How many documents are in which state, always in the same order."""
    return ", ".join(f"{counts[state]} {state.replace('_', ' ')}" for state in State if counts.get(state))


def rows_of(documents: Sequence[Document], now: datetime.datetime) -> Table:
    """Documents as a table, one a line."""
    listing = table("", "state", "came", "came as", "what became of it")
    for column in listing.columns[:4]:
        column.no_wrap = True
    for document in documents:
        listing.add_row(
            document.reference,
            document.state.replace("_", " "),
            ago(document.seen_at, now),
            Text(shortened(visible(document.original_name))),
            Text(visible(outcome_words(document))),
        )
    return listing


def shortened(name: str) -> str:
    """Cut a file's name in its middle, so that it takes no more than a column of `NAME_COLUMNS`."""
    if len(name) <= NAME_COLUMNS:
        return name
    left = (NAME_COLUMNS - 1) // 2
    return f"{name[:left]}…{name[left + 1 - NAME_COLUMNS :]}"


def brief(document: Document) -> dict[str, object]:
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


def say_how_to_answer(document: Document, decision: Decision) -> None:
    numbers = map(str, range(1, len(candidates_of(decision)) + 1))
    say(f"answer: dossierd answer {document.reference} {'|'.join([*numbers, NONE_OF_THESE])}", indent=2)
    say("somebody else: dossierd registry find NAME, then:", indent=2)
    say(f"dossierd answer {document.reference} --record ID", indent=4)


_ANNOUNCED: Mapping[MarkKind, str] = {
    MarkKind.NAME: "the name of the one whom a document is about",
    MarkKind.BIRTH_DATE: "a birth date",
}


def teaching_words(teaching: Teaching | Unreadable) -> str:
    """What a lesson says, as a sentence."""
    match teaching:
        case Alias(record_id=record_id):
            return f"“{teaching.printed}” is another spelling of the name of record {record_id}."
        case Label(words=words, announces=announces, identifier=identifier):
            what = _ANNOUNCED.get(announces, f"a number of the kind {identifier}")
            return f"The label “{words}” announces {what}."
        case Unreadable():
            return "Another version wrote it, and this one can't read what it says: it does not count."
        case _:
            assert_never(teaching)


OUTLIVED = (
    "the record had another name when it was taught, or which was not kept: it may be somebody else by now"
)


def lesson_words(lesson: Lesson) -> str:
    """A lesson with where it comes from, and who says that it is true."""
    taught = f"taught by the answer about {reference(lesson.document_id)} ({lesson.taught_by})"
    judged = ", and counts only when you confirm it" if lesson.state is LessonState.PROPOSED else ""
    if lesson.judged_by is not None and lesson.judged_at is not None:
        word = "confirmed" if lesson.state is LessonState.ACTIVE else "revoked"
        judged = f", {word} by {lesson.judged_by} on {lesson.judged_at:%Y-%m-%d}"
    return f"Lesson {lesson.number}: {teaching_words(lesson.teaching)} It was {taught}{judged}."
