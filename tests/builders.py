"""Values for tests, each with defaults that a test overrides where it matters."""

import datetime
import itertools
from collections.abc import Sequence

from agent.core.completeness import what_is_missing
from agent.core.decide import decide
from agent.core.extract import extract
from agent.core.match import Assessment, compare
from agent.domain.decision import Decision, Policy
from agent.domain.document import (
    Box,
    DocumentId,
    DocumentText,
    Line,
    Page,
    PageProblem,
    TextOrigin,
    Word,
    text_of_plain,
)
from agent.domain.identity import Identifier, Person, RecordId
from agent.domain.lesson import Lesson, LessonNumber, LessonState, Teaching

_record_numbers = itertools.count(1)

HIND = datetime.date(1977, 8, 16)


def person(
    last_name: str = "Vidal",
    first_name: str = "Hind",
    *,
    record_id: str | None = None,
    birth_date: datetime.date | None = HIND,
    birth_name: str | None = None,
    cin: str | None = None,
    nir: str | None = None,
    insurance: str | None = None,
    phone: str | None = None,
) -> Person:
    """A record; without an id it gets one of its own."""
    numbers = {"cin": cin, "nir": nir, "insurance": insurance}
    return Person(
        record_id=RecordId(record_id or f"R{next(_record_numbers):04}"),
        last_name=last_name,
        first_name=first_name,
        birth_name=birth_name,
        birth_date=birth_date,
        identifiers=tuple(Identifier(kind=kind, value=value) for kind, value in numbers.items() if value),
        phone=phone,
    )


def lesson(
    teaching: Teaching,
    number: int = 1,
    *,
    state: LessonState = LessonState.ACTIVE,
    taught_by: str = "cli:anna",
) -> Lesson:
    """Something that an answer about D-7 taught."""
    moment = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
    is_judged = state is not LessonState.PROPOSED
    return Lesson(
        number=LessonNumber(number),
        teaching=teaching,
        state=state,
        document_id=DocumentId(7),
        taught_by=taught_by,
        taught_at=moment,
        judged_by="cli:bert" if is_judged else None,
        judged_at=moment if is_judged else None,
    )


def text_of(
    *lines: str, confidence: int | None = None, unsure: str = "", unsure_confidence: int = 40
) -> DocumentText:
    """A page of these lines; with a confidence, as OCR reads it, the words that hold `unsure` less surely."""
    plain = text_of_plain("\n".join(lines))
    if confidence is None:
        return plain
    pages = []
    for page in plain.pages:
        read = tuple(
            Line(
                words=tuple(
                    Word(
                        text=word.text,
                        box=word.box,
                        confidence=unsure_confidence if unsure and unsure in word.text else confidence,
                    )
                    for word in line.words
                )
            )
            for line in page.lines
        )
        pages.append(
            Page(number=page.number, width=page.width, height=page.height, origin=TextOrigin.OCR, lines=read)
        )
    return DocumentText(pages=tuple(pages))


def cut_short(text: DocumentText) -> DocumentText:
    """The same text, with a last page that could not be read to its end."""
    page = Page(
        number=len(text.pages) + 1,
        width=595.0,
        height=842.0,
        origin=TextOrigin.BLANK,
        lines=(),
        problem=PageProblem.TIMED_OUT,
    )
    return DocumentText(pages=(*text.pages, page))


def boxed(*words: tuple[str, float, float]) -> DocumentText:
    """A page of words, each with the left and the top of its box; words of one top stand on one line."""
    lines: dict[float, list[Word]] = {}
    for text, left, top in words:
        box = Box(left=left, top=top, right=left + 6.0 * len(text), bottom=top + 10.0)
        lines.setdefault(top, []).append(Word(text=text, box=box))
    read = tuple(Line(words=tuple(line)) for line in lines.values())
    page = Page(number=1, width=595.0, height=842.0, origin=TextOrigin.TEXT_LAYER, lines=read)
    return DocumentText(pages=(page,))


def assessed(text: DocumentText | str, *people: Person) -> tuple[Assessment, ...]:
    """What speaks for and against these people in a text."""
    return compare(extract(text_of(text) if isinstance(text, str) else text), people)


def decided(
    text: DocumentText | str,
    people: Person | Sequence[Person],
    *,
    policy: Policy = Policy.TWO_IDENTIFIERS,
    confidence_floor: int = 80,
    is_trustworthy: bool = True,
) -> Decision:
    """The decision on a text among these people."""
    read = text_of(text) if isinstance(text, str) else text
    evidence = extract(read)
    return decide(
        compare(evidence, [people] if isinstance(people, Person) else people),
        policy=policy,
        confidence_floor=confidence_floor,
        missing=what_is_missing(read),
        is_trustworthy=is_trustworthy,
        is_blank=not evidence.tokens,
    )
