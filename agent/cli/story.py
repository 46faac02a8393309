"""A document's story, epoch by epoch, out of the rows that are kept.

An epoch is one run: the daemon's own reading and deciding, or what a person asked for. Kept are the steps, the
questions with their answers, and the outcome of the last epoch; what other epochs came to is in the audit trail only,
and the story says so instead of guessing.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence

from agent.cli.wording import outcome_words, settled_words
from agent.domain.life import Document, Review, Step
from agent.domain.outcome import AT_REST, State
from agent.workflow.timing import MOVE


def tell_story(
    document: Document, steps: Sequence[tuple[int, Step]], reviews: Sequence[Review]
) -> Iterator[str]:
    """Give the story's lines, oldest first."""
    asked = {review.epoch: review for review in reviews}
    for epoch in range(1, document.epoch + 1):
        taken = [step for of, step in steps if of == epoch]
        lines = [_step_words(step) for step in taken if step.name != MOVE]
        if epoch in asked:
            lines += _review_words(asked[epoch], is_first=bool(lines))
        elif epoch == document.epoch:
            lines += _last_words(document)
        lines = lines or [_untold(epoch, asked)]
        lines += [_step_words(step) for step in taken if step.name == MOVE]
        yield from (f"epoch {epoch}  {line}" for line in lines)


def _step_words(step: Step) -> str:
    return f"{_time(step.started_at)}  {step.name}, {step.duration_ms} ms"


def _review_words(review: Review, *, is_first: bool) -> Iterator[str]:
    yield f"{_time(review.opened_at)}  {'a human is asked' if is_first else 'back in review: a human is asked'}"
    if review.answered_at is None:
        return
    match review.answer:
        case State.MISSING:
            what = "the file was no longer there, or changed by hand"
        case "retry":
            what = f"to be read and decided again, says {review.answered_by}"
        case "redecided":
            what = "decided again, because the registry has changed"
        case answer:
            what = f"answered '{answer}' by {review.answered_by}"
    yield f"{_time(review.answered_at)}  {what}"


def _last_words(document: Document) -> Iterator[str]:
    """What the present epoch has come to; nothing while it is under way."""
    if document.state is State.MISSING and document.rested_at is not None:
        yield f"{_time(document.rested_at)}  missing"
    elif document.state in AT_REST and document.outcome is not None and document.settled_at is not None:
        yield f"{_time(document.settled_at)}  {settled_words(document.outcome)}"
    else:
        yield outcome_words(document)


def _untold(epoch: int, asked: Mapping[int, Review]) -> str:
    before = asked.get(epoch - 1)
    if before is not None and before.answered_at is not None:
        return "as answered"
    return "filed, undone, refiled or missed: what exactly is in logs/audit*.jsonl"


def _time(moment: datetime.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
