"""Asks whether tesseract and its languages are installed, and names the packages that bring the missing."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from agent.domain.phrase import Phrase
from agent.errors import ReaderUnavailable

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "OMP_THREAD_LIMIT": "1",
}
"""All that a reader is told of the world. One thread a page: more made tesseract twice as slow, and under load a
hundred times."""

_LIST_SECONDS = 30.0
_GLANCE_SECONDS = 5.0
"""A start does not wait longer for what only saves time."""
_LANGUAGE_FOLDER = re.compile(r'List of available languages in "(.+)"')
"""The first line of `tesseract --list-langs`, as of version 5."""
_VERSION = re.compile(r"tesseract v?(\S+)")
"""The first line of `tesseract --version`."""


def check_tools(languages: str, *, environment: Mapping[str, str] | None = ENVIRONMENT) -> None:
    """Make sure that tesseract runs and has the languages, written like `fra+eng`.

    Args:
        environment: what tesseract gets; None for the caller's own, which is right inside a reader.

    Raises:
        ReaderUnavailable: something is missing; the hint names the packages of Debian and Ubuntu.
    """
    wanted = languages.split("+")
    installed = _installed_languages(environment, wanted)
    missing = [language for language in wanted if language not in installed]
    if missing:
        raise ReaderUnavailable(
            Phrase("Tesseract lacks the language data {languages}.", languages=", ".join(missing)),
            hint=_install(*map(_package, missing)),
        )


def are_there(languages: str) -> bool:
    """Whether tesseract and the languages lie where they were last: what `check_tools` finds out, in no time.

    False where that is not known; then `check_tools` must be asked.
    """
    found = where()
    return (
        found is not None
        and found.program == _program()
        and all(
            os.access(found.languages / f"{language}.traineddata", os.R_OK)
            for language in languages.split("+")
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tesseract:
    """Where it was found.

    Attributes:
        program: its path, inode and time of change: another one may keep its languages elsewhere.
        languages: the folder that they lie in.
    """

    program: tuple[str, int, int]
    languages: Path


@cache
def where() -> Tesseract | None:
    """Ask tesseract once where its languages lie; None where it doesn't say.

    The fork server asks, so that its children needn't: each would start tesseract for that.
    """
    program = _program()
    try:
        named = _LANGUAGE_FOLDER.match(_list_languages(None, seconds=_GLANCE_SECONDS))
    except (OSError, subprocess.SubprocessError):
        return None
    if program is None or named is None:
        return None
    return Tesseract(program=program, languages=Path(named[1]))


def version() -> str:
    """Tesseract's own, such as 5.3.0, or `none` where it doesn't run; asked again when another one lies there."""
    program = _program()
    try:
        return "none" if program is None else _version_of(program)
    except (OSError, subprocess.SubprocessError):  # not kept: a busy machine may have been too slow once
        return "none"


@lru_cache(maxsize=1)
def _version_of(_program: tuple[str, int, int]) -> str:
    told = _VERSION.match(_said("--version", ENVIRONMENT, seconds=_GLANCE_SECONDS))
    return "none" if told is None else told[1]


def _program() -> tuple[str, int, int] | None:
    path = shutil.which("tesseract")
    try:
        about = None if path is None else Path(path).stat()
    except OSError:
        return None
    return None if path is None or about is None else (path, about.st_ino, about.st_mtime_ns)


def _installed_languages(environment: Mapping[str, str] | None, wanted: list[str]) -> set[str]:
    hint = _install("tesseract-ocr", *map(_package, wanted))
    try:
        return set(_list_languages(environment, seconds=_LIST_SECONDS).split())
    except FileNotFoundError as error:
        raise ReaderUnavailable(Phrase("Tesseract is not installed."), hint=hint) from error
    except (OSError, subprocess.SubprocessError) as error:
        raise ReaderUnavailable(Phrase("Tesseract does not run."), hint=hint) from error


def _list_languages(environment: Mapping[str, str] | None, *, seconds: float) -> str:
    return _said("--list-langs", environment, seconds=seconds)


def _said(option: str, environment: Mapping[str, str] | None, *, seconds: float) -> str:
    told = subprocess.run(
        ["tesseract", option],  # noqa: S607 # found in the PATH that we give
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=seconds,
        check=True,
    )
    return told.stdout.decode("utf-8", "replace")


def _package(language: str) -> str:
    return f"tesseract-ocr-{language.lower().replace('_', '-')}"


def _install(*packages: str) -> Phrase:
    return Phrase("Type: {command}", command=f"sudo apt install {' '.join(packages)}")
