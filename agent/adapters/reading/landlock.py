"""Landlock (landlock(7)): the files a child may touch, by rules that neither it nor what it starts can take off.

Everything that the kernel can refuse is refused, then single paths are allowed. A kernel that knows less (its ABI
says how much) refuses less; `seccomp.py` refuses most of the rest by system call.

Accepted
- What has no rule can still be looked up: stat(2) tells a child that a file exists, and how large it is.
- Before ABI 6 a child can send signals to other processes of its user.
"""

import errno
import os
import struct
from collections.abc import Iterable
from enum import IntFlag
from pathlib import Path

from agent.adapters.reading import kernel

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""The same on every architecture that these libraries exist for."""
_ASK_VERSION = 1
_RULE_PATH_BENEATH = 1

_NETWORK = 0b11
"""Bind and connect, TCP; since ABI 4."""
_SCOPES = 0b11
"""No abstract UNIX sockets and no signals beyond the fence; since ABI 6."""
_NETWORK_ABI = 4
_SCOPES_ABI = 6


class Right(IntFlag):
    """What may be done with a file or a folder; linux/landlock.h."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15


RUN = Right.EXECUTE | Right.READ_FILE | Right.READ_DIR
READ = Right.READ_FILE | Right.READ_DIR
USE = Right.READ_FILE | Right.WRITE_FILE
"""A device such as /dev/null."""
_OWN = (
    READ
    | Right.WRITE_FILE
    | Right.TRUNCATE
    | Right.MAKE_REG
    | Right.MAKE_DIR
    | Right.REMOVE_FILE
    | Right.REMOVE_DIR
)
"""A child's own folder: plain files and folders, which stay where they were made (no REFER)."""
_OF_FILES = Right.EXECUTE | Right.READ_FILE | Right.WRITE_FILE | Right.TRUNCATE | Right.IOCTL_DEV
_FIRST_ABI = (Right.MAKE_SYM << 1) - 1
_LATER = ((2, Right.REFER), (3, Right.TRUNCATE), (5, Right.IOCTL_DEV))


def supported_abi() -> int:
    """Ask which version of Landlock the kernel offers to this process; 0 for none."""
    try:
        return kernel.call(_CREATE_RULESET, None, 0, _ASK_VERSION)
    except OSError as error:
        # not built in; not switched on; a filter of systemd's or of a container's does not let it through
        if error.errno in {errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM}:
            return 0
        raise


def rights_of(abi: int) -> Right:
    """Name every right that a kernel of this ABI can refuse."""
    handled = Right(_FIRST_ABI)
    for since, right in _LATER:
        if abi >= since:
            handled |= right
    return handled


class Landlock:
    """The rules that all children share, with their paths opened once; each child adds its own two and obeys."""

    def __init__(self, abi: int, shared: Iterable[tuple[Path, Right]]) -> None:
        self._handled = rights_of(abi)
        network = _NETWORK if abi >= _NETWORK_ABI else 0
        scopes = _SCOPES if abi >= _SCOPES_ABI else 0
        self._ruleset = struct.pack("=QQQ", self._handled, network, scopes)
        self._paths: list[int] = []
        self._shared: list[bytes] = []
        for path, rights in shared:
            opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
            self._paths.append(opened)
            self._shared.append(self._rule(opened, rights if path.is_dir() else rights & _OF_FILES))

    def enforce(self, scratch: Path, document: int) -> None:
        """Restrict this process for good; it must have set no_new_privs before.

        Args:
            scratch: the folder that it may write to.
            document: a descriptor whose file it may open anew, for reading.

        Raises:
            OSError: the kernel refuses; nothing is restricted.
        """
        own = os.open(scratch, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        ruleset = kernel.call(_CREATE_RULESET, self._ruleset, len(self._ruleset), 0)
        for rule in (*self._shared, self._rule(own, _OWN), self._rule(document, Right.READ_FILE)):
            kernel.call(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, 0)
        kernel.call(_RESTRICT_SELF, ruleset, 0)
        for descriptor in (own, ruleset, *self._paths):
            os.close(descriptor)

    def _rule(self, opened: int, rights: Right) -> bytes:
        return struct.pack("=Qi", rights & self._handled, opened)
