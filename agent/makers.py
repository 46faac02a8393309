"""Ports of what children make of a document, beside its text, which `ports` is given."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from agent.domain.document import DocumentText
from agent.domain.searchable import MadeCopy, Unsearchable
from agent.domain.snippet import Crop, Undrawn
from agent.domain.splitting import PageRange, Unsplit


class SearchablePdfs(Protocol):
    """Makes copies of scans that can be searched."""

    def made(
        self, path: Path, text: DocumentText, *, should_stop: Callable[[], bool]
    ) -> AbstractContextManager[MadeCopy | Unsearchable]:
        """Make a copy with the words where they stand, in a disposable child; its file is gone after the block.

        Raises:
            FileVanished, ReaderUnavailable, ReadingStopped.
        """
        ...


class Splitter(Protocol):
    """Takes PDFs apart."""

    def parts_of(
        self, path: Path, ranges: Sequence[PageRange], *, should_stop: Callable[[], bool]
    ) -> AbstractContextManager[Sequence[MadeCopy] | Unsplit]:
        """Copy each range of pages into a file of its own, in a disposable child; the files are gone after the block.

        Pages look as they did, and nothing is compressed anew.

        Args:
            ranges: together all pages, in order; a document that has others is called damaged.

        Raises:
            FileVanished, ReaderUnavailable, ReadingStopped.
        """
        ...


class SnippetSource(Protocol):
    """Draws pieces of pages, for people to see what a reason rests on."""

    def snippet(self, path: Path, crop: Crop, *, should_stop: Callable[[], bool]) -> bytes | Undrawn:
        """Draw a piece as a PNG of at most `WIDEST` by `HIGHEST` pixels, in a disposable child.

        Raises:
            FileVanished, ReaderUnavailable, ReadingStopped.
        """
        ...
