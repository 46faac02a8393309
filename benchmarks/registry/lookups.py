"""The people whom a letter touches, looked up among ten thousand and among many, by turns."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from agent.adapters.registry import RegistryIndex
from agent.core.extract import extract
from agent.domain.document import text_of_plain
from agent.domain.evidence import Evidence
from benchmarks.figures import Figure
from benchmarks.registry.crowd import crowd, letters

FEW = 10_000
_LETTERS = 200
_WORDS = 500
_ROUNDS = 5
_LONG_LETTERS = 3
_LONG_WORDS = 150_000
_NEAR_LETTERS = 60
_ASKED_FOR = 24
_MOST_TIMES = 10.0
_MOST_MILLISECONDS = 10.0
_MOST_LONG_SECONDS = 30.0


def measure(few: RegistryIndex, many: RegistryIndex) -> Iterator[Figure]:
    """Look each letter up in both, by turns; a letter counts with the median of its rounds."""
    people = list(crowd(FEW))
    evidence = _evidence(letters(people, _LETTERS, _WORDS))
    few_ms, many_ms = _by_turns(evidence, few, many)
    yield Figure(name=f"p50 among {FEW:,}", measured=statistics.median(few_ms), unit="ms")
    yield Figure(name=f"p95 among {FEW:,}", measured=_p95(few_ms), unit="ms")
    p50 = statistics.median(many_ms)
    yield Figure(name="p50 among many", measured=p50, unit="ms", bound=_MOST_MILLISECONDS)
    yield Figure(name="p95 among many", measured=_p95(many_ms), unit="ms")
    times = p50 / statistics.median(few_ms)
    yield Figure(name="p50 among many, to that among few", measured=times, unit="x", bound=_MOST_TIMES)
    touched = statistics.median(len(many.candidates(each).named) for each in evidence)
    yield Figure(name="people found for a letter, in the median", measured=touched, unit="", digits=0)
    near_ms = [_milliseconds(partial(many.proposals, each, _ASKED_FOR)) for each in evidence[:_NEAR_LETTERS]]
    yield Figure(
        name="p50 of proposals, where no rule finds the one", measured=statistics.median(near_ms), unit="ms"
    )
    yield Figure(name="p95 of proposals", measured=_p95(near_ms), unit="ms")
    scans = [_as_a_scan(each) for each in evidence[:_NEAR_LETTERS]]
    scan_ms = [_milliseconds(partial(many.proposals, each, _ASKED_FOR)) for each in scans]
    yield Figure(name="p50 of proposals, for a scan", measured=statistics.median(scan_ms), unit="ms")
    yield Figure(name="p95 of proposals, for a scan", measured=_p95(scan_ms), unit="ms")
    long = _evidence(letters(people, _LONG_LETTERS, _LONG_WORDS))
    long_seconds = max(_milliseconds(partial(many.candidates, each)) for each in long) / 1000
    name = f"{_LONG_WORDS:,} words, worst of {_LONG_LETTERS}"
    yield Figure(name=name, measured=long_seconds, unit="s", bound=_MOST_LONG_SECONDS)


def _evidence(texts: Iterator[str]) -> list[Evidence]:
    return [extract(text_of_plain(text)) for text in texts]


def _as_a_scan(evidence: Evidence) -> Evidence:
    """The same words, as OCR has read them."""
    return replace(evidence, tokens=tuple(replace(token, confidence=90) for token in evidence.tokens))


def _by_turns(
    evidence: Sequence[Evidence], few: RegistryIndex, many: RegistryIndex
) -> tuple[list[float], list[float]]:
    took: list[tuple[list[float], list[float]]] = [([], []) for _ in evidence]
    for _ in range(_ROUNDS):
        for each, (few_ms, many_ms) in zip(evidence, took, strict=True):
            few_ms.append(_milliseconds(partial(few.candidates, each)))
            many_ms.append(_milliseconds(partial(many.candidates, each)))
    return [statistics.median(of_few) for of_few, _ in took], [
        statistics.median(of_many) for _, of_many in took
    ]


def _milliseconds(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - began)


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
