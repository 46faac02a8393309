"""What a talking host does: it tells people, listens to them, does what they ask for, and looks after the house."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.app import Parts
from agent.daemon.desk import Desk
from agent.daemon.duties import Duties
from agent.daemon.loop import Loop
from agent.daemon.posting import Posting
from agent.daemon.redeciding import Redeciding
from agent.daemon.strangers import loops_of
from agent.domain.document import DocumentId
from agent.domain.wellness import PartState

if TYPE_CHECKING:
    from agent.daemon.chats import Chats


class Talker:
    """The loops between people and the house.

    Args:
        submit: queues a document for the workers.
        status: how it goes, in a line, for those who ask in a chat.
        health: tells each part's finding in a line, for those who ask in a chat.
        wellness: how those parts are whose trouble people are to be told of without asking.
        duties: which of its loops turn on this host.
        on_filed: called when a canary was filed as it must.
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
        duties: Duties,
        on_filed: Callable[[], None],
    ) -> None:
        self._parts = parts
        self._duty = duties.talker
        self._posting = Posting(parts, still=lambda: self._still(self._post_loop))
        self._desk = Desk(
            replace(parts, ports=replace(parts.ports, should_stop=self._must_desk_stop)),
            stop,
            still=lambda: self._still(self._desk_loop),
            submit=submit,
            on_done=self.news,
        )
        redeciding = Redeciding(parts, stop, still=lambda: self._still(redeciding_loop), submit=submit)
        turning = self._duty.turning
        self._desk_loop = Loop("desk", turning(self._desk.turn), stop)
        self._post_loop = Loop("post", turning(self._posting.turn), stop)
        redeciding_loop = Loop("redeciding", turning(redeciding.turn), stop)
        self._chats = self._build_chats(stop, status, health)
        talks = () if self._chats is None else (self._chats.talk,)
        self.loops = (self._desk_loop, self._post_loop, redeciding_loop, *talks)
        self.strangers = loops_of(
            parts,
            stop,
            duties=duties,
            wellness=wellness,
            chats=self._chats,
            on_told=self.wake,
            on_filed=on_filed,
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
            self._parts,
            self._parts.listener,
            stop,
            status=status,
            health=health,
            on_said=self.wake,
            turning=self._duty.turning,
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
        return not self._still(self._desk_loop)

    def _still(self, loop: Loop) -> bool:
        """Whether a loop may go on: to ask is a sign of life. Who has lost the duty stops before its next act."""
        return loop.still() and self._duty.is_held
