"""The gate of the intake: shut while there is too little room, a folder refuses, or somebody has paused it.

Documents wait as files meanwhile.

What was taken in goes on: it is safe where it is, and its moves need next to nothing. The gate opens by itself, but
for a pause without an end.
"""

from collections.abc import Callable

import structlog

from agent import errors
from agent.core.notices import paused_notice, resumed_notice
from agent.core.pauses import pause_notice, pause_over_notice
from agent.domain.life import Action
from agent.domain.pause import Pause
from agent.domain.phrase import Phrase
from agent.domain.room import hint_for, shortage, told
from agent.ports import Ports, Space
from agent.workflow.notices import Announcer

log = structlog.get_logger(__name__)


class Gate:
    """Says whether documents may be taken in now, and tells people when that changes."""

    def __init__(
        self,
        space: Space,
        ports: Ports,
        *,
        of_trouble: Announcer,
        of_pauses: Announcer,
        floor_bytes: int,
        asked_in: Callable[[Action], str | None] = lambda _: None,
    ) -> None:
        """Keep what it needs.

        Args:
            asked_in: gives the chat in which the intake was paused, or resumed, last: it was answered there. None
                where it was asked for elsewhere.
        """
        self._space = space
        self._ports = ports
        self._of_trouble = of_trouble
        self._of_pauses = of_pauses
        self._floor_bytes = floor_bytes
        self._asked_in = asked_in
        self._trouble: errors.StorageUnavailable | None = None
        self._pause: Pause | None = None

    @property
    def trouble(self) -> str | None:
        """What the machine lacks, in a sentence; None while it lacks nothing."""
        return None if self._trouble is None else self._trouble.sentence

    @property
    def pause(self) -> Pause | None:
        """Somebody's pause, as it stood at the last look."""
        return self._pause

    def is_open(self) -> bool:
        """Look now. Cheap: may be asked every second.

        Raises:
            LedgerUnavailable: whether somebody has paused it can't be told.
        """
        self._look_for_pause()
        before, self._trouble = self._trouble, self._look(is_shut=self._trouble is not None)
        if before is None and self._trouble is not None:
            log.warning("intake_paused", free_bytes=self._least_bytes())
        elif before is not None and self._trouble is None:
            log.info("intake_resumed", free_bytes=self._least_bytes())
        if self._trouble is not None:
            self._of_trouble.tell(
                paused_notice(self._trouble.said, self._trouble.advice, voice=self._ports.voice)
            )
        elif self._pause is None:
            self._of_trouble.tell(resumed_notice(voice=self._ports.voice))
        return self._trouble is None and self._pause is None

    def _look_for_pause(self) -> None:
        before, self._pause = self._pause, self._ports.pauses.standing(self._ports.clock.now())
        if self._pause is None:
            self._of_pauses.tell(
                pause_over_notice(self._ports.voice), spared=lambda: self._asked_in(Action.RESUME)
            )
            return
        notice = pause_notice(self._pause, self._ports.voice)
        if before in (None, self._pause):
            self._of_pauses.tell(notice, spared=lambda: self._asked_in(Action.PAUSE))
        else:  # it ends at another time than people were told
            self._of_pauses.repeat(notice, spared=lambda: self._asked_in(Action.PAUSE))

    def _look(self, *, is_shut: bool) -> errors.StorageUnavailable | None:
        short = shortage(self._space.rooms(), self._floor_bytes, is_paused=is_shut)
        if short is not None:
            sentence, hint = told(short, self._floor_bytes), hint_for(short, self._floor_bytes)
            return errors.StorageUnavailable(Phrase("{sentence}.", sentence=sentence), hint=hint)
        try:
            self._ports.folders.probe()
        except errors.StorageUnavailable as error:
            return error
        return None

    def _least_bytes(self) -> int:
        return min((room.free_bytes for room in self._space.rooms()), default=0)
