"""Shorten what is too long for a button from its middle: names of one family begin alike or end alike."""

import re
from collections.abc import Iterator, Sequence

GAP = "…"
_EDGE = re.compile(r"(?<=\w)(?=[ -])|(?<=[ -])(?=\w)")
"""Where a word begins or ends."""


def shortened(text: str, length: int, others: Sequence[str] = ()) -> str:
    """Keep the beginning and the end of a text, whole words of them where that is possible.

    Args:
        length: characters that there is room for.
        others: what stands beside it; a shortening that none of them could be is preferred.

    Returns:
        The text itself where it fits; nothing where not even one letter fits on each side of the gap.
    """
    if len(text) <= length:
        return text
    ways = [*_by_words(text, length), *_by_letters(text, length)]
    differing = [it for it in others if it != text]
    apart = (way for way in ways if not any(_may_be(way, it) for it in differing))
    head, tail = next(apart, ways[0] if ways else ("", ""))
    return f"{head}{GAP}{tail}" if head else ""


def _by_words(text: str, length: int) -> list[tuple[str, str]]:
    """The ways that keep whole words, those that keep the most letters first, then the most of the end."""
    edges = [edge.start() for edge in _EDGE.finditer(text)]
    ways = {
        (text[:start].rstrip(" -"), text[end:].lstrip(" -"))
        for start in edges
        for end in edges
        if start <= end
    }
    fitting = [way for way in ways if len(way[0]) + len(GAP) + len(way[1]) <= length]
    return sorted(fitting, key=lambda way: (-len(way[0]) - len(way[1]), -len(way[1]), way))


def _by_letters(text: str, length: int) -> Iterator[tuple[str, str]]:
    """The ways that cut words: the half of each first, then ever more of one side."""
    room = length - len(GAP)
    for head in sorted(range(1, room), key=lambda head: (abs(2 * head - room), head)):
        yield text[:head].rstrip(" -"), text[len(text) - room + head :].lstrip(" -")


def _may_be(way: tuple[str, str], other: str) -> bool:
    return other.startswith(way[0]) and other.endswith(way[1])
