"""Clean scans on two cores: how much longer than recognition itself, and how much faster than OCRmyPDF.

Rounds of all alternate over the same pages. The reference is the tesseract command over pictures that are ready, two
at a time; ours opens, judges, draws and isolates as well. OCRmyPDF gets the pages as one document, which it deals out
to as many cores by itself; ours gets them as documents, two at a time, and as that one document.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

import pypdfium2

from benchmarks import processes
from benchmarks.figures import Figure
from benchmarks.reading import bare, ocrmypdf, ours
from benchmarks.reading.ready import pictures_of
from benchmarks.reading.truth import Drawer

TITLE = "clean scans, two cores: the time for 8 pages"
_ROUNDS = 3
_PAGES = 8
_MOST_TO_BARE = 1.10
_MOST_TO_DEFAULT = 0.85
_LEAST_TO_THOROUGH = 3.0

_BARE, _DOCUMENTS, _DOCUMENT = "tesseract, pictures ready", "dossierd, documents", "dossierd, one document"
_DEFAULT, _THOROUGH = "OCRmyPDF --skip-text", "OCRmyPDF --deskew --rotate-pages --clean"

Timed = dict[str, list[float]]


def measure(drawer: Drawer, rounds: int = _ROUNDS) -> Iterator[Figure]:
    """Let each read the same pages, in turn."""
    clean = [it for it in drawer.truths if it.is_clean and it.is_latin and not it.is_born_digital]
    paths = [drawer.path(it) for it in clean[:: max(1, len(clean) // _PAGES)][:_PAGES]]
    if not paths:
        print("       no clean scan is among the documents: nothing is compared")
        return
    with tempfile.TemporaryDirectory() as folder, ours.running_reader() as reader:
        pictures = pictures_of(paths, Path(folder))
        together = _joined(paths, Path(folder, "together.pdf"))
        work: dict[str, Callable[[], object]] = {
            _BARE: lambda: bare.recognise(pictures),
            _DOCUMENTS: lambda: bare.two_at_a_time(lambda path: ours.read_whole(reader, path), paths),
            _DOCUMENT: lambda: ours.read_whole(reader, together),
        }
        try:
            installed = ocrmypdf.install()
        except ocrmypdf.MissingError as error:
            print(f"       without OCRmyPDF: {error}")
        else:
            for name, options in ((_DEFAULT, ocrmypdf.DEFAULT), (_THOROUGH, ocrmypdf.THOROUGH)):
                work[name] = partial(installed.process, together, Path(folder), options, jobs=bare.AT_ONCE)
        work[_DOCUMENTS]()  # warms the reader and the disk's cache
        wall, cpu = _timed(work, rounds)
    yield from _figures(wall, cpu, len(pictures))


def _timed(work: dict[str, Callable[[], object]], rounds: int) -> tuple[Timed, Timed]:
    wall: Timed = {name: [] for name in work}
    cpu: Timed = {name: [] for name in work}
    for _ in range(rounds):
        for name, call in work.items():
            began, spent = time.monotonic(), processes.cpu_seconds(os.getpid())
            call()
            wall[name].append(time.monotonic() - began)
            cpu[name].append(processes.cpu_seconds(os.getpid()) - spent)
    return wall, cpu


def _figures(wall: Timed, cpu: Timed, pages: int) -> Iterator[Figure]:
    for name in (_DOCUMENTS, _DOCUMENT):
        yield Figure(
            name=f"wall, {name}, to tesseract",
            measured=_ratio(wall, name, _BARE),
            unit="x",
            bound=_MOST_TO_BARE,
        )
    if _DEFAULT in wall:
        yield Figure(
            name="wall, dossierd, to OCRmyPDF --skip-text",
            measured=_ratio(wall, _DOCUMENT, _DEFAULT),
            unit="x",
            bound=_MOST_TO_DEFAULT,
        )
        yield Figure(
            name="wall, OCRmyPDF deskew, rotate, clean, to dossierd",
            measured=_ratio(wall, _THOROUGH, _DOCUMENT),
            unit="x",
            least=_LEAST_TO_THOROUGH,
        )
    for name, seconds in cpu.items():
        yield Figure(name=f"CPU a page, {name}", measured=median(seconds) / pages, unit="s")


def _ratio(timed: Timed, one: str, other: str) -> float:
    return median(mine / theirs for mine, theirs in zip(timed[one], timed[other], strict=True))


def _joined(paths: list[Path], joined: Path) -> Path:
    """Put the pages of several documents into one."""
    with pypdfium2.PdfDocument.new() as together:
        for path in paths:
            with pypdfium2.PdfDocument(path) as document:
                together.import_pages(document)
        together.save(joined)
    return joined
