"""What goes into a child and what comes out of it, as JSON, with the standard library alone.

The parent believes nothing of a finding before `answer.py` has validated it: the child had hostile bytes in its
hands.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from agent.domain.document import Box, DocumentText, Line, Page, Word
from agent.domain.outcome import FailureReason

FINDING = "finding.json"
"""Name of the child's result in its scratch folder."""

MAX_FINDING_BYTES = 128 * 1024 * 1024
"""About a thousand dense pages; the daemon's memory is the reason for a cap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One document to read, and the limits that hold for it.

    Attributes:
        scratch: the child's own folder; its temporary files and its finding lie there.
        skipped: pages that hung in an earlier child: not touched again, reported as timed out.
    """

    scratch: Path
    languages: str
    page_seconds: float
    document_seconds: float
    memory_megabytes: int
    max_pages: int
    render_megapixels: int
    skipped: tuple[int, ...] = ()

    def encode(self) -> bytes:
        return json.dumps(asdict(self), default=str).encode()

    @classmethod
    def decode(cls, encoded: bytes) -> "Order":
        fields = json.loads(encoded)
        return cls(
            **{**fields, "scratch": Path(fields["scratch"]), "skipped": tuple(fields["skipped"])},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The document was read; single pages may have problems."""

    text: DocumentText
    kind: Literal["read"] = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The document's own fault."""

    failure: FailureReason
    detail: str | None = None
    kind: Literal["unreadable"] = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """The machine's fault."""

    sentence: str
    hint: str
    kind: Literal["unavailable"] = "unavailable"


Finding = Read | Unreadable | Unavailable


def write(finding: Finding, scratch: Path) -> None:
    """Leave the finding in the scratch folder, whole or not at all."""
    encoded = _encode(finding)
    if len(encoded) > MAX_FINDING_BYTES:
        limit = f"more than {MAX_FINDING_BYTES // 1024**2} MB of text"
        encoded = _encode(Unreadable(failure=FailureReason.TOO_LARGE, detail=limit))
    unfinished = scratch / f"{FINDING}.part"
    unfinished.write_bytes(encoded)
    unfinished.rename(scratch / FINDING)


def _encode(finding: Finding) -> bytes:
    match finding:
        case Read(text=text):
            return b"".join(_encode_text(text))
        case Unreadable() | Unavailable():
            return json.dumps(asdict(finding)).encode()


def _encode_text(text: DocumentText) -> Iterator[bytes]:
    """Encode page by page; `asdict` on half a million words would copy them all first."""
    yield b'{"kind":"read","text":{"pages":['
    for index, page in enumerate(text.pages):
        yield b"," if index else b""
        yield json.dumps(_page(page), allow_nan=False, separators=(",", ":")).encode()
    yield b"]}}"


def _page(page: Page) -> dict[str, object]:
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "origin": page.origin,
        "lines": [_line(line) for line in page.lines],
        "problem": page.problem,
    }


def _line(line: Line) -> dict[str, object]:
    return {"words": [_word(word) for word in line.words]}


def _word(word: Word) -> dict[str, object]:
    return {"text": word.text, "box": _box(word.box), "confidence": word.confidence}


def _box(box: Box) -> dict[str, float]:
    return {"left": box.left, "top": box.top, "right": box.right, "bottom": box.bottom}
