"""Commands by which a human decides: answer, undo, refile, split, retry.

Before a document is filed under a person of a human's choice, that person is held against what the rules saw. If
something printed contradicts the choice, or nothing printed names that person, it is shown, and asked about once more.

So is a number that stood for somebody else in an earlier question about the same document: whoever types it may have
that one before their eyes, on a telephone, say. Only a number that always meant the same person is taken as it is.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer

from agent import errors
from agent.adapters.ledger import SqlLedger
from agent.cli.shared import (
    DocumentArgument,
    HomeOption,
    JsonOption,
    ask,
    finish,
    open_ledger,
    open_registry,
    require,
    typed,
)
from agent.cli.wording import err, person_words, say, say_candidate
from agent.config import Settings, load
from agent.core.explaining import held_against
from agent.core.reasons import NAMING
from agent.domain.decision import Candidate, Decision, Match, candidates_of
from agent.domain.identity import Person, RecordId
from agent.domain.life import Action, Reply
from agent.domain.outcome import Archived
from agent.workflow.review import NONE_OF_THESE, RECORD_PREFIX

YesOption = Annotated[
    bool,
    typer.Option(
        "--yes",
        help="Don't ask again when what is printed doesn't bear the choice out, or a number meant somebody else.",
    ),
]

_NUMBER = re.compile(r"[1-9][0-9]?")


def register(app: typer.Typer) -> None:
    for command in (answer, undo, refile, split, retry):
        app.command()(command)


def answer(
    document: DocumentArgument,
    choice: Annotated[str, typer.Argument(help="The candidate's number, or: none")] = "",
    record: Annotated[
        str, typer.Option(help="A record's id, when the right person is not among the candidates.")
    ] = "",
    yes: YesOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question about a document.

    It is filed under the person you choose, or set aside in failed/.
    """
    if choice and record:
        raise errors.RequestRefused("Either a number or --record, not both.")
    if not (choice or record):
        raise errors.RequestRefused(
            "An answer needs a choice.",
            hint="Such as: dossierd answer D-7 2, dossierd answer D-7 none, dossierd answer D-7 --record 20817",
        )
    settings = load(home=home)
    argument = f"{RECORD_PREFIX}{typed(record)}" if record else typed(choice).lower()
    with open_ledger(settings) as ledger:
        epoch = require(ledger, document).epoch
        decision = _asked(ledger, document)
        earlier = [it.decision for it in ledger.reviews_of(require(ledger, document).document_id)]
    record_id = None if decision is None else _chosen(argument, decision)
    if decision is not None and record_id is not None and not record and not yes:
        _confirm_number(document, int(argument), decision, earlier, as_json=as_json)
    if record_id is not None:
        argument = f"{RECORD_PREFIX}{record_id}"  # what was seen: a number could mean somebody else by now
    person = _look_up(settings, record_id)
    if decision is not None and person is not None and not yes:
        _confirm(settings, document, decision, person, as_json=as_json)
    reply = ask(settings, Action.ANSWER, document, argument, epoch=epoch)
    finish(reply, as_json=as_json, person=_introduction(person))


