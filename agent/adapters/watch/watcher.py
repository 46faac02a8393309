"""The watcher of `incoming/`: hints from the observer, the truth from rescans, patience from settling.

Sub-folders are entered, see `walking`; what happens in them is found by rescans, see `events` and `pace`. A file is
known by its path below the folder: one that is moved from a sub-folder to another settles anew.

One thread, the caller of `stable`, does all the looking; other threads only leave names in the mailbox.
Between two reasons to look (a hint, a file that is due, a rescan) the caller sleeps.

The folder may be removed or replaced at any time: its device and inode are compared on every pass, and the
observer is built again when they differ or when one of its threads has died. Where events can't be had,
rescans alone do the work (mode `polling`), and the reason is kept for health.
"""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from agent.adapters.watch.events import FolderEvents, NoEventsError
from agent.adapters.watch.health import WatchHealth, WatchMode
from agent.adapters.watch.looking import REFUSED_WORDS, Odd, Oddity, OddityKind, glance, look
from agent.adapters.watch.mailbox import Mailbox
from agent.adapters.watch.names import is_accepted, is_temporary
from agent.adapters.watch.oddities import Oddities
from agent.adapters.watch.pace import pause_seconds, urgent_seconds
from agent.adapters.watch.settling import Fingerprint, Settling
from agent.adapters.watch.walking import Found, walk
from agent.domain.document import SeenFile, printable
from agent.domain.formats import EVERYWHERE, suffixes_of
from agent.mounts import remote_type

MOST_AT_ONCE = 256
"""How many files one call of `stable` hands out: a claim's worth, so that the caller stays responsive."""

UNCLAIMED_SECONDS = 60.0
"""A claim takes milliseconds. A file that is still here so long after it was handed out is handed out again, even if
nobody has given it back."""

MISSING_FOLDER_SECONDS = 1.0
"""How often a folder that is not there is looked for."""

_log = structlog.stdlib.get_logger(__name__)


