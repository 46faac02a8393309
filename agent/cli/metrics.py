"""`metrics`: the figures of the house as Prometheus reads them."""

import datetime

import typer

from agent.cli.shared import HomeOption, open_tables
from agent.cli.wording import out
from agent.config import load
from agent.daemon.metrics import metrics_of


def register(app: typer.Typer) -> None:
    app.command()(metrics)


def metrics(home: HomeOption = None) -> None:
    """Print the figures of the house for Prometheus.

    Its node exporter reads them from a file: dossierd metrics > dossierd.prom
    """
    settings = load(home=home)
    with open_tables(settings) as engine:
        out.file.write(metrics_of(engine, settings.home, datetime.datetime.now(datetime.UTC)))
