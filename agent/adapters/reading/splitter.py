"""Has a child take a PDF apart: the `Splitter` of the daemon. See `errand`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from agent.adapters.reading.errand import Errands, Trouble, made_file
from agent.adapters.reading.finding import Task, part_file
from agent.adapters.reading.sandbox import SandboxedReader
from agent.domain.searchable import MadeCopy
from agent.domain.splitting import PageRange, Unsplit

SECONDS = 60.0
"""For one document. A person at the desk may be waiting for the answer."""

_PREFIX = "reading-split-"
_WHY = {
    Trouble.UNKNOWN_FORMAT: Unsplit.NO_PDF,
    Trouble.ENCRYPTED: Unsplit.ENCRYPTED,
    Trouble.DAMAGED: Unsplit.DAMAGED,
    Trouble.TOO_LARGE: Unsplit.TOO_LARGE,
    Trouble.OUT_OF_MEMORY: Unsplit.OUT_OF_MEMORY,
    Trouble.TIMED_OUT: Unsplit.TIMED_OUT,
    Trouble.CRASHED: Unsplit.CRASHED,
}


class PdfSplitter:
    """Implements `makers.Splitter` with children of the reader's fork server."""

    def __init__(
        self, reader: SandboxedReader, *, memory_megabytes: int, max_megabytes: int, seconds: float = SECONDS
    ) -> None:
        """Keep the limits.

        Args:
            max_megabytes: of all parts of a document together.
            seconds: for one document, once it has its slot.
        """
        self._errands = Errands(
            reader,
            Task.SPLIT,
            prefix=_PREFIX,
            memory_megabytes=memory_megabytes,
            max_megabytes=max_megabytes,
            seconds=seconds,
        )

    @contextmanager
    def parts_of(
        self, path: Path, ranges: Sequence[PageRange], *, should_stop: Callable[[], bool]
    ) -> Iterator[Sequence[MadeCopy] | Unsplit]:
        """Copy the ranges; see `makers.Splitter`."""
        with self._errands.scratch_folder() as scratch:
            order = replace(
                self._errands.order(scratch, max_pages=ranges[-1].last),
                ranges=tuple((each.first, each.last) for each in ranges),
            )
            trouble = self._errands.carry_out(order, path, should_stop)
            made = [made_file(scratch / part_file(number)) for number in range(len(ranges))]
            parts = [part for part in made if part is not None]
            yield parts if len(parts) == len(ranges) else _WHY[trouble]
