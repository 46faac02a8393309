"""What a talking host does: it tells people, listens to them, does what they ask for, and looks after the house."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.app import Parts
from agent.daemon.desk import Desk
from agent.daemon.loop import Loop
from agent.daemon.posting import Posting
from agent.daemon.redeciding import Redeciding
from agent.daemon.strangers import loops_of
from agent.domain.document import DocumentId
from agent.domain.wellness import PartState

if TYPE_CHECKING:
    from agent.daemon.chats import Chats
    from agent.daemon.ping import Ping


class Talker:
    """The loops between people and the house.

    Args:
        submit: queues a document for the workers.
        status: how it goes, in a line, for those who ask in a chat.
        health: tells each part's finding in a line, for those who ask in a chat.
        wellness: how those parts are whose trouble people are to be told of without asking.
        ping: what tells a service far away of successes; None where there is none.
    """

    def __init__(
        self,
        parts: Parts,
        stop: threading.Event,
        *,
        submit: Callable[[DocumentId], None],
        status: Callable[[], str],
        health: Callable[[], Sequence[PartState]],
        wellness: Callable[[], Sequence[PartState]],
        ping: "Ping | None",
    ) -> None:
        self._parts = parts
        self._posting = Posting(parts, still=lambda: self._post_loop.still())
        self._desk = Desk(
            replace(parts, ports=replace(parts.ports, should_stop=self._must_desk_stop)),
            stop,
            still=lambda: self._desk_loop.still(),
            submit=submit,
            on_done=self.news,
        )
        redeciding = Redeciding(parts, stop, still=lambda: redeciding_loop.still(), submit=submit)
        self._desk_loop = Loop("desk", self._desk.turn, stop)
        self._post_loop = Loop("post", self._posting.turn, stop)
        redeciding_loop = Loop("redeciding", redeciding.turn, stop)
        self._chats = self._build_chats(stop, status, health)
        talks = () if self._chats is None else (self._chats.talk,)
        self.loops = (self._desk_loop, self._post_loop, redeciding_loop, *talks)
        self.strangers = loops_of(
            parts, stop, wellness=wellness, chats=self._chats, ping=ping, on_told=self.wake
        )

    def _build_chats(
        self,
        stop: threading.Event,
        status: Callable[[], str],
        health: Callable[[], Sequence[PartState]],
    ) -> "Chats | None":
        if self._parts.listener is None:
            return None
        from agent.daemon.chats import chats_of  # 30 MB that an office without Telegram need not pay

        return chats_of(
            self._parts, self._parts.listener, stop, status=status, health=health, on_said=self.wake
        )

    @property
    def in_hands(self) -> frozenset[DocumentId]:
        """The document that is being moved for somebody right now."""
        return self._desk.in_hands

    def wake(self) -> None:
        """There is something to send, or the daemon ends."""
        self._posting.wake()

    def news(self) -> None:
        """There may be something to send, and something to ask."""
        self._posting.wake()
        if self._chats is not None:
            self._chats.wake()

    def close(self) -> None:
        """Let go of what waits for people."""
        self.wake()
        if self._parts.listener is not None:
            self._parts.listener.stop_listening()

    def _must_desk_stop(self) -> bool:
        """What the desk waits for, such as a searchable copy, has its own limit: to ask is a sign of life."""
        return not self._desk_loop.still()
