"""Where a document comes to lie: paths below the home, built from ids and dates, never from original names."""

import datetime
import re
from pathlib import PurePosixPath
from typing import assert_never

from agent.domain.document import DocumentId, reference
from agent.domain.formats import Format, suffixes_of
from agent.domain.outcome import Archived, Duplicate, Failed, InReview, Outcome

KEPT_SUFFIXES = suffixes_of(Format)


def place_of(document_id: DocumentId, outcome: Outcome, day: datetime.date, suffix: str) -> str:
    """Name the place for an outcome.

    Args:
        day: when the document was claimed, in the office's time zone.
        suffix: of the original file, such as `.pdf`.
    """
    dated = f"{day.isoformat()}_{reference(document_id)}"
    match outcome:
        case Archived():
            kind = f"_{outcome.document_kind}" if outcome.document_kind else ""
            return f"archive/{outcome.record_id}/{day.year}/{dated}{kind}{suffix}"
        case InReview():
            return f"review/{reference(document_id)}{suffix}"
        case Failed():
            return f"failed/{dated}{suffix}"
        case Duplicate():
            return f"archive/_duplicates/{dated}{suffix}"
        case _:
            assert_never(outcome)


def is_folder_of(location: str, outcome: Outcome) -> bool:
    """Whether a place below the home lies in the folder that an outcome names; of which year tells nothing."""
    match outcome, PurePosixPath(location).parts:
        case Archived(), ("archive", record_id, year, _):
            return record_id == outcome.record_id and re.fullmatch(r"[0-9]{4}", year) is not None
        case InReview(), ("review", _):
            return True
        case Failed(), ("failed", _):
            return True
        case Duplicate(), ("archive", "_duplicates", _):
            return True
        case _:
            return False


def suffix_of(original_name: str) -> str:
    """The ending that a file keeps, in lower case: its own where it is one that is taken in, else `.pdf`."""
    suffix = PurePosixPath(original_name).suffix.lower()
    return suffix if suffix in KEPT_SUFFIXES else ".pdf"


def next_name(place: str) -> str:
    """The name to try when a stranger's file stands at a place: `x.pdf`, `x~2.pdf`, `x~3.pdf`."""
    path = PurePosixPath(place)
    found = re.fullmatch(r"(.*)~(\d+)", path.stem)
    stem, number = (found[1], int(found[2])) if found else (path.stem, 1)
    return str(path.with_name(f"{stem}~{number + 1}{path.suffix}"))
