"""Reads a document in a child of its own, with limits and a deadline: the `TextSource` of the daemon.

The daemon never parses a byte of a document: it opens the file, looks at its size and its first kilobyte, and
passes the descriptor on. A child that hangs, crashes or bursts takes nothing with it. Whatever happens, when `read`
returns the child and all that it started are dead, and its scratch folder is gone.

Accepted: while a child waits for a dead network file system inside the kernel, not even SIGKILL ends it; `read`
then goes on after `forkclient.END_SECONDS`.
"""

import os
import signal
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, assert_never

from agent.adapters.reading import fence, own_page
from agent.adapters.reading.answer import collect
from agent.adapters.reading.finding import Finding, Order, Read, Unavailable, Unreadable
from agent.adapters.reading.forkclient import Child, ForkServer, ServerLostError
from agent.adapters.reading.forkserver import EXIT_NO_ROOM, EXIT_OUT_OF_MEMORY, EXIT_UNFENCED
from agent.adapters.reading.leftovers import remove
from agent.adapters.reading.losses import Crashed, Hung, Losses
from agent.adapters.reading.tools import ENVIRONMENT
from agent.domain.document import DocumentText
from agent.domain.outcome import FailureReason
from agent.errors import DocumentUnreadable, ReaderUnavailable, ReadingStopped

_POLL_SECONDS = 0.1
_PREFIX = "reading-"
_HEADER_BYTES = 1024
"""A PDF may begin with rubbish; readers have always looked for `%PDF` this far."""
_FOLDER_VARIABLES = ("TESSDATA_PREFIX",)
_UNFENCED = Unavailable(
    sentence="The fence round the reader could not be put up.",
    hint="Type: dossierd check. What the kernel or a container newly forbids can be found in its log.",
)

_USELESS_HINT = (
    "This machine, or a limit in .env (DOSSIERD_READER_MEGABYTES, DOSSIERD_PAGE_SECONDS), forbids what reading needs: "
    "look at both, and at the kernel's log."
)


