"""`audit`: whether the audit trail is as it was written, and what of it is lost, as people know."""

import datetime
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from agent import errors
from agent.adapters.journal import Problem, ProblemKind, Survey
from agent.app import refuse_root
from agent.cli.shared import HomeOption, JsonOption, have_typed
from agent.cli.wording import print_json, say
from agent.config import Settings, load, login_name
from agent.domain.anchor import Anchor, parse_anchor
from agent.domain.loss import Gap, Loss, WhyLost
from agent.domain.message import visible
from agent.health.audit import Noted, looked_through, noted
from agent.keeping.losing import LOST, accept, require_loss

PROBLEMS_SHOWN = 20
WORD = "lost"

app = typer.Typer(
    help="The audit trail: what was done and why, one line each, for ever.", no_args_is_help=True
)


@app.command("accept-loss")
def accept_loss(
    why: Annotated[WhyLost, typer.Option("--why", help="Why, for the audit trail.")] = WhyLost.UNKNOWN,
    confirm: Annotated[
        str, typer.Option("--confirm", metavar="WORD", help="What would be typed when asked: lost.")
    ] = "",
    home: HomeOption = None,
) -> None:
    """Write down that lines of the audit trail are lost, and that you have looked at it.

    What is gone is shown first. `audit verify` tells of it for ever, and is green again; what is lost from now on is
    bad as before. A line that was edited, moved or added is no loss, and is refused. The daemon has to be stopped.
    """
    settings = load(home=home)
    refuse_root(settings)

    def look() -> Survey:
        return looked_through(settings, noted(settings))

    found = look()
    require_loss(found)
    say("This is gone of the audit trail:")
    for problem in found.problems[:PROBLEMS_SHOWN]:
        say(problem.sentence, indent=2)
    if len(found.problems) > PROBLEMS_SHOWN:
        say(f"and {len(found.problems) - PROBLEMS_SHOWN} more", indent=2)
    have_typed(
        WORD, confirm, to="write down that you know, and that nobody did it", else_="Nothing was written down"
    )
    now = datetime.datetime.now(datetime.UTC)
    loss = accept(settings, look, actor=f"cli:{login_name()}", why=why, now=now)
    say(_told(loss), style="yellow")
    say("dossierd audit verify tells of it from now on, and is green.")


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
    found = looked_through(settings, known or Noted(), [] if kept is None else [kept])
    if as_json:
        print_json(_as_json(found, places, [] if known is None else known.losses))
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
        if all(it.kind in LOST for it in bad):
            say("If they are lost, and not tampered with: dossierd audit accept-loss", indent=2)
    else:
        say(f"{_entries(found)} in {_files(found)}, each as it was written and in its place.", style="green")
    for loss in () if known is None else known.losses:
        say(_told(loss), style="yellow")
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


def _told(loss: Loss) -> str:
    """A loss that is known, in a sentence."""
    gone = [f"what was noted up to entry {loss.lost[-1].entry}"] if loss.lost else []
    gone += [_lines_before(it) for it in loss.gaps]
    return (
        f"Known loss: {', and '.join(gone) or 'what documents had left'} is gone. Accepted by {loss.actor} at "
        f"{loss.accepted_at:%Y-%m-%d %H:%M} UTC ({loss.why}), told of by entry {loss.line.entry}."
    )


def _lines_before(gap: Gap) -> str:
    return f"what came before entry {gap.entry} ({'1 line' if gap.lost == 1 else f'{gap.lost} lines'})"


def _entries(found: Survey) -> str:
    return "1 entry" if found.entries == 1 else f"{found.entries} entries"


def _files(found: Survey) -> str:
    return "1 file" if len(found.files) == 1 else f"{len(found.files)} files"


def _as_json(found: Survey, places: list[Anchor], losses: Sequence[Loss]) -> dict[str, object]:
    return {
        "whole": found.is_whole,
        "entries": found.entries,
        "files": list(found.files),
        "end": {"entry": found.head.sequence, "hash": found.head.hash},
        "held_against": [{"entry": it.entry, "hash": it.hash} for it in places],
        "known_losses": [
            {
                "entry": it.line.entry,
                "actor": it.actor,
                "why": it.why,
                "at": it.accepted_at.isoformat(),
                "places": len(it.lost),
                "gaps": [asdict(gap) for gap in it.gaps],
            }
            for it in losses
        ],
        "problems": [_problem(it) for it in found.problems],
    }


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "kind": problem.kind,
        "sentence": problem.sentence,
    }
