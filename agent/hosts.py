"""Ports of a home that several hosts work in, and what stands for them where there is one host only."""

from typing import Protocol

from agent.domain.host import Duty, RunId


class Lease(Protocol):
    """How long this run may act without a sign from the ledger. It ends on its own clock before others fence it off."""

    def check(self) -> None:
        """Ask before an effect on files.

        Raises:
            LeaseLost: the time is over, or the run was fenced off; it may act no more.
        """
        ...


class SharedHome(Protocol):
    """The folder that hosts share, on storage that may be away from one of them."""

    def must_be_there(self) -> None:
        """Refuse to call anything gone where the home is; nothing is asked of a home that one host works in alone.

        Raises:
            StorageUnavailable: another folder, or none, is in its place.
        """
        ...


class Hosts(Protocol):
    """The runs that share the ledger.

    Raises (all methods): LedgerUnavailable.
    """

    @property
    def run(self) -> RunId | None:
        """Our own; None where there is one host only, and no document says who holds it."""
        ...

    def standing(self) -> frozenset[RunId]:
        """Those that hold what they took. One that was silent for longer than a lease is fenced off first, for good."""
        ...

    def hold(self, duty: Duty) -> bool:
        """Whether a duty is ours: it was, or nobody who stands has it, and we took it now."""
        ...


class UnendingLease:
    """Of a daemon that shares its home with nobody."""

    def check(self) -> None:
        """Nobody can take anything over."""


class AloneHosts:
    """One host: whatever is not under way here is left to us, and each duty is ours."""

    run: RunId | None = None

    def standing(self) -> frozenset[RunId]:
        return frozenset()

    def hold(self, duty: Duty) -> bool:  # noqa: ARG002 -- each of them
        return True


ALONE = AloneHosts()
