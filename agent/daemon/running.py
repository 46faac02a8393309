"""The daemon: recover, then watch, work, tell and listen until it is told to stop.

Each loop is supervised, so that one outside thing that fails never silences the others. systemd's watchdog is fed from
progress only: the last rescan, the age of the work under way, and the beat of each loop.
"""

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING

import structlog

from agent import errors
from agent.adapters.dispatch import LocalDispatcher
from agent.adapters.folders import FOLDERS
from agent.adapters.http.page import Pages
from agent.adapters.reading.heic import accepted_formats
from agent.adapters.reading.memory import give_back
from agent.adapters.reading.tools import check_tools
from agent.adapters.space import HomeSpace
from agent.adapters.supervisor import Supervisor
from agent.adapters.watch import IncomingWatcher
from agent.app import Parts
from agent.config import is_supervised, watchdog_seconds
from agent.core.notices import stuck_notice, unstuck_notice
from agent.core.pauses import pause_phrase
from agent.core.status import status_line
from agent.daemon.anchoring import note_end
from agent.daemon.canary import remove_home
from agent.daemon.desk import Desk
from agent.daemon.intake import Intake, orphans
from agent.daemon.loop import BEAT_SECONDS, Loop
from agent.daemon.posting import Posting
from agent.daemon.presence import PresenceLoop
from agent.daemon.redeciding import Redeciding
from agent.daemon.serving import Serving
from agent.daemon.strangers import loops_of, ping_of
from agent.domain.document import DocumentId
from agent.domain.formats import suffixes_of
from agent.domain.message import Topic
from agent.domain.room import MEGABYTE
from agent.domain.wellness import PartState
from agent.workflow.gate import Gate
from agent.workflow.notices import Announcer, Leftovers
from agent.workflow.process import process_document
from agent.workflow.recovery import recover

if TYPE_CHECKING:
    from agent.adapters.telegram.client import TelegramNotifier
    from agent.daemon.chats import Chats

log = structlog.get_logger(__name__)

