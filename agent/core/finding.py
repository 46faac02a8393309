"""What a human typed to find a document again, and the line of a page that shows why it was found."""

import datetime
import re
from collections.abc import Sequence

from agent.core.dates import read_date
from agent.core.names import tokens
from agent.core.stream import tokens_of
from agent.domain.document import Line, Page, parse_correlation_id, parse_reference, text_of_plain
from agent.domain.finding import Sought, Span, Term

PASSAGE_LENGTH = 120
"""Characters of a line that are shown: two lines of a terminal."""
_YEAR = re.compile(r"(?:18[89]|19\d|20\d)\d")
_BEFORE_YEARS = frozenset({"ne", "nee", "born"})
_BETWEEN = frozenset({"en", "in"})
_TYPED = re.compile(r'"([^"]*)"|“([^”]*)”|«([^»]*)»|(\S+)')
_LONGEST_DATE = 40
"""Characters; whatever is longer is no date, and is not cut into tokens to see that."""


def phrases_in(text: str) -> tuple[str, ...]:
    """Part what was typed into words, and phrases where quotes stand; a quote without its other is no quote."""
    return tuple(next(filter(None, found.groups()), "") for found in _TYPED.finditer(text))


def sought(
    phrases: Sequence[str],
    timezone: datetime.tzinfo,
    *,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
) -> Sought:
    """Read what was typed. Signs alone are nothing; a single word at the end may be the beginning of one.

    Words that but announce a year of birth are passed over: a person has the year, and no such word.

    Args:
        phrases: words and phrases, as `phrases_in` gives them.
        timezone: the office's, in which a day begins.
        since: the first day.
        until: the last day.
    """
    phrases = _without_announcing(phrases)
    terms = tuple(
        term
        for place, phrase in enumerate(phrases, start=1)
        if (term := _term(phrase, timezone, is_last=place == len(phrases))) is not None
    )
    span = _span(since, until, timezone) if since or until else None
    return Sought(terms=tuple(dict.fromkeys(terms)), span=span)


def days_of(text: str) -> tuple[datetime.date, ...]:
    """The days that a text can mean which is a date and nothing else; none where it is no date."""
    if len(text) > _LONGEST_DATE:
        return ()
    stream = tokens_of(text_of_plain(" ".join(text.split())))
    date = read_date(stream, 0)
    return date[0] if date is not None and date[1] == len(stream) else ()


def passage_in(page: Page, wanted: Sought) -> str:
    """Give the line that has most of what was sought, cut round the first of it; empty where no line has any."""
    hits, line = max(
        ((_hits(line, wanted), line) for line in page.lines),
        key=lambda one: len({token for _, token in one[0]}),
        default=([], None),
    )
    return _cut([word.text for word in line.words], hits[0][0]) if line is not None and hits else ""


def _without_announcing(phrases: Sequence[str]) -> list[str]:
    """Leave out the `née en` of `née en 1961`."""
    left: list[str] = []
    for phrase in phrases:
        if _YEAR.fullmatch(phrase):
            end = len(left) - (bool(left) and _is_one_of(left[-1], _BETWEEN))
            if end and _is_one_of(left[end - 1], _BEFORE_YEARS):
                del left[end - 1 :]
        left.append(phrase)
    return left


def _is_one_of(phrase: str, words: frozenset[str]) -> bool:
    return "".join(tokens(phrase)) in words  # of `né(e)` there are two


def _term(phrase: str, timezone: datetime.tzinfo, *, is_last: bool) -> Term | None:
    typed = " ".join(phrase.encode("utf-8", "ignore").decode().split())
    found = tokens(typed)
    if not found:
        return None
    return Term(
        typed=typed,
        tokens=found,
        is_beginning=is_last and " " not in typed,
        number=parse_reference(typed),
        correlation_id=parse_correlation_id(typed),
        days=tuple(_span(day, day, timezone) for day in days_of(typed)),
    )


def _span(since: datetime.date | None, until: datetime.date | None, timezone: datetime.tzinfo) -> Span:
    return Span(
        since=None if since is None else _begin(since, timezone),
        until=None
        if until is None or until == datetime.date.max
        else _begin(until + datetime.timedelta(days=1), timezone),
    )


def _begin(day: datetime.date, timezone: datetime.tzinfo) -> datetime.datetime:
    """When a day begins at the office, in UTC; years that UTC doesn't have are cut off."""
    moment = datetime.datetime.combine(day, datetime.time.min, timezone)
    try:
        return moment.astimezone(datetime.UTC)
    except OverflowError:
        return moment.replace(tzinfo=datetime.UTC)


def _hits(line: Line, wanted: Sought) -> list[tuple[int, str]]:
    """The words of a line that are sought: their places in the line, and the tokens."""
    whole = {token for term in wanted.terms for token in term.tokens}
    beginnings = tuple(term.tokens[-1] for term in wanted.terms if term.is_beginning)
    return [
        (place, token)
        for place, word in enumerate(line.words)
        for token in tokens(word.text)
        if token in whole or token.startswith(beginnings)
    ]


def _cut(words: Sequence[str], first: int) -> str:
    """The words from a little before the first that was sought, as many as there is room for."""
    begin, end, room = first, first + 1, PASSAGE_LENGTH - len(words[first])
    while begin > 0 and room > PASSAGE_LENGTH // 2 and len(words[begin - 1]) < room:
        begin -= 1
        room -= len(words[begin]) + 1
    while end < len(words) and len(words[end]) < room:
        room -= len(words[end]) + 1
        end += 1
    shown = " ".join(words[begin:end])[:PASSAGE_LENGTH]
    return f"{'… ' if begin else ''}{shown}{' …' if end < len(words) else ''}"
