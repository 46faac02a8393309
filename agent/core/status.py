"""How the work goes, in a line for a chat: how many documents are where, and what holds them up."""

from collections.abc import Mapping

from agent.core.pauses import pause_words
from agent.core.voice import Voice
from agent.domain.outcome import STATES, State
from agent.domain.pause import Pause


def status_line(
    counts: Mapping[State, int],
    voice: Voice,
    *,
    waiting: int,
    stuck: int = 0,
    pause: Pause | None = None,
    is_shut: bool = False,
) -> str:
    """Say it: `in line: 2 · archived: 3 · in review: 1`.

    Args:
        counts: documents in each state.
        waiting: how many wait for a worker, and `stuck` how many of them can't go on.
        is_shut: whether nothing new can be taken in, such as for a full disk.
    """
    parts = [voice.say("no new documents are taken in")] if is_shut else []
    if pause is not None:
        parts.append(pause_words(pause, voice))
    parts.append(voice.say("in line: {number}", number=waiting))
    if stuck:
        parts.append(voice.say("can't go on: {number}", number=stuck))
    parts += [
        voice.say("{state}: {number}", state=voice.say(STATES[state]), number=counts[state])
        for state in State
        if counts.get(state)
    ]
    return " · ".join(parts)