WORK_SECONDS = 900.0
"""What a worker may take for what gives no sign of life: to move a large file to a slow disk, for instance."""
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
        self._ports = replace(
            parts.ports, should_yield=lambda document_id: self.dispatcher.should_yield(document_id)
        )
        settings = parts.settings
        self._stop = threading.Event()
        self._lost: errors.HomeForeign | None = None
        self._posting = Posting(parts, still=lambda: self._post_loop.still())
        self._supervisor = Supervisor(is_listening=is_supervised())
        self._workers = settings.worker_count
        self.dispatcher = LocalDispatcher(self._work, self._workers)
        self._watcher = IncomingWatcher(
            settings.home / "incoming",
            settle_seconds=settings.settle_seconds,
            damaged_grace_seconds=settings.damaged_grace_seconds,
            rescan_seconds=settings.rescan_seconds,
            accepts=suffixes_of(accepted_formats()),
            on_progress=lambda: self._intake_loop.still(),
        )
        self._gate = Gate(
            HomeSpace(settings.home, FOLDERS),
            parts.ports,
            of_trouble=self._announcer(Topic.INTAKE),
            of_pauses=self._announcer(Topic.PAUSE),
            floor_bytes=settings.disk_floor_megabytes * MEGABYTE,
            asked_in=parts.requests.asked_in,
        )
        self._filing = self._announcer(Topic.FILING)
        self._desk = Desk(
            replace(parts, ports=replace(parts.ports, should_stop=self._must_desk_stop)),
            self._stop,
            still=lambda: self._desk_loop.still(),
            submit=self.dispatcher.submit,
            on_done=self._news,
        )
        self._intake = Intake(
            parts,
            self._stop,
            watcher=self._watcher,
            dispatcher=self.dispatcher,
            gate=self._gate,
            leftovers=Leftovers(self._announcer(Topic.LEFTOVERS), voice=parts.ports.voice),
            still=lambda: self._intake_loop.still() and self._has_home(),
            others=lambda: self._desk.in_hands,
            on_told=self._posting.wake,
        )
        self._intake_loop = Loop("intake", self._take_in, self._stop)
        self._desk_loop = Loop("desk", self._desk.turn, self._stop)
        self._post_loop = Loop("post", self._posting.turn, self._stop)
        self._redeciding = Redeciding(
            parts, self._stop, still=lambda: self._redeciding_loop.still(), submit=self.dispatcher.submit
        )
        self._redeciding_loop = Loop("redeciding", self._redeciding.turn, self._stop)
        self._chats = None if parts.listener is None else self._build_chats(parts.listener, health)
        talks = () if self._chats is None else (self._chats.talk,)
        self._loops = (self._intake_loop, self._desk_loop, self._post_loop, self._redeciding_loop, *talks)
        address = None if pages is None else settings.http_address
        self.serving = Serving(address, self._stop, trouble=self.trouble, pages=pages or {})
        url = settings.ping_url.get_secret_value()
        self._ping = ping_of(url, self._stop, trouble=self.trouble)
        self._strangers = (
            Loop("http", self.serving.turn, self._stop),
            *loops_of(
                parts,
                self._stop,
                wellness=wellness,
                chats=self._chats,
                ping=self._ping,
                on_told=self._posting.wake,
            ),
        )
        self._presence = PresenceLoop(parts, self._stop, lambda: self.trouble() is None)

    def _announcer(self, topic: Topic) -> Announcer:
        ports = self._parts.ports
        return Announcer(topic, self._parts.outbox, self._parts.clock, ports.recipients, ports.onlookers)

    def _build_chats(
        self, listener: "TelegramNotifier", health: Callable[[], Sequence[PartState]]
    ) -> "Chats":
        from agent.daemon.chats import chats_of  # 30 MB that an office without Telegram need not pay

        return chats_of(
            self._parts,
            listener,
            self._stop,
            status=self._status_in_chat,
            health=health,
            on_said=self._posting.wake,
        )

    def _news(self) -> None:
        """There may be something to send, and something to ask."""
        self._posting.wake()
        if self._chats is not None:
            self._chats.wake()

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
        self._watcher.start()
        self.dispatcher.start()
        for loop in (*self._loops, *self._strangers):
            loop.start()
        self._presence.start()
        log.info(
            "daemon_started", workers=self._workers, mode=parts.settings.mode, policy=parts.settings.policy
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
        settings, now = self._parts.settings, time.monotonic()
        watch = self._watcher.health()
        looked_at = watch.last_progress_at
        if watch.is_folder_there and (
            looked_at is None or now - looked_at > 3 * settings.rescan_seconds + BEAT_SECONDS
        ):
            return "rescan"
        if self.dispatcher.alive() < self._workers:
            return "worker_died"
        if self.dispatcher.oldest_busy_seconds() > settings.page_seconds + WORK_SECONDS:
            return "worker_hangs"
        return next((loop.name for loop in self._loops if not loop.is_well), None)

    def _status(self) -> str:
        counts = self._parts.ledger.counts()
        told = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in sorted(counts.items()))
        stuck = len(self.dispatcher.stuck())
        return (
            (f"intake paused: {self._gate.trouble} " if self._gate.trouble else "")
            + (f"intake {pause_phrase(pause)}; " if (pause := self._gate.pause) else "")
            + f"{self.dispatcher.waiting} waiting"
            + (f", {stuck} of them stuck" if stuck else "")
            + f"; {told or 'no document yet'}"
        )

    def _status_in_chat(self) -> str:
        return status_line(
            self._parts.ledger.counts(),
            self._ports.voice,
            chosen=self._parts.digests.chosen(),
            stuck=len(self.dispatcher.stuck()),
            pause=self._ports.pauses.standing(self._ports.clock.now()),
            is_shut=self._gate.trouble is not None,
        )

    def _tell_of_filing(self) -> None:
        """Tell people of documents that can't go on; while intake is paused they have been told why already."""
        stuck = self.dispatcher.stuck()
        if stuck and self._gate.trouble is not None:
            return
        voice = self._parts.ports.voice
        notice = unstuck_notice(voice=voice)
        if stuck:
            documents = [it.document_id for it in stuck]
            notice = stuck_notice(documents, stuck[0].sentence, stuck[0].hint, voice=voice)
        if self._filing.tell(notice):
            self._posting.wake()

    def _shut_down(self) -> None:
        """Stop in the order of the flow: nothing new, finish or give back what is under way, then the rest."""
        self._supervisor.stopping()
        self._stop.set()
        self.serving.close()
        self._watcher.close()
        if not self.dispatcher.stop(self._parts.settings.stop_seconds):
            self._parts.stopping.set()
            self.dispatcher.stop(STOPPED_SECONDS)
        self._posting.wake()
        if self._parts.listener is not None:
            self._parts.listener.stop_listening()
        deadline = time.monotonic() + LOOPS_SECONDS
        for loop in (*self._loops, *self._strangers):
            loop.join(max(0.0, deadline - time.monotonic()))
        self._parts.reader.close()
        note_end(self._parts)
        self._presence.end()
        self._supervisor.close()
        log.info("daemon_stopped")

    # --- What the loops do

    def _work(self, document_id: DocumentId) -> None:
        try:
            process_document(document_id, self._ports)
            if self._ping is not None:
                self._ping.worked_on(self._ports.ledger.document(document_id))
        finally:
            self._news()

    def _must_desk_stop(self) -> bool:
        """What the desk waits for, such as a searchable copy, has its own limit: to ask is a sign of life."""
        return not self._desk_loop.still()

    def _take_in(self) -> None:
        if self._has_home():
            self._intake.turn()

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
