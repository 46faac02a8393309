"""The documents of an evaluation: a folder of PDFs and pictures, of plain texts, or a file of JSON lines.

A line is `{"doc": name, "text": ..., "ocr": false}`. With `"ocr": true` the text was read by OCR, and the guards
against damaged words hold for it; how sure each word is may stand in `"confidence"`, a number from 0 to 100 for each
word. Where it doesn't, the words count as sure. A form feed in a text starts a new page.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent import errors
from agent.domain.document import DocumentText, Line, Page, TextOrigin, text_of_plain
from agent.domain.formats import Format, suffixes_of
from agent.domain.message import visible

SURE = 100
_READ = suffixes_of(Format)
_HINT = (
    'Give a folder of PDFs, pictures or .txt files, or lines like {"doc": "a1", "text": "...", "ocr": false}.'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenText:
    """A document whose words are known already."""

    name: str
    text: DocumentText


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFile:
    """A document that is to be read."""

    name: str
    path: Path


Given = GivenText | GivenFile


def documents_at(path: Path) -> tuple[Given, ...]:
    """Give the documents of a folder, by their names without the ending, or those of a file of lines.

    Raises:
        EvaluationInvalid: there are none, two have one name, or one can't be taken in.
    """
    try:
        found = tuple(_in_folder(path) if path.is_dir() else _in_lines(path))
    except (OSError, UnicodeDecodeError) as error:
        raise errors.EvaluationInvalid(f"{_shown(path)} can't be read.", hint=_HINT) from error
    if not found:
        raise errors.EvaluationInvalid(f"{_shown(path)} holds no documents.", hint=_HINT)
    names = [given.name for given in found]
    double = next((name for place, name in enumerate(names) if name in set(names[:place])), None)
    if double is not None:
        raise errors.EvaluationInvalid(
            f"Two documents have the name {visible(double)}.", hint="Name each differently."
        )
    return found


def _in_folder(folder: Path) -> Iterator[Given]:
    for path in sorted(folder.iterdir()):
        ending = path.suffix.lower()
        if not path.is_file():
            continue
        if ending == ".txt":
            yield GivenText(name=path.stem, text=text_of_plain(path.read_text(encoding="utf-8")))
        elif ending in _READ:
            yield GivenFile(name=path.stem, path=path)


def _in_lines(path: Path) -> Iterator[Given]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            given = _of_line(line)
            if given is None:
                raise errors.EvaluationInvalid(f"Line {number} of {_shown(path)} is no document.", hint=_HINT)
            yield given


def _of_line(line: str) -> GivenText | None:
    """The document of a line; None when it isn't of the form."""
    try:
        known = json.loads(line)
    except ValueError:
        return None
    if (
        not isinstance(known, dict)
        or not isinstance(known.get("doc"), str)
        or not isinstance(known.get("text"), str)
    ):
        return None
    if not known.get("ocr"):
        return GivenText(name=known["doc"], text=text_of_plain(known["text"]))
    text = text_of_plain(known["text"], origin=TextOrigin.OCR)
    sure = _confidences(known.get("confidence"), text)
    return None if sure is None else GivenText(name=known["doc"], text=_read_by_ocr(text, sure))


def _confidences(given: Any, text: DocumentText) -> Sequence[int] | None:
    count = sum(len(line.words) for page in text.pages for line in page.lines)
    if given is None:
        return [SURE] * count
    is_whole = isinstance(given, list) and len(given) == count
    return given if is_whole and all(type(one) is int and 0 <= one <= SURE for one in given) else None


def _read_by_ocr(text: DocumentText, confidences: Sequence[int]) -> DocumentText:
    left = iter(confidences)
    return DocumentText(pages=tuple(_sure_page(page, left) for page in text.pages))


def _sure_page(page: Page, left: Iterator[int]) -> Page:
    lines = tuple(
        Line(words=tuple(replace(word, confidence=next(left)) for word in line.words)) for line in page.lines
    )
    return replace(page, lines=lines)


def _shown(path: Path) -> str:
    return visible(str(path))
