"""The daemon's end of the fork server: starts it, asks it for children, notices its death."""

import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import agent
from agent.adapters.reading import bubblewrap
from agent.adapters.reading.fence import Plan, Strength
from agent.adapters.reading.finding import Order
from agent.domain.phrase import Phrase
from agent.errors import ReaderUnavailable

START_SECONDS = 60.0
"""A cold disk on a small server takes seconds to load the libraries; a minute means trouble."""
END_SECONDS = 5.0
"""SIGKILL works at once, unless the kernel waits for a dead network file system."""

_HINT = Phrase("Type: dossierd check. If the libraries are damaged, run scripts/setup again.")
_READY_BYTES = 1024
_MESSAGE_BYTES = 64
_CREDENTIALS = struct.Struct("=iII")
"""Process, user and group of who sends (unix(7)). The kernel fills them in, in our own process numbers."""
_SERVER_MODULE = f"{agent.__name__}.adapters.reading.forkserver"


class ServerLostError(Exception):
    """The fork server is gone, and its children with it."""


class Child:
    """A child that reads pages of one document. Leaving the block kills it, and all that it started."""

    def __init__(self, reply: socket.socket, server: int) -> None:
        """Listen to a socket that lets the sender be known; the server's process is believed more than the child."""
        self._reply = reply
        self._server = server
        self._pid: int | None = None
        self.page = 0
        self.page_count = 0
        self.exit_code: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def wait(self, seconds: float) -> bool:
        """Wait for news; True when the child has ended, by its own will or not.

        Raises:
            ServerLostError: nobody is left who could tell.
        """
        if self.exit_code is None and _is_readable(self._reply, seconds):
            self._take(*self._receive())
        return self.exit_code is not None

    def _take(self, message: str, sender: int) -> None:
        """Note what is said. The child holds this socket too, so that of processes only the server may speak."""
        topic, _, number = message.partition(" ")
        if not number.removeprefix("-").isdecimal():
            return
        if topic == "page":
            self.page = max(self.page, int(number))
        elif topic == "of":
            self.page_count = max(0, int(number))
        elif topic == "pid" and sender == self._server:
            self._pid = int(number)
        elif topic == "exit" and sender == self._server:
            self.exit_code = int(number)

    def _receive(self) -> tuple[str, int]:
        try:
            message, sender = _received(self._reply, _MESSAGE_BYTES)
        except OSError as error:
            raise ServerLostError from error
        if not message:
            raise ServerLostError
        return message.decode("ascii", "replace"), sender

    def _end(self) -> None:
        """Hang up for writing: the server kills the child and reports the end."""
        with contextlib.suppress(OSError):
            self._reply.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + END_SECONDS
        try:
            while not self.wait(0.1) and time.monotonic() < deadline:
                continue
        except ServerLostError:
            self._kill_orphans()
        self._reply.close()

    def _kill_orphans(self) -> None:
        """Do what the server can't any more: PDEATHSIG took the child, but not what the child had started."""
        if self._pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, signal.SIGKILL)


class ForkServer:
    """A fork server that is started again when it died, until `close`. May be used by several threads."""

    def __init__(self, *, job: str, environment: dict[str, str], plan: Plan) -> None:
        self._job = job
        self._plan = plan
        self._environment = environment | {"PYTHONPATH": str(Path(agent.__file__).parent.parent)}
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._strength: Strength | None = None
        self._pid = 0
        self.is_closed = False

    def start(self) -> Strength:
        """Start the server unless it runs, and give what its children are fenced with.

        Raises:
            ReaderUnavailable: it can't be started.
        """
        with self._lock:
            self.is_closed = False
            self._ensure_running()
            assert self._strength is not None
            return self._strength

    def close(self) -> None:
        """Stop the server and all children."""
        self.is_closed = True
        with self._lock:
            self._discard()

    def spawn(self, order: Order, document: int) -> Child:
        """Ask for a child that carries out the order.

        Raises:
            ReaderUnavailable: there is no server, and none can be started.
        """
        with self._lock:
            control = self._ensure_running()
            ours, theirs = _pair()
            with theirs:
                try:
                    socket.send_fds(control, [order.encode()], [theirs.fileno(), document])
                except OSError as error:
                    ours.close()
                    self._discard()
                    raise ReaderUnavailable(Phrase("The reader's fork server ended."), hint=_HINT) from error
            return Child(ours, self._pid)

    def _ensure_running(self) -> socket.socket:
        if self.is_closed:
            raise ReaderUnavailable(Phrase("The reader is closed."))
        if self._control is not None and self._process is not None and self._process.poll() is None:
            return self._control
        self._discard()
        prefix = self._prefix()
        ours, theirs = _pair()
        with theirs:
            arguments = [str(theirs.fileno()), self._job, self._plan.encode()]
            try:
                self._process = subprocess.Popen(
                    [*prefix, sys.executable, "-P", "-m", _SERVER_MODULE, *arguments],
                    env=self._environment,
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    start_new_session=True,
                )
            except OSError as error:  # no memory, or too many processes
                ours.close()
                raise ReaderUnavailable(
                    Phrase("The reader's fork server can't be started."), hint=_HINT
                ) from error
        self._control = ours
        ready, self._pid = _received(ours, _READY_BYTES) if _is_readable(ours, START_SECONDS) else (b"", 0)
        if not ready:
            self._discard()
            raise ReaderUnavailable(Phrase("The reader's fork server does not start."), hint=_HINT)
        strength = Strength.decode(ready)
        if self._strength not in {None, strength}:  # one that starts short of memory may not find its library
            self._discard()
            raise ReaderUnavailable(
                Phrase("The fence round the reader is not what it was at the start."), hint=_HINT
            )
        self._strength = strength
        return ours

    def _prefix(self) -> list[str]:
        return bubblewrap.prefix(Path(sys.executable), self._plan) if self._plan.mode == "bubblewrap" else []

    def _discard(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


def _pair() -> tuple[socket.socket, socket.socket]:
    """Make a pair of sockets, of which the first is told by the kernel who sends."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    return ours, theirs


def _received(sock: socket.socket, most: int) -> tuple[bytes, int]:
    """Receive a message and the process that sent it; nothing and 0 at the end."""
    message, ancillary, _, _ = sock.recvmsg(most, socket.CMSG_SPACE(_CREDENTIALS.size))
    senders = [
        _CREDENTIALS.unpack(content)[0]
        for level, kind, content in ancillary
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS)
    ]
    return message, senders[0] if senders else 0


def _is_readable(sock: socket.socket, seconds: float) -> bool:
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(max(0, seconds) * 1000))
