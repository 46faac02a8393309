"""The running daemon: its loops, and the frame that starts, supervises and stops them."""

from agent.daemon.running import REST_SECONDS, STOPPED_SECONDS, Daemon

__all__ = ["REST_SECONDS", "STOPPED_SECONDS", "Daemon"]
