"""What somebody wrote in reply to a question: a search, or something that only looks like an answer.

Thanks and numbers of buttons are written under questions too. A search puts other people under everyone's buttons, so
what is none is told apart before; and nobody is chosen by words, since the buttons may have changed meanwhile.
"""

import re
from enum import StrEnum

LEAST_SIGNS = 3
"""Letters and digits of a search: fewer name nobody, and are written as "ok" or "2"."""
_BUTTON = re.compile(r"\W*[1-9][0-9]?\W*", re.ASCII)


class Meant(StrEnum):
    """What a reply to a question is taken for."""

    SEARCH = "search"
    BUTTON = "button"
    """The number of a candidate; only a button chooses."""
    TOO_SHORT = "too_short"


def meant_by(text: str) -> Meant:
    """Say what a reply can be: whether a search finds anybody is seen afterwards."""
    if sum(map(str.isalnum, text)) >= LEAST_SIGNS:
        return Meant.SEARCH
    return Meant.BUTTON if _BUTTON.fullmatch(text) else Meant.TOO_SHORT
