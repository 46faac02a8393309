"""The gate of the intake: shut while there is too little room, or a folder refuses, and documents wait as files.

What was taken in goes on: it is safe where it is, and its moves need next to nothing. The gate opens by itself.
"""

import structlog

from agent import errors
from agent.core.notices import paused_notice, resumed_notice
from agent.domain.room import hint_for, shortage, told
from agent.ports import Folders, Space
from agent.workflow.notices import Announcer

log = structlog.get_logger(__name__)


class Gate:
    """Says whether documents may be taken in now, and tells people when that changes."""

    def __init__(self, space: Space, folders: Folders, announcer: Announcer, *, floor_bytes: int) -> None:
        self._space = space
        self._folders = folders
        self._announcer = announcer
        self._floor_bytes = floor_bytes
        self._trouble: errors.StorageUnavailable | None = None

    @property
    def trouble(self) -> str | None:
        """Why it is shut, in a sentence; None while it is open."""
        return None if self._trouble is None else self._trouble.sentence

    def is_open(self) -> bool:
        """Look now. Cheap: may be asked every second."""
        before, self._trouble = self._trouble, self._look(is_shut=self._trouble is not None)
        if before is None and self._trouble is not None:
            log.warning("intake_paused", free_bytes=self._least_bytes())
        elif before is not None and self._trouble is None:
            log.info("intake_resumed", free_bytes=self._least_bytes())
        if self._trouble is None:
            self._announcer.tell(resumed_notice())
        else:
            self._announcer.tell(paused_notice(self._trouble.sentence, self._trouble.hint))
        return self._trouble is None

    def _look(self, *, is_shut: bool) -> errors.StorageUnavailable | None:
        short = shortage(self._space.rooms(), self._floor_bytes, is_paused=is_shut)
        if short is not None:
            sentence, hint = told(short, self._floor_bytes), hint_for(short, self._floor_bytes)
            return errors.StorageUnavailable(f"{sentence}.", hint=hint)
        try:
            self._folders.probe()
        except errors.StorageUnavailable as error:
            return error
        return None

    def _least_bytes(self) -> int:
        return min((room.free_bytes for room in self._space.rooms()), default=0)
