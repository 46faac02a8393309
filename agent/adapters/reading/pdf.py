"""The straight reading of a PDF's page: two engines, and OCR where the text layer is no use.

Invariants
- pdfium decides what a page's text is worth; pdfplumber gives the boxes where both see the same; what only pdfium
  can read is taken from pdfium.
- Text that leaves no ink on the page is not read, and no scan's hidden layer is: the picture is recognised.
- Pages that stand in for an XFA form are not what its reader should see: each has a problem.
- A printed layer says nothing about the images beside it: where they are large, they are recognised as well.
"""

import contextlib
import time
from dataclasses import replace
from io import BufferedReader
from pathlib import Path

import pypdfium2
from pypdfium2 import raw

from agent.adapters.reading import alarm, lines, loading, runs
from agent.adapters.reading.annotations import Annotations
from agent.adapters.reading.eye import Eye
from agent.adapters.reading.finding import Order, Unreadable
from agent.adapters.reading.judge import Layer, is_prose, judge
from agent.adapters.reading.ocr import Recogniser, of_layer
from agent.adapters.reading.pages import unread
from agent.adapters.reading.pdfium import PdfiumPage, with_hyphens
from agent.adapters.reading.plumber import Plumber
from agent.adapters.reading.skim import Skim
from agent.adapters.reading.survey import Survey
from agent.domain.document import Page, PageProblem, TextOrigin, Word
from agent.domain.outcome import FailureReason
from agent.errors import ReaderUnavailable

_IMAGE_SHARE = 0.25
"""The part of a page from where images may say more than a logo does: they are recognised beside a good layer."""
_PLUMBER_SHARE = 0.4
"""The part of a page's time that pdfplumber may take; enough is left for the others."""
_AFTER_TESSERACT_SECONDS = 2.0
"""How much longer than tesseract's own timeout the alarm waits."""

_OPENING_FAILURES = {
    raw.FPDF_ERR_SUCCESS: FailureReason.NO_PAGES,  # opened, and empty
    raw.FPDF_ERR_PASSWORD: FailureReason.ENCRYPTED,
    raw.FPDF_ERR_SECURITY: FailureReason.ENCRYPTED,
}


def open_pdf(order: Order, stream: BufferedReader) -> "PdfPages | Unreadable":
    """Open a PDF with both engines; one of them is enough.

    Raises:
        ReaderUnavailable: the system refuses to open it once more.
    """
    opened, password = _unlocked(Path(f"/proc/self/fd/{stream.fileno()}"), order.passwords)
    if opened is FailureReason.ENCRYPTED:
        return Unreadable(failure=opened)
    plumber = Plumber(stream, seconds=_PLUMBER_SHARE * order.page_seconds, password=password)
    if not isinstance(opened, FailureReason):
        return PdfPages(order, opened, plumber, len(opened))
    if not plumber.page_count:
        return Unreadable(failure=opened)
    return PdfPages(order, None, plumber, plumber.page_count)


def _unlocked(
    path: Path, passwords: tuple[str, ...]
) -> tuple[pypdfium2.PdfDocument | FailureReason, str | None]:
    """Open it without a password, which is enough where only its owner has one, else with the first that fits.

    A try takes up to 4 ms (AES-256).
    """
    for password in (None, *passwords):
        opened = _open(path, password)
        if opened is not FailureReason.ENCRYPTED:
            return opened, password
    return FailureReason.ENCRYPTED, None


def _open(path: Path, password: str | None) -> pypdfium2.PdfDocument | FailureReason:
    try:
        document = loading.load(path, password)
    except OSError as error:
        raise ReaderUnavailable(f"The document can't be opened ({error.strerror}).") from error
    except pypdfium2.PdfiumError as error:
        return _OPENING_FAILURES.get(error.err_code, FailureReason.DAMAGED)
    with contextlib.suppress(pypdfium2.PdfiumError):  # a form that can't be filled in is still a page
        document.init_forms()
    return document


def _is_a_stand_in(document: pypdfium2.PdfDocument) -> bool:
    """Whether the pages only ask their reader to wait: an XFA form is drawn by few programs, when it is opened."""
    return bool(raw.FPDF_GetFormType(document) == raw.FORMTYPE_XFA_FULL)


