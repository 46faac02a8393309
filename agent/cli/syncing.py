"""`dossierd registry sync`: the people of the office's own database, looked at and taken over."""

import datetime
import sys
from typing import Annotated

import typer
from rich.text import Text

from agent import errors
from agent.adapters.registry import RegistryIndex
from agent.adapters.registry.copied import PROBLEMS_KEPT, confirm, is_confirmed
from agent.adapters.registry.sql_source import Layout, SqlSource
from agent.adapters.registry.sync import Synced, look_at
from agent.adapters.registry.sync import sync as do_pass
from agent.app import build_source, refuse_root
from agent.cli.shared import (
    ColumnsRightOption,
    ConfirmChangesOption,
    ConfirmDeletionsOption,
    HomeOption,
    JsonOption,
    changing_registry,
    keep_for_journal,
    make_home,
    make_own_folders,
)
from agent.cli.wording import imported_words, print_json, say, say_table, table
from agent.config import Settings, load
from agent.domain.message import visible

_SET_HINT = "Set DOSSIERD_REGISTRY_URL and DOSSIERD_REGISTRY_TABLE in .env; docs/registry.md says how."
_COLUMNS_HINT = "Say which column is which in DOSSIERD_REGISTRY_COLUMNS: id=patient_id, last_name=nom"


def sync(
    full: Annotated[
        bool, typer.Option("--full", help="Read everything, not only what has changed since.")
    ] = False,
    confirm_deletions: ConfirmDeletionsOption = False,
    confirm_changes: ConfirmChangesOption = False,
    yes: ColumnsRightOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take over the people of the office's own database.

    The daemon does the same every few minutes, once you have confirmed here what its columns hold.
    """
    settings = load(home=home)
    refuse_root(settings)
    source = build_source(settings)
    if source is None:
        raise errors.RequestRefused("No database is set.", hint=_SET_HINT)
    make_home(settings.home)
    make_own_folders(settings)
    with changing_registry(settings) as index:
        _have_confirmed(source, index, yes=yes, as_json=as_json)
        synced = do_pass(
            source,
            index,
            datetime.datetime.now(datetime.UTC),
            max_age=_max_age(settings),
            wants_full=full or confirm_deletions or confirm_changes,
            confirm_deletions=confirm_deletions,
            confirm_changes=confirm_changes,
        )
        keep_for_journal(index, "registry_synced", synced.imported)
    if as_json:
        print_json(
            {
                "imported": synced.imported,
                "is_full": synced.is_full,
                "rows_read": synced.rows,
                "bad_rows": synced.copy.bad_rows,
                "problems": [{"row": place, "problem": it} for place, it in synced.copy.problems],
            }
        )
    else:
        _tell(synced)


def _max_age(settings: Settings) -> datetime.timedelta:
    return datetime.timedelta(hours=settings.registry_max_age_hours)


def _have_confirmed(source: SqlSource, index: RegistryIndex, *, yes: bool, as_json: bool) -> None:
    """Show what each column is taken for, and ask, when that was not confirmed before."""
    layout = look_at(source, index)
    if is_confirmed(index, layout):
        return
    if not as_json:
        _show(layout)
    if not yes and (as_json or not sys.stdin.isatty()):
        raise errors.RequestRefused(
            "Without a terminal, or with --json, nobody can be asked whether the columns are right.",
            hint=f"If they are right, add --yes. If not: {_COLUMNS_HINT}",
        )
    if not yes and not typer.confirm("Is that right?"):
        raise errors.RequestRefused("Nothing was taken over.", hint=_COLUMNS_HINT)
    confirm(index, layout)


def _show(layout: Layout) -> None:
    listing = table(f"column of {visible(layout.table)}", "is taken for")
    for field, column in layout.fields.items():
        listing.add_row(Text(visible(column)), field)
    if layout.watermark is not None:
        listing.add_row(Text(visible(layout.watermark)), "(tells what has changed)")
    for column in layout.unused:
        listing.add_row(Text(visible(column), style="dim"), Text("- (not used)", style="dim"))
    say_table(listing)


def _tell(synced: Synced) -> None:
    read = "all rows were read" if synced.is_full else "only what has changed was read"
    say(f"{imported_words(synced.imported)} ({synced.rows} read: {read}.)")
    copy = synced.copy
    if copy.bad_rows:
        say(
            f"{copy.bad_rows} bad row{'' if copy.bad_rows == 1 else 's'}, to be corrected there:",
            style="yellow",
        )
        for place, problem in copy.problems:
            say(f"{place}: {problem}", indent=2)
        if copy.bad_rows > PROBLEMS_KEPT:
            say(f"... and {copy.bad_rows - len(copy.problems)} more", indent=2)
