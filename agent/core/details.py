"""What is known more of a failure, as the reader said it and the ledger keeps it: in the words of whoever is told."""

import re
from collections.abc import Mapping

from agent.core.voice import Voice

DETAILS: Mapping[str, str] = {
    r"(?P<number>\d+) attempts": "{number} attempts",
    r"page (?P<page>\d+)": "page {page}",
    r"pages (?P<pages>[\d, -]+)": "pages {pages}",
    r"when it was opened": "when it was opened",
    r"(?P<seconds>[\d.e+]+) seconds, at page (?P<page>\d+)": "{seconds} seconds, at page {page}",
    r"(?P<pages>\d+) pages, limit (?P<limit>\d+)": "{pages} pages, limit {limit}",
    r"none of (?P<count>\d+) pages can be read": "none of {count} pages can be read",
    r"signal (?P<number>\d+)": "signal {number}",
    r"exit code (?P<number>-?\d+)": "exit code {number}",
    r"no usable result": "no usable result",
    r"it begins like a (?P<kinds>[A-Za-z, ]+) at once": "it begins like several kinds of files at once",
    r"a HEIC picture; .*": "a HEIC picture; to have them read, install pillow-heif as README.md says",
}
"""The forms that a detail has, and what is said of each."""


def detail_words(detail: str, voice: Voice) -> str:
    """Put a detail into the office's language; what has another form, such as an error's name, stays as it is."""
    for form, text in DETAILS.items():
        if found := re.fullmatch(form, detail):
            return voice.say(text, **found.groupdict())
    return detail
