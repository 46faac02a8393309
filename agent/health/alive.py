"""Whether a running daemon makes progress, and whether it can be asked over HTTP."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from agent.adapters.home import HomeLock
from agent.config import Settings
from agent.domain.address import Address
from agent.domain.phrase import Phrase
from agent.health.finding import Finding, Level

if TYPE_CHECKING:
    from agent.adapters.http.client import Progress

_TROUBLES: Mapping[str, Phrase] = {
    "rescan": Phrase("incoming/ is not looked through any more"),
    "worker_died": Phrase("a worker that reads documents has ended"),
    "worker_hangs": Phrase("a worker that reads documents hangs"),
}
"""The rest are loops, by their names."""

_RESTART = Phrase(
    "systemd restarts it by itself within a minute or two; without that: systemctl restart dossierd. "
    "What it was about is in the log: journalctl -u dossierd"
)


def progress(settings: Settings) -> Finding:
    """Ask the daemon over HTTP, where it answers there."""
    address = settings.http_address
    if address is None:
        said = Phrase("not known here: DOSSIERD_HTTP is switched off")
        return Finding(part="progress", level=Level.GOOD, said=said)
    told = _told_by_ours(settings, address)
    if told is None:
        said = Phrase("not known here: no daemon of this home answers")
        return Finding(part="progress", level=Level.NOTICE, said=said, advice=_LOOK)
    return progress_of(told.trouble)


def progress_of(trouble: str | None) -> Finding:
    """Say what the daemon knows of itself.

    Args:
        trouble: what hangs, in a word; None while everything makes progress.
    """
    if trouble is None:
        said = Phrase("incoming/ is looked through, workers and loops go on")
        return Finding(part="progress", level=Level.GOOD, said=said)
    said = _TROUBLES.get(trouble, Phrase("the daemon's loop {loop} hangs", loop=trouble))
    return Finding(part="progress", level=Level.BAD, said=said, advice=_RESTART)


_LOOK = Phrase("Whether it runs, and who has its port, say the parts daemon and http")


def http(settings: Settings) -> Finding:
    """Whether the daemon answers where it is set to."""
    address = settings.http_address
    if address is None or not HomeLock(settings.state).is_held():
        return http_of(address, is_listening=False, refused="")
    told = _told_by_ours(settings, address)
    return http_of(address, is_listening=told is not None, refused="" if told else "-")


def http_of(address: Address | None, *, is_listening: bool, refused: str) -> Finding:
    """Say how the daemon's own answers are.

    Args:
        refused: why it doesn't answer, the kernel's word or a mere mark; empty where it isn't expected to.
    """
    if address is None:
        said = Phrase("off: nobody can ask over HTTP")
        return Finding(part="http", level=Level.GOOD, said=said)
    if refused:
        return Finding(
            part="http",
            level=Level.BAD,
            said=Phrase("the daemon doesn't answer at {address}", address=address),
            advice=Phrase(
                "Look who has the port: ss -ltnp. Then end that, or set another in DOSSIERD_HTTP and restart "
                "dossierd; it tries again each minute"
            ),
        )
    if not is_listening:
        said = Phrase("set to {address}, where a running daemon answers", address=address)
        return Finding(part="http", level=Level.GOOD, said=said)
    if not address.is_loopback:
        return Finding(
            part="http",
            level=Level.NOTICE,
            said=Phrase("answers at {address}, to whoever reaches this machine", address=address),
            advice=Phrase("Unless a monitor elsewhere needs it, set DOSSIERD_HTTP=127.0.0.1:8731"),
        )
    return Finding(part="http", level=Level.GOOD, said=Phrase("answers at {address}", address=address))


def _told_by_ours(settings: Settings, address: Address) -> "Progress | None":
    """What the daemon of this home says; another home's, or another program, says nothing of it."""
    from agent.adapters.http.client import ask_progress  # a daemon knows itself, and need not hold it

    lock = HomeLock(settings.state)
    told = ask_progress(address) if lock.is_held() else None
    return told if told is not None and told.process == lock.holder() else None
