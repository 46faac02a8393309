"""The running daemon: its loops, and the frame that starts, supervises and stops them."""

from agent.daemon.running import STOPPED_SECONDS, Daemon

__all__ = ["STOPPED_SECONDS", "Daemon"]
