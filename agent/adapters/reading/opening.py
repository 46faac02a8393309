"""Opens a document as what it is. Its content says that, never its name; both engines for PDFs get a stream each."""

from io import BufferedReader

from agent.adapters.reading import heic
from agent.adapters.reading.finding import Order, Unreadable
from agent.adapters.reading.pages import Pages
from agent.adapters.reading.pdf import open_pdf
from agent.adapters.reading.pictures import open_picture
from agent.domain.formats import HEAD_BYTES, Format, formats_of, in_words
from agent.domain.outcome import FailureReason


def open_document(order: Order, first: BufferedReader, second: BufferedReader) -> Pages | Unreadable:
    """Open a document behind two streams, or say why it is none."""
    head = first.read(HEAD_BYTES)
    first.seek(0)
    match formats_of(head):
        case (Format.PDF,):
            return open_pdf(order, first, second)
        case (Format.HEIC,) if not heic.is_installed():
            return Unreadable(failure=FailureReason.UNKNOWN_FORMAT, detail=heic.HOW_TO_HAVE_IT)
        case (picture,):
            return open_picture(order, first, picture)
        case ():
            return Unreadable(failure=FailureReason.UNKNOWN_FORMAT)
        case several:
            return Unreadable(
                failure=FailureReason.UNKNOWN_FORMAT, detail=f"it begins like a {in_words(several)} at once"
            )
