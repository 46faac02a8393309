"""What somebody wrote in reply to a question: a search, or something that only looks like an answer.

Thanks and numbers of buttons are written under questions too. A search puts other people under everyone's buttons, so
what is none is told apart before; and nobody is chosen by words, since the buttons may have changed meanwhile.
"""

import re
import unicodedata
from enum import StrEnum

from agent.domain.document import DocumentId, parse_reference

MOST_FOUND = 8
"""People whom a search in a chat offers: two pages of buttons."""
LEAST_SIGNS = 3
"""Letters and digits of a search: fewer name nobody, and are written as "ok" or "2"."""
LEAST_OTHER_LETTERS = 2
"""Letters of other scripts than the Latin: two are a whole name in Chinese or Korean."""
_BUTTON = re.compile(r"\W*[1-9][0-9]?\W*", re.ASCII)


class Meant(StrEnum):
    """What a reply to a question is taken for."""

    SEARCH = "search"
    BUTTON = "button"
    """The number of a candidate; only a button chooses."""
    TOO_SHORT = "too_short"


def meant_by(text: str) -> Meant:
    """Say what a reply can be: whether a search finds anybody is seen afterwards."""
    is_long = sum(map(str.isalnum, text)) >= LEAST_SIGNS
    if is_long or sum(map(_is_of_another_script, text)) >= LEAST_OTHER_LETTERS:
        return Meant.SEARCH
    return Meant.BUTTON if _BUTTON.fullmatch(text) else Meant.TOO_SHORT


def document_meant(text: str) -> DocumentId | None:
    """The document whose number was written in the place of somebody; it may be somebody's number all the same."""
    written = text.strip()
    return parse_reference(written) if written[:1] in {"D", "d"} else None


def _is_of_another_script(sign: str) -> bool:
    return sign.isalpha() and "LATIN" not in unicodedata.name(sign, "")
