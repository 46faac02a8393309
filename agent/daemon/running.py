"""The daemon: recover, then watch, work, tell and listen until it is told to stop.

Each loop is supervised, so that one outside thing that fails never silences the others. systemd's watchdog is fed from
progress only: the last rescan, the age of the work under way, and the beat of each loop.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
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
from agent.daemon.beating import Beating
from agent.daemon.canary import remove_home
from agent.daemon.chores import Chores
from agent.daemon.duties import duties_of
from agent.daemon.following import Following
from agent.daemon.intake import orphans
from agent.daemon.loop import Loop
from agent.daemon.presence import PresenceLoop
from agent.daemon.serving import Serving
from agent.daemon.strangers import ping_of
from agent.daemon.sweeping import Sweeping
from agent.daemon.talker import Talker
from agent.daemon.worker import Worker
from agent.domain.document import DocumentId
from agent.domain.host import Role
from agent.domain.wellness import PartState
from agent.workflow.recovery import recover

log = structlog.get_logger(__name__)

STOPPED_SECONDS = 2.5
"""What readers get to die in after the time for finishing is up."""
LOOPS_SECONDS = 1.0
"""What the loops together get to end in. All of a stop stays below ten seconds, as the unit says."""
REST_SECONDS = 5.0
"""What a stop may take beyond the time for finishing; after that it comes to no end by itself (`overdue`)."""


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
        self._lost: errors.DossierdError | None = None
        self._supervisor = Supervisor(is_listening=is_supervised())
        self._beating = None if parts.membership is None else Beating(parts.membership.lease, self._lose)
        self._duties = duties_of(parts, self._stop)
        self._ping = ping_of(settings.ping_url.get_secret_value(), self._stop, trouble=self.trouble)
        self._worker = Worker(parts, ping=self._ping, on_worked=self._news)
        self._talker = self._build_talker(health, wellness) if Role.TALKER in parts.roles else None
        self._arrivals = self._build_arrivals() if Role.INTAKE in parts.roles else None
        address = None if pages is None else settings.http_address
        self.serving = Serving(address, self._stop, trouble=self.trouble, pages=pages or {})
        self._loops, self._strangers = tuple(self._build_loops()), tuple(self._build_strangers())
        self._presence = PresenceLoop(parts, self._stop, lambda: self.trouble() is None, self._tells)

    def _build_talker(
        self, health: Callable[[], Sequence[PartState]], wellness: Callable[[], Sequence[PartState]]
    ) -> Talker:
        return Talker(
            self._parts,
            self._stop,
            submit=self.dispatcher.submit,
            status=self._status_in_chat,
            health=health,
            wellness=wellness,
            duties=self._duties,
            on_filed=(lambda: None) if self._ping is None else self._ping.succeeded,
        )

    def _build_arrivals(self) -> Arrivals:
        return Arrivals(
            self._parts,
            self._stop,
            dispatcher=self.dispatcher,
            others=self._in_hands,
            on_told=self._wake,
            has_home=self._has_home,
        )

    def _build_loops(self) -> Iterator[Loop]:
        """Those that must come round."""
        if self._arrivals is not None:
            yield from self._arrivals.loops
        else:
            sweeping = Sweeping(self._parts, self._stop, dispatcher=self.dispatcher, others=self._in_hands)
            yield Loop("sweep", lambda: sweeping.turn() if self._has_home() else None, self._stop)
        if self._talker is not None:
            yield from self._talker.loops

    def _build_strangers(self) -> Iterator[Loop]:
        """Those that may hang."""
        yield Loop("http", self.serving.turn, self._stop)
        if self._ping is not None:
            yield Loop("ping", self._ping.turn, self._stop)
        if self._parts.people is not None:
            yield Loop("people", Following(self._parts.people, self._stop).turn, self._stop)
        if self._talker is not None:
            yield from self._talker.strangers
        else:
            yield Loop("house", Chores(self._parts, self._stop).turn, self._stop)

    def _tells(self) -> bool:
        """Whether this host is the one that tells people."""
        return self._talker is not None and self._duties.talker.is_held

    def _in_hands(self) -> frozenset[DocumentId]:
        return frozenset() if self._talker is None else self._talker.in_hands

    def _wake(self) -> None:
        if self._talker is not None:
            self._talker.wake()

    def _news(self) -> None:
        if self._talker is not None:
            self._talker.news()

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
            LeaseLost: other hosts have fenced this run off; the next start is another.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        if self._beating is not None:
            self._beating.start()
        try:
            if self._parts.roles != {Role.INTAKE}:
                self._start_reader()
            self._start()
            on_ready()
            self._supervise()
            on_stop()
        finally:
            self._shut_down()
        if self._lost is not None:
            raise self._lost

    def _start_reader(self) -> None:
        check_tools(self._parts.settings.ocr_languages)
        strength = self._parts.reader.start()
        tell = log.info if strength.is_whole else log.warning
        tell("reader_fenced", **strength.parts())
        if not self._parts.reader.prove():
            log.warning("reader_unproven")

    @property
    def asked_to_stop(self) -> threading.Event:
        return self._stop

    def stop(self) -> None:
        """Ask for the end; returns at once."""
        self._stop.set()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        log.info("stop_requested", signal=signal.Signals(number).name)
        self.stop()

    def _start(self) -> None:
        parts = self._parts
        remove_home(parts.settings.state)
        self._follow()
        suspects, others = recover(parts.ports, () if self._arrivals is None else orphans(parts))
        for document_id in suspects:
            self.dispatcher.submit(document_id, alone=True)
        begun = parts.ledger.readings_under_way()
        for document_id in others:
            self.dispatcher.submit(document_id, was_begun=document_id in begun)
        if self._arrivals is not None:
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

    def _follow(self) -> None:
        """Have the people of all hosts before the first document; what refuses is tried again by its loop."""
        if self._parts.people is None:
            return
        try:
            Following(self._parts.people, self._stop).look()
        except errors.DossierdError as error:
            log.warning("loop_paused", loop="people", reason=error.reason)

    def _supervise(self) -> None:
        beat = (watchdog_seconds() or 60.0) / 3
        while not self._stop.wait(beat):
            trouble = self.trouble()
            if trouble is None:
                self._supervisor.alive()
                self._parts.lock.beat()
            else:
                log.error("progress_stalled", reason=trouble)
            try:
                self._tell_of_filing()
                self._supervisor.status(self._status())
            except (errors.LedgerUnavailable, errors.LeaseLost) as error:
                # The loops meet it too, and go on when it is back.
                log.warning("status_unknown", reason=error.reason)

    def trouble(self) -> str | None:
        """What hangs, in a word; None while everything makes progress."""
        trouble = None if self._arrivals is None else self._arrivals.trouble()
        trouble = trouble or self._worker.trouble()
        if trouble is not None:
            return trouble
        return next((loop.name for loop in self._loops if not loop.is_well), None)

    def _status(self) -> str:
        counts = self._parts.ledger.counts()
        told = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in sorted(counts.items()))
        stuck = len(self.dispatcher.stuck())
        pause = None if self._arrivals is None else self._arrivals.gate.pause
        return (
            (f"intake paused: {shut} " if (shut := self._shut()) else "")
            + (f"intake {pause_phrase(pause)}; " if pause else "")
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
            is_shut=self._shut() is not None,
        )

    def _shut(self) -> str | None:
        """Why this host takes nothing in, in a sentence."""
        return None if self._arrivals is None else self._arrivals.gate.trouble

    def _tell_of_filing(self) -> None:
        """Tell people of documents that can't go on; while intake is paused they have been told why already."""
        if self._shut() is not None and self.dispatcher.stuck():
            return
        if self._worker.tell_of_filing():
            self._wake()

    def _shut_down(self) -> None:
        """Stop in the order of the flow: nothing new, finish or give back what is under way, then the rest."""
        self._supervisor.stopping()
        self._stop.set()
        self.serving.close()
        if self._arrivals is not None:
            self._arrivals.watcher.close()
        if not self.dispatcher.stop(self._parts.settings.stop_seconds):
            self._parts.stopping.set()
            self.dispatcher.stop(STOPPED_SECONDS)
        if self._talker is not None:
            self._talker.close()
        deadline = time.monotonic() + LOOPS_SECONDS
        for loop in (*self._loops, *self._strangers):
            loop.join(max(0.0, deadline - time.monotonic()))
        self._parts.reader.close()
        note_end(self._parts)
        self._presence.end()
        if self._beating is not None:
            self._beating.end()
        self._supervisor.close()
        log.info("daemon_stopped")

    def _has_home(self) -> bool:
        """Whether the home is still ours; if not, end: another ledger, and maybe another daemon, is at work there."""
        if self._parts.lock.is_in_place():
            return True
        log.error("home_lost")
        self._lose(
            errors.HomeForeign(
                "The home, or its state/, was removed or replaced while dossierd worked in it; it stops.",
                hint="Stop dossierd before you move the home or restore a backup. "
                "To go on: systemctl start dossierd",
            )
        )
        return False

    def _lose(self, error: errors.DossierdError) -> None:
        """End at once: what is under way is no longer ours."""
        self._lost = error
        self._parts.stopping.set()
        self.stop()
