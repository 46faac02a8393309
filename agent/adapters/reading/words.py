"""What a child is told of the words that it is to lay on a copy: a line of JSON a page, in a file of its folder."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from agent.domain.document import Box, Line, Page, TextOrigin, Word

WORDS = "words.jsonl"
"""Name of the file in the child's scratch folder."""


def encode(pages: Iterable[Page]) -> Iterator[bytes]:
    """Write down the pages; of one that was not recognised, that it is there."""
    for page in pages:
        lines = [list(map(_encoded, line.words)) for line in page.lines]
        told = [
            page.number,
            page.width,
            page.height,
            page.turn,
            lines if page.origin is TextOrigin.OCR else [],
        ]
        yield json.dumps(told).encode() + b"\n"


def decode(path: Path) -> Iterator[Page]:
    """Read what `encode` wrote."""
    with path.open("rb") as stream:
        for encoded in stream:
            number, width, height, turn, lines = json.loads(encoded)
            yield Page(
                number=number,
                width=width,
                height=height,
                turn=turn,
                origin=TextOrigin.OCR,
                lines=tuple(Line(words=tuple(map(_decoded, words))) for words in lines),
            )


def _encoded(word: Word) -> list[Any]:
    return [word.text, word.confidence, word.box.left, word.box.top, word.box.right, word.box.bottom]


def _decoded(fields: list[Any]) -> Word:
    text, confidence, left, top, right, bottom = fields
    return Word(text=text, confidence=confidence, box=Box(left=left, top=top, right=right, bottom=bottom))
