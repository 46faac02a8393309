"""An office under fire: what was dropped, what must become of it, and the daemon that does it."""

import contextlib
import itertools
import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent.config import Settings, load
from agent.core.asking import MOST_OPEN
from agent.domain.life import Action
from agent.domain.outcome import State
from tests.botapi import CHAT, TOKEN, BotApi
from tests.faults.world import (
    SETTINGS,
    Running,
    World,
    clean_scan_about,
    end,
    letter_about,
    stop,
)
from tests.integration import hostile_pdfs

MODULE = "tests.faults.campaign.daemon"
REST_SECONDS = 240.0
"""Patience with what was refused for long grows to a minute or two, and Telegram takes a message a second."""
UNCONDEMNED = "DOSSIERD_MAX_CRASHES=100\nDOSSIERD_DISK_FLOOR_MEGABYTES=0\n"
"""The deaths are known to be ours, so nothing is poison; and a disk is to be full, not nearly so."""

WITHOUT_CAPABILITIES = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all")
"""Root that modes are meant for, too."""

HOSTILE: Sequence[Callable[[], bytes]] = (
    *hostile_pdfs.READ_HERE,
    hostile_pdfs.deep_page_tree,
    hostile_pdfs.page_tree_cycle,
    hostile_pdfs.no_pages,
)
NOT_FILED = ("in review: ", "failed: ", "duplicate")


def telegram_settings(api: BotApi) -> str:
    return (
        f"DOSSIERD_TELEGRAM_TOKEN={TOKEN}\nDOSSIERD_TELEGRAM_CHATS={CHAT}\n"
        f"DOSSIERD_TELEGRAM_API_URL={api.url}\nDOSSIERD_TELEGRAM_USERS=anna={CHAT}\n"
    )


