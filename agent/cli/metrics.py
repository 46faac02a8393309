"""`metrics`: the figures of the house as Prometheus reads them; the running daemon answers the same over HTTP."""

import datetime

import typer
from sqlalchemy import Engine

from agent import errors
from agent.adapters.http.page import OK, UNAVAILABLE, Page
from agent.cli.shared import HomeOption, open_tables
from agent.cli.wording import out
from agent.config import Settings, load
from agent.daemon.metrics import metrics_of

FORMAT = "text/plain; version=0.0.4"


def register(app: typer.Typer) -> None:
    app.command()(metrics)


def metrics(home: HomeOption = None) -> None:
    """Print the figures of the house for Prometheus.

    Its node exporter reads them from a file: dossierd metrics > dossierd.prom
    """
    settings = load(home=home)
    with open_tables(settings) as engine:
        out.file.write(_figures(engine, settings))


def metrics_page(settings: Settings) -> Page:
    """Answer with the same over HTTP; 503 while the ledger is away."""
    try:
        with open_tables(settings) as engine:
            figures = _figures(engine, settings)
    except errors.DossierdError as error:
        return Page(status=UNAVAILABLE, body=f"# {error.reason}\n", media_type=FORMAT)
    return Page(status=OK, body=figures, media_type=FORMAT)


def _figures(engine: Engine, settings: Settings) -> str:
    return metrics_of(engine, settings, datetime.datetime.now(datetime.UTC))
