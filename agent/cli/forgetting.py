"""`forget`: erase a document, or all that is filed under a record, as the law may ask for."""

import datetime
import sys
from typing import Annotated

import typer

from agent import errors
from agent.adapters.ledger import SqlErasing, SqlLedger
from agent.cli.shared import HomeOption, JsonOption, ask, open_tables, require, typed
from agent.cli.wording import print_json, rows_of, say, say_table
from agent.config import load
from agent.domain.identity import RecordId
from agent.domain.life import Action, Document
from agent.domain.message import visible
from agent.erasing import WhyErased

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
        str, typer.Option("--record", help="All documents that are filed under this record instead.")
    ] = "",
    why: Annotated[WhyErased, typer.Option("--why", help="Why, for the audit trail.")] = WhyErased.ASKED,
    confirm: Annotated[
        str, typer.Option("--confirm", metavar="WORD", help="What would be typed when asked: DOC or RECORD.")
    ] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase a document for ever: its file, what it says, and what was decided.

    Duplicates of it go with it. Its number and that it was erased, by whom, when and why, stay in the audit trail. A
    document that is being worked on is refused.
    """
    settings = load(home=home)
    document, record = typed(document), typed(record)
    with open_tables(settings) as engine:
        meant = _meant(SqlLedger(engine), SqlErasing(engine), document, record)
    word = record or meant[0].reference
    if not as_json:
        say_table(rows_of(meant, datetime.datetime.now(datetime.UTC)))
        say(LEFT, style="dim")
    _confirm(word, confirm, len(meant))
    replies = [(it, ask(settings, Action.FORGET, it.reference, why.value, epoch=it.epoch)) for it in meant]
    if as_json:
        print_json(
            [{"document": it.reference, "done": one.done, "sentence": one.sentence} for it, one in replies]
        )
    else:
        for _, reply in replies:
            say(reply.sentence, style="" if reply.done else "bold red")
    raise typer.Exit(0 if all(reply.done for _, reply in replies) else 1)


def _meant(ledger: SqlLedger, erasing: SqlErasing, document: str, record: str) -> list[Document]:
    """The documents that would be erased.

    Raises:
        RequestRefused: there is none, or not one thing was named.
    """
    if bool(document) == bool(record):
        raise errors.RequestRefused("Name a document, or a record with --record: one of the two.")
    if document:
        first = require(ledger, document)
        numbers = [first.document_id, *(erasing.same_bytes(first) if first.sha256 else ())]
    else:
        numbers = list(erasing.of_record(RecordId(record)))
    found = [it for number in numbers if (it := ledger.document(number)) is not None]
    if not found:
        raise errors.RequestRefused(f"Nothing is filed under '{visible(record)}'.")
    return found


def _confirm(word: str, given: str, count: int) -> None:
    """Have what is to be erased typed once more.

    Raises:
        RequestRefused: something else was typed, or nobody can be asked.
    """
    if not given and not sys.stdin.isatty():
        raise errors.RequestRefused(
            "Nothing was erased: nobody is there to confirm it.", hint=f"Add: --confirm {word}"
        )
    what = "it" if count == 1 else f"these {count} documents"
    if (given or typer.prompt(f"Type {word} to erase {what} for ever")) != word:
        raise errors.RequestRefused("Nothing was erased: that was another word.")
