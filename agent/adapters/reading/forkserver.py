"""Forks one child for each document from a process that has the PDF libraries loaded and no secret in it.

Ours rather than multiprocessing's, because that one imports the parent's `__main__` in every child (the command
line, or the test runner), unpickles what it is sent, reaps a dead child at once (so that a kill of its process group
can hit a stranger), needs a second helper process, and takes its environment from whoever starts it first.

Rules
- The server is a fresh interpreter in its own session, with an environment that was written for it.
- A child is confined and fenced in before it sees the document; one that can't be does not begin.
- Control is a SEQPACKET socket: a request is one message with two descriptors, reply socket and document.
- A child's process group is killed before its leader is reaped, so its number can't have been given away.
- What a child started falls to the server when the child is dead, and is reaped: not every init does it.
- An order may hold passwords: it is unpacked in its child alone, and wiped out here before the next child is forked.
- When the asker hangs up, the child is killed. When the daemon dies, all askers hang up, and the server ends.
"""

import array
import gc
import importlib
import logging
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass

from agent.adapters.reading import finding, kernel, late, memory
from agent.adapters.reading.confinement import confine
from agent.adapters.reading.fence import Fence, FenceError, Plan
from agent.adapters.reading.finding import Order

MAX_MESSAGE_BYTES = 64 * 1024

_TWO_DESCRIPTORS = socket.CMSG_SPACE(2 * array.array("i").itemsize)

_REAP_SECONDS = 0.05

FOR_FEW = ("charset_normalizer", "cryptography.hazmat.backends", "cryptography.hazmat.primitives.ciphers")
"""What pdfminer imports for PDFs that are encrypted, or name their fonts oddly."""

EXIT_OUT_OF_MEMORY = 71
EXIT_BROKEN = 70
EXIT_UNFENCED = 72
EXIT_NO_ROOM = 73

Job = Callable[[Order, int, socket.socket], None]
"""Reads the document behind the descriptor, leaves a finding, and tells through the socket which page it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Child:
    pid: int
    exited: int
    reply: socket.socket


class _Server:
    def __init__(self, control: socket.socket, job: Job, fence: Fence) -> None:
        self._control = control
        self._job = job
        self._fence = fence
        self._selector = selectors.DefaultSelector()
        self._children: set[_Child] = set()
        self._orphaned: set[int] = set()
        self._message = bytearray(MAX_MESSAGE_BYTES)

    def serve(self) -> None:
        self._selector.register(self._control, selectors.EVENT_READ, self._accept)
        self._control.send(self._fence.strength.encode())
        while self._control.fileno() >= 0:
            for key, _ in self._selector.select(_REAP_SECONDS if self._orphaned else None):
                if self._selector.get_map().get(key.fd) is key:  # an event before it may have closed it
                    key.data()
            self._reap()
        for child in tuple(self._children):
            _kill_group(child.pid)
            self._bury(child)

    def _accept(self) -> None:
        length, ancillary, _, _ = self._control.recvmsg_into([self._message], _TWO_DESCRIPTORS)
        if not length:
            self._selector.unregister(self._control)
            self._control.close()
            return
        ((_, _, passed),) = ancillary
        reply_descriptor, document = array.array("i", passed)
        reply = socket.socket(fileno=reply_descriptor)
        try:
            pid = os.fork()
        except OSError:  # no memory, or too many processes: the asker sees the hang-up
            self._message[:length] = bytes(length)
            reply.close()
            os.close(document)
            return
        if pid == 0:
            self._become_child(Order.decode(bytes(self._message[:length])), document, reply)
        self._message[:length] = bytes(length)
        os.close(document)
        child = _Child(pid=pid, exited=os.pidfd_open(pid), reply=reply)
        self._children.add(child)
        if not self._fence.strength.bubblewrap:  # there, the number means nothing to the daemon
            _tell(reply, f"pid {pid}")
        self._selector.register(child.exited, selectors.EVENT_READ, lambda: self._bury(child))
        self._selector.register(reply, selectors.EVENT_READ, lambda: self._hang_up(child))

    def _become_child(self, order: Order, document: int, reply: socket.socket) -> None:
        """Run the job and leave by `os._exit`: nothing of the server's may run a second time."""
        status = EXIT_BROKEN
        try:
            self._selector.close()
            self._control.close()
            for sibling in self._children:
                os.close(sibling.exited)
                sibling.reply.close()
            confine(order)
            self._fence.put_up(order.scratch, document)
            self._job(order, document, reply)
            status = 0
        except MemoryError:
            status = EXIT_OUT_OF_MEMORY
        except FenceError:
            status = EXIT_UNFENCED
        except finding.NoRoomError:
            status = EXIT_NO_ROOM
        finally:
            os._exit(status)

    def _hang_up(self, child: _Child) -> None:
        """The asker needs no answer any more; whatever it says counts as that."""
        self._selector.unregister(child.reply)
        _kill_group(child.pid)

    def _bury(self, child: _Child) -> None:
        _kill_group(child.pid)
        _, status = os.waitpid(child.pid, 0)
        self._children.discard(child)
        self._orphaned.add(child.pid)
        for watched in (child.exited, child.reply):
            if watched in self._selector.get_map():
                self._selector.unregister(watched)
        _tell(child.reply, f"exit {os.waitstatus_to_exitcode(status)}")
        child.reply.close()
        os.close(child.exited)

    def _reap(self) -> None:
        """Take leave of the killed members of groups whose leader is gone; they need a moment to die."""
        for group in tuple(self._orphaned):
            try:
                while os.waitpid(-group, os.WNOHANG) != (0, 0):
                    continue
            except ChildProcessError:
                self._orphaned.discard(group)


def _kill_group(pid: int) -> None:
    """Kill the child and all that it started. Before its `setsid` it has no group, and is killed alone."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _tell(reply: socket.socket, message: str) -> None:
    try:
        reply.send(message.encode(), socket.MSG_DONTWAIT)
    except OSError:  # nobody listens any more, which the selector will report
        return


def main(control_descriptor: int, job_name: str, plan: str) -> None:
    """Load the job and all that it needs, make the fence ready, then serve until the daemon hangs up."""
    kernel.keep_memory_private()
    logging.disable(logging.CRITICAL)  # pdfminer warns of each oddity, and quotes the document
    for polite in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # meant for the daemon; a child that died of it would look crashed
        signal.signal(polite, signal.SIG_IGN)
    module, _, function = job_name.partition(":")
    with late.loaded_when_called(*FOR_FEW):
        job: Job = getattr(importlib.import_module(module), function)
    from agent.adapters.reading.warming import (
        warm,
    )  # here: the daemon imports this module, and no PDF library

    warm()
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    fence = Fence(Plan.decode(plan))
    memory.give_back()
    gc.freeze()  # children share these pages as long as nobody counts on them
    _Server(socket.socket(fileno=control_descriptor), job, fence).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
