"""The daemon: recover, then watch, work, tell and listen until it is told to stop.

Each loop is supervised, so that one outside thing that fails never silences the others. systemd's watchdog is fed from
progress only: the last rescan, the age of the work under way, and the beat of each loop.
"""

import signal
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType

import structlog

from agent import errors
from agent.adapters.dispatch import Dispatcher
from agent.adapters.http.page import Pages
from agent.adapters.reading.memory import give_back
from agent.adapters.reading.tools import check_tools
from agent.adapters.supervisor import Supervisor
from agent.app import Parts
from agent.config import is_supervised, watchdog_seconds
from agent.core.pauses import pause_phrase
from agent.core.status import status_line
from agent.daemon.anchoring import note_end
from agent.daemon.arrivals import Arrivals
from agent.daemon.canary import remove_home
from agent.daemon.intake import orphans
from agent.daemon.loop import Loop
from agent.daemon.presence import PresenceLoop
from agent.daemon.serving import Serving
from agent.daemon.strangers import ping_of
from agent.daemon.talker import Talker
from agent.daemon.worker import Worker
from agent.domain.wellness import PartState
from agent.workflow.recovery import recover

log = structlog.get_logger(__name__)

STOPPED_SECONDS = 2.5
"""What readers get to die in after the time for finishing is up."""
LOOPS_SECONDS = 1.0
"""What the loops together get to end in. All of a stop stays below ten seconds, as the unit says."""


