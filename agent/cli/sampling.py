"""`sample`: the weekly sample of what was filed by rule: what came of it, and what you say of a document in it."""

import datetime
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from agent import errors
from agent.adapters.ledger import SqlLedger, SqlSamples
from agent.cli.shared import HomeOption, JsonOption, ask, finish, open_tables, require, typed
from agent.cli.wording import print_json, say, say_table, table
from agent.config import Settings, load
from agent.core.messages import who
from agent.core.sample_cards import most_percent
from agent.core.sampling import ANSWERED_WITHIN, most_wrong, total
from agent.domain.document import reference
from agent.domain.life import Action
from agent.domain.outcome import Archived
from agent.domain.sampling import Counts, Sampled, SampleWeek, Verdict

SHOWN_WEEKS = 12
_VERDICTS = (Verdict.RIGHT, Verdict.WRONG)


def register(app: typer.Typer) -> None:
    app.command()(sample)


def sample(
    document: Annotated[str, typer.Argument(help="A document of the sample, such as D-7.")] = "",
    verdict: Annotated[str, typer.Argument(help="What you say of it: right or wrong.")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the weekly sample of automatic filings, or say whether one is right.

    What is wrong goes back to review, however long ago it was filed.
    """
    settings = load(home=home)
    if not document:
        _show(settings, as_json=as_json)
        return
    said = typed(verdict).lower()
    if said not in _VERDICTS:
        raise errors.RequestRefused(
            "Say whether it is filed rightly.",
            hint=f"Such as: dossierd sample {typed(document)} right, or wrong",
        )
    with open_tables(settings) as engine:
        seen = require(SqlLedger(engine), document)
    finish(ask(settings, Action.JUDGE, document, said, epoch=seen.epoch), as_json=as_json)


def _show(settings: Settings, *, as_json: bool) -> None:
    with open_tables(settings) as engine:
        samples, ledger = SqlSamples(engine), SqlLedger(engine)
        weeks, waiting = samples.weeks(), samples.waiting()
        records = {it.sampled_id: _record(ledger, it) for it in waiting}
    whole = total(weeks)
    if as_json:
        print_json(
            {
                "a_week": settings.sample_a_week,
                "weeks": [{"week": it.monday, **_facts(it.counts)} for it in weeks],
                "total": sample_facts(whole),
                "waiting": [
                    {
                        "document": reference(it.document_id),
                        "record": records[it.sampled_id],
                        "asked_at": it.posted_at,
                    }
                    for it in waiting
                ],
            }
        )
        return
    if not settings.sample_a_week:
        say("DOSSIERD_SAMPLE_A_WEEK is 0: no filings are chosen.", style="yellow")
    if not whole.chosen:
        say(
            "Nothing was chosen yet: the first sample is of what the rules file this week, and is chosen next week."
        )
        return
    _say_weeks(weeks)
    say(rate_words(whole))
    for it in waiting:
        number = reference(it.document_id)
        asked = "is asked about soon" if it.posted_at is None else f"until {_last_day(it.posted_at)}"
        say(
            f"{number} is filed under {records[it.sampled_id] or '-'} ({asked}): dossierd show {number}, then"
        )
        say(f"dossierd sample {number} right, or: dossierd sample {number} wrong", indent=2)


def _say_weeks(weeks: Sequence[SampleWeek]) -> None:
    shown = table("week of", "chosen", "right", "wrong", "unanswered", "waiting", "erased")
    for week in [it for it in weeks if it.counts.chosen][:SHOWN_WEEKS]:
        counts = week.counts
        numbers = (
            counts.chosen,
            counts.right,
            counts.wrong,
            counts.unanswered,
            counts.waiting,
            counts.void,
        )
        shown.add_row(f"{week.monday:%Y-%m-%d}", *map(str, numbers))
    say_table(shown)


def rate_words(counts: Counts) -> str:
    """`0 of 60 that people looked at were filed wrongly: with 95 % certainty at most 4.9 % of all are.`"""
    if not counts.judged:
        return "Nobody has said anything of a filing in the sample yet, so nothing is known."
    return (
        f"{counts.wrong} of {counts.judged} that people looked at were filed wrongly: "
        f"with 95 % certainty at most {most_percent(counts)} % of all are."
    )


def told_of(sampled: Sampled | None) -> list[tuple[str, str]]:
    """Say what came of a document's newest place in a sample: `sample`, `filed rightly, says anna`."""
    if sampled is None:
        return []
    words = {
        None: "nobody has said yet whether it is filed rightly",
        Verdict.RIGHT: f"filed rightly, says {who(sampled.judged_by or '')}",
        Verdict.WRONG: f"was filed wrongly, says {who(sampled.judged_by or '')}",
        Verdict.UNANSWERED: "nobody said whether it is filed rightly",
        Verdict.VOID: "it was erased before anybody said something",
    }
    return [("sample", f"of the week of {sampled.monday:%Y-%m-%d}: {words[sampled.verdict]}")]


def sample_facts(counts: Counts) -> dict[str, object]:
    """What the samples came to, for a machine; `most_wrong` is a share from 0 to 1."""
    return {**_facts(counts), "most_wrong": most_wrong(counts.wrong, counts.judged)}


def _facts(counts: Counts) -> dict[str, int]:
    return {"chosen": counts.chosen, **asdict(counts)}


def _record(ledger: SqlLedger, sampled: Sampled) -> str | None:
    document = ledger.document(sampled.document_id)
    filed = None if document is None else document.outcome
    return filed.record_id if isinstance(filed, Archived) else None


def _last_day(posted_at: datetime.datetime) -> str:
    return f"{posted_at + ANSWERED_WITHIN:%Y-%m-%d}"
