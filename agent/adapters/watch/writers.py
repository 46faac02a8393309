"""Whether a program still has a file open for writing: a pause, however long, is then no end.

The kernel tells it by refusing a read lease, see fcntl(2), F_SETLEASE. The lease is given back at once: nobody waits
for it for more than some microseconds. Should somebody open the file in just these, the kernel tells us by a signal:
SIGURG instead of SIGIO, because what nobody handles it ignores.

Accepted: of a file that belongs to another user than the daemon's (unless it may take leases, CAP_LEASE), and on a
file system of another machine, nothing can be told. Then standing still and the end of the format must do.
"""

import errno
import fcntl
import signal

_REFUSED = frozenset({errno.EAGAIN, errno.EBUSY})


def is_open_for_writing(descriptor: int) -> bool:
    """Ask of a regular file on a local file system, opened for reading alone; False where it can't be told."""
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno in _REFUSED
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False
