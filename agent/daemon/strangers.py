"""Loops that may hang for as long as a foreign machine, or a reader, does: no reason to end the daemon."""

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from agent.app import Parts
from agent.daemon.canary import Canary
from agent.daemon.duties import Duties
from agent.daemon.house import House
from agent.daemon.loop import Loop
from agent.daemon.syncing import Syncing
from agent.daemon.trends import Trends
from agent.domain.wellness import PartState

if TYPE_CHECKING:
    from agent.daemon.chats import Chats
    from agent.daemon.ping import Ping


def loops_of(
    parts: Parts,
    stop: threading.Event,
    *,
    duties: Duties,
    wellness: Callable[[], Sequence[PartState]],
    chats: "Chats | None",
    on_told: Callable[[], None],
    on_filed: Callable[[], None],
) -> tuple[Loop, ...]:
    """Build those that this office wants.

    Args:
        wellness: how those parts are whose trouble people are to be told of without asking.
        duties: which of them turn on this host.
        on_told: called when a message was written.
        on_filed: called when a canary was filed as it must.
    """
    house = House(parts, stop, wellness=wellness, on_told=on_told, is_on_duty=duties.talker.look)
    bodies = {"house": house.turn}
    canary = Canary(parts, stop, on_told=on_told, on_filed=on_filed)
    if canary.is_wanted:
        bodies["canary"] = duties.canary.turning(canary.turn)
    bodies["trends"] = duties.talker.turning(Trends(parts, stop, on_told=on_told).turn)
    if parts.source is not None:
        bodies["sync"] = duties.registry.turning(Syncing(parts, parts.source, stop).turn)
    loops = tuple(Loop(name, body, stop) for name, body in bodies.items())
    return loops if chats is None else (*loops, chats.ears, chats.show)


def ping_of(url: str, stop: threading.Event, *, trouble: Callable[[], str | None]) -> "Ping | None":
    """Build what tells a service far away of successes.

    Args:
        url: of that service; empty where there is none.
        trouble: what hangs, in a word; None while everything makes progress.
    """
    if not url:
        return None
    from agent.adapters.ping import Pinger  # with what asks over HTTP, which other offices need not hold
    from agent.daemon.ping import Ping

    return Ping(Pinger(url), stop, trouble=trouble)
