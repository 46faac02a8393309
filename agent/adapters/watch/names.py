"""File names: which ones are still somebody else's, and which are of a kind that is taken.

Names are bytes; here they are `str` with `surrogateescape` for the bytes that are no UTF-8.
"""

import fnmatch
import os

TEMPORARY_PATTERNS = (
    ".*",  # hidden; also rsync (.x.pdf.Ab12Cd), Syncthing (.syncthing.x.tmp), our own .claimed
    "*.part",  # Firefox, KDE, curl wrappers
    "*.partial",
    "*.crdownload",  # Chromium
    "*.download",  # Safari
    "*.filepart",  # WinSCP
    "*.tmp",  # Syncthing on Windows (~syncthing~x.tmp) and many others
    "~$*",  # lock files of office programs
)
"""What programs call a file that they have not finished."""

LITTER = frozenset({"thumbs.db", "desktop.ini"})
"""What Windows leaves by itself in each folder that somebody looks into: nobody put it there to be filed."""


def is_temporary(name: str) -> bool:
    """Whether the name says that its owner is not done with it, or that it is none of our business."""
    folded = name.lower()
    return folded in LITTER or any(fnmatch.fnmatchcase(folded, pattern) for pattern in TEMPORARY_PATTERNS)


def is_accepted(name: str, suffixes: frozenset[str]) -> bool:
    """Whether the name ends with one of the suffixes (`.pdf`), in upper or lower case."""
    return os.path.splitext(name)[1].lower() in suffixes  # noqa: PTH122 # a Path can't be made of every name
