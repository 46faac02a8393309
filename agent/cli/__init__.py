"""The command line. Thin: it reads rows, writes requests, and says plainly what came of them.

Exit codes: 0 done; 1 refused, not found, or unwell; 2 wrong usage or a wrong setting; 3 not possible now (another
daemon, no ledger yet, a disk that refuses), to be tried again.
"""

import sys

import typer

from agent import errors
from agent.adapters.telemetry import configure
from agent.cli import daemon, documents, people
from agent.cli.shared import say_error

DONE, REFUSED, MISUSED, UNAVAILABLE = 0, 1, 2, 3

app = typer.Typer(
    name="dossierd",
    help="Files each incoming PDF under the one person it is about, or asks. It never guesses.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (daemon, documents):
    group.register(app)
app.add_typer(people.app, name="registry")


@app.callback()
def _speak(context: typer.Context) -> None:
    """Send a command's warnings to stderr, so that its output stays its own; `run` logs in its own way."""
    if context.invoked_subcommand != "run":
        configure("WARNING", None, "human", stream=sys.stderr)


def main() -> None:
    """Run one command and exit with its code."""
    try:
        app()
    except errors.DossierdError as error:
        say_error(error)
        sys.exit(_code_of(error))
    except KeyboardInterrupt:
        sys.exit(130)


def _code_of(error: errors.DossierdError) -> int:
    match error:
        case errors.SettingInvalid():
            return MISUSED
        case errors.RequestRefused() | errors.RegistryInvalid():
            return REFUSED
        case _:
            return UNAVAILABLE
