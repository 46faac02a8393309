"""Has a child draw a piece of a page: the `SnippetSource` of the daemon. See `errand`.

The daemon takes the picture's bytes as they are, if they begin like a PNG and are no more than one could take.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from agent.adapters.reading.errand import Errands, Trouble, made_file
from agent.adapters.reading.finding import DRAWING, Task
from agent.adapters.reading.sandbox import SandboxedReader
from agent.domain.snippet import HIGHEST, WIDEST, Crop, Undrawn
from agent.durable import storage_errors

SECONDS = 20.0
"""For one piece. Whoever has pressed a button waits for it."""
MOST_BYTES = WIDEST * HIGHEST + 64 * 1024
"""What a picture of so many grey pixels takes without any compression."""

_PNG = b"\x89PNG\r\n\x1a\n"
_PREFIX = "reading-draw-"
_FILE_MEGABYTES = 1


class SnippetDrawer:
    """Implements `makers.SnippetSource` with children of the reader's fork server."""

    def __init__(
        self,
        reader: SandboxedReader,
        *,
        memory_megabytes: int,
        render_megapixels: int,
        max_pages: int,
        passwords: tuple[str, ...] = (),
        seconds: float = SECONDS,
    ) -> None:
        """Keep the limits.

        Args:
            render_megapixels: of the whole page's picture; a larger one is drawn coarser.
            passwords: what to try on PDFs that have one.
            seconds: for one piece, once it has its slot.
        """
        self._errands = Errands(
            reader,
            Task.DRAW,
            prefix=_PREFIX,
            memory_megabytes=memory_megabytes,
            max_megabytes=_FILE_MEGABYTES,
            seconds=seconds,
        )
        self._render_megapixels = render_megapixels
        self._max_pages = max_pages
        self._passwords = passwords

    def snippet(self, path: Path, crop: Crop, *, should_stop: Callable[[], bool]) -> bytes | Undrawn:
        """Draw the piece; see `makers.SnippetSource`."""
        box = crop.box
        with self._errands.scratch_folder() as scratch:
            order = replace(
                self._errands.order(scratch, max_pages=self._max_pages),
                page_number=crop.page,
                crop=(box.left, box.top, box.right, box.bottom),
                turn=crop.turn,
                render_megapixels=self._render_megapixels,
                passwords=self._passwords,
            )
            trouble = self._errands.carry_out(order, path, should_stop)
            return _picture(scratch / DRAWING) or _why(trouble)


def _picture(path: Path) -> bytes | None:
    if made_file(path) is None:
        return None
    with storage_errors(), path.open("rb") as stream:
        content = stream.read(MOST_BYTES + 1)
    return content if content.startswith(_PNG) and len(content) <= MOST_BYTES else None


def _why(trouble: Trouble) -> Undrawn:
    return Undrawn(trouble.value)