class SandboxedReader:
    """A `TextSource`: `start` it first, `close` it at the end; many threads may `read` at once."""

    _job: ClassVar[str] = "agent.adapters.reading.child:read_document"

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
        fenced: fence.Mode = "auto",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Keep the limits; nothing is started yet.

        Args:
            scratch: a folder of our own; what lies in it from a dead run is removed by `start`.
            languages: as tesseract writes them, such as `fra+eng`.
            fenced: how children are kept from the rest of the machine; see `fence`.
            environment: what children get beside the basics, such as TESSDATA_PREFIX; never a secret.
        """
        self._scratch = scratch
        self._languages = languages
        self._page_seconds = page_seconds
        self._document_seconds = document_seconds
        self._memory_megabytes = memory_megabytes
        self._max_pages = max_pages
        self._max_file_megabytes = max_file_megabytes
        self._render_megapixels = render_megapixels
        given = {**ENVIRONMENT, **(environment or {})}
        also = [Path(given[name]) for name in _FOLDER_VARIABLES if name in given]
        self._plan = fence.plan(fenced, scratch, also)
        self._server = ForkServer(job=self._job, environment=given, plan=self._plan)

    def start(self) -> fence.Strength:
        """Remove what a dead run left behind and start the fork server; gives what its children are fenced with.

        Raises:
            ReaderUnavailable: the server can't be started, or the scratch folder not be used.
        """
        fence.refuse_gap(self._plan)
        try:
            self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ReaderUnavailable(f"The scratch folder can't be made ({error.strerror}).") from error
        for leftover in self._scratch.glob(f"{_PREFIX}*"):
            remove(leftover)
        return self._server.start()

    def prove(self) -> bool:
        """Read a page of our own as documents are read: in a child, fenced, within the limits that are set.

        What the machine or a setting forbids would else fail one document after another for a fault that is not theirs.

        Returns:
            False when it can't be tried now, for want of room for instance: documents will wait for the same reason.

        Raises:
            ReaderUnavailable: no document could be read.
        """
        page = self._scratch / f"{_PREFIX}own.pdf"
        try:
            page.write_bytes(own_page.draw())
            is_whole = self.read(page, should_stop=lambda: False).is_complete
        except (OSError, ReaderUnavailable):
            return False
        except DocumentUnreadable as error:
            sentence = f"The reader can't read even a page of our own ({error.failure})."
            raise ReaderUnavailable(sentence, hint=_USELESS_HINT) from error
        finally:
            page.unlink(missing_ok=True)
        if not is_whole:
            raise ReaderUnavailable("The reader loses text even of a page of our own.", hint=_USELESS_HINT)
        return True

    def close(self) -> None:
        """Stop the fork server, and every child that still reads."""
        self._server.close()

    def read(self, path: Path, *, should_stop: Callable[[], bool]) -> DocumentText:
        """Read every page in a disposable child; see `TextSource`."""
        with _opened(path) as document:
            _refuse_at_sight(document, self._max_file_megabytes)
            finding = self._find(document, should_stop)
        match finding:
            case Read(text=text):
                return text
            case Unreadable(failure=failure, detail=detail):
                raise DocumentUnreadable(failure, detail)
            case Unavailable(sentence=sentence, hint=hint):
                raise ReaderUnavailable(sentence, hint=hint)
            case _:
                assert_never(finding)

    def _find(self, document: int, should_stop: Callable[[], bool]) -> Finding:
        """Try until a child ends well, without each page that hung once or crashed twice."""
        deadline = time.monotonic() + self._document_seconds
        lost = Losses()
        while True:
            match outcome := self._attempt(document, lost, deadline, should_stop):
                case Crashed() if self._server.is_closed:
                    raise ReaderUnavailable("The reader was closed while it read.")
                case Crashed() | Hung():
                    given_up = lost.add(outcome)
                    if given_up is not None:
                        return given_up
                case Unreadable(failure=FailureReason.DAMAGED) if lost.pages:
                    return lost.why  # nothing is left of it beside what hung and crashed
                case _:
                    return outcome

    def _attempt(
        self, document: int, lost: Losses, deadline: float, should_stop: Callable[[], bool]
    ) -> Finding | Crashed | Hung:
        with self._scratch_folder() as scratch:
            with self._server.spawn(self._order(scratch, lost, deadline), document) as child:
                try:
                    interruption = self._watch(child, deadline, should_stop)
                except ServerLostError as error:
                    raise ReaderUnavailable("The reader's fork server ended while it read.") from error
            if interruption is not None:
                return interruption
            return _outcome(child, scratch)

    def _watch(
        self, child: Child, deadline: float, should_stop: Callable[[], bool]
    ) -> Unreadable | Hung | None:
        """Wait for the child's own end (None), or say why it must be ended now."""
        page, page_began = 0, time.monotonic()
        while not child.wait(_POLL_SECONDS):
            now = time.monotonic()
            if should_stop():
                raise ReadingStopped("A stop was asked for while the document was read.")
            if now >= deadline:
                limit = f"{self._document_seconds:g} seconds, at page {child.page}"
                return Unreadable(failure=FailureReason.TIMED_OUT, detail=limit)
            if child.page != page:
                page, page_began = child.page, now
            elif now >= page_began + self._patience():
                return Hung(page=page)
        return None

    def _patience(self) -> float:
        """How long a page may take before the child, which watches itself, is taken for hung."""
        return self._page_seconds * 1.25 + 3.0

    def _order(self, scratch: Path, lost: Losses, deadline: float) -> Order:
        return Order(
            scratch=scratch,
            languages=self._languages,
            page_seconds=self._page_seconds,
            document_seconds=max(0.0, deadline - time.monotonic()),
            memory_megabytes=self._memory_megabytes,
            max_pages=self._max_pages,
            render_megapixels=self._render_megapixels,
            hung=tuple(lost.hung),
            crashed=tuple(lost.crashed),
        )

    @contextmanager
    def _scratch_folder(self) -> Iterator[Path]:
        try:
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._scratch))
        except OSError as error:
            raise ReaderUnavailable(f"The scratch folder can't be used ({error.strerror}).") from error
        try:
            yield folder
        finally:
            remove(folder)


def _outcome(child: Child, scratch: Path) -> Finding | Crashed:
    if child.exit_code == EXIT_OUT_OF_MEMORY:
        return Unreadable(failure=FailureReason.OUT_OF_MEMORY)
    if child.exit_code == EXIT_UNFENCED:
        return _UNFENCED
    if child.exit_code == EXIT_NO_ROOM:
        return Unavailable(
            sentence="The disk has no room for what was read.",
            hint="Free some space. Nothing is lost; it goes on by itself.",
        )
    if child.exit_code is None or child.exit_code < 0:
        number = -(child.exit_code or 0)
        return Crashed(page=child.page, detail=f"signal {number}", is_killed=number == signal.SIGKILL)
    if child.exit_code > 0:
        return Crashed(page=child.page, detail=f"exit code {child.exit_code}")
    return collect(scratch) or Crashed(page=child.page, detail="no usable result")


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Open a document for reading; a link or a FIFO is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ReaderUnavailable(f"The document can't be opened ({error.strerror}).") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _refuse_at_sight(document: int, max_file_megabytes: int) -> None:
    status = os.fstat(document)
    if not stat.S_ISREG(status.st_mode):
        raise DocumentUnreadable(FailureReason.NOT_A_PDF, "not a regular file")
    if status.st_size == 0:
        raise DocumentUnreadable(FailureReason.EMPTY_FILE)
    if status.st_size > max_file_megabytes * 1024 * 1024:
        raise DocumentUnreadable(FailureReason.TOO_LARGE, f"limit {max_file_megabytes} MB")
    try:
        header = os.pread(document, _HEADER_BYTES, 0)
    except OSError as error:
        raise ReaderUnavailable(f"The document can't be read ({error.strerror}).") from error
    if b"%PDF" not in header:
        raise DocumentUnreadable(FailureReason.NOT_A_PDF)
