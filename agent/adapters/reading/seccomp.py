"""Seccomp (seccomp(2)): which system calls a child may make. Everything that reading needs, and nothing else.

A list of what is allowed, not of what is forbidden: a call that a future kernel brings is refused, and so is one
whose name this machine's libseccomp does not know. What is not in the list fails as if the kernel did not have it
(ENOSYS), which is what libraries are ready for; calls of another architecture (i386, x32) end the process.

What is left out on purpose: every way to make a socket, to leave the session, to look into or take over another
process, to change a namespace, a mount, a key, a limit of another's; chmod, chown, utime and the extended
attributes, which Landlock does not see; links, io_uring, bpf and all that only administrators need.
"""

import ctypes
import errno
import os

from agent.adapters.reading import kernel

_MODE_FILTER = 2
_INSTRUCTION_BYTES = 8
_BINARY_TREE = 2
"""libseccomp 2.5: a search over the numbers, in place of one comparison after the other for each call."""

_FILES = """
    access faccessat faccessat2 stat lstat fstat newfstatat statx statfs fstatfs readlink readlinkat
    open openat openat2 creat close close_range lseek _llseek read pread64 readv preadv preadv2 write pwrite64 writev
    pwritev pwritev2 sendfile copy_file_range fallocate truncate ftruncate fsync fdatasync sync_file_range fadvise64
    readahead getdents getdents64 getcwd umask dup dup2 dup3 fcntl pipe pipe2 mkdir mkdirat rmdir unlink unlinkat
    rename renameat renameat2 poll ppoll select pselect6 _newselect epoll_create epoll_create1 epoll_ctl epoll_wait
    epoll_pwait epoll_pwait2 eventfd eventfd2
"""
_MEMORY = "brk mmap mmap2 munmap mremap mprotect madvise mincore membarrier"
_THREADS = """
    fork vfork execve exit exit_group wait4 waitid futex futex_waitv futex_wake futex_wait futex_requeue
    set_robust_list get_robust_list set_tid_address rseq gettid getpid getppid getpgid getpgrp getsid sched_yield
    sched_getaffinity getpriority restart_syscall arch_prctl getcpu
"""
_PERSON = "getuid geteuid getgid getegid getresuid getresgid getgroups"
_SIGNALS = """
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack sigreturn pause
    kill tkill tgkill alarm setitimer getitimer
"""
_TIME = """
    clock_gettime clock_getres clock_nanosleep gettimeofday time nanosleep times timer_create timer_settime
    timer_delete timer_gettime
"""
_MACHINE = "uname sysinfo getrusage getrlimit setrlimit ugetrlimit getrandom"
_TALK = "sendto sendmsg recvfrom recvmsg shutdown getsockopt getsockname getpeername"
"""On the one socket that a child is given."""

ALLOWED = tuple(" ".join((_FILES, _MEMORY, _THREADS, _PERSON, _SIGNALS, _TIME, _MACHINE, _TALK)).split())

REFUSED = ("socket", "socketpair", "connect", "bind")
"""Refused as not permitted: a library that looks for a name server or the log goes on without."""

_NEW_NAMESPACES = 0x7E020000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET."""
_TERMINAL_REQUESTS = (0x5401, 0x5451, 0x541B, 0x5421)
"""TCGETS (is it a terminal?), FIOCLEX, FIONREAD, FIONBIO."""
_NAME_REQUESTS = (15, 16, 0x53564D41)
"""PR_SET_NAME, PR_GET_NAME and PR_SET_VMA: names of threads and of pieces of memory."""
_WORD = 0xFFFFFFFF
"""The kernel looks at these bits alone of an argument that is an int."""


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def is_supported() -> bool:
    """Whether the kernel takes filters, and libseccomp is there to write one."""
    try:
        kernel.prctl(kernel.PR_GET_SECCOMP)
        import pyseccomp  # noqa: F401 # looks for the library, and raises
    except (OSError, RuntimeError):
        return False
    return True


def compile_filter() -> bytes:
    """Write the filter as the kernel wants it, for this machine. Takes some milliseconds, hence once for all children.

    Raises:
        OSError: libseccomp can't write it.
    """
    import pyseccomp

    filtering = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.ENOSYS))
    filtering.set_attr(pyseccomp.Attr.ACT_BADARCH, pyseccomp.KILL_PROCESS)
    filtering.set_attr(pyseccomp.Attr.CTL_OPTIMIZE, _BINARY_TREE)

    def known(name: str) -> int | None:
        number: int = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
        return number if number >= 0 else None  # negative: this architecture has no such call

    def allow(name: str, *conditions: object) -> None:
        if (number := known(name)) is not None:
            filtering.add_rule(pyseccomp.ALLOW, number, *conditions)

    def equal(argument: int, value: int) -> object:
        return pyseccomp.Arg(argument, pyseccomp.MASKED_EQ, _WORD, value)

    for name in ALLOWED:
        allow(name)
    for name in REFUSED:
        if (number := known(name)) is not None:
            filtering.add_rule(pyseccomp.ERRNO(errno.EPERM), number)
    allow("clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _NEW_NAMESPACES, 0))
    allow("prlimit64", equal(0, 0))  # its own limits
    for request in _TERMINAL_REQUESTS:
        allow("ioctl", equal(1, request))
    for request in _NAME_REQUESTS:
        allow("prctl", equal(0, request))
    with os.fdopen(os.memfd_create("filter"), "r+b") as program:
        filtering.export_bpf(program)
        program.seek(0)
        return program.read()


def install(program: bytes) -> None:
    """Hold this process to the filter for good, and all that it starts; it must have set no_new_privs before.

    Raises:
        OSError: the kernel refuses.
    """
    filtering = _Program(len(program) // _INSTRUCTION_BYTES, program)
    kernel.prctl(kernel.PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(filtering))
