"""What the watcher tells of itself."""

from dataclasses import dataclass
from enum import StrEnum

from agent.adapters.watch.looking import Oddity


class WatchMode(StrEnum):
    """How arrivals are noticed."""

    EVENTS = "events"
    """At once, by the kernel's events, and by rescans."""
    POLLING = "polling"
    """By rescans only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchHealth:
    """What health shows of the intake.

    Attributes:
        why: the reason for polling; empty in mode `events`.
        last_rescan_at: monotonic seconds of the last rescan that ended, be it by a refusal; None before the first.
        last_progress_at: the same of the last thing that a rescan looked at: many files on a slow network take minutes.
        waiting: how many files settle.
    """

    mode: WatchMode
    why: str
    last_rescan_at: float | None
    last_progress_at: float | None
    is_observer_alive: bool
    is_folder_there: bool
    waiting: int
    oddities: tuple[Oddity, ...]
