"""Two readings of the same page: which is the better one, and what they disagree about.

Invariants
- The better one is chosen by how well it reads, never by whom it names: to try until somebody fits is to guess.
- Where two readings that both seem sure differ, neither is: the word counts as hardly read.
- Where they agree, the word is as sure as the surer reading makes it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from agent.domain.document import Line, Page, PageProblem, Word

COMPLETE_COVERAGE = 0.95
"""From here on a page is complete, and more of it is no better: pages of 0.98 and of 1.0 were equally well read."""
MOST_PASSES = 5
"""So many recipes there are to read a page by OCR."""
DISPUTING_CONFIDENCE = 60
"""From here on a reading is sure enough to cast doubt on another. Below it, words are mostly damaged."""
_SAME_PLACE = 0.5
"""The part of the larger of two boxes that both share, from where they hold the same word."""
_SAME_SIZE_POINTS = 2.0

Quality = tuple[float, float]


def quality(coverage: float | None, words: Iterable[Word]) -> Quality:
    """How well a page was read, to be compared: how much of its ink is explained, then how surely."""
    return min(coverage or 0.0, COMPLETE_COVERAGE), confidence(words)


def confidence(words: Iterable[Word]) -> float:
    """The mean of all words', by their length; 0 without a word."""
    total = weighted = 0
    for word in words:
        total += len(word.text)
        weighted += (word.confidence or 0) * len(word.text)
    return weighted / max(total, 1)


def better(first: Page, second: Page) -> Page:
    """Take the better of two readings of a page by OCR, with the doubts that the other one casts on it.

    A reading that failed, or stands another way round, casts none.
    """
    best, other = sorted((first, second), key=_quality, reverse=True)
    lines = weighed(best.lines, other.lines) if _is_laid_out_alike(best, other) else best.lines
    return replace(best, lines=lines, passes=max(first.passes, second.passes))


def weighed(lines: Sequence[Line], others: Sequence[Line]) -> tuple[Line, ...]:
    """Let the words of another reading of the same page cast doubt on these, or confirm them."""
    there = [word for line in others for word in line.words]
    return tuple(Line(words=tuple(_weighed(word, there) for word in line.words)) for line in lines)


def _weighed(word: Word, there: Sequence[Word]) -> Word:
    if word.confidence is None:
        return word
    sure = word.confidence
    for other in there:
        if other.confidence is not None and word.box.shares(other.box) >= _SAME_PLACE:
            if other.text == word.text:
                sure = max(sure, other.confidence)
            elif other.confidence >= DISPUTING_CONFIDENCE:
                return replace(word, confidence=min(word.confidence, 100 - other.confidence))
    return replace(word, confidence=sure)


def _quality(page: Page) -> tuple[bool, Quality]:
    is_whole = page.problem in (None, PageProblem.TEXT_DROPPED)
    return is_whole, quality(page.coverage, (word for line in page.lines for word in line.words))


def _is_laid_out_alike(one: Page, other: Page) -> bool:
    return (
        abs(one.width - other.width) <= _SAME_SIZE_POINTS
        and abs(one.height - other.height) <= _SAME_SIZE_POINTS
    )