class PdfPages:
    """A PDF under way: its two engines, and the one that recognises what they can't read."""

    def __init__(
        self, order: Order, document: pypdfium2.PdfDocument | None, plumber: Plumber, count: int
    ) -> None:
        self.count = count
        self._page_seconds = order.page_seconds
        self.annotations = None if document is None else Annotations(document)
        self._is_a_stand_in = document is not None and _is_a_stand_in(document)
        self._plumber = plumber
        self._page_ends = 0.0
        self._skim = None if order.labels is None else Skim(order.labels)
        self._recogniser = Recogniser(
            languages=order.languages,
            render_megapixels=order.render_megapixels,
            passes=order.passes,
        )

    def read(self, number: int) -> Page:
        """Read a page, whatever it does; see `Pages`."""
        self._page_ends = time.monotonic() + self._page_seconds
        if self.annotations is None:
            return self._plumbed(number)
        try:
            with contextlib.closing(self.annotations.open(number)) as page:
                found = self._skimmed(page, number) or self._both(page, number)
                is_lacking = (page.is_uncertain or self._is_a_stand_in) and found.problem is None
                return replace(found, problem=PageProblem.TEXT_DROPPED) if is_lacking else found
        except alarm.OutOfTime:
            return unread(number, PageProblem.TIMED_OUT)
        except MemoryError:  # what pdfplumber keeps of earlier pages may be all that is missing
            return self.read(number) if self._plumber.release() else unread(number, PageProblem.OUT_OF_MEMORY)
        except ReaderUnavailable:
            raise
        except Exception:  # noqa: BLE001 # what a parser of hostile bytes raises is not for us to foresee
            return self._plumbed(number)

    def _left(self) -> float:
        """What is left of the page's seconds: all that is done to it shares them, or the parent takes it for hung."""
        return self._page_ends - time.monotonic()

    def _skimmed(self, page: PdfiumPage, number: int) -> Page | None:
        """Read a page that can't say who the document is about: prose, all of it printed. None when it is another."""
        if self._skim is None:
            return None
        with alarm.within(self._left()):
            text = with_hyphens(page.text)
            if not page.is_plain or not is_prose(text) or self._skim.may_identify(text):
                return None
            found = page.runs()
        if found is None:
            return None
        return Page(
            number=number,
            width=page.width,
            height=page.height,
            origin=TextOrigin.TEXT_LAYER,
            lines=runs.lines_of(found),
        )

    def _both(self, page: PdfiumPage, number: int) -> Page:
        """Read a page by its layer as far as a reader sees it, and recognise what the layer does not say."""
        with alarm.within(self._left()):
            survey = page.survey
            eye = None if self._recogniser.is_bomb(survey) else page.look()
            is_small = survey.image_share < _IMAGE_SHARE
            is_blind = eye is not None and is_small and page.lacks_glyphs(eye)
        layer, words, hidden = self._layer(page, number, survey, None if is_blind else eye)
        kept = [] if layer is Layer.GARBAGE else words
        if kept and (is_blind or eye is None):
            return of_layer(page, number, kept, PageProblem.TEXT_DROPPED if is_blind else PageProblem.CAPPED)
        if (survey.is_text_alone and layer is Layer.SHORT) or (is_small and layer is Layer.USABLE):
            return replace(of_layer(page, number, kept), hidden_characters=hidden)
        seconds = self._left()
        with alarm.within(seconds + _AFTER_TESSERACT_SECONDS):
            recognised = self._recogniser.read(page, number, survey, time.monotonic() + seconds, kept=kept)
        if words and not recognised.lines:  # a doubtful layer helps the people who must look now
            return of_layer(page, number, words, recognised.problem or PageProblem.TEXT_DROPPED)
        return recognised

    def _layer(
        self, page: PdfiumPage, number: int, survey: Survey, eye: Eye | None
    ) -> tuple[Layer, list[Word], int]:
        """Judge the layer as written, then as seen; find its words, and how many characters can't be seen."""
        with alarm.within(self._left()):
            text = page.text
        if judge(text) is Layer.GARBAGE:
            return Layer.GARBAGE, [], 0
        seen, hidden = self._seen_words(page, number, survey, eye, text)
        words = [*seen, *page.typed]
        return judge(" ".join(word.text for word in words)), words, hidden

    def _seen_words(
        self, page: PdfiumPage, number: int, survey: Survey, eye: Eye | None, text: str
    ) -> tuple[list[Word], int]:
        """Take pdfplumber's words, unless it can't tell what is hidden or reads something else.

        It knows nothing of what was pressed into a page, and the order of Arabic letters in a word is the eye's to it.
        """
        if eye is not None and not page.shows_text:
            return [], len("".join(text.split()))
        is_odd = survey.has_hidden_text or page.is_pressed
        if not is_odd and not lines.right_to_left_share(text):
            plumbed = self._plumber.words(number, eye, self._left())
            if plumbed is not None and plumbed.agrees(text, page.width, page.height):
                return plumbed.words, plumbed.hidden
        with alarm.within(self._left()):
            return page.words(eye)

    def _plumbed(self, number: int) -> Page:
        """Read a page that pdfium can't open. What of it can be seen nobody knows: people must look."""
        plumbed = self._plumber.words(number, None, self._left())
        if plumbed is None or not plumbed.words:
            return unread(number, PageProblem.ENGINE_FAILED)
        width, height = self._plumber.size(number)
        return Page(
            number=number,
            width=width,
            height=height,
            origin=TextOrigin.TEXT_LAYER,
            lines=lines.lines_of(plumbed.words),
            problem=PageProblem.TEXT_DROPPED,
        )
