"""How much two registered names are alike: simple rules, each with its words. For the report, and damaged labels."""

from collections.abc import Iterator, Sequence

from agent.core.names import are_compatible, name_keys, tokens
from agent.domain.identity import Person

_SHORTEST_SLIP = 4
"""Letters that a word needs before one of them may be a slip: Ali and Alia are two names."""


def likeness(one: Person, other: Person) -> str | None:
    """Say in which way two people may have one name; None when they have two."""
    mine, theirs = _parts(one), _parts(other)
    if mine == theirs:
        return "same name"
    if mine == theirs[::-1]:
        return "last and first name swapped"
    if sorted((*mine[0], *mine[1])) == sorted((*theirs[0], *theirs[1])):
        return "same words in the name"
    if _bears_birth_name(one, other) or _bears_birth_name(other, one):
        return "one bears the other's name at birth"
    if set(name_keys(one)) & set(name_keys(other)):
        return "one name in two spellings"
    if are_compatible(one, other):
        return "one name is a part of the other"
    if _is_one_slip_apart(one, other):
        return "names that differ by one letter"
    return None


def is_same_name(one: Person, other: Person) -> bool:
    """Whether the very words are the same, in whatever order."""
    mine, theirs = _parts(one), _parts(other)
    return sorted((*mine[0], *mine[1])) == sorted((*theirs[0], *theirs[1]))


def rests(words: Sequence[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each word of a name, and what is left without it."""
    for place, word in enumerate(words):
        yield (*words[:place], *words[place + 1 :]), word


def slips_of(word: str) -> set[str]:
    """What words that are one slip apart have in common: themselves, or what is left without one letter."""
    if len(word) < _SHORTEST_SLIP:
        return {word}
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _parts(person: Person) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tokens(person.last_name), tokens(person.first_name)


def _bears_birth_name(one: Person, other: Person) -> bool:
    return tokens(one.birth_name or "") == tokens(other.last_name) and tokens(one.first_name) == tokens(
        other.first_name
    )


def _is_one_slip_apart(one: Person, other: Person) -> bool:
    return any(
        rest == other_rest and _are_one_slip_apart(word, other_word)
        for mine in name_keys(one)
        for theirs in name_keys(other)
        for rest, word in rests(mine)
        for other_rest, other_word in rests(theirs)
    )


def _are_one_slip_apart(one: str, other: str) -> bool:
    """One letter more, less, other, or two neighbours swapped."""
    if min(len(one), len(other)) < _SHORTEST_SLIP or abs(len(one) - len(other)) > 1:
        return False
    start = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True
    mine, theirs = one[start:], other[start:]
    return (
        mine[1:] == theirs[1:]
        or mine[1:] == theirs
        or mine == theirs[1:]
        or (mine[1::-1] == theirs[:2] and mine[2:] == theirs[2:])
    )
