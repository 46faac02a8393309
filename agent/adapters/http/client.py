"""Asks a running daemon over HTTP whether it makes progress."""

import contextlib
import http.client
import json
from dataclasses import dataclass

from agent.domain.address import Address

SECONDS = 2.0
"""What it may take: less than what a part of health may."""
_MOST_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a daemon says of itself.

    Attributes:
        process: its number.
        trouble: what hangs, in a word; None while everything makes progress.
    """

    process: int
    trouble: str | None


def ask_progress(address: Address) -> Progress | None:
    """Ask `/livez`; None where nobody answers, or another program does."""
    connection = http.client.HTTPConnection(address.asked.host, address.port, timeout=SECONDS)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException, ValueError):
        connection.request("GET", "/livez")
        return _progress_of(json.loads(connection.getresponse().read(_MOST_BYTES)))
    return None


def _progress_of(told: object) -> Progress | None:
    match told:
        case {"process": int() as process, "trouble": None}:
            return Progress(process=process, trouble=None)
        case {"process": int() as process, "trouble": str() as trouble}:
            return Progress(process=process, trouble=trouble)
        case _:
            return None
