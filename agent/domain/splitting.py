"""A document that holds several: the ranges of pages it is split into, what a part is called, why it can't be split."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from agent.domain.document import DocumentId, reference


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRange:
    """Pages that belong together, counted from 1; both ends are meant."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def ranges_in_words(ranges: Iterable[PageRange]) -> str:
    """List them the way people type them: `1-2, 3, 4-6`."""
    return ", ".join(map(str, ranges))


def part_name(document_id: DocumentId, part: PageRange) -> str:
    """Name a part's file: `D-7-pages-1-2.pdf`, `D-7-page-3.pdf`. The same part has the same name at each try."""
    word = "page" if part.first == part.last else "pages"
    return f"{reference(document_id)}-{word}-{part}.pdf"


class Unsplit(StrEnum):
    """Why a document can't be split; it stays where it is."""

    NO_PDF = "no_pdf"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    OUT_OF_MEMORY = "out_of_memory"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"


WHY_UNSPLIT: dict[Unsplit, str] = {
    Unsplit.NO_PDF: "It is a picture, and only PDFs can be split. Scan each document on its own.",
    Unsplit.ENCRYPTED: "It opens with a password only, which its parts would not have. Print it to new PDFs.",
    Unsplit.DAMAGED: "It can be read, but is too damaged to be taken apart. Print its parts to new PDFs.",
    Unsplit.TOO_LARGE: "Its parts together would be larger than DOSSIERD_MAX_FILE_MEGABYTES allows.",
    Unsplit.OUT_OF_MEMORY: "To take it apart needs more memory than DOSSIERD_READER_MEGABYTES allows.",
    Unsplit.TIMED_OUT: "To take it apart took longer than is allowed. Print its parts to new PDFs.",
    Unsplit.CRASHED: "It crashes the program that takes it apart. Print its parts to new PDFs.",
}
