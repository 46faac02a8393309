"""Opens a document as what it is. Its content says that, never its name."""

from io import BufferedReader

from agent.adapters.reading import heic
from agent.adapters.reading.finding import Order, Unreadable
from agent.adapters.reading.pages import Pages
from agent.adapters.reading.pdf import open_pdf
from agent.adapters.reading.pictures import open_picture
from agent.domain.formats import HEAD_BYTES, Format, formats_of, in_words
from agent.domain.outcome import FailureReason


def open_document(order: Order, stream: BufferedReader) -> Pages | Unreadable:
    """Open a document behind a stream, or say why it is none.

    Raises:
        ReaderUnavailable: the system refuses to open it.
    """
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    match formats_of(head):
        case (Format.PDF,):
            return open_pdf(order, stream)
        case (Format.HEIC,) if not heic.is_installed():
            return Unreadable(failure=FailureReason.UNKNOWN_FORMAT, detail=heic.HOW_TO_HAVE_IT)
        case (picture,):
            return open_picture(order, stream, picture)
        case ():
            return Unreadable(failure=FailureReason.UNKNOWN_FORMAT)
        case several:
            return Unreadable(
                failure=FailureReason.UNKNOWN_FORMAT, detail=f"it begins like a {in_words(several)} at once"
            )
