"""Whose file goes first when many are due: senders take turns, and a sender's own go in the order they came. Pure.

A sender is the folder directly below `incoming/`, with all that is below it; what lies in `incoming/` itself comes from
one more. So a tree of a hundred folders that somebody drags in has one share, and not a hundred.

Bound: a sender's first file waits for one file of each other sender. A step costs the same for one sender as for ten
thousand.
"""

import os
from collections import OrderedDict, deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


def sender_of(name: str) -> str:
    """Give the folder directly below `incoming/` that a file came by; empty for `incoming/` itself.

    Args:
        name: path below `incoming/`.
    """
    folder, separator, _ = name.partition(os.sep)
    return folder if separator else ""


class Turns(Generic[Item]):
    """Things of several senders. To ask for the first, or to take it, there must be one."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, deque[Item]] = OrderedDict()  # whose turn it is comes first

    def __bool__(self) -> bool:
        return bool(self._lines)

    def join(self, sender: str, item: Item) -> None:
        """Put it behind all others of its sender; a sender that had none comes behind all other senders."""
        self._lines.setdefault(sender, deque()).append(item)

    def first(self) -> Item:
        """Whose turn it is; it stays."""
        return next(iter(self._lines.values()))[0]

    def take(self) -> Item:
        """Take the first; its sender goes behind all others."""
        sender, line = self._lines.popitem(last=False)
        item = line.popleft()
        if line:
            self._lines[sender] = line
        return item

    def drop(self) -> None:
        """Take the first away, and let its sender keep the turn."""
        sender, line = next(iter(self._lines.items()))
        line.popleft()
        if not line:
            del self._lines[sender]
