"""Attempts of a child that hostile bytes have taken over, as jobs for the reader's children.

Each attempt either succeeds or raises `OSError`. The targets come in the environment, as the test has no other way
into a child. What an attempt did is told as `name:done` or `name:EPERM`.
"""

import ctypes
import errno
import functools
import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyseccomp

from agent.adapters.reading import finding
from agent.adapters.reading.finding import Order
from tests.integration.reading_jobs import said

TARGETS = "FENCE_TARGETS"
_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWUSER = 0x10000000
_PTRACE_ATTACH = 16
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


class Attempts:
    """Everything that must not succeed; the public methods are the attempts."""

    def __init__(self, order: Order, document: int) -> None:
        targets = json.loads(os.environ[TARGETS])
        self._home = Path(targets["home"])
        self._stranger: int = targets["stranger"]
        self._daemon: int = targets["daemon"]
        self._ports: dict[str, int] = targets["ports"]
        self._socket: str = targets["socket"]
        self._abstract: str = targets["abstract"]
        self._server = os.getppid()
        self._own = order.scratch
        self._document = document

    # --- The office's files

    def read_the_settings(self) -> None:
        (self._home / ".env").read_bytes()

    def read_the_ledger(self) -> None:
        (self._home / "state" / "ledger.sqlite").read_bytes()

    def read_the_archive(self) -> None:
        (self._home / "archive" / "20817" / "letter.pdf").read_bytes()

    def read_another_document(self) -> None:
        (self._home / "incoming" / ".claimed" / "other.pdf").read_bytes()

    def read_what_another_child_reads(self) -> None:
        (self._own.parent / "reading-other" / "finding.json").read_bytes()

    def list_the_home(self) -> None:
        os.scandir(self._home).close()

    def list_the_other_children(self) -> None:
        os.scandir(self._own.parent).close()

    def write_into_the_home(self) -> None:
        (self._home / "written").write_text("by a child")

    def write_beside_its_folder(self) -> None:
        (self._own.parent / "written").write_text("by a child")

    def write_into_the_temporary_folder(self) -> None:
        (self._home.parent / "written").write_text("by a child")

    def empty_a_file(self) -> None:
        os.truncate(self._home / "archive" / "20817" / "emptied.pdf", 0)

    def remove_a_file(self) -> None:
        (self._home / "archive" / "20817" / "removed.pdf").unlink()

    def open_the_settings_to_all(self) -> None:
        (self._home / ".env").chmod(0o666)

    def give_a_file_another_time(self) -> None:
        os.utime(self._home / ".env", (0, 0))

    def give_a_file_away(self) -> None:
        os.chown(self._home / ".env", os.getuid(), os.getgid())

    def mark_a_file(self) -> None:
        os.setxattr(self._home / ".env", "user.mark", b"1")

    def move_a_file_out(self) -> None:
        (self._own / "out").write_text("by a child")
        (self._own / "out").rename(self._home / "moved")

    def move_a_file_in(self) -> None:
        (self._home / "archive" / "20817" / "moved.pdf").rename(self._own / "in")

    def link_a_file_in(self) -> None:
        os.link(self._home / ".env", self._own / "linked")

    def link_to_a_file_by_name(self) -> None:
        (self._own / "link").symlink_to(self._home / ".env")
        (self._own / "link").read_bytes()

    def open_the_document_to_write(self) -> None:
        os.close(os.open(f"/proc/self/fd/{self._document}", os.O_RDWR))

    def empty_the_document(self) -> None:
        os.truncate(f"/proc/self/fd/{self._document}", 0)

    def read_the_users(self) -> None:
        Path("/etc/passwd").read_bytes()

    # --- Other processes

    def read_the_environment_of_a_stranger(self) -> None:
        Path(f"/proc/{self._stranger}/environ").read_bytes()

    def read_the_environment_of_the_daemon(self) -> None:
        Path(f"/proc/{self._daemon}/environ").read_bytes()

    def read_the_environment_of_the_server(self) -> None:
        Path(f"/proc/{self._server}/environ").read_bytes()

    def open_the_memory_of_a_stranger(self) -> None:
        os.close(os.open(f"/proc/{self._stranger}/mem", os.O_RDONLY))

    def open_the_memory_of_the_daemon(self) -> None:
        os.close(os.open(f"/proc/{self._daemon}/mem", os.O_RDONLY))

    def open_the_memory_of_the_server(self) -> None:
        os.close(os.open(f"/proc/{self._server}/mem", os.O_RDONLY))

    def list_the_open_files_of_the_server(self) -> None:
        os.scandir(f"/proc/{self._server}/fd").close()

    def trace_a_stranger(self) -> None:
        _done(_libc.ptrace(_PTRACE_ATTACH, self._stranger, None, None))
        os.waitpid(self._stranger, 0)

    def read_the_memory_of_a_stranger(self) -> None:
        address = int(Path(f"/proc/{self._stranger}/maps").read_text().partition("-")[0], 16)
        space = ctypes.create_string_buffer(16)
        here = (ctypes.c_size_t * 2)(ctypes.addressof(space), 16)
        there = (ctypes.c_size_t * 2)(address, 16)
        _done(_libc.process_vm_readv(self._stranger, here, 1, there, 1, 0))

    def take_an_open_file_of_a_stranger(self) -> None:
        process = os.pidfd_open(self._stranger)
        _call("pidfd_getfd", process, 0, 0)

    def stop_a_stranger(self) -> None:
        os.kill(self._stranger, signal.SIGCONT)

    def limit_a_stranger(self) -> None:
        _done(_libc.prlimit(self._stranger, 4, (ctypes.c_ulong * 2)(0, 0), None))

    def slow_a_stranger_down(self) -> None:
        os.setpriority(os.PRIO_PROCESS, self._stranger, 19)

    def leave_the_session(self) -> None:
        os.setsid()

    def leave_the_group(self) -> None:
        os.setpgid(0, 0)

    def outlive_the_server(self) -> None:
        _done(_libc.prctl(_PR_SET_PDEATHSIG, 0, 0, 0, 0))

    def open_its_memory_to_others(self) -> None:
        _done(_libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0))

    # --- The world outside

    def connect_by_tcp(self) -> None:
        socket.create_connection(("127.0.0.1", self._ports["tcp"])).close()

    def connect_by_tcp_6(self) -> None:
        socket.create_connection(("::1", self._ports["tcp6"])).close()

    def listen_by_tcp(self) -> None:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen()

    def send_by_udp(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            sending.sendto(b"secret", ("127.0.0.1", self._ports["udp"]))

    def ask_the_kernel_for_the_network(self) -> None:
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()

    def connect_to_a_socket_file(self) -> None:
        with socket.socket(socket.AF_UNIX) as connecting:
            connecting.connect(self._socket)

    def connect_to_an_abstract_socket(self) -> None:
        with socket.socket(socket.AF_UNIX) as connecting:
            connecting.connect(f"\0{self._abstract}")

    def send_through_a_pair_of_sockets(self) -> None:
        sending, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with sending, other:
            sending.sendto(b"secret", f"{self._socket}.dgram")

    # --- The kernel

    def enter_new_namespaces(self) -> None:
        _done(_libc.unshare(_CLONE_NEWUSER))

    def start_a_process_in_new_namespaces(self) -> None:
        pid = _call("clone", _CLONE_NEWUSER | signal.SIGCHLD, 0, 0, 0, 0)
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)

    def enter_the_namespaces_of_a_stranger(self) -> None:
        process = _call("pidfd_open", self._stranger, 0)
        _done(_libc.setns(process, 0x04000000))

    def mount_a_file_system(self) -> None:
        _done(_libc.mount(b"none", os.fsencode(self._own), b"tmpfs", 0, None))
        _done(_libc.umount2(os.fsencode(self._own), 0))

    def make_a_device(self) -> None:
        os.mknod(self._own / "device", 0o600 | 0o020000, os.makedev(1, 3))

    def use_a_key_ring(self) -> None:
        _call("keyctl", 0, -2, 1)  # KEYCTL_GET_KEYRING_ID of the process, made if there is none

    def use_io_uring(self) -> None:
        _call("io_uring_setup", 1, ctypes.create_string_buffer(120))

    def load_a_program_into_the_kernel(self) -> None:
        attributes = ctypes.create_string_buffer(b"\x02\0\0\0\x04\0\0\0\x04\0\0\0\x01\0\0\0", 128)
        _call("bpf", 0, attributes, 128)  # an array map: key 4, value 4, one entry

    def catch_page_faults(self) -> None:
        _call("userfaultfd", os.O_CLOEXEC)

    def measure_the_kernel(self) -> None:
        attributes = ctypes.create_string_buffer(b"\x01\0\0\0\x70\0\0\0", 112)  # software, CPU clock
        _call("perf_event_open", attributes, 0, -1, -1, 0)

    # --- Through a program that it executes

    def let_a_shell_read(self) -> None:
        _run("/bin/sh", "-c", 'read line < "$1"', "sh", str(self._home / ".env"))

    def let_a_shell_write(self) -> None:
        _run("/bin/sh", "-c", 'echo x > "$1"', "sh", str(self._home / "shell"))

    def let_a_shell_kill(self) -> None:
        _run("/bin/sh", "-c", 'kill -CONT "$1"', "sh", str(self._stranger))

    def let_tesseract_read(self) -> None:
        _run("tesseract", str(self._home / "archive" / "20817" / "scan.png"), "stdout")

    def let_tesseract_write(self) -> None:
        (self._own / "page.pgm").write_bytes(b"P5 60 60 255\n" + b"\xff" * 3600)
        _run("tesseract", str(self._own / "page.pgm"), str(self._home / "recognised"))
        if not (self._home / "recognised.txt").exists():  # it ends well all the same
            raise PermissionError(errno.EACCES, "nothing was written")


