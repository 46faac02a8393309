"""Asks whether tesseract and its languages are installed, and names the packages that bring the missing."""

import subprocess
from collections.abc import Mapping

from agent.errors import ReaderUnavailable

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "OMP_THREAD_LIMIT": "1",
}
"""All that a reader is told of the world. One thread a page: more made tesseract twice as slow, and under load a
hundred times."""

_LIST_SECONDS = 30.0


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
            f"Tesseract lacks the language data {', '.join(missing)}.", hint=_install(*map(_package, missing))
        )


def _installed_languages(environment: Mapping[str, str] | None, wanted: list[str]) -> set[str]:
    hint = _install("tesseract-ocr", *map(_package, wanted))
    try:
        listing = subprocess.run(
            ["tesseract", "--list-langs"],  # noqa: S607 # found in the PATH that we give
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LIST_SECONDS,
            check=True,
        )
    except FileNotFoundError as error:
        raise ReaderUnavailable("Tesseract is not installed.", hint=hint) from error
    except (OSError, subprocess.SubprocessError) as error:
        raise ReaderUnavailable("Tesseract does not run.", hint=hint) from error
    return set(listing.stdout.decode("utf-8", "replace").split())


def _package(language: str) -> str:
    return f"tesseract-ocr-{language.lower().replace('_', '-')}"


def _install(*packages: str) -> str:
    return f"Type: sudo apt install {' '.join(packages)}"
