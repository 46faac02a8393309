"""`export`: the ledger as a table, or as lines of JSON, for other programs."""

import csv
import json
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer

from agent import errors
from agent.adapters.ledger import each_document
from agent.cli.shared import HomeOption, open_tables
from agent.cli.wording import err, say
from agent.config import load
from agent.core.exporting import COLUMNS, cell, line_of
from agent.domain.life import Document


class Format(StrEnum):
    """How the lines are written."""

    CSV = "csv"
    JSONL = "jsonl"


def register(app: typer.Typer) -> None:
    app.command()(export)


def export(
    form: Annotated[
        Format,
        typer.Option("--format", help="csv: a table for spreadsheets. jsonl: a line of JSON a document."),
    ] = Format.CSV,
    output: Annotated[
        Path | None, typer.Option("--output", help="A new file, readable by you alone. Default: the screen.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write out every document: state, record, who decided, dates, hash and place.

    In a table, what a spreadsheet would compute begins with an apostrophe.
    """
    settings = load(home=home)
    with open_tables(settings) as engine, nullcontext(sys.stdout) if output is None else _new(output) as to:
        write = _write_table if form is Format.CSV else _write_lines
        count = write(each_document(engine), to)
    if output is not None:
        say(f"{count} documents written to {output}.", to=err)


def _new(path: Path) -> TextIO:
    """Open a file that is not there yet.

    Raises:
        RequestRefused: it is, or can't be made.
    """
    try:
        path.touch(mode=0o600, exist_ok=False)
        return path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise errors.RequestRefused(
            f"{path} can't be made ({error.strerror}).", hint="Name a new file: nothing is overwritten."
        ) from error


def _write_table(each: Iterable[Document], to: TextIO) -> int:
    writer, count = csv.writer(to, lineterminator="\r\n"), 0
    writer.writerow(COLUMNS)
    for document in each:
        writer.writerow([cell(value) for value in line_of(document).values()])
        count += 1
    return count


def _write_lines(each: Iterable[Document], to: TextIO) -> int:
    count = 0
    for document in each:
        to.write(json.dumps(line_of(document), ensure_ascii=False) + "\n")
        count += 1
    return count
