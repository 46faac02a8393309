"""Pages that can't say who a document is about: what a child spends on each, beside pdfium's own text of them.

`python -m benchmarks.reading.born_digital [PDF]`: a PDF whose pages are alike; by default 300, drawn here, in a font
that every program has, and in one that the file brings along, as those of real documents do. Beside it, that a long and
dense document is read to its last page, in bounded memory.
Marginal CPU, (all pages - one page) / (pages - 1), of a process of its own each time, the two interleaved.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pypdfium2
from fpdf import FPDF

from benchmarks.figures import Figure, report
from benchmarks.processes import memory
from benchmarks.reading.ours import read_whole, running_reader
from benchmarks.reading.sheets import FONT

TITLE = "born-digital pages without identity evidence"
_PAGES = 300
_ROUNDS = 5
_MOST_RATIO = 1.5
_MOST_MEGABYTES = 480.0
_DENSE_WORDS = 600
_PROSE = (
    "les travaux se sont poursuivis pendant tout exercice sans incident notable la commission propose une augmentation "
    "des moyens afin que chaque service puisse assurer ses missions dans de bonnes conditions et sous contrainte ainsi "
    "les habitants ont signal\u00e9 plusieurs difficult\u00e9s autour du march\u00e9 couvert voirie \u00e9clairage "
    "public entretien espaces verts programme annuel"
)
_REFERENCE = """
import sys, time, pypdfium2
document = pypdfium2.PdfDocument(sys.argv[1])
began, count = time.process_time(), int(sys.argv[2])
for number in range(count):
    page = document[number]
    text_page = page.get_textpage()
    text_page.get_text_range()
    text_page.close()
    page.close()
print(time.process_time() - began)
"""
_OURS = """
import gc, socket, sys, time, tempfile
from pathlib import Path
from agent.adapters.reading import child, finding
from agent.core.vocabulary import STANDARD
here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
with tempfile.TemporaryDirectory() as scratch, open(sys.argv[1], "rb") as stream:
    order = finding.Order(
        scratch=Path(scratch), languages="eng", page_seconds=30.0, document_seconds=900.0, turn_seconds=600.0,
        memory_megabytes=480,
        max_pages=10_000, render_megapixels=40, labels=STANDARD.identifying_labels,
        pages=tuple(range(1, int(sys.argv[2]) + 1)),
    )
    gc.collect()
    gc.freeze()  # as the fork server does
    began = time.process_time()
    child.leave(order, stream, there)
    print(time.process_time() - began)
"""


def measure(document: Path | None = None) -> Iterator[Figure]:
    """Read documents of prose both ways, and the whole of each through the reader."""
    with tempfile.TemporaryDirectory(prefix="dossierd-benchmark-") as folder:
        for name, path in _documents(Path(folder), document):
            yield from _compared(name, path, _count(path))
        with running_reader() as reader:
            text = read_whole(reader, _dense(Path(folder)))
        yield Figure(
            name=f"{_PAGES} pages of {_DENSE_WORDS} words, pages not read",
            measured=sum(page.problem is not None for page in text.pages),
            unit="",
            bound=0,
            digits=0,
        )
        yield Figure(
            name="peak RSS of reading all of it, text in hand",
            measured=memory(os.getpid()).peak_rss,
            unit="MB",
            bound=_MOST_MEGABYTES,
            digits=0,
        )


def _documents(folder: Path, given: Path | None) -> Iterator[tuple[str, Path]]:
    if given is not None:
        yield "given", given
        return
    yield "core font", _prose(folder / "core.pdf", None)
    if FONT.is_file():
        yield "embedded font", _prose(folder / "embedded.pdf", FONT)
    else:
        print(f"       no page with an embedded font is measured: there is no {FONT}")


def _compared(name: str, path: Path, pages: int) -> Iterator[Figure]:
    rounds = [(_marginal(_OURS, path, pages), _marginal(_REFERENCE, path, pages)) for _ in range(_ROUNDS)]
    ours, reference = (median(them) for them in zip(*rounds, strict=True))
    yield Figure(name=f"{name}: pdfium's text, CPU a page", measured=1000 * reference, unit="ms", digits=3)
    yield Figure(name=f"{name}: ours, CPU a page", measured=1000 * ours, unit="ms", digits=3)
    ratio = median(one / other for one, other in rounds)
    yield Figure(name=f"{name}: ours to pdfium's", measured=ratio, unit="", bound=_MOST_RATIO)


def _marginal(program: str, path: Path, pages: int) -> float:
    return (_seconds(program, path, pages) - _seconds(program, path, 1)) / (pages - 1)


def _seconds(program: str, path: Path, pages: int) -> float:
    done = subprocess.run(
        [sys.executable, "-c", program, path, str(pages)], capture_output=True, check=True, text=True
    )
    return float(done.stdout)


def _count(path: Path) -> int:
    with pypdfium2.PdfDocument(path) as document:
        return len(document)


def _prose(path: Path, font: Path | None) -> Path:
    """Print pages of words as they come in reports, no two lines alike."""
    document = FPDF(format="A4")
    if font is None:
        document.set_font("helvetica", size=11)
    else:
        document.add_font("embedded", fname=font)
        document.set_font("embedded", size=10)
    _fill(document, rows=38, words=11, top=25.0, step=7.0)
    document.output(str(path))
    return path


def _dense(folder: Path) -> Path:
    """Print pages as full as those of a contract's annex; a label on each has it read word by word."""
    document = FPDF(format="A4")
    document.set_font("helvetica", size=8)
    _fill(document, rows=50, words=_DENSE_WORDS // 50, top=12.0, step=5.4, first="Nom : ")
    document.output(str(folder / "dense.pdf"))
    return folder / "dense.pdf"


def _fill(document: FPDF, *, rows: int, words: int, top: float, step: float, first: str = "") -> None:
    drawn = random.Random(1)
    for _ in range(_PAGES):
        document.add_page()
        for row in range(rows):
            line = " ".join(drawn.choices(_PROSE.split(), k=words))
            document.text(12, top + step * row, line if row else first + line)


def main() -> int:
    """Measure; 1 when a bound is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("document", type=Path, nargs="?")
    return 0 if report(TITLE, measure(parser.parse_args().document)) else 1


if __name__ == "__main__":
    sys.exit(main())