NAMES = tuple(name for name in vars(Attempts) if not name.startswith("_"))

ROOTS = frozenset(
    {
        "read_the_environment_of_the_daemon",
        "open_the_memory_of_the_daemon",
        "read_the_environment_of_the_server",
        "open_the_memory_of_the_server",
        "list_the_open_files_of_the_server",
        "enter_the_namespaces_of_a_stranger",
        "mount_a_file_system",
        "make_a_device",
        "load_a_program_into_the_kernel",
        "measure_the_kernel",
        "catch_page_faults",
    }
)
"""What an ordinary user can't do anyway, or not everywhere."""


def try_everything(order: Order, document: int, _reply: socket.socket) -> None:
    """Try each in a process of its own, which a child starts."""
    attempts = Attempts(order, document)
    told = [f"{name}:{_in_a_grandchild(getattr(attempts, name))}" for name in NAMES]
    finding.write(said(*told), order.scratch)


def try_everything_itself(order: Order, document: int, _reply: socket.socket) -> None:
    """Try each in the child; where they succeed, they get into each other's way."""
    attempts = Attempts(order, document)
    told = [f"{name}:{_outcome(getattr(attempts, name))}" for name in NAMES]
    finding.write(said(*told), order.scratch)


def call_as_another_architecture(order: Order, _document: int, _reply: socket.socket) -> None:
    """Make a call of x32, which x86_64 kernels have or don't have."""
    _libc.syscall(ctypes.c_long(0x40000000 + 39))
    finding.write(said("went on"), order.scratch)