@dataclass
class Office:
    """One home, those who drop documents into it, and the daemon.

    Attributes:
        dropped: the bytes under each name.
        expected: the beginnings of the words, one of which must be said of what became of each.
        waiting: what could not be dropped yet, because the folder was closed or full.
        keeps_places: whether the daemon knows by the end that a folder is another. One that is started anew takes what
            it finds: a second copy of what is away is filed, by design, and an answer about it is refused.
        refusals: writes that were refused on order.
        numbers: for the names of files in a storm.
    """

    world: World
    api: BotApi
    chance: random.Random
    dropped: dict[str, bytes] = field(default_factory=dict)
    expected: dict[str, tuple[str, ...]] = field(default_factory=dict)
    waiting: dict[str, bytes] = field(default_factory=dict)
    keeps_places: bool = True
    refusals: int = 0
    numbers: Iterator[int] = field(default_factory=itertools.count)
    _daemon: subprocess.Popen[bytes] | None = None
    _named: dict[str, str] = field(default_factory=dict)
    _old: list[str] = field(default_factory=list)
    _looked_for: set[tuple[int, int]] = field(default_factory=set)

    @classmethod
    def make(cls, folder: Path, api: BotApi, seed: int) -> "Office":
        world = World.make(folder / "home", SETTINGS + UNCONDEMNED + telegram_settings(api))
        return cls(world, api, random.Random(seed))

    # The daemon

    @property
    def daemon(self) -> subprocess.Popen[bytes]:
        assert self._daemon is not None, "no daemon was started"
        return self._daemon

    @property
    def running(self) -> Running:
        """What must not end by itself."""
        return self.daemon

    def start(self) -> None:
        through = WITHOUT_CAPABILITIES if os.geteuid() == 0 else ()
        self._daemon = self.world.start(module=MODULE, through=through)

    def begin(self) -> None:
        """Start it, and wait until it works."""
        self.start()
        self.world.wait_until_up(self.daemon)

    def stop(self) -> None:
        """As systemd does."""
        stop(self.daemon)

    def kill(self) -> None:
        end(self.daemon)

    def close(self) -> None:
        if self._daemon is not None:
            self.kill()

    def come_up(self) -> None:
        """See that it is up. Where a start was refused, because a fault was on, it is started once more."""
        with contextlib.suppress(AssertionError):
            self.world.wait_until_up(self.daemon)
            return
        assert self.daemon.poll() is not None, self.world.said()
        self.start()
        self.world.wait_until_up(self.daemon)

    def all_settings(self) -> list[Settings]:
        """Those of each daemon that works in the home."""
        return [load(home=self.world.home)]

    # Documents

    def drop_some(self, count: int) -> None:
        for _ in range(count):
            self._drop_one()

    def drop_hostile(self) -> None:
        self.drop("hostile", self.chance.choice(HOSTILE)(), NOT_FILED)

    def drop_scan(self) -> None:
        number = self.chance.randrange(100, 400)
        self.drop(
            "scan", clean_scan_about(number), (f"archived {number} by rule", "in review: ", "duplicate")
        )

    def drop(self, kind: str, content: bytes, expected: tuple[str, ...]) -> str:
        """Drop it under a name of its own, or keep it for later; gives the name."""
        name = f"{len(self.dropped):05}-{kind}.pdf"
        self.dropped[name], self.expected[name] = content, expected
        self.waiting[name] = content
        self.drop_waiting()
        return name

    def drop_waiting(self) -> None:
        for name, content in list(self.waiting.items()):
            part = self.world.home / "incoming" / f".{name}.part"
            try:
                part.write_bytes(content)
                part.rename(part.with_name(name))
            except OSError:
                with contextlib.suppress(OSError):
                    part.unlink()
                return
            del self.waiting[name]

    def _drop_one(self) -> None:
        number, serial = self.chance.randrange(100, 400), len(self.dropped)
        letter = letter_about(number, note=f"Pli {serial}.")
        dice = self.chance.random()
        if dice < 0.7:
            self.drop("match", letter, (f"archived {number} by rule",))
        elif dice < 0.8:
            name_only = letter_about(number, name_only=True, note=f"Pli {serial}.")
            name = self.drop("name-only", name_only, ("in review: ambiguous",))
            self._named[name] = f"archived {number} by cli:tester"
        elif dice < 0.86:
            self.drop("memo", f"memo {serial}\n".encode(), ("failed: unknown_format",))
        elif dice < 0.91:
            self.drop("cut", letter[:700], ("failed: damaged",))
        elif dice < 0.96 and self._old:
            self._drop_twin(self.chance.choice(self._old))
        else:
            self.drop_scan()

    def _drop_twin(self, first: str) -> None:
        """Drop the same bytes once more: one of the two is the other's duplicate, once the first is back."""
        filed = () if self.keeps_places else self.expected[first]
        self.drop("twin", self.dropped[first], ("duplicate", *filed))
        if filed:
            self.expected[first] = (*filed, "duplicate")

    def answer_all(self) -> None:
        """Have a person answer what is in review: the first who is offered is the right one, where a name was told."""
        for it in self.world.documents():
            if it.state is State.IN_REVIEW:
                is_named = it.original_name.endswith("-name-only.pdf")
                key = f"answer-{it.document_id}-{it.epoch}"
                self.world.ask(
                    Action.ANSWER, it.document_id, "1" if is_named else "none", key, epoch=it.epoch
                )
                expected = self._named[it.original_name] if is_named else "failed: rejected"
                refused = () if self.keeps_places else ("in review: ",)
                self.expected[it.original_name] = (expected, *refused)

    # Waiting

    def hold(self, least: float, most: float) -> None:
        """Let a fault last for a while, which chance chooses."""
        time.sleep(self.chance.uniform(least, most))

    def rest(self) -> float:
        """Wait until all that was dropped rests and is told.

        Returns:
            The seconds it took.
        """
        began = time.monotonic()
        self.drop_waiting()
        assert not self.waiting, "documents can't be dropped although no fault is on"
        self.world.wait(self._rests, self.running, REST_SECONDS)
        self._old = [name for name in self.dropped if name.endswith("-match.pdf")]
        return time.monotonic() - began

    def _rests(self) -> bool:
        self._look_for_missing()
        if sum(it.state is State.IN_REVIEW for it in self.world.documents()) > MOST_OPEN:
            self.answer_all()  # else the others are not asked
        unasked = self.world.sql(
            "SELECT 1 FROM documents LEFT JOIN questions USING (document_id, epoch)"
            " WHERE state = 'in_review' AND question_id IS NULL"
        )  # looked at first: a question is a message that waits
        return not unasked and self.world.rests() and set(self.accepted()) == set(self.dropped)

    def _look_for_missing(self) -> None:
        """Have a person say that what was missed is back, as `dossierd retry` does: its folder was away."""
        for it in self.world.documents():
            if it.state is State.MISSING and (it.document_id, it.epoch) not in self._looked_for:
                self._looked_for.add((it.document_id, it.epoch))
                self.world.ask(Action.RETRY, it.document_id, key=f"retry-{it.document_id}-{it.epoch}")

    def accepted(self) -> Mapping[str, str]:
        """The number of each document that was accepted, by its name."""
        return {
            it.original_name: it.reference for it in self.world.documents() if it.state is not State.WITHDRAWN
        }


def has_capabilities_to_drop() -> bool:
    """Whether modes can be made to mean something to the daemon here."""
    return os.geteuid() != 0 or shutil.which(WITHOUT_CAPABILITIES[0]) is not None
