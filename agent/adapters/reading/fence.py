"""The fence round a child: what it may touch of the machine, held by the kernel and not by our good intentions.

- Landlock: it reads the system's programs and libraries, ours, and its document; it writes to its scratch folder.
- seccomp: no sockets, no look into other processes, no way out of its session, nothing for administrators.
- It gains no right by executing something; where the daemon runs as root, it keeps that of opening the document.
- bubblewrap, if set: the fork server and all children see a file system that holds nothing else.

Invariants
- What is needed is made ready once, in the fork server; a child only puts it up, in well under a millisecond.
- A fence that was there when the server began and can't be put up in a child ends that child: nothing is read
  without it. A server that comes back with another fence than the first one's is refused.
- What the machine does not have at all is told when the reader starts, and by `dossierd check`.
"""

import json
import os
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import agent
from agent.adapters.reading import kernel, seccomp
from agent.adapters.reading.landlock import READ, RUN, USE, Landlock, Right, supported_abi
from agent.domain.phrase import Phrase
from agent.errors import ReaderUnavailable

Mode = Literal["auto", "bubblewrap", "off"]

SYSTEM = tuple(
    Path(folder)
    for folder in (
        "/bin", "/lib", "/lib64", "/usr/bin", "/usr/lib", "/usr/lib64", "/usr/share",
        "/usr/local/bin", "/usr/local/lib", "/usr/local/lib64", "/usr/local/share",
    )
)  # fmt: skip
"""Where tesseract, its libraries, its language data and the fonts are. Never /etc, /opt, /srv, /tmp or a home."""
LINKER_CACHE = Path("/etc/ld.so.cache")
DEVICES = (Path("/dev/null"), Path("/dev/urandom"))

_OPEN_THE_DOCUMENT = 1 << 1 | 1 << 2
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: without them, a root can't open what belongs to somebody else."""


class FenceError(Exception):
    """The fence could not be put up in a child."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """What the fence is made of on this machine.

    Attributes:
        landlock: its ABI; 0 where the kernel has none, or does not let us.
    """

    landlock: int
    seccomp: bool
    bubblewrap: bool

    @property
    def is_whole(self) -> bool:
        """Whether a child is kept from the office's files, from the network and from other processes."""
        return self.seccomp and (self.landlock > 0 or self.bubblewrap)

    def parts(self) -> dict[str, int | bool]:
        """Name each part with its version, or whether it is there."""
        return asdict(self)

    def __str__(self) -> str:
        parts = [
            f"landlock {self.landlock}" if self.landlock else "",
            "seccomp" if self.seccomp else "",
            "bubblewrap" if self.bubblewrap else "",
        ]
        return ", ".join(filter(None, parts)) or "none"

    def encode(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, encoded: bytes) -> "Strength":
        return cls(**json.loads(encoded))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which fence is wanted, and what lies within. Made by the daemon, carried out by the fork server.

    Attributes:
        scratch: the folder that holds the scratch folders of all children.
        readable: files and folders that children may read, and run programs of.
    """

    mode: Mode
    scratch: Path
    readable: tuple[Path, ...]

    def encode(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def decode(cls, encoded: str) -> "Plan":
        fields = json.loads(encoded)
        return cls(
            mode=fields["mode"],
            scratch=Path(fields["scratch"]),
            readable=tuple(Path(path) for path in fields["readable"]),
        )


def plan(mode: Mode, scratch: Path, also: Iterable[Path] = ()) -> Plan:
    """Decide what children may read: the system, our code and its libraries; single folders, never all of ours.

    Args:
        also: more language data of tesseract's.
    """
    ours = (Path(agent.__file__).parent, Path(sys.prefix, "lib"), Path(sysconfig.get_path("stdlib")))
    readable = _outermost(path.resolve() for path in (*SYSTEM, LINKER_CACHE, *ours, *also) if path.exists())
    return Plan(mode=mode, scratch=scratch, readable=readable)


def refuse_gap(planned: Plan) -> None:
    """Refuse a plan that lets children read the home.

    Raises:
        ReaderUnavailable: the home lies in a folder that children must be able to read.
    """
    for path in planned.readable:
        if planned.mode != "off" and planned.scratch.resolve().is_relative_to(path):
            raise ReaderUnavailable(
                Phrase("The home lies in {path}, which those who read documents can look into.", path=path),
                hint=Phrase("Move the home out of there, to /var/lib/dossierd for example."),
            )


def _outermost(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Leave out what lies in another of these."""
    found: list[Path] = []
    for path in sorted(set(paths)):
        if not any(path.is_relative_to(outer) for outer in found):
            found.append(path)
    return tuple(found)


def strength(mode: Mode) -> Strength:
    """Ask this machine what it has of the fence that is wanted."""
    if mode == "off":
        return Strength(landlock=0, seccomp=False, bubblewrap=False)
    return Strength(landlock=supported_abi(), seccomp=seccomp.is_supported(), bubblewrap=mode == "bubblewrap")


class Fence:
    """Made ready in the fork server, put up in each child."""

    def __init__(self, planned: Plan) -> None:
        self.strength = strength(planned.mode)
        self._is_wanted = planned.mode != "off"
        self._landlock = Landlock(self.strength.landlock, _rules(planned)) if self.strength.landlock else None
        self._filter = seccomp.compile_filter() if self.strength.seccomp else None

    def put_up(self, scratch: Path, document: int) -> None:
        """Fence this process in for good.

        Raises:
            FenceError: it is not fenced in, and must not go on.
        """
        if not self._is_wanted:
            return
        try:
            kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
            if os.geteuid() == 0:
                kernel.keep_capabilities(_OPEN_THE_DOCUMENT)
            if self._landlock is not None:
                self._landlock.enforce(scratch, document)
            if self._filter is not None:
                seccomp.install(self._filter)
        except OSError as error:
            raise FenceError from error


def _rules(planned: Plan) -> list[tuple[Path, Right]]:
    system = {path.resolve() for path in SYSTEM}
    return [
        *(
            (path, RUN if any(it.is_relative_to(path) for it in system) else READ)
            for path in planned.readable
        ),
        *((path, USE) for path in DEVICES if path.exists()),
    ]
