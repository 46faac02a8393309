"""The intake's loop: claim what is ready, as far as there is room for it, and pick up what an error has left lying."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from agent import errors
from agent.adapters.dispatch import Dispatcher
from agent.adapters.watch import IncomingWatcher
from agent.app import Parts
from agent.daemon import loop
from agent.daemon.sweeping import Sweeping
from agent.domain.document import DocumentId, SeenFile
from agent.domain.outcome import IN_WORK, State
from agent.workflow.gate import Gate
from agent.workflow.intake import take_in
from agent.workflow.notices import Leftovers

log = structlog.get_logger(__name__)

CLAIMED_AHEAD = 2
"""Documents claimed for each worker beyond those under way; the others wait as files, where people can see them."""
PAUSE_SECONDS = 1.0


class Intake:
    """Takes documents in, a few at a time."""

    def __init__(
        self,
        parts: Parts,
        stop: threading.Event,
        *,
        watcher: IncomingWatcher,
        dispatcher: Dispatcher,
        gate: Gate,
        leftovers: Leftovers,
        still: Callable[[], bool],
        others: Callable[[], frozenset[DocumentId]],
        on_told: Callable[[], None],
    ) -> None:
        """Keep what it needs.

        Args:
            still: asked before each claim, whether to go on.
            others: documents that somebody else than the workers has in hands right now.
            on_told: called when a message was written.
        """
        self._parts = parts
        self._stop = stop
        self._watcher = watcher
        self._dispatcher = dispatcher
        self._gate = gate
        self._leftovers = leftovers
        self._still = still
        self._sweeping = Sweeping(parts, stop, dispatcher=dispatcher, others=others)
        self._on_told = on_told
        self._sweep_at = 0.0
        self._most = parts.settings.worker_count * (1 + CLAIMED_AHEAD)

    def turn(self) -> None:
        """Take in what is ready; wait a moment when nothing is, when there is no room, or when all is refused."""
        if time.monotonic() >= self._sweep_at:
            self._sweep_at = time.monotonic() + self._parts.settings.rescan_seconds
            self._sweep()
        if not self._gate.is_open():
            self._watcher.attend()
            self._stop.wait(PAUSE_SECONDS)
            return
        if not self._dispatcher.wait_for_room(self._most, PAUSE_SECONDS):
            self._watcher.attend()
            return
        ready = self._watcher.stable(PAUSE_SECONDS, at_most=self._most)
        taken = [self._take(seen) for seen in ready if self._still()]
        if taken and not any(taken):  # the machine is at fault: no use in going through ten thousand files
            self._stop.wait(loop.ERROR_PAUSE_SECONDS)

    def _sweep(self) -> None:
        self._sweeping.sweep()
        if self._leftovers.look(self._watcher.leftovers()):
            self._on_told()

    def _take(self, seen: SeenFile) -> bool:
        """Claim one file; what can't be claimed is given back to the watcher and doesn't hold up the others.

        Gives False when something refused; a file that slipped away is no refusal.
        """
        taken, is_refused = None, False
        try:
            taken = take_in(seen, self._parts.ports)
        except errors.DossierdError as error:
            is_refused = True
            log.warning("claim_failed", inode=seen.inode, reason=error.reason)
        finally:
            if taken is None:
                self._watcher.give_back(seen.name)
        if taken is not None:
            self._dispatcher.submit(taken)
        return not is_refused


_IN_CLAIM_FOLDER = IN_WORK | {State.CLAIMING}


def orphans(parts: Parts) -> list[SeenFile]:
    """Files in the claim folder that no row knows, as if they stood in `incoming/`."""

    def known() -> frozenset[DocumentId]:
        return frozenset(it.document_id for it in parts.ledger.in_states(_IN_CLAIM_FOLDER))

    incoming = parts.settings.home / "incoming"
    found = (_seen(incoming, parts.folders.path(location)) for location in parts.folders.orphans(known))
    return [seen for seen in found if seen is not None]


def _seen(incoming: Path, path: Path) -> SeenFile | None:
    """Look at it; None where another host has brought it to rest meanwhile."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return SeenFile(
        name=str(path.relative_to(incoming)),
        device=found.st_dev,
        inode=found.st_ino,
        size=found.st_size,
        modified_ns=found.st_mtime_ns,
    )
