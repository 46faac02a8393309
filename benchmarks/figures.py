"""A measured figure beside its bound, and a table of them that a human reads at a glance."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value.

    Attributes:
        bound: what it must not exceed; None for a figure that explains another one.
        least: what it must reach, where more is better.
    """

    name: str
    measured: float
    unit: str
    bound: float | None = None
    least: float | None = None
    digits: int = 2

    @property
    def is_within(self) -> bool:
        return (self.bound is None or self.measured <= self.bound) and (
            self.least is None or self.measured >= self.least
        )

    def __str__(self) -> str:
        measured = f"{self.measured:.{self.digits}f} {self.unit}"
        if self.bound is None and self.least is None:
            return f"       {self.name:<52} {measured:>14}"
        verdict = "ok" if self.is_within else "ABOVE" if self.least is None else "BELOW"
        limit = f"least {self.least:g}" if self.least is not None else f"bound {self.bound:g}"
        return f"{verdict:<6} {self.name:<52} {measured:>14}   {limit} {self.unit}"


def report(title: str, figures: Iterable[Figure]) -> bool:
    """Print a benchmark's figures; gives whether each is within its bound."""
    print(f"\n{title}", flush=True)
    measured = list(figures)
    for figure in measured:
        print(figure, flush=True)
    return all(figure.is_within for figure in measured)
