"""What is written when a document's outcome is settled: all of it, or nothing."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from agent.domain.decision import Denial
from agent.domain.identity import RecordId
from agent.domain.inputs import Inputs
from agent.domain.lesson import Teaching
from agent.domain.life import Step
from agent.domain.message import Message
from agent.domain.outcome import Event, FailureReason, Outcome, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What one settling transaction writes.

    Attributes:
        event: SETTLED, ANSWERED, SPLIT, UNDONE or REFILED.
        target: where the file is to go, as a path below the home.
        opens_epoch: True for what a human asked for; a first settling stays in its epoch.
        messages: for each recipient what to tell; due only when the move is done.
        answered_by, answer: close the open review.
        inputs: what the outcome's decision was made of; None where nothing was decided.
        denials: the records under which the document does not belong, as a human says by this.
        teachings: what the answer may teach; those that are known already are left as they are.
    """

    event: Event
    outcome: Outcome
    target: str
    messages: Sequence[tuple[str, Message]] = ()
    steps: Sequence[Step] = ()
    opens_epoch: bool = False
    answered_by: str | None = None
    answer: str | None = None
    inputs: Inputs | None = None
    denials: Sequence[Denial] = ()
    teachings: Sequence[Teaching] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What one epoch of a document came to: kept when a later one comes to something else.

    Attributes:
        event: as in a settlement.
        by: `rule`, or who asked for it.
    """

    epoch: int
    event: Event
    state: State
    by: str
    at: datetime.datetime
    record_id: RecordId | None = None
    reason: FailureReason | None = None
