"""OCRmyPDF, the yardstick of our field: installed by the benchmark alone, in a cache folder of its own.

What it made of a document is kept beside it, since it never changes; how long it takes is measured anew each time.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.reading.bare import LANGUAGES, run

VERSION = "17.13.0"
_PACKAGES = {"gs": "ghostscript", "unpaper": "unpaper"}
"""The programs that it calls, and what brings them on Debian and Ubuntu."""
DEFAULT = ("--skip-text",)
THOROUGH = ("--deskew", "--rotate-pages", "--clean")
_SECONDS = 3600.0


class MissingError(Exception):
    """It can't be had on this machine; the sentence says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ocrmypdf:
    """A working installation."""

    program: Path
    cache: Path

    def process(self, document: Path, folder: Path, options: Sequence[str], jobs: int) -> str:
        """Make a searchable PDF of a document, as its users do; gives the text that it recognised."""
        text = folder / "recognised.txt"
        command: tuple[str | Path, ...] = (
            self.program, *options, "--jobs", str(jobs), "--language", LANGUAGES, "--quiet",
            "--sidecar", text, document, folder / "searchable.pdf",
        )  # fmt: skip
        run(command, seconds=_SECONDS)
        return text.read_text(encoding="utf-8", errors="replace")

    def text_of(self, document: Path, folder: Path) -> str:
        """Recognise a document with all that helps poor scans, or remember what came of it."""
        digest = hashlib.sha256(document.read_bytes()).hexdigest()
        remembered = self.cache / f"{digest}-{LANGUAGES}.json"
        if remembered.is_file():
            return str(json.loads(remembered.read_text(encoding="utf-8")))
        own = folder / digest
        own.mkdir()
        text = self.process(document, own, (*THOROUGH, "--force-ocr"), jobs=1)
        shutil.rmtree(own)
        unfinished = remembered.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps(text), encoding="utf-8")
        unfinished.rename(remembered)
        return text


def install() -> Ocrmypdf:
    """Install it, unless that was done before.

    Raises:
        MissingError: it can't be.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "dossierd-benchmarks")
    folder = cache / f"ocrmypdf-{VERSION}"
    _install_programs()
    if not (folder / "complete").is_file():
        print(f"       OCRmyPDF {VERSION} is installed into {folder}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        for command in (
            (sys.executable, "-m", "venv", folder),
            (folder / "bin" / "pip", "install", "--quiet", f"ocrmypdf=={VERSION}"),
        ):
            _succeed(command, "OCRmyPDF can't be installed from the package index.")
        (folder / "complete").touch()
    texts = cache / f"ocrmypdf-{VERSION}-texts"
    texts.mkdir(parents=True, exist_ok=True)
    return Ocrmypdf(program=folder / "bin" / "ocrmypdf", cache=texts)


def _install_programs() -> None:
    packages = [package for program, package in _PACKAGES.items() if shutil.which(program) is None]
    if not packages:
        return
    if os.geteuid() != 0:
        raise MissingError(f"It needs: sudo apt install {' '.join(packages)}")
    print(f"       {', '.join(packages)}: installed for OCRmyPDF", flush=True)
    _succeed(
        ("apt-get", "install", "--yes", "--no-install-recommends", *packages),
        f"apt can't install {', '.join(packages)}.",
    )


def _succeed(command: Sequence[str | Path], sentence: str) -> None:
    try:
        run(command, seconds=_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise MissingError(sentence) from error
