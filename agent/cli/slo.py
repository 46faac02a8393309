"""`slo`: how much of the time the daemon worked, and how often people found a filing by rule wrong."""

import datetime
from dataclasses import asdict
from typing import Annotated

import typer

from agent.adapters.alive import AliveMark
from agent.adapters.ledger import SqlRuns, SqlSamples
from agent.cli.sampling import rate_words, sample_facts
from agent.cli.shared import HomeOption, JsonOption, open_tables
from agent.cli.wording import print_json, say
from agent.config import load
from agent.core.availability import GOAL, Availability, availability
from agent.core.pauses import span_of
from agent.core.sampling import total
from agent.settings import STATE


def register(app: typer.Typer) -> None:
    app.command()(slo)


def slo(
    last: Annotated[str, typer.Option("--last", metavar="SPAN", help="The last 24h, 90m or 7d.")] = "30d",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how much of the time the daemon worked, by its own mark of life.

    And what the weekly samples say of automatic filings.
    """
    settings = load(home=home)
    now = datetime.datetime.now(datetime.UTC)
    span = span_of(last)
    if span is None:
        raise typer.BadParameter("--last is written like 24h, 90m or 7d, up to 30d.")
    with open_tables(settings) as engine:
        rows = SqlRuns(engine)
        first, runs = rows.first_began(), rows.since(now - span)
        sampled = total(SqlSamples(engine).weeks())
    if first is None:
        if as_json:
            print_json(None)
        else:
            say("No run was written down yet: the daemon does it from its next start on.")
        return
    alive_at = AliveMark(settings.home / STATE).last()
    told = availability(runs, since=max(first, now - span), until=now, alive_at=alive_at)
    if as_json:
        facts = {**asdict(told), "up": told.up.total_seconds(), "stopped": told.stopped.total_seconds()}
        print_json(
            {
                **facts,
                "sample": sample_facts(sampled),
                "availability": told.share,
                "goal": GOAL,
                "versions": runs[-1].versions if runs else {},
            }
        )
        return
    _say(told)
    if sampled.judged:
        say(f"Automatic filings, by the weekly sample: {rate_words(sampled)}")
    if runs:
        say("The last run's versions: " + ", ".join(f"{name} {it}" for name, it in runs[-1].versions.items()))


def _say(told: Availability) -> None:
    is_met = told.share >= GOAL
    verdict = "meets" if is_met else "is below"
    say(
        f"{told.share:.3%} available, which {verdict} the goal of {GOAL:.1%}",
        style="bold green" if is_met else "bold yellow",
    )
    say(
        f"From {told.since:%Y-%m-%d %H:%M} to {told.until:%Y-%m-%d %H:%M} UTC; {_times('started', told.starts)}."
    )
    down = told.until - told.since - told.up
    say(
        f"Down for {_words(down)}, of which {_words(told.stopped)} as it was asked to; {_times('died', told.deaths)}."
    )


def _times(what: str, count: int) -> str:
    return f"{what} {count} time{'' if count == 1 else 's'}"


def _words(span: datetime.timedelta) -> str:
    seconds = round(span.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
