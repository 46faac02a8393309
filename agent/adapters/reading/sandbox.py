"""Reads documents in children of their own, with limits and deadlines: the `TextSource` of the daemon.

The daemon never parses a byte of a document: it opens the file, looks at its size, and passes the
descriptor on. A child that hangs, crashes or bursts takes nothing with it. Whatever happens, when what `read` gave has
ended or was closed, the children and all that they started are dead, and their scratch folders gone.

Accepted: while a child waits for a dead network file system inside the kernel, not even SIGKILL ends it; `read`
then goes on after `forkclient.END_SECONDS`.
"""

import os
import stat
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from agent.adapters.reading import fence, own_page
from agent.adapters.reading.dealing import TURN_SECONDS, Dealing, Table
from agent.adapters.reading.finding import Order
from agent.adapters.reading.forkclient import ForkServer
from agent.adapters.reading.hand import PREFIX
from agent.adapters.reading.leftovers import remove
from agent.adapters.reading.slots import Slots
from agent.adapters.reading.tools import ENVIRONMENT
from agent.domain.outcome import FailureReason
from agent.domain.phrase import Phrase
from agent.domain.reading import Turn, Wanted
from agent.durable import word_for
from agent.errors import DocumentUnreadable, ReaderUnavailable

_FOLDER_VARIABLES = ("TESSDATA_PREFIX",)
_USELESS_HINT = Phrase(
    "This machine, or a limit in .env (DOSSIERD_READER_MEGABYTES, DOSSIERD_PAGE_SECONDS), forbids what reading needs: "
    "look at both, and at the kernel's log."
)


