"""The gate of the daemon's connections: what Python code of this process connects to, or looks up, is judged first.

It sits in the interpreter (PEP 578), so that no library goes around it. Accepted: code in C, such as PostgreSQL's
client library, is not seen; it is given one address, that of the settings. Readers have no sockets at all.
"""

import re
import socket
import sys
from collections.abc import Callable

import structlog

from agent.domain.egress import Reach

log = structlog.get_logger(__name__)

_HOST = re.compile(r"[A-Za-z0-9.:_-]{1,253}")


class EgressRefused(socket.gaierror):
    """The host is none that the settings name. For a library it is one that can't be found."""


def keep_to(reach: Reach) -> None:
    """Refuse every connection beyond `reach` from now on; there is no way back for this process."""

    def look(event: str, arguments: tuple[object, ...]) -> None:
        if event == "socket.getaddrinfo":
            _judge(event, arguments[0], reach.may_look_up)
        elif event in _CONNECTING:
            address = arguments[1]  # a path for a socket of this machine, numbers for one of the kernel's
            if isinstance(address, tuple):
                _judge(event, address[0], reach.may_connect)

    sys.addaudithook(look)


_CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


def _judge(event: str, asked: object, may: Callable[[str], bool]) -> None:
    host = asked.decode("ascii", "replace") if isinstance(asked, bytes) else asked
    if not isinstance(host, str) or not host or may(host):
        return
    told = host if _HOST.fullmatch(host) else "?"
    log.warning("egress_refused", host=told, step=event.removeprefix("socket."))
    raise EgressRefused(socket.EAI_FAIL, "The host is none that dossierd's settings name.")
