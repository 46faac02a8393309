"""The reference of all OCR: the tesseract command, one thread each, two at a time, over pictures that are ready."""

import os
import subprocess
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from agent.adapters.reading.tools import ENVIRONMENT
from agent.config import Settings
from benchmarks.reading.ready import Picture

AT_ONCE = 2
LANGUAGES = str(Settings.model_fields["ocr_languages"].default)
"""Of a new home; every recogniser here gets the same."""

_PAGE_SECONDS = 600.0

Item = TypeVar("Item")
Found = TypeVar("Found")


def recognise(pictures: Iterable[Picture]) -> list[str]:
    """Read each picture in one plain pass."""
    return two_at_a_time(_recognised, list(pictures))


def two_at_a_time(work: Callable[[Item], Found], items: Sequence[Item]) -> list[Found]:
    """Do something with each item, as two people would who share a pile."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, items))


def run(command: Sequence[str | Path], *, environment: dict[str, str] | None = None, seconds: float) -> str:
    """Run a command politely; gives what it said.

    Raises:
        subprocess.CalledProcessError: it failed; its own words are printed.
    """
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment,
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        print(done.stderr.decode("utf-8", "replace")[-2000:])
        done.check_returncode()
    return done.stdout.decode("utf-8", "replace")


def _recognised(picture: Picture) -> str:
    command = ("tesseract", picture.path, "stdout", "-l", LANGUAGES, "--psm", "3", "--dpi", str(picture.dots))
    return run(command, environment=dict(ENVIRONMENT), seconds=_PAGE_SECONDS)


def children_cpu_seconds() -> float:
    """The processor time of all children that have ended."""
    spent = os.times()
    return spent.children_user + spent.children_system
