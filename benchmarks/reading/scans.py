"""Poor scans through the whole daemon: is everything found, is the right person found, and what does it cost?

The documents are dropped in batches of mixed kinds; in between, tesseract reads the same pages in one plain pass, which
is the reference for the processor time and a yardstick for what is found. OCRmyPDF is another: what it recognises with
all that helps poor scans counts together with what a document's own layer says.
"""

import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pypdfium2

from agent.domain.outcome import Archived
from benchmarks.figures import Figure
from benchmarks.reading import bare, ocrmypdf
from benchmarks.reading.ready import pictures_of
from benchmarks.reading.rested import rested
from benchmarks.reading.truth import Drawer, Truth, has_all, has_lost
from benchmarks.running import RunningDaemon, running_daemon

TITLE = "scans: what is found on them, by the whole daemon"
_BATCH = 12
_REST_SECONDS = 1800.0
_LEAST_EXACT_PERCENT = 95.0
_LEAST_ARCHIVED_PERCENT = 80.0
_MOST_CLEAN_FLAGGED_PERCENT = 5.0
_MOST_CPU = 1.6
_SEED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of a document.

    Attributes:
        text: as the daemon read it.
        is_flagged: whether the daemon says that text may be missing.
        record_id: under whom it was archived.
        plain: what tesseract read in one pass.
        thorough: what OCRmyPDF and the document's own layer give; None without OCRmyPDF.
    """

    truth: Truth
    text: str
    is_flagged: bool
    record_id: str | None
    plain: str = ""
    thorough: str | None = None


def measure(drawer: Drawer) -> Iterator[Figure]:
    """Drop every document, look what the daemon made of it, and compare."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_daemon(registry=drawer.registry) as daemon,
    ):
        plain, ratio = _read_all(drawer, daemon, Path(folder))
        results = [replace(it, plain=plain.get(it.truth.doc, "")) for it in _results(drawer, daemon)]
    results = _with_ocrmypdf(drawer, results)
    _tell(results)
    yield from _figures(results)
    yield Figure(name="CPU, to one plain tesseract pass a page", measured=ratio, unit="x", bound=_MOST_CPU)


def _read_all(drawer: Drawer, daemon: RunningDaemon, folder: Path) -> tuple[dict[str, str], float]:
    """Alternate batches of the reference and of the daemon; gives what the first read, and the ratio of costs."""
    scans = [it for it in drawer.truths if not it.is_born_digital]
    random.Random(_SEED).shuffle(scans)
    plain: dict[str, str] = {}
    ours, theirs, count = 0.0, 0.0, 0
    for first in range(0, len(scans), _BATCH):
        batch = scans[first : first + _BATCH]
        spent = bare.children_cpu_seconds()
        plain |= _plain(drawer, batch, folder)
        theirs += bare.children_cpu_seconds() - spent
        count += len(batch)
        spent = daemon.cpu_seconds()
        _drop(drawer, batch, daemon, count)
        ours += daemon.cpu_seconds() - spent
    born = [it for it in drawer.truths if it.is_born_digital]
    _drop(drawer, born, daemon, len(drawer.truths))
    return plain, ours / theirs


def _plain(drawer: Drawer, truths: Sequence[Truth], folder: Path) -> dict[str, str]:
    owners, pictures = [], []
    for it in truths:
        found = pictures_of([drawer.path(it)], folder)
        owners += [it.doc] * len(found)
        pictures += found
    texts = defaultdict[str, str](str)
    for doc, text in zip(owners, bare.recognise(pictures), strict=True):
        texts[doc] += text
    for picture in pictures:
        picture.path.unlink()
    return texts


def _drop(drawer: Drawer, truths: Sequence[Truth], daemon: RunningDaemon, count: int) -> None:
    for it in truths:
        daemon.drop(it.doc, drawer.path(it).read_bytes())
    daemon.wait_until_all_rest(count, _REST_SECONDS)


def _results(drawer: Drawer, daemon: RunningDaemon) -> list[Result]:
    """Ask the ledger what was read, and where each document ended."""
    truths = {it.doc: it for it in drawer.truths}
    return [
        Result(
            truth=truths[document.original_name],
            text="" if text is None else text.text,
            is_flagged=text is None or not text.is_complete,
            record_id=document.outcome.record_id if isinstance(document.outcome, Archived) else None,
        )
        for document, text in rested(daemon)
    ]


