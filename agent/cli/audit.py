"""`audit`: whether the audit trail is as it was written."""

from typing import Annotated

import typer

from agent import errors
from agent.adapters.journal import Head, Problem, ProblemKind, Survey, journal_in, survey
from agent.cli.shared import HomeOption, JsonOption
from agent.cli.wording import print_json, say
from agent.config import Settings, load
from agent.domain.anchor import Anchor, parse_anchor
from agent.domain.message import visible
from agent.health.audit import Noted, noted

PROBLEMS_SHOWN = 20

app = typer.Typer(
    help="The audit trail: what was done and why, one line each, for ever.", no_args_is_help=True
)


@app.callback()
def _group() -> None:
    """Keep `verify` a command of its own, though it is the only one."""


@app.command()
def verify(
    home: HomeOption = None,
    anchor: Annotated[
        str | None,
        typer.Option(
            metavar="ENTRY:HASH", help="The audit head of a digest that you kept, as 812:9f3c2a7b11de."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check that no line of the audit trail was edited, removed, moved or added.

    It names the first bad line. The exit code is 1 when there is one. It is held against what the ledger noted of it
    each hour, at each stop and with the last digest, and against the digest that you give.
    """
    settings = load(home=home)
    kept = _parse(anchor)
    known = _asked(settings)
    places = [*([] if kept is None else [kept]), *([] if known is None else known.places)]
    found = survey(
        journal_in(settings.home),
        expected=[Head(sequence=it.entry, hash=it.hash) for it in places],
        at_least=0 if known is None else known.at_least,
    )
    if as_json:
        print_json(_as_json(found, places))
    else:
        _tell(found, known, kept)
    raise typer.Exit(0 if found.is_whole else 1)


def _parse(text: str | None) -> Anchor | None:
    if text is None:
        return None
    anchor = parse_anchor(text)
    if anchor is None:
        raise errors.RequestRefused(
            f"'{visible(text)}' is no anchor.",
            hint="It stands in each digest, behind 'audit head', and looks like 812:9f3c2a7b11de.",
        )
    return anchor


def _asked(settings: Settings) -> Noted | None:
    """What the ledger knows; None where it can't be asked: the trail can be checked without it."""
    try:
        return noted(settings)
    except errors.LedgerUnavailable:
        return None


def _tell(found: Survey, known: Noted | None, kept: Anchor | None) -> None:
    bad = [it for it in found.problems if it.kind is not ProblemKind.TORN]
    torn = [it for it in found.problems if it.kind is ProblemKind.TORN]
    end = Anchor(entry=found.head.sequence, hash=found.head.hash).shown
    if bad:
        say("The audit trail is not as it was written.", style="bold red")
        for problem in bad[:PROBLEMS_SHOWN]:
            say(problem.sentence, indent=2)
        if len(bad) > PROBLEMS_SHOWN:
            say(f"and {len(bad) - PROBLEMS_SHOWN} more", indent=2)
        say("Keep the files as they are, and hold them against a backup.")
    else:
        say(f"{_entries(found)} in {_files(found)}, each as it was written and in its place.", style="green")
    for problem in torn:
        say(problem.sentence)
        say("That is no tampering: it was never acknowledged, and the next entry keeps what is left of it.")
    if bad:
        return
    if kept is not None:
        say(f"The audit head that you gave is among them: {kept.shown}.")
    if known is None:
        say("The ledger can't be asked what it noted, so a cut end may not show.")
    elif not known.places:
        say("The ledger has noted nothing of it yet, so a cut end may not show.")
    else:
        _tell_of_places(known)
    if found.entries:
        say(f"To hold it against later, note its end: {end}")


def _tell_of_places(known: Noted) -> None:
    if known.digest is not None and known.digest.audit is not None:
        say(f"The audit head of the digest of {known.digest.day} is among them: {known.digest.audit.shown}.")
    if len(known.anchors) == 1:
        say(f"The end that the ledger noted is among them: {known.anchors[0].shown}.")
    elif known.anchors:
        say(
            f"Each of the {len(known.anchors)} ends that the ledger noted is among them, "
            f"the last {known.anchors[-1].shown}."
        )


def _entries(found: Survey) -> str:
    return "1 entry" if found.entries == 1 else f"{found.entries} entries"


def _files(found: Survey) -> str:
    return "1 file" if len(found.files) == 1 else f"{len(found.files)} files"


def _as_json(found: Survey, places: list[Anchor]) -> dict[str, object]:
    return {
        "whole": found.is_whole,
        "entries": found.entries,
        "files": list(found.files),
        "end": {"entry": found.head.sequence, "hash": found.head.hash},
        "held_against": [{"entry": it.entry, "hash": it.hash} for it in places],
        "problems": [_problem(it) for it in found.problems],
    }


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "kind": problem.kind,
        "sentence": problem.sentence,
    }
