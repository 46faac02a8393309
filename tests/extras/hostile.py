"""Drops all hostile files of the design's collection at once into a daemon of its own, and tells what became of them.

By hand, with the figures of every file: `python -m tests.extras.hostile [--workers 1]`. As a test:
`tests/extras/test_shared_hostile.py`. The files are no part of the project.

What counts as *readable*: three tools (pdfplumber, pdfium, pdftotext) looked at each file when the collection was made.
A file with a page that a person can look at belongs before a person, in review: all that the manifest calls text,
graphics, in need of OCR, or blank (what stands on a blank page only a person can say), and whatever pdfium opens
although the manifest calls it corrupt or encrypted (an attachment is encrypted, the password is empty, a table can be
rebuilt). `no_text_unjudged` is the manifest's word for "nobody has judged it": such a file counts if pdfium opens it.
What pdfium can't open must end in failed/ with a reason, or in review as incomplete.

What counts as *silently lost*: less than half of the characters that the other tools agree on, in a document that
calls itself complete. Documents with a recognised page are not compared: there the layer that the others count was
rejected, as rubbish (pdf.js 752304) or because nobody can see it (pdf.js 27dbaa).
"""

import argparse
import csv
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.domain.document import TextOrigin
from agent.domain.life import Document
from agent.domain.outcome import Failed, InReview
from benchmarks.group import GroupWatch, descendants
from tests.faults.world import SETTINGS, World, stop

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "hostile"
REST_SECONDS = 1500.0
READABLE = frozenset(
    {
        "readable_text",
        "readable_text_damaged",
        "graphics_or_little_text",
        "needs_ocr",
        "blank",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the manifest says of a file."""

    name: str
    expected: str
    pdfium: str
    pdftotext_characters: int
    is_offender: bool

    @property
    def is_readable(self) -> bool:
        return self.expected in READABLE or self.pdfium.startswith("ok:")

    @property
    def agreed_characters(self) -> int:
        """What pdfium and pdftotext both found at least."""
        kind, _, count = self.pdfium.partition(":")
        return min(int(count), self.pdftotext_characters) if kind == "ok" else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rested:
    """What became of a file: its outcome, the problems of its pages, and how long reading took."""

    known: Known
    document: Document
    problems: Mapping[str, int]
    pages: int
    characters: int
    is_recognised: bool
    read_seconds: float

    @property
    def outcome(self) -> str:
        match self.document.outcome:
            case InReview() if self.problems:
                return "review, incomplete"
            case InReview(decision=decision):
                return f"review, {decision.verdict}"
            case Failed(reason=reason):
                return f"failed, {reason}"
            case outcome:
                return str(outcome)

    @property
    def is_silently_lost(self) -> bool:
        is_comparable = self.pages > 0 and not self.problems and not self.is_recognised
        return is_comparable and 2 * self.characters < self.known.agreed_characters

    @property
    def is_in_review(self) -> bool:
        return isinstance(self.document.outcome, InReview)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run: what became of each file, the peak of the process group, and what was left behind."""

    rested: Sequence[Rested]
    peak_pss: float
    peak_rss: float
    left_processes: int
    left_scratch: Sequence[str]


def manifest() -> list[Known]:
    with (DATA / "MANIFEST.tsv").open(encoding="utf-8") as lines:
        return [
            Known(
                name=row["file"],
                expected=row["expected"],
                pdfium=row["pdfium"],
                pdftotext_characters=int(row["pdftotext_chars"]),
                is_offender=row["offender"] == "1",
            )
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


def sample() -> list[Known]:
    """Take the worst, and every fourth of the others."""
    known = manifest()
    worst = [it for it in known if it.is_offender]
    return worst + [it for it in known if not it.is_offender][::4]


def run(home: Path, *, workers: int = 2, names: Iterable[str] = ()) -> Report:
    """Drop the files at once, wait until all rest, and check that nothing was lost, doubled or changed."""
    world = World.make(home, SETTINGS + f"DOSSIERD_WORKERS={workers}\n")
    wanted = set(names)
    known = {it.name: it for it in manifest() if not wanted or it.name in wanted}
    daemon = world.start("run", module="agent")
    try:
        world.wait_until_up(daemon)
        with GroupWatch(daemon.pid) as watch:
            for name in known:
                world.drop(name, (DATA / "files" / name).read_bytes())
            world.wait(
                lambda: len(world.documents()) == len(known) and world.rests(), daemon, seconds=REST_SECONDS
            )
        family = descendants(daemon.pid)
        left_scratch = [it.name for it in (home / "state" / "scratch").iterdir()]
        stop(daemon)
    finally:
        daemon.kill()
        daemon.wait()
    world.check({name: (DATA / "files" / name).read_bytes() for name in known})
    return Report(
        rested=_rested(world, known),
        peak_pss=watch.peak_pss,
        peak_rss=watch.peak_rss,
        left_processes=len(family) - 2,  # the daemon and its fork server were meant to be there
        left_scratch=left_scratch,
    )


def _rested(world: World, known: Mapping[str, Known]) -> list[Rested]:
    ledger = world.ledger()
    try:
        found = []
        for document in world.documents():
            text = None if document.sha256 is None else ledger.text(document.document_id, document.sha256)
            pages = () if text is None else text.pages
            found.append(
                Rested(
                    known=known[document.original_name],
                    document=document,
                    problems=Counter(str(page.problem) for page in pages if page.problem is not None),
                    pages=len(pages),
                    characters=sum(len("".join(page.text.split())) for page in pages),
                    is_recognised=any(page.origin is TextOrigin.OCR for page in pages),
                    read_seconds=sum(
                        step.duration_ms / 1000
                        for _, step in ledger.steps(document.document_id)
                        if step.name == "read"
                    ),
                )
            )
        return found
    finally:
        ledger.close()


def told(report: Report, slowest: int = 15) -> str:
    """Write the report for a person: the table, what is not as it should be, the offenders, the slowest."""
    ordered = sorted(report.rested, key=lambda it: -it.read_seconds)
    table = Counter((it.known.expected, it.outcome) for it in report.rested)
    lost = [it for it in report.rested if it.known.is_readable and not it.is_in_review]
    sections = (
        (
            "expected x outcome",
            [f"{count:5} {kind:26} {end}" for (kind, end), count in sorted(table.items())],
        ),
        ("readable, and not in review", [_line(it) for it in lost]),
        ("silently lost", [_line(it) for it in ordered if it.is_silently_lost]),
        ("page problems", [_line(it) for it in ordered if it.problems]),
        ("offenders", [_line(it) for it in ordered if it.known.is_offender]),
        ("slowest", [_line(it) for it in ordered[:slowest]]),
        (
            "in all",
            [
                f"{len(report.rested)} files; reading took {sum(it.read_seconds for it in ordered):.0f} s",
                f"peak of the process group: PSS {report.peak_pss:.0f} MiB, RSS {report.peak_rss:.0f} MiB",
                f"left: {report.left_processes} processes, scratch {report.left_scratch}",
            ],
        ),
    )
    return "\n".join(f"\n{title}\n" + "\n".join(f"  {line}" for line in lines) for title, lines in sections)


def _line(it: Rested) -> str:
    problems = json.dumps(it.problems) if it.problems else ""
    detail = it.document.outcome.detail if isinstance(it.document.outcome, Failed) else None
    known = it.known
    figures = f"{it.read_seconds:7.1f} s {it.pages:4} p. {it.characters:6}/{known.pdftotext_characters:6} characters"
    return f"{figures} {it.outcome:20} {known.expected:24} {known.name} {problems}{detail or ''}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("names", nargs="*", help="only these files of the collection")
    given = parser.parse_args()
    os.environ["DOSSIERD_ALLOW_ROOT"] = "true"
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        print(told(run(Path(folder) / "home", workers=given.workers, names=given.names)))


if __name__ == "__main__":
    main()
