"""What a canary must come to, when the next one is due, and when people are told."""

import datetime
from collections.abc import Sequence

from agent.domain.canary import CANARY_PROBLEMS, CanaryProblem, CanaryRun
from agent.domain.decision import Match
from agent.domain.identity import Person, RecordId
from agent.domain.life import Document
from agent.domain.outcome import AT_REST, Archived, InReview
from agent.domain.phrase import Phrase
from agent.domain.run import Run
from agent.domain.wellness import PartState, labelled

PART = "canary"

PERSON = Person(
    record_id=RecordId("canary"),
    last_name="Serindor",
    first_name="Coraline",
    birth_date=datetime.date(1951, 3, 14),
)
"""Invented; in no registry but the canary's own."""

LATIN = frozenset(
    {"cat", "dan", "deu", "eng", "fra", "ita", "lat", "nld", "nor", "pol", "por", "ron", "spa", "swe"}
)
"""Languages of tesseract that can read the page. With others alone there is no canary."""

AGAIN = datetime.timedelta(minutes=5)
"""After one that failed, the next comes so soon: two failures alarm well within two periods."""

RUNS_THAT_ALARM = 2

PERIODS_OF_SILENCE = 3
"""So long none may come to an end while the daemon works: one that waits behind thick scans is no hang."""


def can_be_read(ocr_languages: str) -> bool:
    """Say whether such a reader can read the page: `fra+eng`."""
    return not LATIN.isdisjoint(ocr_languages.split("+"))


def problem_of(document: Document | None) -> CanaryProblem | None:
    """Say what is wrong with where a canary rests; in modes that file nothing, its question must name its person."""
    if document is None or document.state not in AT_REST:
        return CanaryProblem.UNKEPT
    match document.outcome:
        case Archived(record_id=record_id) if record_id == PERSON.record_id:
            return None
        case InReview(decision=Match(candidate=candidate)) if candidate.person.record_id == PERSON.record_id:
            return None
        case Archived() | InReview():
            return CanaryProblem.UNFILED
        case _:
            return CanaryProblem.FAILED


def due_in(last: CanaryRun | None, every: datetime.timedelta, now: datetime.datetime) -> datetime.timedelta:
    """Say how long it is to the next one: not below zero, and not above a period, whatever the clock was set to."""
    if last is None:
        return datetime.timedelta()
    pause = every if last.problem is None else min(every, AGAIN)
    return min(max(last.at + pause - now, datetime.timedelta()), pause)


def silence(
    runs: Sequence[CanaryRun],
    daemon: Run | None,
    alive_at: datetime.datetime | None,
    every: datetime.timedelta,
) -> datetime.timedelta | None:
    """Say how long the daemon has worked without an end of a canary; None where that is not too long.

    Args:
        runs: the latest canaries, the newest first.
        daemon: its run that has no end yet. What was before it counts as nothing: a stop sends no canary.
        alive_at: when the daemon was last known to be well, for the same reason.
    """
    if daemon is None or alive_at is None:
        return None
    since = max([daemon.began_at, *(run.at for run in runs)])
    silent = alive_at - since
    return silent if silent > PERIODS_OF_SILENCE * every else None


def state_of(runs: Sequence[CanaryRun]) -> PartState | None:
    """Say how the path of documents is.

    Args:
        runs: the latest ones, the newest first.

    Returns:
        None while that is open: no run yet, or the first that failed.
    """
    if not runs:
        return None
    problem = runs[0].problem
    if problem is None:
        return PartState(part=PART, is_bad=False)
    latest = runs[:RUNS_THAT_ALARM]
    if len(latest) < RUNS_THAT_ALARM or any(run.problem is None for run in latest):
        return None
    sentence, hint = CANARY_PROBLEMS[problem]
    return PartState(
        part=PART,
        is_bad=True,
        sentence=labelled(PART, Phrase("{sentence}, twice in a row", sentence=sentence)),
        hint=hint,
    )
