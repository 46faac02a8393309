"""Pause and resume: a human's word that no new documents are taken in, and that they are again."""

import datetime

import structlog

from agent import errors
from agent.core.pauses import LONGEST, pause_phrase, span_of
from agent.domain.life import Action, Request, Upshot
from agent.domain.pause import Pause
from agent.domain.phrase import Command, Phrase
from agent.ports import Ports

log = structlog.get_logger(__name__)


def turn_intake(request: Request, ports: Ports) -> Upshot:
    """Begin or end a pause. Safe to repeat.

    Raises:
        RequestRefused: how long it shall last can't be understood, or the action is about a document.
        LedgerUnavailable, StorageUnavailable: not now.
    """
    if request.action is Action.PAUSE:
        return _pause(request, ports)
    if request.action is Action.RESUME:
        return _resume(request, ports)
    raise errors.RequestRefused(Phrase("No document was named."))


def _pause(request: Request, ports: Ports) -> Upshot:
    pause = Pause(
        begun_at=request.requested_at, begun_by=request.actor, ends_at=_end(request.argument, request)
    )
    if pause.ends_at is not None and pause.ends_at <= ports.clock.now():
        raise errors.RequestRefused(Phrase("That pause would be over by now."))
    resumed_at = ports.pauses.resumed_at(ports.clock.now())
    if resumed_at is not None and resumed_at > pause.begun_at:
        raise errors.RequestRefused(Phrase("Somebody has resumed since that pause was asked for."))
    ports.journal.append(
        "intake_paused", ports.clock.now(), actor=pause.begun_by, until=_written(pause.ends_at)
    )
    ports.pauses.begin(pause)
    log.info("pause_begun")
    return Upshot(
        done=True,
        phrases=(
            Phrase("No new documents are taken in: {pause}.", pause=pause_phrase(pause)),
            Phrase("What was taken in before goes on."),
            Phrase("To take them in again: {command}", command=Command("resume")),
        ),
    )


def _end(argument: str, request: Request) -> datetime.datetime | None:
    if not argument:
        return None
    span = span_of(argument)
    if span is None:
        raise errors.RequestRefused(
            Phrase(
                "How long a pause shall last is written like 30m, 2h or 1d, and is at most {days}d.",
                days=LONGEST.days,
            )
        )
    return request.requested_at + span


def _resume(request: Request, ports: Ports) -> Upshot:
    pause = ports.pauses.standing(ports.clock.now())
    if pause is None or pause.begun_at > request.requested_at:
        return Upshot(
            done=True,
            phrases=(
                Phrase("Nobody's pause holds up the intake."),
                Phrase("Is all well? {command}", command=Command("check", in_chat="/health")),
            ),
        )
    ports.journal.append("intake_resumed", ports.clock.now(), actor=request.actor)
    ports.pauses.end(request.actor, ports.clock.now())
    log.info("pause_ended")
    return Upshot(done=True, phrases=(Phrase("New documents are taken in again."),))


def _written(moment: datetime.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
