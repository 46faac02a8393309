"""Which pages are worth another pass of OCR: those where it could change the decision.

Invariants
- A match is never read again: what could only confirm it, or unsettle it by chance, is not looked for.
- Nor is what no pass can change: text layers, an untrusted registry, pages that were lost, two people who both fit.
- Whether a further pass names somebody plays no part in which reading is kept; see `domain.rivals`.
"""

from collections.abc import Iterable
from dataclasses import replace

from agent.domain.decision import Decision, Match
from agent.domain.document import DocumentText, Page, TextOrigin
from agent.domain.evidence import NAME_KINDS, DoubtKind, Evidence, MarkKind, Passage
from agent.domain.rivals import MOST_PASSES, better, confidence

_WELL_READ_CONFIDENCE = 90.0
_WELL_READ_COVERAGE = 0.98
"""From here on, what a page does not say is not on it. Clean scans have 91 and 0.99, and more."""
_BEYOND_READING = frozenset({"registry_untrusted", "document_incomplete"})
_TELLING = NAME_KINDS | {MarkKind.BIRTH_DATE, MarkKind.IDENTIFIER}


def pages_to_reread(
    text: DocumentText, evidence: Evidence, decision: Decision, *, confidence_floor: int
) -> tuple[int, ...]:
    """Give the numbers of the pages of which a further pass could change the decision.

    Where a name, birth date or number was read unsurely, its page; where one is missing, the pages that announce it,
    or else the first, unless they were read well.
    """
    if isinstance(decision, Match) or decision.reason.code in _BEYOND_READING:
        return ()
    open_pages = {page.number: page for page in text.pages if _has_passes_left(page)}
    unsure = _pages_of(evidence, _unsure(evidence, confidence_floor))
    wanted = [number for number in sorted(unsure) if number in open_pages]
    if wanted or not _is_missing(evidence):
        return tuple(wanted)
    poor = [number for number, page in open_pages.items() if not _is_read_well(page)]
    labels = (mark.passage for mark in evidence.marks if mark.kind in _TELLING)
    announcing = _pages_of(evidence, labels)
    return tuple(number for number in poor if number in announcing) or tuple(poor[:1])


def reread(text: DocumentText, again: Iterable[Page]) -> tuple[Page, ...]:
    """Give, of each page that was read again, the better reading; it counts as a pass more, whatever came of it."""
    first = {page.number: page for page in text.pages}
    return tuple(_reread(first[page.number], page) for page in again)


def exhausted(text: DocumentText, numbers: Iterable[int]) -> tuple[Page, ...]:
    """Give pages as they were read, to be read no more."""
    return tuple(replace(text.pages[number - 1], passes=MOST_PASSES) for number in numbers)


def _reread(first: Page, second: Page) -> Page:
    kept = better(first, second)
    return replace(kept, passes=max(kept.passes, first.passes + 1))


def _has_passes_left(page: Page) -> bool:
    return page.origin is TextOrigin.OCR and 0 < page.passes < MOST_PASSES


def _is_read_well(page: Page) -> bool:
    words = (word for line in page.lines for word in line.words)
    return confidence(words) >= _WELL_READ_CONFIDENCE and (page.coverage or 0.0) >= _WELL_READ_COVERAGE


def _unsure(evidence: Evidence, floor: int) -> list[Passage]:
    """The places of identity that were hardly read, and the dates and numbers that can't be read.

    Each name that OCR read is a doubt as well, sure or not: it may veto, and says nothing here.
    """
    printed = (
        *(field.passage for field in evidence.fields if field.passage.start < field.passage.end),
        *(date.passage for date in evidence.birth_dates),
        *(number.passage for number in evidence.identifiers if number.is_labelled),
    )
    hardly = [each for each in printed if _is_unsure(evidence.confidence(each), floor)]
    damaged = (doubt.passage for doubt in evidence.doubts if doubt.kind is not DoubtKind.NAME)
    return [*hardly, *damaged]


def _is_unsure(certainty: int | None, floor: int) -> bool:
    return certainty is not None and certainty < floor


def _is_missing(evidence: Evidence) -> bool:
    """Whether a name, or everything that could confirm it, is not printed at all."""
    has_name = any(field.passage.start < field.passage.end for field in evidence.fields)
    has_second = any(date.readings for date in evidence.birth_dates) or any(
        number.is_labelled and number.is_valid for number in evidence.identifiers
    )
    return not (has_name and has_second)


def _pages_of(evidence: Evidence, passages: Iterable[Passage]) -> set[int]:
    return {evidence.tokens[passage.start].page for passage in passages}
