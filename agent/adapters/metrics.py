"""The figures in the text that Prometheus reads (https://prometheus.io/docs/instrumenting/exposition_formats/).

Counters are those of the ledger, so that they survive restarts. Labels are closed sets: states, reasons, steps, models;
never a document, a name or a path.
"""

import datetime
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    SummaryMetricFamily,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from agent.domain.figures import Figures, ProcessFigures

_MICROS = 1_000_000


def metrics_text(
    figures: Figures,
    process: ProcessFigures | None,
    versions: Mapping[str, str],
    now: datetime.datetime,
    *,
    host: str = "",
    at_work: Mapping[str, int] = MappingProxyType({}),
) -> str:
    """Write all metrics.

    Args:
        process: the daemon's; None where none runs.
        versions: by their names, which are labels: letters and underscores.
        host: the name of the machine that is asked; empty where it has none.
        at_work: how many daemons do each part of the work, by its name; empty where one does all.
    """
    registry = CollectorRegistry(auto_describe=False)
    of_hosts = (*_named(host), *_manned(at_work))
    registry.register(_Told([*_counted(figures, now), *_held(process), _built(versions), *of_hosts]))
    return generate_latest(registry).decode()


class _Told(Collector):
    """Metrics that are worked out already."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics


def _counted(figures: Figures, now: datetime.datetime) -> Iterator[Metric]:
    yield _counter("docs", "Times a document came to rest.", "outcome", figures.rest_counts)
    yield _counter("errors", "Documents that could not be filed.", "reason", figures.error_counts)
    yield _counter(
        "sampled", "Filings of the weekly samples that came to an end.", "verdict", figures.sampled
    )
    steps = SummaryMetricFamily("dossierd_step_seconds", "What a step of a document takes.", labels=["step"])
    for step, (count, seconds) in sorted(figures.steps.items()):
        steps.add_metric([step], count_value=count, sum_value=seconds)
    yield steps
    yield _gauge("queue_depth", "Documents that are neither filed nor asked about.", figures.in_work)
    yield _gauge(
        "oldest_age_seconds", "How long the oldest of them has waited.", _age(figures.oldest_at, now)
    )
    yield _gauge("human_pending", "Questions that wait for a human.", figures.pending)
    yield _gauge("outbox_waiting", "Messages that wait to be sent.", figures.outbox_waiting)
    dollars = {model: micros / _MICROS for model, micros in figures.settled_micros.items()}
    yield _counter("llm_cost_usd", "What calls have cost whose end is known.", "model", dollars)
    reserved = figures.reserved_micros / _MICROS
    yield _gauge("llm_reserved_usd", "What calls may cost at most whose end is not known.", reserved)
    if figures.canary_at is not None:
        yield _gauge("canary_age_seconds", "Since the last canary ended.", _age(figures.canary_at, now))
        yield _gauge("canary_seconds", "What the last canary took.", figures.canary_seconds or 0)
        yield _gauge("canary_is_well", "1 where it was filed as it must.", bool(figures.is_canary_well))


def _held(process: ProcessFigures | None) -> Iterator[Metric]:
    if process is None:
        return
    yield _gauge("rss_bytes", "Memory of the daemon that lies in RAM.", process.rss_bytes)
    yield _gauge("open_fds", "File descriptors that the daemon holds.", process.open_fds)
    yield _gauge("threads", "Threads of the daemon.", process.threads)


def _built(versions: Mapping[str, str]) -> Metric:
    return InfoMetricFamily("dossierd_build", "What runs, and on what.", value=dict(versions))


def _named(host: str) -> Iterator[Metric]:
    if host:
        yield InfoMetricFamily("dossierd_host", "Which of the hosts of a home this is.", value={"host": host})


def _manned(at_work: Mapping[str, int]) -> Iterator[Metric]:
    if at_work:
        family = GaugeMetricFamily("dossierd_hosts", "Daemons at work on this home.", labels=["role"])
        for role, count in at_work.items():
            family.add_metric([role], count)
        yield family


def _counter(name: str, told: str, label: str, counts: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(f"dossierd_{name}", told, labels=[label])
    for value, count in sorted(counts.items()):
        family.add_metric([value], count)
    return family


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(f"dossierd_{name}", told, value=value)


def _age(moment: datetime.datetime | None, now: datetime.datetime) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())
