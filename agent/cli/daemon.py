"""Commands about the daemon itself: run it, show it, set it up, look whether it is well."""

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from agent.adapters.telemetry import configure
from agent.app import build, make_home
from agent.cli.shared import HomeOption, JsonOption, err, out, print_json, table
from agent.config import load, writes_to_journald
from agent.domain.decision import Policy
from agent.domain.message import visible
from agent.health import NAME_POLICY_HINT, NAME_POLICY_WARNING, Level, examine


def register(app: typer.Typer) -> None:
    for command in (run, demo, init, check):
        app.command()(command)


def run(
    home: HomeOption = None,
    env_file: Annotated[
        Path | None, typer.Option(help="Read settings from this file instead of .env in the home.")
    ] = None,
) -> None:
    """Watch incoming/ and file what lands there.

    It goes on until SIGTERM or Ctrl-C.
    """
    settings = load(env_file, home)
    make_home(settings.home)
    is_watched = sys.stdout.isatty()
    configure(
        settings.log_level,
        settings.home / "logs",
        console="human" if is_watched else "json",
        to_journald=writes_to_journald(),
    )
    if settings.policy is Policy.NAME:
        err.print(Text(f"dossierd: {NAME_POLICY_WARNING}.\n  {NAME_POLICY_HINT}", style="bold yellow"))
    parts = build(settings, say=typer.echo if is_watched else None)
    try:
        from agent.daemon import Daemon

        Daemon(parts).run()
    finally:
        parts.close()


def demo(
    home: HomeOption = None,
    once: Annotated[
        bool, typer.Option("--once", help="Leave when every sample rests; fail if one rests elsewhere.")
    ] = False,
) -> None:
    """Show dossierd at work on invented papers.

    Everything happens in a folder of its own, with invented people.
    """
    from agent.cli.story import tell

    raise typer.Exit(tell(home, once=once))


def init(home: HomeOption = None) -> None:
    """Make a new home: its folders and its .env.

    Every setting is explained in the .env; nothing that is there already is touched.
    """
    target = home or Path.cwd()
    made = make_home(target)
    for folder in made:
        out.print(Text(f"made {folder}"))
    env = target / ".env"
    example = Path(__file__).resolve().parents[2] / ".env.example"
    if not env.exists() and example.is_file():
        env.touch(mode=0o600)
        shutil.copyfile(example, env)
        out.print(Text(f"made {env} (readable by you alone)"))
    out.print(Text("Next: dossierd registry import people.csv, then: dossierd run"))


def check(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Look whether all is well.

    Each part has a line, with the fix where it is not. The exit code is 1 when something is bad.
    """
    findings = examine(load(home=home))
    if as_json:
        print_json(findings)
    else:
        colours = {Level.GOOD: "green", Level.NOTICE: "yellow", Level.BAD: "bold red"}
        listing = table("", "", "")
        listing.show_header = False
        for finding in findings:
            listing.add_row(
                finding.part,
                Text(finding.level, style=colours[finding.level]),
                Text(visible(finding.sentence)),
            )
            if finding.hint:
                listing.add_row("", "", Text(visible(finding.hint), style="dim"))
        out.print(listing)
    raise typer.Exit(1 if any(finding.level is Level.BAD for finding in findings) else 0)
