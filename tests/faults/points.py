"""The real ports, with named calls marked as points, at which a plug may be pulled or a disk may refuse."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from agent.adapters.folders import HomeFolders
from agent.domain.message import Message


class Guard(Protocol):
    """What happens at the points."""

    def around(self, point: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a call that is a point."""
        ...


class Marked:
    """Any port, with some of its methods marked."""

    def __init__(self, inner: object, guard: Guard, points: Mapping[str, str]) -> None:
        """Mark.

        Args:
            points: the name of each marked method, and of its point.
        """
        self._inner, self._guard, self._points = inner, guard, points

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        point = self._points.get(name)
        return self._guard.around(point, found) if point else found


class MarkedFolders(HomeFolders):
    """The steps inside a move across file systems."""

    guard: Guard

    def _copy(self, source: Path, temporary: Path) -> None:
        self.guard.around("copy", super()._copy)(source, temporary)

    def _publish(self, temporary: Path, target: Path) -> None:
        self.guard.around("publish", super()._publish)(temporary, target)

    def _unlink(self, source: Path) -> None:
        self.guard.around("unlink", super()._unlink)(source)

    def _remove(self, path: Path) -> None:
        self.guard.around("file_removed", super()._remove)(path)

    def _lay(self, part: Path, target: Path) -> None:
        self.guard.around("part_laid", super()._lay)(part, target)


class ToldInAFile:
    """A channel that writes each delivery down, durably, where the test can count it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def recipients(self) -> Sequence[str]:
        return ("file",)

    def amend(self, receipt: str, message: Message, recipient: str) -> None:
        pass

    def answers(self, recipient: str) -> bool:
        return False

    def replace(self, receipt: str, message: Message, recipient: str) -> str:
        return self.send(message, recipient)

    def send(self, message: Message, recipient: str) -> str:
        with self._path.open("a") as told:
            told.write(
                json.dumps({"document": message.reference, "kind": message.kind, "to": recipient}) + "\n"
            )
            told.flush()
            os.fsync(told.fileno())
        return "told"
