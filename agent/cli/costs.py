"""`costs`: what paid services cost, over a span of the office's time."""

import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from agent.adapters.ledger import SqlCosts
from agent.cli.shared import HomeOption, JsonOption, open_tables
from agent.cli.wording import print_json, say, say_table, table
from agent.config import load
from agent.core.costs import days_in, dollars, this_month, today, yesterday
from agent.core.pauses import span_of
from agent.domain.cost import CostKey, CostSum, Span

LISTED = 20
"""Lines that a person is shown; `--json` gives all."""


def register(app: typer.Typer) -> None:
    app.command()(costs)


def costs(
    last: Annotated[
        str | None, typer.Option("--last", metavar="SPAN", help="The last 24h, 90m or 7d. The default: 24h.")
    ] = None,
    is_today: Annotated[bool, typer.Option("--today", help="Today, at the office.")] = False,
    is_yesterday: Annotated[bool, typer.Option("--yesterday", help="Yesterday, at the office.")] = False,
    is_month: Annotated[bool, typer.Option("--month", help="This month, at the office.")] = False,
    by: Annotated[CostKey | None, typer.Option("--by", help="Tell it for each.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what paid services cost, to the micro-dollar.

    A call belongs to the moment it was made at. One whose end is not known counts what it may cost at most.
    """
    settings = load(home=home)
    timezone = ZoneInfo(settings.timezone)
    now = datetime.datetime.now(datetime.UTC)
    if (last is not None) + is_today + is_yesterday + is_month > 1:
        raise typer.BadParameter("Choose one of --last, --today, --yesterday and --month.")
    if is_today or is_yesterday or is_month:
        span = (today if is_today else yesterday if is_yesterday else this_month)(now, timezone)
    else:
        span = _last(last or "24h", now)
    with open_tables(settings) as engine:
        rows = SqlCosts(engine)
        [whole] = rows.sums({"all": span})
        parts = _parts(rows, span, by, timezone)
    since, until = (moment.astimezone(timezone) for moment in span)
    if as_json:
        facts = {"since": since, "until": until, "timezone": settings.timezone, **_facts(whole)}
        print_json({**facts, "by": by, "parts": [{"key": part.key, **_facts(part)} for part in parts]})
        return
    say(f"${dollars(whole.micros)} for {_calls(whole)}", style="bold")
    say(f"From {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} ({settings.timezone}).")
    if whole.open_calls:
        say(f"The end of {whole.open_calls} is not known: each counts what it may cost at most.")
    if by is not None and parts:
        _say_parts(by, parts)


def _last(text: str, now: datetime.datetime) -> Span:
    span = span_of(text)
    if span is None:
        raise typer.BadParameter("--last is written like 24h, 90m or 7d, up to 30d.")
    return now - span, now


def _parts(rows: SqlCosts, span: Span, by: CostKey | None, timezone: datetime.tzinfo) -> list[CostSum]:
    if by is None:
        return []
    if by is CostKey.DAY:
        return list(rows.sums({day.isoformat(): part for day, part in days_in(span, timezone)}))
    return list(rows.sums({"all": span}, by))


def _facts(told: CostSum) -> dict[str, object]:
    return {"cost_micros": told.micros, "calls": told.calls, "open_calls": told.open_calls}


def _calls(told: CostSum) -> str:
    return f"{told.calls:,} call{'' if told.calls == 1 else 's'}"


def _say_parts(by: CostKey, parts: list[CostSum]) -> None:
    listed = table(by, "cost", "calls")
    shown = parts if by is CostKey.DAY else parts[:LISTED]
    for part in shown:
        listed.add_row(Text(part.key), f"${dollars(part.micros)}", f"{part.calls:,}")
    say_table(listed)
    if rest := parts[len(shown) :]:
        say(f"and {len(rest):,} more: ${dollars(sum(part.micros for part in rest))}. All: --json")
