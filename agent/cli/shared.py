"""What the commands share: their options, the open ledger and registry, and how something is asked for."""

import datetime
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from sqlalchemy import Engine

from agent import app, errors
from agent.adapters.home import REGISTRY_FILE, HomeLock
from agent.adapters.ledger import SqlLedger, SqlRequests
from agent.adapters.registry import Imported, RegistryIndex, by_hand
from agent.cli.wording import err, print_json, say
from agent.config import Settings, login_name
from agent.domain.document import DocumentId, parse_correlation_id, parse_reference
from agent.domain.life import Action, Document, Reply, Request
from agent.domain.message import visible
from agent.ledgers import engine_of, has_ledger
from agent.membership import at_work_in
from agent.publishing import shared_people
from agent.workflow.review import perform

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="The folder that holds incoming/, archive/ and the rest. Default: DOSSIERD_HOME, else here.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]
ColumnsRightOption = Annotated[
    bool, typer.Option("--yes", help="Don't ask whether the columns are understood rightly.")
]
ConfirmDeletionsOption = Annotated[
    bool, typer.Option("--confirm-deletions", help="Let it go through even if many records would vanish.")
]
ConfirmChangesOption = Annotated[
    bool,
    typer.Option("--confirm-changes", help="Let it go through even if many ids would name somebody else."),
]
DocumentArgument = Annotated[str, typer.Argument(metavar="DOC", help="A document's number, such as D-1042.")]
SoughtArgument = Annotated[
    str,
    typer.Argument(
        metavar="DOC", help="A document's number, such as D-1042, or the correlation id of a line of the log."
    ),
]

REPLY_SECONDS = 15.0
"""How long a command waits for the daemon to carry out what it asked for."""

EMPTY_REGISTRY = "The registry is empty"
IMPORT_HINT = "dossierd registry import people.csv"


def have_typed(word: str, given: str, *, to: str, else_: str) -> None:
    """Have a word typed before something that can't be taken back.

    Args:
        given: what was typed with the command; empty to ask on the terminal.
        to: what it is typed for.
        else_: what holds where it is refused.

    Raises:
        RequestRefused: something else was typed, or nobody can be asked.
    """
    if not given and not sys.stdin.isatty():
        raise errors.RequestRefused(f"{else_}: nobody is there to confirm it.", hint=f"Add: --confirm {word}")
    if (given or typer.prompt(f"Type {word} to {to}")) != word:
        raise errors.RequestRefused(f"{else_}: that was another word.")


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


def typed(text: str) -> str:
    """Take what was typed, if it is text at all.

    Raises:
        RequestRefused: it holds bytes that are no UTF-8.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise errors.RequestRefused(
            f"'{visible(text)}' can't be read: it is no UTF-8 text.", hint="Type it again."
        ) from error
    return text


def make_home(home: Path) -> list[Path]:
    """Make the folders of a home that are missing; gives those that were.

    Raises:
        HomeUnusable: the system refuses.
    """
    try:
        return app.make_home(home)
    except OSError as error:
        raise errors.HomeUnusable(
            f"The folders can't be made in {home} ({error.strerror}).",
            hint="Choose another folder with --home, or have this one given to you: chown",
        ) from error


def make_own_folders(settings: Settings) -> None:
    """Make the folders of a shared home that are this machine's own, where they are missing.

    Raises:
        HomeUnusable: the system refuses.
    """
    for folder in (settings.state, settings.logs):
        try:
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        except OSError as error:
            raise errors.HomeUnusable(
                f"{folder} can't be made ({error.strerror}).",
                hint="Make it yourself, and give it to the user that dossierd runs as: chown",
            ) from error


@contextmanager
def open_tables(settings: Settings) -> Iterator[Engine]:
    """The ledger's tables for reading, whether a daemon runs or not.

    Raises:
        LedgerUnavailable: dossierd has not run in this home yet, or the ledger can't be used.
    """
    if not has_ledger(settings):
        raise errors.LedgerUnavailable(
            f"dossierd has not run in {settings.home} yet.",
            hint="Start it: dossierd run. Or is it another folder? Then add: --home DIR",
        )
    engine = engine_of(settings)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def open_ledger(settings: Settings) -> Iterator[SqlLedger]:
    """The ledger for reading, as `open_tables` opens it."""
    with open_tables(settings) as engine:
        yield SqlLedger(engine)


@contextmanager
def open_registry(settings: Settings) -> Iterator[RegistryIndex]:
    """The registry's index; it is made where its folder is there."""
    index = RegistryIndex(settings.state / REGISTRY_FILE)
    try:
        yield index
    finally:
        index.close()


