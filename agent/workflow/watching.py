"""Look at the daemon from outside, and tell people directly: what it would have to deliver itself, it can't."""

from collections.abc import Callable, Sequence

import structlog

from agent import errors
from agent.core.notices import unwell_notice, well_notice
from agent.core.voice import Voice
from agent.core.watching import (
    DAEMON_TROUBLES,
    LOOKS,
    LOOKS_APART_SECONDS,
    PART,
    DaemonTrouble,
    Look,
    to_tell,
    trouble_of,
)
from agent.domain.message import Message, addressed
from agent.notifier import Notifier
from agent.watched import WatchMemory

log = structlog.get_logger(__name__)


def look_closely(
    look: Callable[[], Look], wait: Callable[[float], object], *, is_doubted: bool
) -> DaemonTrouble | None:
    """Look once, and where that is not well, twice more before anything is said.

    Args:
        wait: lets so many seconds go by.
        is_doubted: whether people were told of trouble: one look between two falls doesn't say that it is over.
    """
    looks = [look()]
    while (is_doubted or not looks[0].is_well) and len(looks) < LOOKS:
        wait(LOOKS_APART_SECONDS)
        looks.append(look())
    return trouble_of(looks)


def tell(
    trouble: DaemonTrouble | None,
    memory: WatchMemory,
    notifier: Notifier,
    *,
    recipients: Sequence[str],
    onlookers: Sequence[str],
    voice: Voice,
) -> bool:
    """Tell those who don't know yet, each once; what can't be delivered is tried again at the next call.

    Returns:
        False where somebody could not be told.
    """
    told = memory.told()
    messages = dict(addressed(_message(trouble, voice), recipients, onlookers))
    is_everybody_told = True
    for recipient in to_tell(trouble, told, tuple(messages)):
        try:
            notifier.send(messages[recipient], recipient)
        except (errors.NotifierUnavailable, errors.MessageRefused) as error:
            log.warning("watch_untold", reason=error.reason)
            is_everybody_told = False
        else:
            told = told - {recipient} if trouble is None else told | {recipient}
            memory.keep(told)
    if trouble is None and told.isdisjoint(messages):
        memory.keep(
            frozenset()
        )  # has its room before it is needed; who is told nothing any more is forgotten
    return is_everybody_told


def _message(trouble: DaemonTrouble | None, voice: Voice) -> Message:
    return (
        well_notice(PART, voice)
        if trouble is None
        else unwell_notice(*DAEMON_TROUBLES[trouble], voice, part=PART)
    )
