"""`backup` and `restore`: keep a home, and make a new one from what was kept."""

import datetime
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.shared import HomeOption, JsonOption
from agent.cli.wording import err, print_json, say
from agent.config import chosen_home, load
from agent.keeping import back_up
from agent.keeping import restore as make_from
from agent.keeping.manifest import Marker

SHOWN = 10
"""Documents that are named of those that are not as they should be."""


def register(app: typer.Typer) -> None:
    for command in (backup, restore):
        app.command()(command)


def backup(
    target: Annotated[
        Path, typer.Argument(help="The folder for backups; each becomes a new folder in it.", file_okay=False)
    ],
    documents: Annotated[
        bool, typer.Option("--documents", help="Keep the documents too, not only what is known of them.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep the ledger, the registry and the journal, whether the daemon runs or not.

    The backup is read again before it is called one. .env stays out: it holds secrets. The exit code is 1 when a
    document's file was missing or changed.
    """
    made = back_up(
        load(home=home).home, target, with_documents=documents, now=datetime.datetime.now(datetime.UTC)
    )
    marker = made.marker
    if as_json:
        print_json({"folder": str(made.folder), "marker": marker})
    else:
        say(f"Kept in {made.folder}, and read again: {_holds(marker)}.")
        say("The .env is not in it: keep its secrets elsewhere.", indent=2, style="dim")
        if not documents:
            say("The documents are not in it: add --documents.", indent=2, style="dim")
    for names, what in (
        (marker.missing, "not where the ledger has it"),
        (marker.changed, "not as it came in"),
    ):
        if names:
            say(f"dossierd: {_some(names)}: {what}.", style="bold red", to=err)
    if marker.missing or marker.changed:
        say("Look at each: dossierd check --deep", indent=2, to=err)
        raise typer.Exit(1)


def restore(
    folder: Annotated[Path, typer.Argument(metavar="BACKUP", help="A folder that dossierd backup made.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a new home from a backup.

    Nothing is laid over anything: the home must be empty. Numbers of documents go on above all that are known.
    """
    made = make_from(folder, chosen_home(home))
    if as_json:
        print_json({"home": str(made.home), "marker": made.marker})
        return
    say(f"Made {made.home} from the backup of {made.marker.made_at}: {_holds(made.marker)}.")
    if not made.marker.has_documents:
        say(
            "The backup has no documents: lay archive/, review/ and failed/ there before you start.", indent=2
        )
    say("Next: put your .env there, then: dossierd check, then: dossierd run", indent=2)


def _holds(marker: Marker) -> str:
    known = sum(marker.documents.values())
    return (
        f"{known} document{'' if known == 1 else 's'} in the ledger, {marker.files} files, "
        f"{marker.bytes / 1_000_000:.1f} MB, last number D-{marker.last_number}"
    )


def _some(names: tuple[str, ...]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
