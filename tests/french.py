"""Tells whether a text that should be French holds English."""

import re

from agent.core.voice import Voice
from agent.languages import catalogue

FRENCH = Voice(catalogue=catalogue("fr"))

_ENGLISH = frozenset(
    re.findall(
        r"[a-z']+",
        "and any are as at back be been being before but by can can't could did do does done each else every failed "
        "file filed for from had has have here how if in into is it its itself later made make may more must no nobody "
        "none not nothing of older once one only open other our out put so some somebody such take taken than that the "
        "their them then there they this to too twice two under undone until up was waits we were what when where "
        "which while who whom whose why with without yes you your again already since missing meanwhile review",
    )
)
_NO_LANGUAGE = re.compile(
    r"/[a-z]+\b|dossierd [a-z]+(?: D-\d+ none)?|[A-Z]+_[A-Z_]+|README\.md|Alerte \w+|#alert-\w+|\b[a-z]+/|D-\d+"
)
"""Commands, settings, folders, codes of alerts and numbers of documents."""


def english_in(text: str) -> list[str]:
    """The words that only English has; what is quoted from a command, a setting or a folder is none."""
    words = re.findall(r"[^\W\d_]+(?:'t\b)?", _NO_LANGUAGE.sub(" ", text))
    return [word for word in words if word.lower() in _ENGLISH]
