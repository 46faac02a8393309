"""Commands about the daemon itself: run it, show it, set it up, look whether it is well."""

import faulthandler
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from agent import errors
from agent.adapters.reading.kernel import keep_memory_private
from agent.adapters.reading.memory import keep_few_arenas
from agent.adapters.telemetry import configure
from agent.app import Parts, build, refuse_root
from agent.cli.metrics import metrics_page
from agent.cli.shared import EMPTY_REGISTRY, IMPORT_HINT, HomeOption, JsonOption, make_home, make_own_folders
from agent.cli.wording import count_people, err, print_json, say, say_table, table
from agent.config import EXAMPLE, Settings, chosen_home, load, writes_to_journald
from agent.daemon.egress import keep_to_settings
from agent.domain.decision import Policy
from agent.domain.host import Role
from agent.domain.message import visible
from agent.health import NAME_POLICY_HINT, NAME_POLICY_WARNING, Examiner, Level, examine
from agent.health.alive import http_of, progress_of
from agent.health.pages import pages_of

_ALL = "all"


def register(app: typer.Typer) -> None:
    for command in (run, demo, init, check):
        app.command()(command)


def run(
    home: HomeOption = None,
    env_file: Annotated[
        Path | None, typer.Option(help="Read settings from this file instead of .env in the home.")
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            help="What this machine does: intake, worker or talker; again for several. Default: all. "
            "Less than all needs a home that machines share: docs/scale.md."
        ),
    ] = None,
    dry: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Say what would become of each file in incoming/, and change nothing."
        ),
    ] = False,
) -> None:
    """Watch incoming/ and file what lands there.

    It goes on until SIGTERM or Ctrl-C.
    """
    keep_memory_private()  # before the secrets are read
    keep_few_arenas()
    settings = load(env_file, home)
    refuse_root(settings)
    roles = roles_of(role or (), settings)
    if dry:
        from agent.cli.rehearsal import rehearse  # a daemon holds none of what only this needs

        configure("WARNING", None, "human", stream=sys.stderr)
        rehearse(settings)
        return
    make_home(settings.home)
    make_own_folders(settings)
    is_watched = sys.stdout.isatty()
    configure(
        settings.log_level,
        settings.logs,
        console="human" if is_watched else "json",
        console_level="WARNING" if is_watched and "log_level" not in settings.model_fields_set else None,
        to_journald=writes_to_journald(),
        host=settings.shown_host,
    )
    faulthandler.enable()  # a hang that systemd ends (SIGABRT), or a library's crash: where, and never with what
    if settings.policy is Policy.NAME:
        say(f"dossierd: {NAME_POLICY_WARNING}.", style="bold yellow", to=err)
        say(str(NAME_POLICY_HINT), indent=2, style="bold yellow", to=err)
    keep_to_settings(settings)
    parts = build(settings, say=typer.echo if is_watched else None, will_stay=True, roles=roles)
    resort = None
    try:
        from agent.daemon import REST_SECONDS, Daemon
        from agent.daemon.overdue import LastResort, leave
        from agent.daemon.tracing import traces_to

        with traces_to(settings.otlp_url.get_secret_value(), parts.ledger) as tell:
            parts = replace(parts, ports=replace(parts.ports, on_rested=tell))
            examiner = Examiner(
                settings,
                known={
                    "progress": lambda: progress_of(daemon.trouble()),
                    "http": lambda: http_of(settings.http_address, **asdict(daemon.serving.served)),
                },
            )
            pages = {**pages_of(examiner), "/metrics": lambda: metrics_page(settings)}
            daemon = Daemon(parts, health=examiner.glance, wellness=examiner.wellness, pages=pages)
            resort = LastResort(
                daemon.asked_to_stop, settings.stop_seconds + REST_SECONDS, lambda: leave(parts.reader.close)
            )
            resort.start()
            if is_watched:
                daemon.run(on_ready=lambda: _greet(parts), on_stop=lambda: _take_leave(parts))
            else:
                daemon.run()
    finally:
        parts.close()
        if resort is not None:
            resort.end()


def roles_of(named: Sequence[str], settings: Settings) -> frozenset[Role]:
    """Read what this machine is to do; `all`, or nothing, is everything.

    Raises:
        SettingInvalid: one is unknown, or machines can't share this ledger.
    """
    unknown = [name for name in named if name != _ALL and name not in set(Role)]
    if unknown:
        raise errors.SettingInvalid(
            f"--role {visible(unknown[0])} is none that there is.",
            hint=f"There are: {', '.join((_ALL, *Role))}",
        )
    roles = frozenset(Role) if not named or _ALL in named else frozenset(map(Role, named))
    if roles != frozenset(Role) and not settings.is_shared:
        raise errors.SettingInvalid(
            "In a home that no other machine shares one daemon does all: --role can't leave anything to others.",
            hint="Set DOSSIERD_LEDGER_URL and DOSSIERD_STATE, so that several machines work in it: docs/scale.md",
        )
    return roles


def _greet(parts: Parts) -> None:
    """Tell the person who watches where to drop files, and how to stop."""
    incoming, people = parts.settings.home / "incoming", parts.registry.count()
    say(
        f"dossierd watches {incoming}: drop PDFs or pictures there. "
        f"The registry has {count_people(people)}. Ctrl-C stops it."
    )
    if people == 0:
        say(f"{EMPTY_REGISTRY}, so every document becomes a question: {IMPORT_HINT}", style="yellow")


def _take_leave(parts: Parts) -> None:
    """Tell the person who pressed Ctrl-C that it was heard."""
    from agent.daemon import STOPPED_SECONDS

    say(f"Finishing what is under way; at most {parts.settings.stop_seconds + STOPPED_SECONDS:.0f} s.")


def demo(
    home: HomeOption = None,
    once: Annotated[
        bool, typer.Option("--once", help="Leave when every sample rests; fail if one rests elsewhere.")
    ] = False,
) -> None:
    """Show dossierd at work on invented papers.

    Everything happens in a folder of its own, with invented people.
    """
    from agent.cli.demo import play

    raise typer.Exit(play(home, once=once))


def init(home: HomeOption = None) -> None:
    """Make a new home: its folders and its .env.

    Every setting is explained in the .env; nothing that is there already is touched.
    """
    target = chosen_home(home)
    made = make_home(target)
    for folder in made:
        say(f"made {folder}")
    env = target / ".env"
    if not env.exists() and EXAMPLE.is_file():
        try:
            env.touch(mode=0o600)
            shutil.copyfile(EXAMPLE, env)
        except OSError as error:
            raise errors.HomeUnusable(
                f"{env} can't be written ({error.strerror}).",
                hint="Make the folder yours, or choose another.",
            ) from error
        say(f"made {env} (readable by you alone)")
    say("Next: dossierd registry import people.csv, then: dossierd run")


def check(
    home: HomeOption = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Compare every document's bytes too; that reads the whole archive.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Look whether all is well.

    Each part has a line, with the fix where it is not. The exit code is 1 when something is bad.
    """
    findings = examine(load(home=home), deep=deep)
    if as_json:
        print_json([it.told() for it in findings])
    else:
        colours = {Level.GOOD: "green", Level.NOTICE: "yellow", Level.BAD: "bold red"}
        listing = table("", "", "")
        for finding in findings:
            listing.add_row(
                finding.part,
                Text(finding.level, style=colours[finding.level]),
                Text(visible(finding.sentence)),
            )
            if finding.hint:
                listing.add_row("", "", Text(visible(finding.hint), style="dim"))
        say_table(listing)
    raise typer.Exit(1 if any(finding.level is Level.BAD for finding in findings) else 0)
