"""`failures`: what could not be filed, cause by cause, with what to do about each."""

import datetime
from itertools import groupby

import typer

from agent.cli.shared import HomeOption, JsonOption, open_ledger
from agent.cli.wording import brief, print_json, rows_of, say, say_table
from agent.config import load
from agent.domain.life import Document
from agent.domain.outcome import FAILURES, Failed, FailureReason, State


def register(app: typer.Typer) -> None:
    app.command()(failures)


def failures(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List what could not be filed, by its cause, and what to do about it."""
    settings = load(home=home)
    with open_ledger(settings) as ledger:
        failed = ledger.in_states(frozenset({State.FAILED}))
    if as_json:
        print_json([{**brief(it), "hint": FAILURES[_cause(it)].hint_for(it.reference)} for it in failed])
        return
    if not failed:
        say("Nothing has failed.")
    now = datetime.datetime.now(datetime.UTC)
    for cause, of_cause in groupby(sorted(failed, key=_cause), _cause):
        documents = list(of_cause)
        say(f"{len(documents)}  {FAILURES[cause].sentence}", style="bold")
        say(FAILURES[cause].hint, indent=2)
        say_table(rows_of(documents, now))


def _cause(document: Document) -> FailureReason:
    assert isinstance(document.outcome, Failed)
    return document.outcome.reason
