"""How often to rescan: pure.

Where every arrival is announced by an event, a rescan only makes good for lost ones, and comes as rarely as is set.
Where it is all there is (a file system without events, a sub-folder), a person waits for it: it comes every
`POLL_SECONDS`, but never so often that looking takes more than a small share of a core, however many files lie there.
"""

POLL_SECONDS = 2.0
"""What a person, who waits for the settle time as well, hardly notices."""

POLL_SHARE = 500
"""A rescan may take one part in so many of the time: 0.2 % of a core, where idling may cost 0.5 %."""

URGENT_SHARE = 20
"""The same for rescans that something new asks for: a folder was dragged in, or events were lost."""


def pause_seconds(rescan_seconds: float, cost_seconds: float, *, is_polling: bool) -> float:
    """Say how long after the start of a rescan the next one comes.

    Args:
        rescan_seconds: as set; a rescan never comes later.
        cost_seconds: of the last one.
        is_polling: whether something can arrive without an event.
    """
    if not is_polling:
        return rescan_seconds
    return min(rescan_seconds, max(POLL_SECONDS, POLL_SHARE * cost_seconds))


def urgent_seconds(cost_seconds: float) -> float:
    """Say how long after the start of a rescan another may come, if something asks for it."""
    return URGENT_SHARE * cost_seconds
