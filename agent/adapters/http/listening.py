"""Takes the address at which is answered over HTTP, and waits until somebody asks there."""

import select
import socket
from collections.abc import Callable

from agent.domain.address import Address

BACKLOG = 128
LOOK_SECONDS = 0.5
"""How often is looked whether to go on waiting."""


def listen(address: Address) -> socket.socket:
    """Take the address.

    Raises:
        OSError: another program has it, or this machine doesn't.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what an earlier run left to die
        listener.bind((address.host, address.port))
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def wait_for_asker(listener: socket.socket, must_stop: Callable[[], bool]) -> None:
    """Wait until somebody has connected, and let them wait; or until it must stop."""
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    while not must_stop() and not poll.poll(1000 * LOOK_SECONDS):
        continue