class Daemon:
    """One running dossierd. Call `run` from the main thread; it returns when a stop is done."""

    def __init__(
        self,
        parts: Parts,
        *,
        health: Callable[[], Sequence[PartState]] = tuple,
        wellness: Callable[[], Sequence[PartState]] = tuple,
        pages: Pages | None = None,
    ) -> None:
        """Build it.

        Args:
            health: tells each part's finding in a line, for those who ask in a chat.
            wellness: how those parts are whose trouble people are to be told of without asking.
            pages: what is answered over HTTP, beside `/livez`; None where nothing is.
        """
        self._parts = parts
        settings = parts.settings
        self._stop = threading.Event()
        self._lost: errors.HomeForeign | None = None
        self._supervisor = Supervisor(is_listening=is_supervised())
        self._ping = ping_of(settings.ping_url.get_secret_value(), self._stop, trouble=self.trouble)
        self._worker = Worker(parts, ping=self._ping, on_worked=lambda: self._talker.news())
        self._talker = Talker(
            parts,
            self._stop,
            submit=self.dispatcher.submit,
            status=self._status_in_chat,
            health=health,
            wellness=wellness,
            ping=self._ping,
        )
        self._arrivals = Arrivals(
            parts,
            self._stop,
            dispatcher=self.dispatcher,
            others=lambda: self._talker.in_hands,
            on_told=self._talker.wake,
            has_home=self._has_home,
        )
        self._loops = (*self._arrivals.loops, *self._talker.loops)
        address = None if pages is None else settings.http_address
        self.serving = Serving(address, self._stop, trouble=self.trouble, pages=pages or {})
        self._strangers = (Loop("http", self.serving.turn, self._stop), *self._talker.strangers)
        self._presence = PresenceLoop(parts, self._stop, lambda: self.trouble() is None)

    @property
    def dispatcher(self) -> Dispatcher:
        return self._worker.dispatcher

    def run(
        self, *, on_ready: Callable[[], None] = lambda: None, on_stop: Callable[[], None] = lambda: None
    ) -> None:
        """Work until SIGTERM or SIGINT.

        Args:
            on_ready: called when everything runs.
            on_stop: called when a stop was asked for, before what is under way is waited for.

        Raises:
            ReaderUnavailable: tesseract, a language or the fence that is set is missing, or no page can be read.
            LedgerUnavailable: the ledger can't be used at the start.
            HomeForeign: the home was replaced meanwhile; the next start finds what is there now.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        check_tools(self._parts.settings.ocr_languages)
        strength = self._parts.reader.start()
        tell = log.info if strength.is_whole else log.warning
        tell("reader_fenced", **strength.parts())
        try:
            if not self._parts.reader.prove():
                log.warning("reader_unproven")
            self._start()
            on_ready()
            self._supervise()
            on_stop()
        finally:
            self._shut_down()
        if self._lost is not None:
            raise self._lost

    def stop(self) -> None:
        """Ask for the end; returns at once."""
        self._stop.set()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        log.info("stop_requested", signal=signal.Signals(number).name)
        self.stop()

    def _start(self) -> None:
        parts = self._parts
        remove_home(parts.settings.state)
        suspects, others = recover(parts.ports, orphans(parts))
        for document_id in suspects:
            self.dispatcher.submit(document_id, alone=True)
        begun = parts.ledger.readings_under_way()
        for document_id in others:
            self.dispatcher.submit(document_id, was_begun=document_id in begun)
        self._arrivals.watcher.start()
        self.dispatcher.start()
        for loop in (*self._loops, *self._strangers):
            loop.start()
        self._presence.start()
        log.info(
            "daemon_started",
            workers=self._worker.count,
            mode=parts.settings.mode,
            policy=parts.settings.policy,
        )
        self._supervisor.ready(self._status())  # what waits for it finds the line above in the journal
        give_back()  # a start takes more than what follows, a home's first one above all

    def _supervise(self) -> None:
        beat = (watchdog_seconds() or 60.0) / 3
        while not self._stop.wait(beat):
            trouble = self.trouble()
            if trouble is None:
                self._supervisor.alive()
                self._parts.lock.beat()
            else:
                log.error("progress_stalled", reason=trouble)
            self._tell_of_filing()
            try:
                self._supervisor.status(self._status())
            except errors.LedgerUnavailable as error:  # the loops meet it too, and go on when it is back
                log.warning("status_unknown", reason=error.reason)

    def trouble(self) -> str | None:
        """What hangs, in a word; None while everything makes progress."""
        trouble = self._arrivals.trouble() or self._worker.trouble()
        if trouble is not None:
            return trouble
        return next((loop.name for loop in self._loops if not loop.is_well), None)

    def _status(self) -> str:
        counts = self._parts.ledger.counts()
        told = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in sorted(counts.items()))
        stuck = len(self.dispatcher.stuck())
        return (
            (f"intake paused: {self._arrivals.gate.trouble} " if self._arrivals.gate.trouble else "")
            + (f"intake {pause_phrase(pause)}; " if (pause := self._arrivals.gate.pause) else "")
            + f"{self.dispatcher.waiting} waiting"
            + (f", {stuck} of them stuck" if stuck else "")
            + f"; {told or 'no document yet'}"
        )

    def _status_in_chat(self) -> str:
        return status_line(
            self._parts.ledger.counts(),
            self._parts.ports.voice,
            chosen=self._parts.digests.chosen(),
            stuck=len(self.dispatcher.stuck()),
            pause=self._parts.ports.pauses.standing(self._parts.ports.clock.now()),
            is_shut=self._arrivals.gate.trouble is not None,
        )

    def _tell_of_filing(self) -> None:
        """Tell people of documents that can't go on; while intake is paused they have been told why already."""
        if self._arrivals.gate.trouble is not None and self.dispatcher.stuck():
            return
        if self._worker.tell_of_filing():
            self._talker.wake()

    def _shut_down(self) -> None:
        """Stop in the order of the flow: nothing new, finish or give back what is under way, then the rest."""
        self._supervisor.stopping()
        self._stop.set()
        self.serving.close()
        self._arrivals.watcher.close()
        if not self.dispatcher.stop(self._parts.settings.stop_seconds):
            self._parts.stopping.set()
            self.dispatcher.stop(STOPPED_SECONDS)
        self._talker.close()
        deadline = time.monotonic() + LOOPS_SECONDS
        for loop in (*self._loops, *self._strangers):
            loop.join(max(0.0, deadline - time.monotonic()))
        self._parts.reader.close()
        note_end(self._parts)
        self._presence.end()
        self._supervisor.close()
        log.info("daemon_stopped")

    def _has_home(self) -> bool:
        """Whether the home is still ours; if not, end: another ledger, and maybe another daemon, is at work there."""
        if self._parts.lock.is_in_place():
            return True
        log.error("home_lost")
        self._lost = errors.HomeForeign(
            "The home, or its state/, was removed or replaced while dossierd worked in it; it stops.",
            hint="Stop dossierd before you move the home or restore a backup. To go on: systemctl start dossierd",
        )
        self._parts.stopping.set()
        self.stop()
        return False
