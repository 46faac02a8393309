"""What other threads leave for the watcher's own: names that something happened to, and files that come back."""

import threading
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What was left since the last time.

    Attributes:
        hints: names of arrivals.
        given_back: paths of files whose claim failed.
        were_events_lost: whether the kernel has dropped hints.
    """

    hints: set[str] = field(default_factory=set)
    given_back: set[str] = field(default_factory=set)
    were_events_lost: bool = False


class Mailbox:
    """Anybody puts in, one thread takes out, and sleeps on it meanwhile."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._hints: set[str] = set()
        self._given_back: set[str] = set()
        self._were_events_lost = False
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def put_hint(self, name: str) -> None:
        with self._change:
            self._hints.add(name)
            self._change.notify_all()

    def put_back(self, name: str) -> None:
        with self._change:
            self._given_back.add(name)
            self._change.notify_all()

    def note_lost_events(self) -> None:
        with self._change:
            self._were_events_lost = True
            self._change.notify_all()

    def close(self) -> None:
        with self._change:
            self._is_closed = True
            self._change.notify_all()

    def take(self) -> Mail:
        with self._change:
            mail = Mail(
                hints=self._hints, given_back=self._given_back, were_events_lost=self._were_events_lost
            )
            self._hints, self._given_back, self._were_events_lost = set(), set(), False
        return mail

    def wait(self, seconds: float) -> None:
        """Sleep until something is put in, it is closed, or time is up."""
        with self._change:
            self._change.wait_for(self._has_news, seconds)

    def _has_news(self) -> bool:
        return bool(self._hints or self._given_back or self._were_events_lost or self._is_closed)