class SandboxedReader:
    """A `TextSource`: `start` it first, `close` it at the end; many threads may `read` at once."""

    _job: ClassVar[str] = "agent.adapters.reading.jobs:run"

    def __init__(
        self,
        *,
        scratch: Path,
        languages: str,
        page_seconds: float,
        document_seconds: float,
        memory_megabytes: int,
        max_pages: int,
        max_file_megabytes: int,
        render_megapixels: int,
        at_once: int = 1,
        fenced: fence.Mode = "auto",
        environment: Mapping[str, str] | None = None,
        labels: Callable[[], Iterable[str]] | None = None,
        passwords: tuple[str, ...] = (),
        max_text_megabytes: int = 12,
        max_page_text_megabytes: int = 2,
    ) -> None:
        """Keep the limits; nothing is started yet.

        Args:
            scratch: a folder of our own; what lies in it from a dead run is removed by `start`.
            languages: as tesseract writes them, such as `fra+eng`.
            at_once: how many children may read at the same time, be it one document's pages or several documents.
            fenced: how children are kept from the rest of the machine; see `fence`.
            environment: what children get beside the basics, such as TESSDATA_PREFIX; never a secret.
            labels: gives the labels that could make a name or a number somebody's, asked for each reading, because
                labels are learned; printed pages without any are skimmed. None: none are.
            passwords: what to try on PDFs that have one.
            max_text_megabytes, max_page_text_megabytes: of the words of a document and of a page, with their places.
        """
        self._scratch = scratch
        self._languages = languages
        self._labels = labels
        self._page_seconds = page_seconds
        self._document_seconds = document_seconds
        self._memory_megabytes = memory_megabytes
        self._max_pages = max_pages
        self._max_file_megabytes = max_file_megabytes
        self._render_megapixels = render_megapixels
        self._passwords = passwords
        self._max_text_bytes = max_text_megabytes * 1024 * 1024
        self._max_page_text_bytes = max_page_text_megabytes * 1024 * 1024
        self._slots = Slots(at_once)
        given = {**ENVIRONMENT, **(environment or {})}
        also = [Path(given[name]) for name in _FOLDER_VARIABLES if name in given]
        self._plan = fence.plan(fenced, scratch, also)
        self._server = ForkServer(job=self._job, environment=given, plan=self._plan)
        self._is_started = False

    @property
    def server(self) -> ForkServer:
        """Its fork server, which does more than reading."""
        return self._server

    @property
    def scratch(self) -> Path:
        """Its folder: children may write nowhere else, and `start` cleans it."""
        return self._scratch

    @property
    def slots(self) -> Slots:
        """The places that its children take; who starts another child takes one too."""
        return self._slots

    def start(self) -> fence.Strength:
        """Remove what a dead run left behind and start the fork server; gives what its children are fenced with.

        Raises:
            ReaderUnavailable: the server can't be started, or the scratch folder not be used.
        """
        fence.refuse_gap(self._plan)
        try:
            self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ReaderUnavailable(
                Phrase("The scratch folder can't be made ({why}).", why=word_for(error))
            ) from error
        for leftover in self._scratch.glob(f"{PREFIX}*"):
            remove(leftover)
        strength = self._server.start()
        self._is_started = True
        return strength

    def ensure_started(self) -> None:
        """Start it unless that was done before: a command without a daemon needs it for few documents.

        Raises:
            ReaderUnavailable: as `start`.
        """
        if not self._is_started:
            self.start()

    def prove(self) -> bool:
        """Read a page of our own as documents are read: in a child, fenced, within the limits that are set.

        What the machine or a setting forbids would else fail one document after another for a fault that is not theirs.

        Returns:
            False when it can't be tried now, for want of room for instance: documents will wait for the same reason.

        Raises:
            ReaderUnavailable: no document could be read.
        """
        page = self._scratch / f"{PREFIX}own.pdf"
        try:
            page.write_bytes(own_page.draw())
            turns = list(self.read(page, Wanted(), should_stop=lambda: False))
            is_whole = all(it.problem is None for turn in turns for it in turn.pages)
        except (OSError, ReaderUnavailable):
            return False
        except DocumentUnreadable as error:
            sentence = Phrase("The reader can't read even a page of our own ({why}).", why=error.failure)
            raise ReaderUnavailable(sentence, hint=_USELESS_HINT) from error
        finally:
            page.unlink(missing_ok=True)
        if not is_whole:
            raise ReaderUnavailable(
                Phrase("The reader loses text even of a page of our own."), hint=_USELESS_HINT
            )
        return True

    def close(self) -> None:
        """Stop the fork server, and every child that still reads."""
        self._server.close()

    def read(
        self,
        path: Path,
        wanted: Wanted,
        *,
        should_stop: Callable[[], bool],
        should_yield: Callable[[], bool] = lambda: False,
    ) -> Generator[Turn, None, None]:
        """Read the wanted pages in disposable children; see `TextSource`."""
        with _opened(path) as document:
            _refuse_at_sight(document, self._max_file_megabytes)
            yield from self._turns(document, wanted, should_stop, should_yield)

    def _turns(
        self, document: int, wanted: Wanted, should_stop: Callable[[], bool], should_yield: Callable[[], bool]
    ) -> Generator[Turn, None, None]:
        table = Table(
            server=self._server,
            slots=self._slots,
            document=document,
            order=self._order(),
            wanted=wanted,
            should_stop=should_stop,
            should_yield=should_yield,
        )
        return Dealing(table).turns()

    def _order(self) -> Order:
        """The limits; which pages, and how much of the limits is left, is written into it hand by hand."""
        return Order(
            scratch=self._scratch,
            languages=self._languages,
            labels=None if self._labels is None else tuple(self._labels()),
            page_seconds=self._page_seconds,
            document_seconds=self._document_seconds,
            turn_seconds=TURN_SECONDS,
            memory_megabytes=self._memory_megabytes,
            max_pages=self._max_pages,
            render_megapixels=self._render_megapixels,
            finding_bytes=self._max_text_bytes,
            page_bytes=self._max_page_text_bytes,
            passwords=self._passwords,
        )


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Open a document for reading; a link or a FIFO is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ReaderUnavailable(
            Phrase("The document can't be opened ({why}).", why=word_for(error))
        ) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _refuse_at_sight(document: int, max_file_megabytes: int) -> None:
    status = os.fstat(document)
    if not stat.S_ISREG(status.st_mode):
        raise DocumentUnreadable(FailureReason.UNKNOWN_FORMAT, "not a regular file")
    if status.st_size == 0:
        raise DocumentUnreadable(FailureReason.EMPTY_FILE)
    if status.st_size > max_file_megabytes * 1024 * 1024:
        raise DocumentUnreadable(FailureReason.TOO_LARGE, f"limit {max_file_megabytes} MB")
    try:
        os.pread(document, 1, 0)
    except OSError as error:  # a failing disk: a child would seem to crash on the document
        raise ReaderUnavailable(Phrase("The document can't be read ({why}).", why=word_for(error))) from error
