"""What SQLite's refusals mean to somebody who can do something about them."""

from agent.domain.phrase import Phrase

_FULL = Phrase("The disk is full: free some space. Nothing is lost; it goes on by itself.")
_HINTS = (
    ("SQLITE_FULL", _FULL),
    ("SQLITE_IOERR_SHM", _FULL),  # no room for the index that a WAL needs beside it
    ("SQLITE_READONLY", Phrase("The daemon's user may not write in state/: look at who owns it.")),
)
"""By the beginning of SQLite's own name of the error (https://sqlite.org/rescode.html)."""


def word_for(error: BaseException | None) -> str:
    """SQLite's own name of the error, such as SQLITE_FULL; the error's type where it has none."""
    return str(getattr(error, "sqlite_errorname", type(error).__name__))


def hint_for(error: BaseException | None) -> Phrase | None:
    """What somebody can do about it, whichever database it was; None where that depends on the database."""
    word = word_for(error)
    return next((hint for beginning, hint in _HINTS if word.startswith(beginning)), None)


def is_damaged(error: BaseException | None) -> bool:
    """Whether the file is broken, or none of SQLite's: trying again is no use."""
    return word_for(error).startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))
