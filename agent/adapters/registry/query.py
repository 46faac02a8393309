"""What is asked of the index: from a document's evidence, or from what a human typed."""

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from agent.core.dates import read_date
from agent.core.identifiers import BY_NAME, compact
from agent.core.names import core, name_keys, spelling_key
from agent.core.stream import tokens_of
from agent.domain.document import text_of_plain
from agent.domain.evidence import Evidence
from agent.domain.identity import Person

WINDOW_TOKENS = 24
"""Two words of a name, with labels between them, never stand further apart than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A document's words in spelling keys, its numbers and its labelled birth dates."""

    words: tuple[str, ...]
    labelled: frozenset[str]
    numbers: frozenset[str]
    dates: tuple[str, ...]

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self.words)

    def pairs(self, known: Collection[str]) -> Iterator[tuple[str, str]]:
        """Any two known words that stand close together, or both under labels of names; and each with itself.

        A record of one word alone is found by the latter.
        """
        places = [(place, word) for place, word in enumerate(self.words) if word in known]
        yield from ((word, word) for _, word in places)
        for number, (place, word) in enumerate(places):
            for other_place, other in itertools.islice(places, number + 1, None):
                if other_place - place > WINDOW_TOKENS:
                    break
                yield word, other
        yield from itertools.combinations(sorted(self.labelled & frozenset(known)), 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedQuery:
    """What a human typed: parts of names, dates as ISO, numbers in compact form."""

    names: tuple[str, ...]
    numbers: tuple[str, ...]
    dates: tuple[str, ...]

    def closeness(self, person: Person) -> int:
        """How many of the typed words are whole words of the person's name."""
        own = {key for keys in name_keys(person) for key in keys}
        return sum(name in own for name in self.names)


def query_of(evidence: Evidence) -> Query:
    """Ask for everybody whom a document's words, numbers or birth dates touch."""
    words = tuple(spelling_key(token.text) for token in evidence.tokens)
    return Query(
        words=words,
        labelled=frozenset(
            word for field in evidence.fields for word in words[field.passage.start : field.passage.end]
        ),
        numbers=frozenset(number.value for number in evidence.identifiers),
        dates=tuple(sorted({day.isoformat() for date in evidence.birth_dates for day in date.readings})),
    )


def typed_query(words: str) -> TypedQuery:
    """Tell names, dates and numbers apart in what a human typed."""
    names: list[str] = []
    numbers: list[str] = []
    dates: list[str] = []
    stream = tokens_of(text_of_plain(words.replace("\n", " ")))
    place = 0
    while place < len(stream):
        date = read_date(stream, place)
        text = stream[place].text
        if date:
            dates.extend(day.isoformat() for day in date[0])
            place = date[1]
            continue
        if any(map(str.isdigit, text)):
            numbers.append(BY_NAME["phone"].normalise(text) if text.isdigit() else compact(text))
        else:
            names.append(text)
        place += 1
    return TypedQuery(names=tuple(map(spelling_key, core(names))), numbers=tuple(numbers), dates=tuple(dates))
