"""A document's story, epoch by epoch, out of the rows that are kept.

An epoch is one run: the daemon's own reading and deciding, or what a person asked for. What each came to is told in the
words of the chats (`core/history.py`). Of epochs before ledger version 0018 that is in the audit trail only, and the
story says so instead of guessing.
"""

import datetime
from collections.abc import Iterator, Sequence

from agent.cli.wording import outcome_words, settled_words
from agent.core.history import happenings
from agent.core.voice import ENGLISH
from agent.domain.life import Document, Review, Step
from agent.domain.outcome import AT_REST, State
from agent.domain.settlement import Settled
from agent.workflow.timing import MOVE

_Line = tuple[datetime.datetime | None, str]
"""When something was, where that is known, and what."""
_AT_LAST = datetime.datetime.max.replace(tzinfo=datetime.UTC)


def tell_story(
    document: Document,
    steps: Sequence[tuple[int, Step]],
    reviews: Sequence[Review],
    settled: Sequence[Settled],
) -> Iterator[str]:
    """Give the story's lines, oldest first.

    Args:
        steps: each with its epoch.
        reviews: every question that was ever asked about the document.
        settled: what its epochs came to.
    """
    told = happenings(reviews, settled, ENGLISH)
    answered = {review.epoch for review in reviews if review.answered_at is not None}
    for epoch in range(1, document.epoch + 1):
        taken = [step for of, step in steps if of == epoch]
        lines: list[_Line] = [(it.at, it.words) for it in told if it.epoch == epoch]
        if epoch == document.epoch and not (lines and _is_as_settled(document)):
            lines.append(_last_words(document))
        elif not lines:
            lines.append((None, _untold(is_answer=epoch - 1 in answered)))
        before = [_step_words(step) for step in taken if step.name != MOVE]
        after = [_step_words(step) for step in taken if step.name == MOVE]
        untimed = _AT_LAST if epoch == document.epoch else document.seen_at
        lines = [*before, *lines, *after]  # what has one moment stays in this order
        lines.sort(key=lambda line: line[0] or untimed)
        yield from (f"epoch {epoch}  {_timed(*line)}" for line in lines)


def _step_words(step: Step) -> _Line:
    return step.started_at, f"{step.name}, {step.duration_ms} ms"


def _is_as_settled(document: Document) -> bool:
    """Whether what its epoch has come to says how it stands."""
    return document.outcome is not None and document.state == document.outcome.state


def _last_words(document: Document) -> _Line:
    """How it stands in its present epoch."""
    if document.state is State.MISSING and document.rested_at is not None:
        return document.rested_at, "missing"
    if document.state in AT_REST and document.outcome is not None and document.settled_at is not None:
        return document.settled_at, settled_words(document.outcome)
    return None, outcome_words(document)


def _untold(*, is_answer: bool) -> str:
    return "as answered" if is_answer else "what it came to is in logs/audit*.jsonl"


def _timed(moment: datetime.datetime | None, words: str) -> str:
    return words if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}  {words}"
