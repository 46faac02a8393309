"""What is to be said next of the questions that are open: a comparison of what is with what people were told.

Nothing here waits or remembers: the same rows at the same time give the same steps, and a step that was carried out is
not given again.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.domain.document import DocumentId
from agent.domain.life import Review
from agent.domain.question import Question

MOST_OPEN = 5
"""Questions that wait in a chat at once: more are not answered sooner, and bury each other."""
REPEAT_AFTER = datetime.timedelta(hours=24)
ESCALATE_AFTER = datetime.timedelta(hours=72)
PUT_OFF_FOR = datetime.timedelta(hours=24)
"""How long "later" is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Ask about an open review."""

    review: Review


@dataclass(frozen=True, slots=True, kw_only=True)
class PostAgain:
    """Ask anew, further down in the chat; the earlier message is closed."""

    question: Question
    review: Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """The review is open no longer, though nobody has answered it in a chat."""

    question: Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Remind people, once."""

    question: Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate:
    """Ask the further chat too."""

    question: Question
    review: Review


Step = Post | PostAgain | Close | Repeat | Escalate


def plan(
    reviews: Sequence[Review],
    questions: Sequence[Question],
    now: datetime.datetime,
    *,
    heard_again_at: datetime.datetime | None = None,
    is_heard: bool = True,
    escalates: bool = False,
) -> list[Step]:
    """Say what is to be done, in this order; what was put off is asked again as far as there is room, then what is new.

    Args:
        reviews: those that are open, oldest first.
        questions: those that are not closed.
        heard_again_at: when presses were heard again after a silence in which Telegram has forgotten some. A moment
            that is still to come was told by a clock that was wrong, and says nothing.
        is_heard: whether an answer would be heard now; nobody is reminded to give one that is not.
        escalates: whether there is a further chat.
    """
    open_reviews = {(review.document_id, review.epoch): review for review in reviews}
    about = _about(questions, open_reviews, now, heard_again_at, reminds=is_heard, escalates=escalates)
    waiting = [
        question
        for question in questions
        if question.skipped_at is None and (question.document_id, question.epoch) in open_reviews
    ]
    room = max(0, MOST_OPEN - len(waiting))
    return [*about, *[*_put_off(questions, open_reviews, now), *_new(reviews, questions)][:room]]


def _about(
    questions: Sequence[Question],
    open_reviews: Mapping[tuple[DocumentId, int], Review],
    now: datetime.datetime,
    heard_again_at: datetime.datetime | None,
    *,
    reminds: bool,
    escalates: bool,
) -> Iterator[Step]:
    """What is to be said of those that are over, and of those that wait for an answer."""
    for question in questions:
        review = open_reviews.get((question.document_id, question.epoch))
        if review is None:
            yield Close(question=question)
        elif question.skipped_at is not None:
            continue
        elif _must_be_said_anew(question, now, heard_again_at):
            yield PostAgain(question=question, review=review)
        else:
            waited = now - review.opened_at
            is_unanswered = question.repeated_at is None and now - _shown_at(question, now) >= REPEAT_AFTER
            if reminds and is_unanswered:
                yield Repeat(question=question)
            if escalates and question.escalated_at is None and waited >= ESCALATE_AFTER:
                yield Escalate(question=question, review=review)


def _must_be_said_anew(
    question: Question, now: datetime.datetime, heard_again_at: datetime.datetime | None
) -> bool:
    """Whether nobody can answer the messages there are: all were refused, or Telegram has forgotten presses on them."""
    if question.is_lost:
        return now - question.posted_at >= REPEAT_AFTER
    return heard_again_at is not None and _shown_at(question, now) < heard_again_at <= now


def _shown_at(question: Question, now: datetime.datetime) -> datetime.datetime:
    """Since when people have it: nobody presses, or forgets, what still waits to be sent."""
    return question.shown_at or now


def _put_off(
    questions: Sequence[Question],
    open_reviews: Mapping[tuple[DocumentId, int], Review],
    now: datetime.datetime,
) -> Iterator[Step]:
    """Those that somebody has put off for long enough."""
    for question in questions:
        review = open_reviews.get((question.document_id, question.epoch))
        if review is None or question.skipped_at is None:
            continue
        if now - question.skipped_at >= PUT_OFF_FOR:
            yield PostAgain(question=question, review=review)


def _new(reviews: Sequence[Review], questions: Sequence[Question]) -> Iterator[Step]:
    """The reviews that have no question yet, the oldest first."""
    asked = {(question.document_id, question.epoch) for question in questions}
    for review in reviews:
        if (review.document_id, review.epoch) not in asked:
            yield Post(review=review)
