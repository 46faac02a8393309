"""The daemon: recover, then watch, work, tell and listen until it is told to stop.

Each loop is supervised: an error is logged and the loop goes on after a pause, so that one outside thing that fails
never silences the others. systemd's watchdog is fed from progress only: the last rescan, the age of the work under
way, and the beat of each loop.
"""

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import structlog

from agent import errors
from agent.adapters.dispatch import LocalDispatcher
from agent.adapters.folders import FOLDERS
from agent.adapters.reading.tools import check_tools
from agent.adapters.space import HomeSpace
from agent.adapters.supervisor import Supervisor
from agent.adapters.watch import IncomingWatcher
from agent.app import Parts
from agent.config import is_supervised, watchdog_seconds
from agent.core.notices import stuck_notice, unstuck_notice
from agent.domain.document import DocumentId, SeenFile
from agent.domain.life import Reply, Request
from agent.domain.message import ParcelId, Topic
from agent.domain.outcome import IN_WORK, State
from agent.domain.room import MEGABYTE
from agent.workflow.gate import Gate
from agent.workflow.intake import take_in
from agent.workflow.notices import Announcer, Leftovers
from agent.workflow.outbox import relay
from agent.workflow.process import process_document
from agent.workflow.recovery import recover, stranded
from agent.workflow.review import perform

log = structlog.get_logger(__name__)

CLAIMED_AHEAD = 2
"""Documents claimed for each worker beyond those under way; the others wait as files, where people can see them."""
INTAKE_PAUSE_SECONDS = 1.0
DESK_PAUSE_SECONDS = 0.5
"""How often requests of the command line are looked for; a person waits for the answer."""
POST_PAUSE_SECONDS = 30.0
ERROR_PAUSE_SECONDS = 5.0
BEAT_SECONDS = 120.0
"""A loop that has not come round for so long hangs."""
STOPPED_SECONDS = 2.5
"""What readers get to die in after the time for finishing is up."""
LOOPS_SECONDS = 1.0
"""What the loops together get to end in. All of a stop stays below ten seconds, as the unit says."""


class Loop:
    """A thread that does one thing again and again, and survives each error of it."""

    def __init__(self, name: str, body: Callable[[], None], stop: threading.Event) -> None:
        self.name, self._body, self._stop = name, body, stop
        self.beat = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self, timeout_seconds: float) -> None:
        if self._thread.ident is not None:  # it was started
            self._thread.join(timeout_seconds)

    def still(self) -> bool:
        """Make a long body known as alive, between two things that it does. Gives whether it may go on."""
        self.beat = time.monotonic()
        return not self._stop.is_set()

    @property
    def is_well(self) -> bool:
        return self._thread.is_alive() and time.monotonic() - self.beat < BEAT_SECONDS

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._body()
            except errors.DossierdError as error:
                log.warning("loop_paused", loop=self.name, reason=error.reason)
                self._stop.wait(ERROR_PAUSE_SECONDS)
            except Exception:  # a supervised loop: it goes on
                log.exception("loop_raised", loop=self.name)
                self._stop.wait(ERROR_PAUSE_SECONDS)
            self.beat = time.monotonic()