def do_what_engines_do(order: Order, document: int, _reply: socket.socket) -> None:
    """Read the document anew, as the engines do, use the scratch folder, and run a program."""
    path = Path(f"/proc/self/fd/{document}")
    assert path.read_bytes() == path.read_bytes()
    folder = order.scratch / "folder"
    folder.mkdir()
    (folder / "file").write_text("text")
    (folder / "file").rename(folder / "renamed")
    os.truncate(folder / "renamed", 2)
    (folder / "renamed").unlink()
    folder.rmdir()
    said_by_echo = subprocess.run(["echo", "run"], capture_output=True, text=True, check=True).stdout
    finding.write(said("read", "written", said_by_echo.strip()), order.scratch)


def _in_a_grandchild(attempt: Callable[[], None]) -> str:
    pid = os.fork()
    if pid == 0:
        number = 255
        try:
            attempt()
            number = 0
        except OSError as error:
            number = error.errno or 255
        finally:
            os._exit(number)
    _, status = os.waitpid(pid, 0)
    return _word(os.waitstatus_to_exitcode(status))


def _outcome(attempt: Callable[[], None]) -> str:
    try:
        attempt()
    except OSError as error:
        return _word(error.errno or 255)
    return "done"


def _word(number: int) -> str:
    return "done" if number == 0 else errno.errorcode.get(number, f"broken({number})")


def _run(*command: str) -> None:
    """Run a program; its failure is told as a refusal."""
    ended = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    if ended.returncode:
        raise PermissionError(errno.EACCES, "the program failed")


@functools.cache
def _number(name: str) -> int:
    return int(pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name))


def _call(name: str, *arguments: object) -> int:
    words = [ctypes.c_long(it) if isinstance(it, int) else it for it in arguments]
    return _done(_libc.syscall(ctypes.c_long(_number(name)), *words))


def _done(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