@contextmanager
def changing_registry(settings: Settings) -> Iterator[RegistryIndex]:
    """The registry's index, to be changed: from what all hosts of the home follow, and for all of them afterwards.

    Raises:
        LedgerUnavailable, RegistryUnavailable, StorageUnavailable: of a shared home, where others can't be told.
        RequestRefused: somebody changed the people on another host in the same moment.
    """
    with open_registry(settings) as index:
        if not settings.is_shared:
            yield index
            return
        with open_tables(settings) as engine:
            people = shared_people(settings, engine, index)
            people.follow()
            with people.changing() as since:
                yield index
                people.publish(since)


def keep_for_journal(index: RegistryIndex, event: by_hand.Event, imported: Imported) -> None:
    """Have the daemon write into the journal what was typed here, by whom: it alone writes there."""
    by_hand.keep(index, event, imported, f"cli:{login_name()}", datetime.datetime.now(datetime.UTC))


def people_known(settings: Settings) -> int:
    """How many people the registry has; nothing is made by looking."""
    if not (settings.state / REGISTRY_FILE).is_file():
        return 0
    with open_registry(settings) as index:
        return index.count()


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


def look_up(ledger: SqlLedger, text: str) -> Document:
    """Find a document by its number, or by the correlation id that a line of the log has.

    Raises:
        RequestRefused: there is none.
    """
    correlation_id = parse_correlation_id(text)
    if correlation_id is None:
        return require(ledger, text)
    document = ledger.document_of(correlation_id)
    if document is None:
        raise errors.RequestRefused("There is no document of that correlation id.")
    return document


def ask(
    settings: Settings,
    action: Action,
    document: str | None,
    argument: str = "",
    *,
    epoch: int | None = None,
) -> Reply:
    """Have something done: by the daemon, where one runs, else here and now under the home's lock.

    Args:
        document: its number as it was typed; None for what is about the house.
        epoch: of the document that was looked at; it is refused for another.
    """
    request = Request(
        key=uuid4().hex,
        action=action,
        document_id=None if document is None else document_id_of(document),
        argument=argument,
        actor=f"cli:{login_name()}",
        requested_at=datetime.datetime.now(datetime.UTC),
        epoch=epoch,
    )
    if HomeLock(settings.state).is_held() or _do_others_work(settings):
        return _ask_daemon(settings, request)
    return _do_here(settings, request)


def _do_others_work(settings: Settings) -> bool:
    """Whether a daemon on another machine works in this home."""
    if not settings.is_shared:
        return False
    with open_tables(settings) as engine:
        return bool(at_work_in(engine, settings))


def _ask_daemon(settings: Settings, request: Request) -> Reply:
    engine = engine_of(settings)
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
    parts = app.build(settings)
    left: list[DocumentId] = []
    try:
        parts.requests.submit(request)
        reply = perform(request, parts.ports, left.append)
        parts.requests.close_request(request.key, reply, parts.clock.now())
    finally:
        parts.close()
    if left and reply.done:
        return Reply(done=True, sentence=f"{reply.sentence} No daemon runs: that will be when it is started.")
    return reply


def finish(reply: Reply, *, as_json: bool = False, person: str = "") -> None:
    """Write a reply and leave with its code.

    Args:
        person: who it is about, as a sentence, for a person to see that it is the right one.
    """
    if as_json:
        print_json({"done": reply.done, "sentence": reply.sentence, "hint": "", "person": person})
    elif reply.done:
        say(reply.sentence)
        if person:
            say(person)
    else:
        say(f"dossierd: {reply.sentence}", style="bold red", to=err)
    raise typer.Exit(0 if reply.done else 1)