class Daemon:
    """One running dossierd. Call `run` from the main thread; it returns when a stop is done."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        settings = parts.settings
        self._stop = threading.Event()
        self._lost: errors.HomeForeign | None = None
        self._post_wakes = threading.Event()
        self._sweep_at = 0.0
        self._at_desk: frozenset[DocumentId] = frozenset()
        self._supervisor = Supervisor(is_listening=is_supervised())
        self._workers = settings.worker_count
        self.dispatcher = LocalDispatcher(self._work, self._workers)
        self._watcher = IncomingWatcher(
            settings.home / "incoming",
            settle_seconds=settings.settle_seconds,
            damaged_grace_seconds=settings.damaged_grace_seconds,
            rescan_seconds=settings.rescan_seconds,
        )
        self._gate = Gate(
            HomeSpace(settings.home, FOLDERS),
            parts.ports.folders,
            self._announcer(Topic.INTAKE),
            floor_bytes=settings.disk_floor_megabytes * MEGABYTE,
        )
        self._filing = self._announcer(Topic.FILING)
        self._leftovers = Leftovers(self._announcer(Topic.LEFTOVERS))
        self._unmarked: dict[ParcelId, str] = {}
        self._intake_loop = Loop("intake", self._intake, self._stop)
        self._desk_loop = Loop("desk", self._desk, self._stop)
        self._post_loop = Loop("post", self._post, self._stop)
        self._loops = (self._intake_loop, self._desk_loop, self._post_loop)

    def _announcer(self, topic: Topic) -> Announcer:
        return Announcer(topic, self._parts.outbox, self._parts.clock, self._parts.ports.recipients)

    def run(
        self, *, on_ready: Callable[[], None] = lambda: None, on_stop: Callable[[], None] = lambda: None
    ) -> None:
        """Work until SIGTERM or SIGINT.

        Args:
            on_ready: called when everything runs.
            on_stop: called when a stop was asked for, before what is under way is waited for.

        Raises:
            ReaderUnavailable: tesseract, a language or the fence that is set is missing; the start is refused.
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
        suspects, others = recover(parts.ports, _orphans(parts))
        for document_id in suspects:
            self.dispatcher.submit(document_id, alone=True)
        for document_id in others:
            self.dispatcher.submit(document_id)
        self._watcher.start()
        self.dispatcher.start()
        for loop in self._loops:
            loop.start()
        self._supervisor.ready(self._status())
        log.info(
            "daemon_started", workers=self._workers, mode=parts.settings.mode, policy=parts.settings.policy
        )

    def _supervise(self) -> None:
        beat = (watchdog_seconds() or 60.0) / 3
        while not self._stop.wait(beat):
            trouble = self._trouble()
            if trouble is None:
                self._supervisor.alive()
            else:
                log.error("progress_stalled", reason=trouble)
            self._tell_of_filing()
            try:
                self._supervisor.status(self._status())
            except errors.LedgerUnavailable as error:  # the loops meet it too, and go on when it is back
                log.warning("status_unknown", reason=error.reason)

    def _trouble(self) -> str | None:
        """What hangs, in a word; None while everything makes progress."""
        settings, now = self._parts.settings, time.monotonic()
        rescanned = self._watcher.health().last_rescan_at
        if self._watcher.health().is_folder_there and (
            rescanned is None or now - rescanned > 3 * settings.rescan_seconds + BEAT_SECONDS
        ):
            return "rescan"
        if self.dispatcher.alive() < self._workers:
            return "worker_died"
        if self.dispatcher.oldest_busy_seconds() > settings.document_seconds + BEAT_SECONDS:
            return "worker_hangs"
        return next((loop.name for loop in self._loops if not loop.is_well), None)

    def _status(self) -> str:
        counts = self._parts.ledger.counts()
        told = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in sorted(counts.items()))
        stuck = len(self.dispatcher.stuck())
        return (
            (f"intake paused: {self._gate.trouble} " if self._gate.trouble else "")
            + f"{self.dispatcher.waiting} waiting"
            + (f", {stuck} of them stuck" if stuck else "")
            + f"; {told or 'no document yet'}"
        )

    def _tell_of_filing(self) -> None:
        """Tell people of documents that can't go on; while intake is paused they have been told why already."""
        stuck = self.dispatcher.stuck()
        if stuck and self._gate.trouble is not None:
            return
        notice = unstuck_notice()
        if stuck:
            notice = stuck_notice([it.document_id for it in stuck], stuck[0].sentence, stuck[0].hint)
        if self._filing.tell(notice):
            self._post_wakes.set()

    def _shut_down(self) -> None:
        """Stop in the order of the flow: nothing new, finish or give back what is under way, then the rest."""
        self._supervisor.stopping()
        self._stop.set()
        self._watcher.close()
        if not self.dispatcher.stop(self._parts.settings.stop_seconds):
            self._parts.stopping.set()
            self.dispatcher.stop(STOPPED_SECONDS)
        self._post_wakes.set()
        deadline = time.monotonic() + LOOPS_SECONDS
        for loop in self._loops:
            loop.join(max(0.0, deadline - time.monotonic()))
        self._parts.reader.close()
        self._supervisor.close()
        log.info("daemon_stopped")

    # --- What the loops do

    def _work(self, document_id: DocumentId) -> None:
        try:
            process_document(document_id, self._parts.ports)
        finally:
            self._post_wakes.set()

    def _intake(self) -> None:
        """Claim what is ready, as far as there is room for it, and pick up what an error has left lying."""
        if not self._has_home():
            return
        if time.monotonic() >= self._sweep_at:
            self._sweep_at = time.monotonic() + self._parts.settings.rescan_seconds
            self._sweep()
        most = self._workers * (1 + CLAIMED_AHEAD)
        if not self._gate.is_open():
            self._watcher.attend()
            self._stop.wait(INTAKE_PAUSE_SECONDS)
            return
        if not self.dispatcher.wait_for_room(most, INTAKE_PAUSE_SECONDS):
            self._watcher.attend()
            return
        ready = self._watcher.stable(INTAKE_PAUSE_SECONDS, at_most=most)
        taken = [self._take(seen) for seen in ready if self._intake_loop.still() and self._has_home()]
        if taken and not any(taken):  # the machine is at fault: no use in going through ten thousand files
            self._stop.wait(ERROR_PAUSE_SECONDS)

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

    def _sweep(self) -> None:
        for document_id in stranded(self._parts.ports, self._in_hands):
            self.dispatcher.submit(document_id)
        if self._leftovers.look(self._watcher.leftovers()):
            self._post_wakes.set()

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
            self.dispatcher.submit(taken)
        return not is_refused

    def _in_hands(self) -> frozenset[DocumentId]:
        """What the workers have, and what the desk is moving right now."""
        return self.dispatcher.known() | self._at_desk

    def _desk(self) -> None:
        """Carry out what people asked for on the command line."""
        parts, pause = self._parts, DESK_PAUSE_SECONDS
        for request in parts.requests.open_requests():
            if not self._desk_loop.still():
                return
            self._at_desk = frozenset({request.document_id})
            try:
                if not self._carry_out(request):
                    pause = ERROR_PAUSE_SECONDS
            finally:
                self._at_desk = frozenset()
        self._stop.wait(pause)

    def _carry_out(self, request: Request) -> bool:
        """Do what one person asked for. False: it can't be done now, stays open, and holds up no other."""
        parts = self._parts
        try:
            reply = perform(request, parts.ports, self.dispatcher.submit)
        except errors.DossierdError as error:
            log.warning("request_put_off", document=f"D-{request.document_id}", reason=error.reason)
            return False
        except Exception:  # one request's mistake of ours ends with that request
            log.exception("request_raised", document=f"D-{request.document_id}")
            sentence = (
                "dossierd met an error of its own, which is in the log. What became of it: dossierd show"
            )
            reply = Reply(done=False, sentence=f"{sentence} D-{request.document_id}")
        parts.requests.close_request(request.key, reply, parts.clock.now())
        self._post_wakes.set()
        return True

    def _post(self) -> None:
        """Deliver what is due, then sleep until something is."""
        parts = self._parts
        self._post_wakes.clear()
        again = relay(
            parts.outbox,
            parts.notifier,
            parts.clock,
            unmarked=self._unmarked,
            should_stop=lambda: not self._post_loop.still(),
        )
        pause = POST_PAUSE_SECONDS
        if again is not None:
            pause = min(pause, max(0.0, (again - parts.clock.now()).total_seconds()))
        self._post_wakes.wait(pause)


_IN_CLAIM_FOLDER = IN_WORK | {State.CLAIMING}


def _orphans(parts: Parts) -> list[SeenFile]:
    """Files in the claim folder that no row knows, as if they stood in `incoming/`."""
    known = frozenset(
        parts.folders.claimed_location(document.document_id)
        for document in parts.ledger.in_states(_IN_CLAIM_FOLDER)
    )
    incoming = parts.settings.home / "incoming"
    return [_seen(incoming, parts.folders.path(location)) for location in parts.folders.orphans(known)]


def _seen(incoming: Path, path: Path) -> SeenFile:
    found = path.lstat()
    return SeenFile(
        name=str(path.relative_to(incoming)),
        device=found.st_dev,
        inode=found.st_ino,
        size=found.st_size,
        modified_ns=found.st_mtime_ns,
    )
