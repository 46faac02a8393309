"""The doors to the kernel that Python has no name for: prctl(2), and syscall(2) for calls that glibc has no name for.

Every refusal is an `OSError` with its number. The values are those of linux/prctl.h, the same on every machine.
"""

import ctypes
import os
import resource
import struct
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_GET_SECCOMP = 21
PR_SET_SECCOMP = 22
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

_CAPABILITY_VERSION = 0x20080522
_CAPABILITY_SETS = struct.Struct("=6I")
"""Effective, permitted, inheritable: the lower halves, then the upper."""

_libc = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, value: int = 0, pointer: Any = None) -> int:
    """Ask or set something of this process.

    Raises:
        OSError: the kernel refuses.
    """
    return _checked(_libc.prctl(option, ctypes.c_ulong(value), pointer, None, None))


def call(number: int, *arguments: int | bytes | None) -> int:
    """Make a system call; a number is a machine word, bytes are a pointer to them.

    Raises:
        OSError: the kernel refuses.
    """
    words = [ctypes.c_long(it) if isinstance(it, int) else it for it in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *words))


def keep_capabilities(wanted: int) -> None:
    """Give up every capability (capabilities(7)) that is not among the wanted, which are bits up to 31.

    Raises:
        OSError: the kernel refuses.
    """
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    sets = ctypes.create_string_buffer(_CAPABILITY_SETS.size)
    _checked(_libc.capget(header, sets))
    _, permitted, *_ = _CAPABILITY_SETS.unpack(sets.raw)
    kept = permitted & wanted
    _checked(_libc.capset(header, _CAPABILITY_SETS.pack(kept, kept, 0, 0, 0, 0)))


def keep_memory_private() -> None:
    """Let no other process of this user look into this one: not by ptrace, not by /proc, and not in a core dump.

    The kernel forgets it when this process executes something; what is forked inherits it.
    """
    prctl(PR_SET_DUMPABLE, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
