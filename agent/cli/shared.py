"""What the commands share: their options, the open ledger, and how things are written out."""

import datetime
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent import errors
from agent.adapters.home import LEDGER_FILE, HomeLock
from agent.adapters.ledger import SqlLedger, SqlRequests, open_engine
from agent.app import build
from agent.config import Settings, load, login_name
from agent.domain.decision import Ambiguous, Match, Unmatched
from agent.domain.document import DocumentId, parse_reference
from agent.domain.life import Action, Document, Reply, Request
from agent.domain.message import visible
from agent.domain.outcome import FAILURES, Archived, Duplicate, Failed, InReview
from agent.workflow.review import perform

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="The folder that holds incoming/, archive/ and the rest. Default: DOSSIERD_HOME, else here.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]
DocumentArgument = Annotated[str, typer.Argument(metavar="DOC", help="A document's number, such as D-1042.")]

REPLY_SECONDS = 15.0
"""How long a command waits for the daemon to carry out what it asked for."""

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def say_error(error: errors.DossierdError) -> None:
    """Write what is wrong and what to do about it; names from outside are made visible first."""
    err.print(Text(f"dossierd: {visible(error.sentence)}", style="bold red"))
    if isinstance(error, errors.RegistryInvalid):
        for line, problem in error.problems[:20]:
            err.print(Text(f"  line {line}: {visible(problem)}"))
        if len(error.problems) > 20:
            err.print(Text(f"  ... and {len(error.problems) - 20} more"))
    if error.hint:
        err.print(Text(f"  {error.hint}"))


def print_json(value: object) -> None:
    """Write a value as JSON; dataclasses become objects, moments ISO 8601 in UTC."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def table(*headings: str) -> Table:
    """A table without walls: it stays readable when it is copied into a message."""
    return Table(*headings, box=None, pad_edge=False, header_style="bold")


def ago(moment: datetime.datetime | None, now: datetime.datetime) -> str:
    """Write how long ago something was, as people say it."""
    if moment is None:
        return "-"
    seconds = max(0, round((now - moment).total_seconds()))
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit} ago"
    return f"{seconds} s ago"


def document_id_of(text: str) -> DocumentId:
    """Read a document's number.

    Raises:
        RequestRefused: it is none.
    """
    document_id = parse_reference(text)
    if document_id is None:
        raise errors.RequestRefused(
            f"'{visible(text)}' is no document's number.", hint="It looks like D-1042."
        )
    return document_id


@contextmanager
def open_ledger(settings: Settings) -> Iterator[SqlLedger]:
    """The ledger for reading, whether a daemon runs or not."""
    ledger = SqlLedger(open_engine(settings.home / "state" / LEDGER_FILE, may_upgrade=False))
    try:
        yield ledger
    finally:
        ledger.close()


def require(ledger: SqlLedger, text: str) -> Document:
    """Find a document by what was typed.

    Raises:
        RequestRefused: there is none of that number.
    """
    document_id = document_id_of(text)
    document = ledger.document(document_id)
    if document is None:
        raise errors.RequestRefused(
            f"There is no document D-{document_id}.", hint="The latest: dossierd status"
        )
    return document


def ask(home: Path | None, action: Action, document: str, argument: str = "") -> Reply:
    """Have something done: by the daemon, where one runs, else here and now under the home's lock."""
    settings = load(home=home)
    request = Request(
        key=uuid4().hex,
        action=action,
        document_id=document_id_of(document),
        argument=argument,
        actor=f"cli:{login_name()}",
        requested_at=datetime.datetime.now(datetime.UTC),
    )
    if HomeLock(settings.home / "state").is_held():
        return _ask_daemon(settings, request)
    return _do_here(settings, request)


def _ask_daemon(settings: Settings, request: Request) -> Reply:
    engine = open_engine(settings.home / "state" / LEDGER_FILE, may_upgrade=False)
    requests = SqlRequests(engine)
    try:
        requests.submit(request)
        deadline = time.monotonic() + REPLY_SECONDS
        while time.monotonic() < deadline:
            if (reply := requests.reply(request.key)) is not None:
                return reply
            time.sleep(0.1)
    finally:
        engine.dispose()
    return Reply(done=True, sentence="It is written down, and the daemon will do it as soon as it can.")


def _do_here(settings: Settings, request: Request) -> Reply:
    parts = build(settings)
    try:
        parts.requests.submit(request)
        reply = perform(request, parts.ports, lambda _: None)
        parts.requests.close_request(request.key, reply, parts.clock.now())
    finally:
        parts.close()
    if request.action is Action.RETRY and reply.done:
        return Reply(done=True, sentence=f"{reply.sentence} No daemon runs: that will be when it is started.")
    return reply


def finish(reply: Reply, *, as_json: bool = False) -> None:
    """Write a reply and leave with its code."""
    if as_json:
        print_json(reply)
    else:
        (out if reply.done else err).print(Text(visible(reply.sentence)))
    raise typer.Exit(0 if reply.done else 1)


def outcome_words(document: Document) -> str:
    """Where a document is, and why, on one line."""
    match document.outcome:
        case Archived(record_id=record_id, decided_by=decided_by):
            return f"filed under {record_id} by {decided_by}"
        case InReview(decision=decision):
            return (
                "a match, to be confirmed by a human"
                if isinstance(decision, Match)
                else _verdict_words(decision)
            )
        case Failed(reason=reason):
            return FAILURES[reason].sentence
        case Duplicate(original=original):
            return f"the same bytes as D-{original}"
        case None:
            return ""


def _verdict_words(decision: Ambiguous | Unmatched) -> str:
    return f"{decision.verdict}: {decision.reason.sentence}"


def rows_of(documents: Sequence[Document], now: datetime.datetime) -> Table:
    """Documents as a table, one a line."""
    listing = table("", "state", "came", "what became of it")
    for document in documents:
        listing.add_row(
            document.reference,
            document.state.replace("_", " "),
            ago(document.seen_at, now),
            Text(visible(outcome_words(document))),
        )
    return listing
