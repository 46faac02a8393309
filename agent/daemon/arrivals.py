"""What an intake host does: it sees what is dropped, and makes it ours as far as there is room for it."""

import threading
import time
from collections.abc import Callable

from agent.adapters.dispatch import Dispatcher
from agent.adapters.reading.heic import accepted_formats
from agent.adapters.watch import IncomingWatcher
from agent.app import Parts, space_of
from agent.daemon.intake import Intake
from agent.daemon.loop import BEAT_SECONDS, Loop
from agent.daemon.telling import announcer_about
from agent.domain.document import DocumentId
from agent.domain.formats import suffixes_of
from agent.domain.message import Topic
from agent.domain.room import MEGABYTE
from agent.workflow.gate import Gate
from agent.workflow.notices import Leftovers


class Arrivals:
    """The watcher, the gate, and the loop between them.

    Args:
        others: documents that somebody else than the workers has in hands right now.
        on_told: called when a message was written.
        has_home: whether the home is still ours.
    """

    def __init__(
        self,
        parts: Parts,
        stop: threading.Event,
        *,
        dispatcher: Dispatcher,
        others: Callable[[], frozenset[DocumentId]],
        on_told: Callable[[], None],
        has_home: Callable[[], bool],
    ) -> None:
        settings = parts.settings
        self._has_home = has_home
        self._late_seconds = 3 * settings.rescan_seconds + BEAT_SECONDS
        self.watcher = IncomingWatcher(
            settings.home / "incoming",
            settle_seconds=settings.settle_seconds,
            damaged_grace_seconds=settings.damaged_grace_seconds,
            rescan_seconds=settings.rescan_seconds,
            accepts=suffixes_of(accepted_formats()),
            on_progress=lambda: self._loop.still(),
        )
        self.gate = Gate(
            space_of(settings),
            parts.ports,
            of_trouble=announcer_about(parts, Topic.INTAKE),
            of_pauses=announcer_about(parts, Topic.PAUSE),
            floor_bytes=settings.disk_floor_megabytes * MEGABYTE,
            asked_in=parts.requests.asked_in,
        )
        self._intake = Intake(
            parts,
            stop,
            watcher=self.watcher,
            dispatcher=dispatcher,
            gate=self.gate,
            leftovers=Leftovers(announcer_about(parts, Topic.LEFTOVERS), voice=parts.ports.voice),
            still=lambda: self._loop.still() and has_home(),
            others=others,
            on_told=on_told,
        )
        self._loop = Loop("intake", self._take_in, stop)
        self.loops = (self._loop,)

    def trouble(self) -> str | None:
        """`rescan` where the watcher has not come round for long; a folder that is away is no fault of its own."""
        watch, now = self.watcher.health(), time.monotonic()
        looked_at = watch.last_progress_at
        is_late = looked_at is None or now - looked_at > self._late_seconds
        return "rescan" if watch.is_folder_there and is_late else None

    def _take_in(self) -> None:
        if self._has_home():
            self._intake.turn()
