"""Odd and damaged PDFs: what two of three common tools read, our reader must read too, or say that it did not.

`python -m benchmarks.reading.hostile FOLDER` with a folder of PDFs. Characters are counted without white space.

- A file *counts* when at least two of pdftotext, mutool and pypdfium2 find 20 characters or more in it.
- It is *read* when we have nine tenths of the lesser of their texts. What a page holds out of its reader's sight is
  said by these tools and left out by us: it counts against us, and a person judges the file.
- Otherwise it must be *flagged*: a page with a problem, or a failure with its reason. All else is lost in silence.
"""

import argparse
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from agent.adapters.reading.sandbox import SandboxedReader
from agent.errors import DocumentUnreadable
from benchmarks.figures import Figure
from benchmarks.reading.ours import read_whole, running_reader

LEAST_CHARACTERS = 20
LEAST_SHARE = 0.90
MOST_FLAGGED = 0.05
_TOOL_SECONDS = 20.0
_TOOL_MEGABYTES = 1500
_PDFIUM = """
import sys, pypdfium2
with pypdfium2.PdfDocument(sys.argv[1]) as document:
    for page in document:
        sys.stdout.buffer.write(page.get_textpage().get_text_range().encode("utf-8", "replace") + b"\\n")
"""
TOOLS = {
    "pdftotext": ("pdftotext", "-q", "-enc", "UTF-8", "{}", "-"),
    "mutool": ("mutool", "draw", "-q", "-F", "txt", "{}"),
    "pypdfium2": (sys.executable, "-c", _PDFIUM, "{}"),
}

TITLE = "hostile: PDFs that at least two of three other tools read"

Verdict = Literal["read", "flagged", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One file that counts.

    Attributes:
        others: the characters that each tool found.
        ours: the characters of our pages.
        flag: what we said of the file; empty when it was read without a word.
    """

    path: Path
    others: dict[str, int]
    ours: int
    flag: str

    @property
    def lesser(self) -> int:
        return min(count for count in self.others.values() if count >= LEAST_CHARACTERS)

    @property
    def verdict(self) -> Verdict:
        if self.ours >= LEAST_SHARE * self.lesser:
            return "read"
        return "flagged" if self.flag else "lost"


def compare(folder: Path) -> Iterator[Compared]:
    """Read every PDF of a folder with the tools, and those that count with ours."""
    paths = sorted(folder.glob("**/*.pdf"))
    with running_reader() as reader, ThreadPoolExecutor(2) as pool:
        yield from (each for each in pool.map(partial(_compared, reader), paths) if each is not None)


def measure(folder: Path | None) -> Iterator[Figure]:
    """Count what is lost in silence, and what is flagged; nothing where there are no files, or not all tools."""
    missing = [name for name in ("pdftotext", "mutool") if shutil.which(name) is None]
    if folder is None or missing:
        why = (
            "no folder is given: --hostile FOLDER"
            if folder is None
            else f"there is no {' and no '.join(missing)}"
        )
        print(f"       nothing is compared: {why}")
        return
    compared = list(compare(folder))
    verdicts = Counter(each.verdict for each in compared)
    yield Figure(name="files that count", measured=len(compared), unit="", least=1, digits=0)
    yield Figure(name="lost in silence", measured=verdicts["lost"], unit="", bound=0, digits=0)
    flagged = 100 * verdicts["flagged"] / max(1, len(compared))
    yield Figure(name="not read, and flagged", measured=flagged, unit="%", bound=100 * MOST_FLAGGED, digits=1)


def passes(compared: Sequence[Compared]) -> bool:
    """Whether nothing is lost in silence, and few files are flagged."""
    verdicts = Counter(each.verdict for each in compared)
    return bool(compared) and not verdicts["lost"] and verdicts["flagged"] <= MOST_FLAGGED * len(compared)


def characters(text: str) -> int:
    """Count what is no white space."""
    return len("".join(text.split()))


def _compared(reader: SandboxedReader, path: Path) -> Compared | None:
    others = {name: characters(_said(command, path)) for name, command in TOOLS.items()}
    if sum(count >= LEAST_CHARACTERS for count in others.values()) < 2:
        return None
    try:
        text = read_whole(reader, path)
    except DocumentUnreadable as error:
        return Compared(path=path, others=others, ours=0, flag=str(error.failure))
    problems = sorted({str(page.problem) for page in text.pages if page.problem is not None})
    ours = sum(characters(page.text) for page in text.pages)
    return Compared(path=path, others=others, ours=ours, flag=", ".join(problems))


def _said(command: Sequence[str], path: Path) -> str:
    """Run a tool; one that fails has said what it had written until then."""
    try:
        done = subprocess.run(
            [
                "prlimit",
                f"--as={_TOOL_MEGABYTES * 1_000_000}",
                *(part.format(path) if part == "{}" else part for part in command),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TOOL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        return (error.stdout or b"").decode("utf-8", "replace")
    return done.stdout.decode("utf-8", "replace")


def main() -> int:
    """Tell what became of the files that count, and each that was not read; 1 when the bounds do not hold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    compared = list(compare(parser.parse_args().folder))
    verdicts = Counter(each.verdict for each in compared)
    for each in compared:
        if each.verdict != "read":
            print(f"{each.verdict:8} {each.ours:7} of {each.others} {each.path.name} {each.flag}")
    print(f"{len(compared)} files count: {dict(verdicts)}")
    return 0 if passes(compared) else 1


if __name__ == "__main__":
    sys.exit(main())
