"""Which pages belong together, as a human types it: `1-2 3 4-6`, each page once, from the first to the last."""

import re

from agent.domain.outcome import Refused
from agent.domain.phrase import Phrase
from agent.domain.splitting import PageRange

_RANGE = re.compile(r"([0-9]{1,6})(?:[-–]([0-9]{1,6}))?")
_BETWEEN = re.compile(r"[\s,;]+")
_DASH = re.compile(r"\s*([-–])\s*")
_SHOWN = 20
_ASKED = re.compile(
    r"\s*(?:split|diviser|divise|couper|coupe|d[ée]couper|scinder|s[ée]parer)\b\s*:?([\d\s,;–—-]{1,200})",
    re.IGNORECASE,
)
_ALONE = re.compile(r"\s*(?=[^,;–—-]*[,;–—-])[0-9]{1,3}(?:\s*[-–—,;]\s*[0-9]{1,3}|\s+[0-9]{1,3})*\s*[,;]?\s*")
_DATE = re.compile(r"\s*[0-9]{1,3}\s*[-–—]\s*[0-9]{1,3}\s*[-–—][^,;]*")
"""Three numbers with dashes between them, which no pages have."""


def typed_ranges(text: str, *, can_split: bool) -> str | None:
    """Give the ranges that somebody asks for in a reply to a question: `split 1-2, 3`, `diviser 1, 2` or `1-2, 3`.

    Args:
        can_split: whether there are pages to be split; where there are none, numbers without a word are a search.
    """
    asked = _ASKED.fullmatch(text)
    if asked is None and not (can_split and _ALONE.fullmatch(text) and not _DATE.fullmatch(text)):
        return None
    return (asked[1] if asked else text).replace("—", "-").strip()


def ranges_of(typed: str, page_count: int) -> tuple[PageRange, ...] | Refused:
    """Read the ranges, which together must be the whole document; else say what is missing, doubled or wrong.

    Args:
        typed: with commas, semicolons or spaces between the ranges.
    """
    words = [word for word in _BETWEEN.split(_DASH.sub(r"\1", typed)) if word]
    ranges = []
    for word in words:
        found = _RANGE.fullmatch(word)
        if found is None:
            return Refused(
                phrase=Phrase(
                    "'{word}' is no range of pages. Such as: 1-2 3 4-{last}",
                    word=word[:_SHOWN],
                    last=max(page_count, 4),
                )
            )
        ranges.append(PageRange(first=int(found[1]), last=int(found[2] or found[1])))
    wrong = _wrong(ranges, page_count)
    return Refused(phrase=wrong) if wrong else tuple(ranges)


def _wrong(ranges: list[PageRange], page_count: int) -> Phrase | None:
    """What is wrong with the ranges, in a sentence; None when they are the document, in at least two parts."""
    if page_count < 2:
        return Phrase("It has one page: there is nothing to split.")
    expected = 1
    for each in ranges:
        if each.last < each.first:
            return Phrase(
                "{pages} runs backwards: {right} is meant?", pages=each, right=f"{each.last}-{each.first}"
            )
        if each.first < 1 or each.last > page_count:
            return Phrase(
                "{pages} is not in the document, whose pages are 1 to {last}.", pages=each, last=page_count
            )
        if each.first < expected:
            return _twice(PageRange(first=each.first, last=min(each.last, expected - 1)))
        if each.first > expected:
            return _missing(PageRange(first=expected, last=each.first - 1))
        expected = each.last + 1
    if expected <= page_count:
        return _missing(PageRange(first=expected, last=page_count))
    if len(ranges) < 2:
        return Phrase("That is the whole document in one piece: there is nothing to split.")
    return None


def _twice(pages: PageRange) -> Phrase:
    if pages.first == pages.last:
        return Phrase("Page {pages} is twice, or out of order.", pages=pages)
    return Phrase("Pages {pages} are twice, or out of order.", pages=pages)


def _missing(pages: PageRange) -> Phrase:
    if pages.first == pages.last:
        return Phrase("Page {pages} is missing: each page must be in one range, in order.", pages=pages)
    return Phrase("Pages {pages} are missing: each page must be in one range, in order.", pages=pages)