class IncomingWatcher:
    """Tells which files in a folder are ready to be claimed."""

    def __init__(
        self,
        folder: Path,
        *,
        settle_seconds: float,
        damaged_grace_seconds: float,
        rescan_seconds: float,
        accepts: frozenset[str] = suffixes_of(EVERYWHERE),
        on_progress: Callable[[], object] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; nothing is touched before `start`.

        Args:
            folder: may be a symlink to a folder.
            settle_seconds: how long a file must stand still.
            damaged_grace_seconds: how long an empty file, or a document without its end, must stand still.
            rescan_seconds: between two rescans, at most.
            accepts: endings of file names, lower case, with the dot.
            on_progress: called at each thing that a rescan looks at.
        """
        self._folder = folder
        self._rescan_seconds = rescan_seconds
        self._accepts = accepts
        self._on_progress = on_progress
        self._monotonic = monotonic
        self._settling = Settling(settle_seconds=settle_seconds, damaged_grace_seconds=damaged_grace_seconds)
        self._oddities = Oddities()
        self._identity: tuple[int, int] | None = None
        self._events: FolderEvents | None = None
        self._why_polling = "the folder is not there"
        self._is_local = False
        self._last_rescan_at: float | None = None
        self._last_progress_at: float | None = None
        self._rescan_at = 0.0
        self._rescan_cost = 0.0
        self._has_folders = False
        self._mailbox = Mailbox()
        self._lock = threading.Lock()  # around `_events`, which `close` takes away

    def start(self) -> None:
        """Start the observer and rescan once. A missing folder is waited for, and shown by `health`."""
        self.attend()
        _log.info("watch_started", mode=str(self.mode), reason=self._why_polling)

    def close(self) -> None:
        """Stop; a `stable` that waits returns at once."""
        self._mailbox.close()
        with self._lock:
            events, self._events = self._events, None
        if events is not None:
            events.close()

    @property
    def mode(self) -> WatchMode:
        return WatchMode.POLLING if self._events is None else WatchMode.EVENTS

    @property
    def oddities(self) -> tuple[Oddity, ...]:
        """What lies in the folder and can't be taken."""
        return self._oddities.all()

    def health(self) -> WatchHealth:
        events = self._events
        return WatchHealth(
            mode=self.mode,
            why=self._why_polling,
            last_rescan_at=self._last_rescan_at,
            last_progress_at=self._last_progress_at,
            is_observer_alive=events is not None and events.is_alive,
            is_folder_there=self._identity is not None,
            waiting=len(self._settling),
            oddities=self.oddities,
        )

    def stable(self, timeout_seconds: float, *, at_most: int = MOST_AT_ONCE) -> list[SeenFile]:
        """Wait for files that are ready to be claimed.

        Each is handed out once. One that could not be claimed must be given back.

        Returns:
            The files: senders in turn, each one's in the order in which they became due, and those that were given back
            last; none when time is up or the watcher is closed.
        """
        deadline = self._monotonic() + timeout_seconds
        while not self._mailbox.is_closed:
            self.attend()
            ready = self._take_ready(at_most)
            if ready or self._monotonic() >= deadline:
                return ready
            moment = min(deadline, self._next_reason_to_look())
            self._mailbox.wait(max(0.0, moment - self._monotonic()))
        return []

    def attend(self) -> None:
        """Look after the folder without handing anything out, for a caller who has no room for files at the moment."""
        now = self._monotonic()
        self._attend_folder(now)
        mail = self._mailbox.take()
        if mail.were_events_lost:
            _log.warning("events_lost")
            self._rescan_soon()
        for name in mail.given_back:
            self._settling.give_back(name, now)
        for name in mail.hints:
            self._follow(name, now)

    def leftovers(self) -> dict[str, str]:
        """What stays in the folder, by its printable name, and why in a word or two; for the caller of `stable`."""
        self.attend()  # a file whose claim was refused a moment ago stays as well
        odd = {oddity.name: oddity.kind.words for oddity in self.oddities}
        refused = {printable(name): REFUSED_WORDS for name in self._settling.refused()}
        return odd | refused

    def give_back(self, name: str) -> None:
        """Return a file whose claim failed: it is handed out again, each time after a longer pause."""
        self._mailbox.put_back(name)

    def _attend_folder(self, now: float) -> None:
        """See that the folder that is there now is the one that is observed; rescan it when that is due."""
        identity = _identity_of(self._folder)
        events = self._events
        if identity != self._identity or (events is not None and not events.is_alive):
            self._identity = identity
            self._rescan_at = now
            self._observe_again()
        if identity is None:
            self._settling.retain(frozenset())
        elif now >= self._rescan_at:
            if self._events is None:
                self._observe_again()  # a limit may have been raised since
            self._rescan(now)

    def _observe_again(self) -> None:
        self._is_local = self._identity is not None and remote_type(self._folder) is None
        before, self._events = self._events, None
        if before is not None:
            before.close()
        events, why = self._build_events()
        with self._lock:
            if not self._mailbox.is_closed:
                self._events, events = events, None
        if events is not None:
            events.close()
        if why != self._why_polling:
            self._why_polling = why
            if why:
                _log.warning("watch_mode_changed", mode=str(self.mode), reason=why)
            else:
                _log.info("watch_mode_changed", mode=str(self.mode), reason=why)

    def _build_events(self) -> tuple[FolderEvents | None, str]:
        if self._identity is None:
            return None, "the folder is not there"
        try:
            return FolderEvents(self._folder, self._mailbox.put_hint, self._mailbox.note_lost_events), ""
        except NoEventsError as unavailable:
            return None, str(unavailable)

    def _follow(self, name: str, now: float) -> None:
        """Look at what an event has named; a folder was perhaps filled before it was announced."""
        if is_temporary(name):
            return
        seen = glance(self._folder, name)
        if isinstance(seen, Odd) and seen.kind is OddityKind.DIRECTORY:
            self._rescan_soon()
        else:
            self._glance(name, now)

    def _rescan_soon(self) -> None:
        started_at = self._last_rescan_at or 0.0
        self._rescan_at = min(self._rescan_at, started_at + urgent_seconds(self._rescan_cost))

    def _rescan(self, now: float) -> None:
        self._settling.forget_unclaimed(now - UNCLAIMED_SECONDS)
        self._rescan_at = now + self._rescan_seconds
        try:
            names, self._has_folders = self._walk(now)
        except OSError as error:
            _log.warning("rescan_failed", errno=error.errno)
            self._last_rescan_at = self._last_progress_at = (
                now  # it was refused, and does not hang: no restart would help
            )
            return
        self._settling.retain(names)
        self._oddities.retain(names)
        self._last_rescan_at = self._last_progress_at = now
        self._rescan_cost = self._monotonic() - now
        is_polling = self._events is None or self._has_folders
        self._rescan_at = now + pause_seconds(self._rescan_seconds, self._rescan_cost, is_polling=is_polling)

    def _walk(self, now: float) -> tuple[set[str], bool]:
        """Look at everything that is not known yet; gives all names, and whether there are sub-folders."""
        names, has_folders = set(), False
        for found in walk(self._folder, self._accepts):
            self._make_progress()
            names.add(found.name)
            has_folders = has_folders or found.is_entered
            if found.odd is not None:
                self._set_aside(found.name, found.odd)
            elif not (found.is_entered or self._is_known(found)):
                self._glance(found.name, now)
        return names, has_folders

    def _make_progress(self) -> None:
        self._last_progress_at = self._monotonic()
        self._on_progress()

    def _is_known(self, found: Found) -> bool:
        is_announced = self._events is not None and os.sep not in found.name
        return self._settling.knows(found.name, found.inode, is_announced=is_announced)

    def _glance(self, name: str, now: float) -> None:
        seen = glance(self._folder, name)
        if isinstance(seen, Odd):
            self._set_aside(name, seen)
        elif seen is None:
            self._settling.forget(name)
        elif not is_accepted(name, self._accepts):
            self._set_aside(name, Odd(kind=OddityKind.OTHER_FORMAT, inode=seen.inode))
        else:
            self._settling.observe(name, seen, now)

    def _take_ready(self, at_most: int) -> list[SeenFile]:
        ready: list[SeenFile] = []
        while len(ready) < at_most:
            now = self._monotonic()
            name = self._settling.take_due(now)
            if name is None:
                break
            seen = look(self._folder, name, is_local=self._is_local)
            if isinstance(seen, Odd):
                self._set_aside(name, seen)
            elif seen is None:
                self._settling.forget(name)
            elif self._settling.judge(
                name, seen.fingerprint, now, is_finished=seen.is_finished, is_open=seen.is_open
            ):
                self._oddities.drop(name)
                ready.append(_seen_file(name, seen.fingerprint))
        return ready

    def _set_aside(self, name: str, odd: Odd) -> None:
        self._settling.forget(name)
        self._oddities.note(name, odd)

    def _next_reason_to_look(self) -> float:
        if self._identity is None:
            return self._monotonic() + MISSING_FOLDER_SECONDS
        due_at = self._settling.next_due_at()
        return self._rescan_at if due_at is None else min(due_at, self._rescan_at)


def _identity_of(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _seen_file(name: str, fingerprint: Fingerprint) -> SeenFile:
    return SeenFile(
        name=name,
        device=fingerprint.device,
        inode=fingerprint.inode,
        size=fingerprint.size,
        modified_ns=fingerprint.modified_ns,
    )
