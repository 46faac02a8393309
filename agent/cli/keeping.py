"""`backup`, `restore`, `rebuild`: keep a home, make one from what was kept, and a ledger where nothing was kept."""

import datetime
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from agent.app import refuse_root
from agent.cli.shared import HomeOption, JsonOption
from agent.cli.wording import err, print_json, say
from agent.config import chosen_home, load, login_name
from agent.domain.outcome import STATES
from agent.keeping import back_up
from agent.keeping import restore as make_from
from agent.keeping.manifest import Marker
from agent.keeping.rebuild import look, require_no_ledger
from agent.keeping.rebuild import rebuild as make_anew
from agent.ledgers import refuse_database

_DUMP = "Keep the database with pg_dump, and copy the home while the daemon stands: docs/scale.md says how."
_RESTORE = "Restore the database from what pg_dump kept: docs/scale.md says how."
SHOWN = 10
"""Documents that are named of those that are not as they should be."""


def register(app: typer.Typer) -> None:
    for command in (backup, restore, rebuild):
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
    settings = load(home=home)
    refuse_database(settings, _DUMP)
    made = back_up(settings.home, target, with_documents=documents, now=datetime.datetime.now(datetime.UTC))
    marker = made.marker
    if as_json:
        left = [str(folder) for folder in made.unfinished.left]
        print_json({"folder": str(made.folder), "marker": marker, "left": left})
    else:
        for folder in made.unfinished.removed:
            say(f"Removed {folder}: a backup that did not come to its end.")
        say(f"Kept in {made.folder}, and read again: {_holds(marker)}.")
        say("The .env is not in it: keep its secrets elsewhere.", indent=2, style="dim")
        if not documents:
            say("The documents are not in it: add --documents.", indent=2, style="dim")
    for folder in made.unfinished.left:
        say(
            f"dossierd: {folder} is no backup, and can't be removed: remove it yourself.",
            style="bold red",
            to=err,
        )
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
    refuse_database(load(home=chosen_home(home)), _RESTORE)
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


def rebuild(
    write: Annotated[bool, typer.Option("--write", help="Make the ledger. Without it, only look.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a ledger from the documents and their sidecars, where it is lost and there is no backup.

    What can't be taken over is listed, and stays where it lies. The exit code is 1 where there is such.
    """
    settings = load(home=home)
    refuse_database(settings, _RESTORE)
    root = settings.home
    require_no_ledger(root)
    now = datetime.datetime.now(datetime.UTC)
    found = look(root, now=now)
    if write:
        refuse_root(load(home=home))
        actor = f"cli:{login_name()}"
        make_anew(root, found, actor=actor, now=now)
    if as_json:
        print_json({"written": write, "documents": len(found.documents), "left": found.left})
    else:
        states = Counter(STATES[it.state] for it in found.documents)
        named = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        verb = "were taken over" if write else "can be taken over"
        say(f"{len(found.documents)} documents {verb}{f': {named}' if named else ''}.")
        for path, why in found.left.items():
            say(f"not {path}: {why}.", indent=2)
        say(
            "What people had answered or denied, texts and lessons are lost. Next: dossierd registry import, "
            "dossierd check --deep, then start the daemon."
            if write
            else "Nothing was written. To make the ledger, add: --write"
        )
    raise typer.Exit(1 if found.left else 0)


def _holds(marker: Marker) -> str:
    known = sum(marker.documents.values())
    return (
        f"{known} document{'' if known == 1 else 's'} in the ledger, {marker.files} files, "
        f"{marker.bytes / 1_000_000:.1f} MB, last number D-{marker.last_number}"
    )


def _some(names: tuple[str, ...]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
