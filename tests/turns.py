"""A document read turn by turn, and put together as the workflow does it."""

from collections.abc import Callable
from pathlib import Path

from agent.domain.document import DocumentText
from agent.domain.outcome import FailureReason
from agent.domain.reading import Wanted
from agent.errors import DocumentUnreadable
from agent.ports import TextSource


def read_whole(
    source: TextSource, path: Path, *, should_stop: Callable[[], bool] = lambda: False
) -> DocumentText:
    """Read all pages, however many turns it takes."""
    turns = list(source.read(path, Wanted(), should_stop=should_stop))
    pages = sorted((page for turn in turns for page in turn.pages), key=lambda page: page.number)
    assert [page.number for page in pages] == list(range(1, turns[0].page_count + 1))
    text = DocumentText(pages=tuple(pages))
    if text.is_ruin:
        raise DocumentUnreadable(FailureReason.DAMAGED, f"none of {len(pages)} pages can be read")
    return text
