"""The command line. Thin: it reads rows, writes requests, and says plainly what came of them.

Exit codes: 0 done; 1 refused, not found, unwell, or a false match; 2 wrong usage, a wrong setting, or a file that
`eval` can't use; 3 not possible now (another daemon, no ledger yet, a disk that refuses), to be tried again.
"""

import contextlib
import io
import os
import sys
from typing import Annotated

import typer

from agent import __version__, errors
from agent.adapters.telemetry import configure
from agent.cli import (
    audit,
    choices,
    costs,
    daemon,
    documents,
    evaluation,
    explaining,
    exporting,
    failures,
    finding,
    forgetting,
    keeping,
    ledger,
    lessons,
    metrics,
    pausing,
    people,
    sampling,
    selftest,
    slo,
    telegram,
    watching,
)
from agent.cli.wording import err, out, print_error, say, say_error

DONE, REFUSED, MISUSED, UNAVAILABLE = 0, 1, 2, 3
INTERRUPTED = 130

app = typer.Typer(
    name="dossierd",
    help="Files each incoming document under the one person it is about, or asks. It never guesses.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (
    daemon,
    pausing,
    documents,
    finding,
    failures,
    costs,
    metrics,
    slo,
    explaining,
    choices,
    sampling,
    keeping,
    forgetting,
    exporting,
    evaluation,
    selftest,
    watching,
):
    group.register(app)
app.add_typer(people.app, name="registry")
app.add_typer(lessons.app, name="lessons")
app.add_typer(telegram.app, name="telegram")
app.add_typer(audit.app, name="audit")
app.add_typer(ledger.app, name="ledger")


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        say(f"dossierd {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _speak(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 # its callback has said it
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Say the version.")
    ] = False,
    dry: Annotated[bool, typer.Option("--dry-run", help="The same as: dossierd run --dry-run.")] = False,
) -> None:
    """Send a command's warnings to stderr, so that its output stays its own; `run` logs in its own way."""
    if context.invoked_subcommand != "run":
        configure("WARNING", None, "human", stream=sys.stderr)
    if context.invoked_subcommand is None:
        if not dry:
            context.fail("Missing command.")
        daemon.run(dry=True)


def main() -> None:
    """Run one command and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _run()
        out.file.flush()
    except OSError as error:  # adapters translate theirs: what refuses here is the output
        code = UNAVAILABLE
        with contextlib.suppress(OSError):
            say(f"dossierd: the output can't be written ({error.strerror}).", to=err)
        _drop_output()
    sys.exit(code)


def _run() -> int:
    """Run one command and give its exit code."""
    try:
        app()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else DONE
    except errors.DossierdError as error:
        (print_error if "--json" in sys.argv else say_error)(error)
        return _code_of(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    return DONE


def _drop_output() -> None:
    """Let what is still to be written go nowhere, so that the interpreter's end doesn't fail over it again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        with contextlib.suppress(OSError):
            os.dup2(nowhere, number)


def _code_of(error: errors.DossierdError) -> int:
    match error:
        case errors.SettingInvalid() | errors.EvaluationInvalid():
            return MISUSED
        case errors.RequestRefused() | errors.RegistryInvalid():
            return REFUSED
        case _:
            return UNAVAILABLE
