"""What has happened to a document, for chats and the command line alike: of a person the record's number alone."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.core.messages import who
from agent.core.voice import Voice
from agent.domain.decision import candidates_of
from agent.domain.life import Review
from agent.domain.outcome import FAILURES, Event, State
from agent.domain.settlement import Settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that the rules or people did to a document, in its words."""

    epoch: int
    at: datetime.datetime
    words: str


def history(reviews: Sequence[Review], settled: Sequence[Settled], voice: Voice) -> list[str]:
    """Tell it, oldest first: `2026-03-01 12:00 · filed under file 20817 by rule`.

    Args:
        reviews: every question that was ever asked about the document.
        settled: what its epochs came to.
    """
    return [f"{voice.day_and_hour(it.at)} · {it.words}" for it in happenings(reviews, settled, voice)]


def happenings(reviews: Sequence[Review], settled: Sequence[Settled], voice: Voice) -> list[Happening]:
    """Give what has happened, oldest first; an answer has the epoch of its question."""
    told = [
        Happening(epoch=one.epoch, at=at, words=words)
        for one in settled
        for at, words in _settled(one, voice)
    ]
    told += [
        Happening(epoch=review.epoch, at=at, words=words)
        for review in reviews
        for at, words in _asked(review, voice)
    ]
    return sorted(told, key=lambda it: it.at)  # what has one moment stays in its order


def _settled(one: Settled, voice: Voice) -> Iterator[tuple[datetime.datetime, str]]:
    """Tell what the rules did, and what people took back; their answers are told with the questions."""
    if one.event is Event.UNDONE:
        yield one.at, voice.say("{user} took the filing back", user=who(one.by))
    elif one.event in {Event.SETTLED, Event.REFILED}:
        yield from _came_to(one, voice)


def _came_to(one: Settled, voice: Voice) -> Iterator[tuple[datetime.datetime, str]]:
    if one.reason is not None:
        yield one.at, voice.say("could not be filed: {why}", why=voice.say(FAILURES[one.reason].sentence))
    elif one.state is State.DUPLICATE:
        yield one.at, voice.say("the same file as another document")
    elif one.record_id is not None and one.by == "rule":
        yield one.at, voice.say("filed under file {record} by rule", record=one.record_id)
    elif one.record_id is not None:
        yield one.at, voice.say("filed under file {record} by {user}", record=one.record_id, user=who(one.by))


def _asked(review: Review, voice: Voice) -> Iterator[tuple[datetime.datetime, str]]:
    """Tell when a question was asked, and what came of it: who answered what, or why nobody did."""
    if review.answered_at is None or review.answered_by is None:
        yield review.opened_at, voice.say("asked; not answered yet")
        return
    yield review.opened_at, voice.say("asked")
    yield review.answered_at, _end(review, who(review.answered_by), voice)


def _end(review: Review, user: str, voice: Voice) -> str:
    given = review.answer or ""
    candidates = candidates_of(review.decision)
    match given:
        case State.MISSING:
            return voice.say("the file was no longer where it was put")
        case "retry":
            return voice.say("{user} had it decided again", user=user)
        case "redecided":
            return voice.say("decided again, because the registry has changed")
        case "none":
            return voice.say("{user} answered: none of these people", user=user)
    if given.startswith("split "):
        return voice.say("{user} split it: {pages}", user=user, pages=given.removeprefix("split "))
    is_number = given.isdecimal() and 1 <= int(given) <= len(candidates)
    record = candidates[int(given) - 1].person.record_id if is_number else given.removeprefix("record:")
    return voice.say("{user} answered: file {record}", user=user, record=record)
