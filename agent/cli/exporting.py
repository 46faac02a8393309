"""`export`: the ledger as a table, or as lines of JSON, for other programs."""

import csv
import errno
import fcntl
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
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
from agent.durable import rename_without_replacing


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


@contextmanager
def _new(path: Path) -> Iterator[TextIO]:
    """Give a file its name once it is whole: half a table doesn't tell that it is one.

    Raises:
        RequestRefused: there is one of that name, or it can't be made, or is being made.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        with _ours_alone(part) as to:
            yield to
            to.flush()
            os.fsync(to.fileno())
            rename_without_replacing(part, path)
    except OSError as error:
        raise errors.RequestRefused(
            f"{path} can't be made ({error.strerror}).", hint="Name a new file: nothing is overwritten."
        ) from error


@contextmanager
def _ours_alone(part: Path) -> Iterator[TextIO]:
    """Open an empty file that no other call writes; what one that was killed had left there is written over."""
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as to:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(descriptor), part.lstat()):  # the other call has ended meanwhile
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        os.fchmod(descriptor, 0o600)
        os.ftruncate(descriptor, 0)
        try:
            yield to
        except BaseException:
            part.unlink(missing_ok=True)
            raise


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