def _with_ocrmypdf(drawer: Drawer, results: Sequence[Result]) -> list[Result]:
    try:
        installed = ocrmypdf.install()
    except ocrmypdf.MissingError as error:
        print(f"       without OCRmyPDF: {error}")
        return list(results)
    with tempfile.TemporaryDirectory() as folder:
        paths = [drawer.path(it.truth) for it in results]
        recognised = bare.two_at_a_time(lambda path: installed.text_of(path, Path(folder)), paths)
    return [
        replace(it, thorough=f"{text}\n{_layer(path)}")
        for it, path, text in zip(results, paths, recognised, strict=True)
    ]


def _layer(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def _figures(results: Sequence[Result]) -> Iterator[Figure]:
    latin = [it for it in results if it.truth.is_latin]
    arabic = [it for it in results if not it.truth.is_latin]
    scans = [it for it in results if not it.truth.is_born_digital]
    clean = [it for it in results if it.truth.is_clean]
    exact = sum(has_all(it.truth, it.text) for it in latin)
    yield Figure(
        name="name, date and number exact, French and English",
        measured=_percent(exact, len(latin)),
        unit="%",
        least=_LEAST_EXACT_PERCENT,
        digits=1,
    )
    if all(it.thorough is not None for it in latin):
        theirs = sum(has_all(it.truth, it.thorough or "") for it in latin)
        yield Figure(
            name="documents more than OCRmyPDF's", measured=exact - theirs, unit="", least=0, digits=0
        )
    plain = sum(has_all(it.truth, it.plain) for it in latin if not it.truth.is_born_digital)
    yield Figure(name="exact scans in one plain tesseract pass", measured=plain, unit="", digits=0)
    if arabic:
        found = sum(has_all(it.truth, it.text) for it in arabic)
        yield Figure(name=f"exact, Arabic, of {len(arabic)}", measured=found, unit="", digits=0)
    wrong = sum(it.record_id not in {None, it.truth.true_id} for it in results)
    yield Figure(name="archived under a wrong person", measured=wrong, unit="", bound=0, digits=0)
    archived = sum(it.record_id is not None for it in scans)
    yield Figure(
        name="scans archived automatically",
        measured=_percent(archived, len(scans)),
        unit="%",
        least=_LEAST_ARCHIVED_PERCENT,
        digits=1,
    )
    silent = sum(has_lost(it.truth, it.text) and not it.is_flagged for it in results)
    yield Figure(name="lost a tenth of their text in silence", measured=silent, unit="", bound=0, digits=0)
    yield Figure(
        name="clean documents that are flagged",
        measured=_percent(sum(it.is_flagged for it in clean), len(clean)),
        unit="%",
        bound=_MOST_CLEAN_FLAGGED_PERCENT,
        digits=1,
    )


def _percent(part: int, whole: int) -> float:
    return 100 * part / max(1, whole)


def _tell(results: Sequence[Result]) -> None:
    """Print how each kind of scan fared."""
    kinds = defaultdict[str, list[Result]](list)
    for it in results:
        kinds[it.truth.variant].append(it)
    print("       kind          all  exact  OCRmyPDF  plain  flagged  lost  archived")
    for kind, found in kinds.items():
        counts = (
            len(found),
            sum(has_all(it.truth, it.text) for it in found),
            sum(has_all(it.truth, it.thorough or "") for it in found),
            sum(has_all(it.truth, it.plain) for it in found),
            sum(it.is_flagged for it in found),
            sum(has_lost(it.truth, it.text) for it in found),
            sum(it.record_id is not None for it in found),
        )
        print("       {:<12}{:>5}{:>7}{:>10}{:>7}{:>9}{:>6}{:>10}".format(kind, *counts), flush=True)
    for it in results:
        is_silent = has_lost(it.truth, it.text) and not it.is_flagged
        if is_silent or not has_all(it.truth, it.text):
            what = "lost text in silence" if is_silent else "not exact"
            print(f"       {it.truth.doc}: {what}{', flagged' if it.is_flagged else ''}")
