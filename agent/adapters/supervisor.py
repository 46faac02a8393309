"""systemd's side of the talk: ready, how it goes, still making progress, stopping. Silent when nobody listens."""

import sdnotify


class Supervisor:
    """Speaks sd_notify(3) to the socket that systemd names; does nothing elsewhere."""

    def __init__(self) -> None:
        self._notifier = sdnotify.SystemdNotifier()

    def ready(self, status: str) -> None:
        self._notifier.notify(f"READY=1\nSTATUS={status}")

    def status(self, status: str) -> None:
        self._notifier.notify(f"STATUS={status}")

    def alive(self) -> None:
        """Tell the watchdog that work is really going on; never from a bare timer."""
        self._notifier.notify("WATCHDOG=1")

    def stopping(self) -> None:
        self._notifier.notify("STOPPING=1")
