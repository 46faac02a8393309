"""systemd's side of the talk: ready, how it goes, still making progress, stopping. Silent when nobody listens."""

import sdnotify


class Supervisor:
    """Speaks sd_notify(3) to the socket that systemd names; does nothing elsewhere."""

    def __init__(self, *, is_listening: bool) -> None:
        """Open the socket.

        Args:
            is_listening: whether systemd has named one; without it the library would leave a socket open.
        """
        self._notifier = sdnotify.SystemdNotifier() if is_listening else None

    def ready(self, status: str) -> None:
        self._tell(f"READY=1\nSTATUS={status}")

    def status(self, status: str) -> None:
        self._tell(f"STATUS={status}")

    def alive(self) -> None:
        """Tell the watchdog that work is really going on; never from a bare timer."""
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def close(self) -> None:
        """Give the socket back; the library leaves that to the end of the process."""
        if self._notifier is not None and self._notifier.socket is not None:
            self._notifier.socket.close()

    def _tell(self, message: str) -> None:
        if self._notifier is not None:
            self._notifier.notify(message)
