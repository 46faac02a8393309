"""How the work goes, in a line for a chat: what waits for people, what was done, and what holds it up."""

from collections.abc import Mapping

from agent.core.pauses import pause_words
from agent.core.voice import Voice
from agent.domain.outcome import IN_WORK, FailureReason, State
from agent.domain.pause import Pause

COUNTED: Mapping[State, tuple[str, str]] = {
    State.IN_REVIEW: ("{number} waits for an answer", "{number} wait for an answer"),
    State.ARCHIVED: ("{number} filed", "{number} filed"),
    State.DUPLICATE: ("{number} came twice", "{number} came twice"),
    State.FAILED: ("{number} could not be filed", "{number} could not be filed"),
    State.MISSING: ("{number} not where it was put", "{number} not where they were put"),
}
"""What is said of one document and of several, what people have to do first; forgotten ones are no news."""

CHOSEN: Mapping[FailureReason, tuple[str, str]] = {
    FailureReason.REJECTED: ("{number} set aside by you", "{number} set aside by you"),
    FailureReason.SPLIT: ("{number} split", "{number} split"),
}
"""Of documents that lie in `failed/` because a human wanted it: nothing is to be done with them."""


def status_line(
    counts: Mapping[State, int],
    voice: Voice,
    *,
    chosen: Mapping[FailureReason, int],
    stuck: int = 0,
    pause: Pause | None = None,
    is_shut: bool = False,
) -> str:
    """Say it: `1 waits for an answer · 3 filed · nothing is being read`.

    Args:
        counts: documents in each state.
        chosen: how many of the failed ones a human wanted there, for each reason of `CHOSEN`.
        stuck: how many can't go on.
        is_shut: whether nothing new can be taken in, such as for a full disk.
    """
    parts = [voice.say("no new documents are taken in")] if is_shut else []
    if pause is not None:
        parts.append(pause_words(pause, voice))
    counts = {**counts, State.FAILED: counts.get(State.FAILED, 0) - sum(chosen.values())}
    parts += [voice.count(*COUNTED[state], counts[state]) for state in COUNTED if counts.get(state)]
    parts += [voice.count(*CHOSEN[reason], chosen[reason]) for reason in CHOSEN if chosen.get(reason)]
    if stuck:
        parts.append(voice.say("can't go on: {number}", number=stuck))
    under_way = sum(counts.get(state, 0) for state in IN_WORK)
    parts.append(
        voice.count("{number} is being read", "{number} are being read", under_way)
        if under_way
        else voice.say("nothing is being read")
    )
    return " · ".join(parts)
