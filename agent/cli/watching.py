"""`dossierd watch`: looks at the daemon from a process of its own, and tells people itself."""

import time

import typer

from agent import errors
from agent.adapters import apprise
from agent.adapters.clock import SystemClock
from agent.adapters.home import HomeLock
from agent.adapters.ledger import SqlPulse
from agent.adapters.routing import RoutingNotifier
from agent.adapters.watch_memory import WatchFile
from agent.app import build_outward, build_telegram, refuse_root, voice_of
from agent.cli.shared import HomeOption
from agent.cli.wording import say
from agent.config import Settings, load
from agent.core.watching import DAEMON_TROUBLES, DaemonTrouble, Look
from agent.daemon.egress import keep_to_settings
from agent.ledgers import engine_of
from agent.recipients import escalation_of
from agent.workflow.watching import look_closely, tell


def register(app: typer.Typer) -> None:
    app.command()(watch)


def watch(home: HomeOption = None) -> None:
    """Tell people where the daemon itself can't: it is down, hangs, or has no ledger.

    Each is told once, and once that it is over. A timer of systemd calls it every 15 minutes. The exit code is 1 when
    something is wrong, and 3 when somebody could not be told of it.
    """
    settings = load(home=home)
    refuse_root(settings)
    keep_to_settings(settings)
    memory = WatchFile(settings.state / "watch.json")
    trouble = look_closely(lambda: _look(settings), time.sleep, is_doubted=bool(memory.told()))
    is_told = _tell(settings, trouble, memory)
    if trouble is None:
        say("dossierd runs, and makes progress.")
    else:
        sentence, hint = DAEMON_TROUBLES[trouble]
        say(f"{sentence}.", style="bold red")
        say(str(hint), indent=2)
    if not is_told:
        raise typer.Exit(3)
    raise typer.Exit(0 if trouble is None else 1)


def _look(settings: Settings) -> Look:
    lock = HomeLock(settings.state)
    if not lock.is_held():
        return Look(process=None)
    age = SystemClock(settings.timezone).now() - lock.beaten_at()
    return Look(process=lock.holder() or 0, beat_age=age, can_tell=_can_tell(settings))


def _can_tell(settings: Settings) -> bool:
    try:
        engine = engine_of(settings)
        try:
            SqlPulse(engine).try_writing()
        finally:
            engine.dispose()
    except errors.LedgerUnavailable:
        return False
    return True


def _tell(settings: Settings, trouble: DaemonTrouble | None, memory: WatchFile) -> bool:
    """Tell chats and addresses; gives whether nobody was left out who had to be told."""
    chats, outward = build_telegram(settings), build_outward(settings)
    main = chats or outward
    if main is None:
        return True
    addresses = {} if outward is None else {apprise.PREFIX: outward}
    recipients = (
        () if chats is None else tuple(it for it in chats.recipients() if it != escalation_of(settings))
    )
    try:
        return tell(
            trouble,
            memory,
            RoutingNotifier(main, addresses),
            recipients=recipients,
            onlookers=() if outward is None else tuple(outward.recipients()),
            voice=voice_of(settings),
        )
    finally:
        if chats is not None:
            chats.close()