def undo(document: DocumentArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Take a filing back, within 24 hours.

    The document returns to review.
    """
    finish(_ask_of_seen(load(home=home), Action.UNDO, document), as_json=as_json)


def refile(
    document: DocumentArgument,
    record: Annotated[str, typer.Argument(help="The id of the right record.")],
    yes: YesOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """File a document under another record.

    At any time after it was archived.
    """
    settings = load(home=home)
    with open_ledger(settings) as ledger:
        seen = require(ledger, document)
    filed = seen.outcome
    person = _look_up(settings, RecordId(typed(record)))
    is_news = isinstance(filed, Archived) and filed.record_id != record
    if isinstance(filed, Archived) and is_news and person is not None and not yes:
        _confirm(settings, document, filed.decision, person, as_json=as_json)
    reply = ask(settings, Action.REFILE, document, record, epoch=seen.epoch)
    finish(reply, as_json=as_json, person=_introduction(person))


def split(
    document: DocumentArgument,
    pages: Annotated[
        list[str],
        typer.Argument(metavar="PAGES...", help="Pages that belong together, part after part: 1-2 3 4-6"),
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Split a document in review that holds several.

    Each part is taken in like a file of its own. The whole is kept, untouched, in failed/.
    """
    argument = ",".join(typed(each) for each in pages)
    finish(_ask_of_seen(load(home=home), Action.SPLIT, document, argument), as_json=as_json)


def retry(document: DocumentArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Read and decide a document again, take back a missing one, or make a searchable copy again.

    For what has failed, is a duplicate, or waits in review; for a missing one whose file is back in its place; and for
    an archived one whose sidecar or searchable copy was removed.
    """
    finish(_ask_of_seen(load(home=home), Action.RETRY, document), as_json=as_json)


def _ask_of_seen(settings: Settings, action: Action, document: str, argument: str = "") -> Reply:
    """Have something done with a document as it is now, and not with what it has become when the daemon comes to it."""
    with open_ledger(settings) as ledger:
        epoch = require(ledger, document).epoch
    return ask(settings, action, document, argument, epoch=epoch)


def _asked(ledger: SqlLedger, document: str) -> Decision | None:
    """The decision in the document's open question; None when no question is open."""
    review = ledger.review(require(ledger, document).document_id)
    return None if review is None else review.decision


def _chosen(argument: str, decision: Decision) -> RecordId | None:
    """The record that an answer names; None for `none`, and for a number that nobody has."""
    if argument.startswith(RECORD_PREFIX):
        return RecordId(argument.removeprefix(RECORD_PREFIX))
    candidates = candidates_of(decision)
    if argument == NONE_OF_THESE or not _NUMBER.fullmatch(argument) or int(argument) > len(candidates):
        return None
    return candidates[int(argument) - 1].person.record_id


def _confirm_number(
    document: str, number: int, decision: Decision, earlier: Sequence[Decision], *, as_json: bool
) -> None:
    """Say whom a number means by now, and ask, where it meant somebody else in an earlier question.

    Raises:
        RequestRefused: it did, and nobody is there to be asked.
    """
    now = _numbered(decision, number)
    others = [then for it in earlier if (then := _numbered(it, number)) not in (None, now)]
    if now is None or not others:
        return
    told = f"{document} was asked about again: number {number} was {others[-1]}, and is {now} now."
    hint = f"If you are sure: dossierd answer {document} --record ID"
    if as_json:
        raise errors.RequestRefused(f"Not filed: {told}", hint=hint)
    say(told, style="yellow", to=err)
    if not sys.stdin.isatty():
        raise errors.RequestRefused("Not filed.", hint=hint)
    typer.confirm("File it there?", abort=True)


def _numbered(decision: Decision, number: int) -> str | None:
    """Whom a question shows under a number, as it is shown; None for nobody."""
    shown = candidates_of(decision)[number - 1 : number]
    return f"{shown[0].person.record_id}, {person_words(shown[0].person)}" if shown else None


def _look_up(settings: Settings, record_id: RecordId | None) -> Person | None:
    if record_id is None:
        return None
    with open_registry(settings) as index:
        return index.person(record_id)


def _found(settings: Settings, document: str, decision: Decision | None, person: Person) -> Candidate | None:
    """What the document says of a person: as the rules saw it, else as the stored text is held against the record.

    The latter for somebody whom the rules did not list, and for a record that has changed since. None where neither
    the rules nor a stored text know anything.
    """
    listed = _among(decision, person.record_id)
    if listed is not None and replace(listed.person, spellings=()) == person:
        return listed
    with open_ledger(settings) as ledger:
        found = require(ledger, document)
        text = None if found.sha256 is None else ledger.text(found.document_id, found.sha256)
        inputs = ledger.inputs(found.document_id)
    return listed if text is None or inputs is None else held_against(text, inputs, person)


def _confirm(
    settings: Settings, document: str, decision: Decision | None, person: Person, *, as_json: bool
) -> None:
    """Show what speaks against a choice, and ask once more; a choice that the document bears out is not asked about.

    Raises:
        RequestRefused: it is doubtful, and nobody is there to be asked.
    """
    found = _found(settings, document, decision, person)
    doubt = _doubt(found, person, decision)
    if doubt is None:
        return
    if as_json:
        raise errors.RequestRefused(f"Not filed: {doubt}", hint="If you are sure, add --yes.")
    say(doubt, style="yellow", to=err)
    if found is not None and found.reasons:
        say_candidate(found, "!", to=err)
    if not sys.stdin.isatty():
        raise errors.RequestRefused("Not filed.", hint="If you are sure, add --yes.")
    typer.confirm("File it there all the same?", abort=True)


def _doubt(found: Candidate | None, person: Person, decision: Decision | None) -> str | None:
    """Why a choice should be asked about; None when the document bears it out, or a proposal was taken up.

    A proposal is none where the document names somebody else exactly.
    """
    who = f"{person.record_id}, {person_words(person)}"
    if found is None or not found.reasons:
        return f"Nothing in the document was found to name {who}."
    if found.is_vetoed:
        return f"Something printed in the document speaks against {person.record_id}."
    if _is_named(found):
        return None
    if _among(decision, person.record_id) is None:
        return f"The document does not name {who}. All that was found:"
    others = (it for it in _considered(decision) if _is_named(it) and not it.is_vetoed)
    if (other := next(others, None)) is not None:
        named = f"{other.person.record_id}, {person_words(other.person)}"
        return f"The document names {named}. All that was found of {who}:"
    return None


def _is_named(found: Candidate) -> bool:
    """Whether the document names a person, as it must whom the rules did not list: a typed id may hold a slip."""
    return any(reason.code in NAMING for reason in found.reasons)


def _considered(decision: Decision | None) -> tuple[Candidate, ...]:
    """Those whom the rules considered, excluded ones included."""
    if decision is None:
        return ()
    return (*candidates_of(decision), *(decision.rivals if isinstance(decision, Match) else ()))


def _among(decision: Decision | None, record_id: RecordId) -> Candidate | None:
    return next((it for it in _considered(decision) if it.person.record_id == record_id), None)


def _introduction(person: Person | None) -> str:
    return f"{person.record_id} is {person_words(person)}" if person else ""
