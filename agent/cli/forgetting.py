"""`forget`: erase a document, or all that is filed under a record, as the law may ask for."""

import datetime
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from agent import errors
from agent.adapters.ledger import SqlErasing, SqlLedger
from agent.cli.shared import HomeOption, JsonOption, ask, have_typed, open_tables, require, typed
from agent.cli.wording import print_json, rows_of, say, say_table
from agent.config import load
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.life import Action, Document
from agent.domain.message import visible
from agent.domain.outcome import Duplicate
from agent.erasing import WhyErased

UNSEEN = "-"
LEFT = (
    "Not erased: backups made before, the entries of the audit trail (numbers, dates, hashes, record ids and who did "
    "what), the person in the registry, where another document's question proposed the person, and the whole or "
    "the parts of a split."
)


def register(app: typer.Typer) -> None:
    app.command()(forget)


def forget(
    document: Annotated[str, typer.Argument(metavar="[DOC]", help="A document's number, such as D-7.")] = "",
    record: Annotated[
        str,
        typer.Option(
            "--record",
            help="All documents that are filed under this record instead; - to be asked for it unseen, or from stdin.",
        ),
    ] = "",
    with_original: Annotated[
        bool, typer.Option("--with-original", help="Of a duplicate: all documents with the same content.")
    ] = False,
    why: Annotated[WhyErased, typer.Option("--why", help="Why, for the audit trail.")] = WhyErased.ASKED,
    confirm: Annotated[
        str, typer.Option("--confirm", metavar="WORD", help="What would be typed when asked: DOC or RECORD.")
    ] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase a document for ever: its file, what it says, and what was decided.

    Duplicates of it go with it; a duplicate goes alone, unless --with-original is given. Its number and that it was
    erased, by whom, when and why, stay in the audit trail. A document that is being worked on is refused.
    """
    settings = load(home=home)
    document, record, is_unseen = typed(document), typed(record), record == UNSEEN
    if is_unseen and not document:
        record = typed(_unseen("The record"))
    with open_tables(settings) as engine:
        meant, left = _meant(SqlLedger(engine), SqlErasing(engine), document, record, with_original)
    word = record or meant[0].reference
    if not as_json:
        say_table(rows_of(meant, datetime.datetime.now(datetime.UTC)))
        if left:
            say(_same_content(left, word))
        say(LEFT, style="dim")
    if is_unseen and not confirm:
        confirm = _unseen(f"The same again, to erase {_counted(meant)} for ever") or " "
    have_typed(word, confirm, to=f"erase {_counted(meant)} for ever", else_="Nothing was erased")
    replies = [(it, ask(settings, Action.FORGET, it.reference, why.value, epoch=it.epoch)) for it in meant]
    if as_json:
        print_json(
            [{"document": it.reference, "done": one.done, "sentence": one.sentence} for it, one in replies]
        )
    else:
        for _, reply in replies:
            say(reply.sentence, style="" if reply.done else "bold red")
    raise typer.Exit(0 if all(reply.done for _, reply in replies) else 1)


def _meant(
    ledger: SqlLedger, erasing: SqlErasing, document: str, record: str, with_original: bool
) -> tuple[list[Document], list[Document]]:
    """The documents that would be erased, and those with the content of a duplicate that would stay.

    Raises:
        RequestRefused: there is none, or not one thing was named.
    """
    if bool(document) == bool(record):
        raise errors.RequestRefused("Name a document, or a record with --record: one of the two.")
    if document:
        first = require(ledger, document)
        others = _found(ledger, erasing.same_bytes(first) if first.sha256 else ())
        if isinstance(first.outcome, Duplicate) and not with_original:
            return [first], others
        return [first, *others], []
    found = _found(ledger, erasing.of_record(RecordId(record)))
    if not found:
        raise errors.RequestRefused(f"Nothing is filed under '{visible(record)}'.")
    return found, []


def _found(ledger: SqlLedger, numbers: Sequence[DocumentId]) -> list[Document]:
    return [it for number in numbers if (it := ledger.document(number)) is not None]


def _same_content(left: Sequence[Document], word: str) -> str:
    stays = "stays" if len(left) == 1 else "stay"
    return (
        f"The same content {stays} as {', '.join(it.reference for it in left)}: {word} is a duplicate. "
        f"To erase all of it, type: dossierd forget {word} --with-original"
    )


def _unseen(asked: str) -> str:
    """Take a line that neither the list of processes nor the shell's history shows."""
    if sys.stdin.isatty():
        return str(typer.prompt(f"{asked} (it is not shown)", hide_input=True, err=True)).strip()
    return sys.stdin.readline().strip()


def _counted(meant: Sequence[Document]) -> str:
    return "it" if len(meant) == 1 else f"these {len(meant)} documents"
