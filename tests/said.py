"""What log lines and the audit trail say in words."""

import json
import re
from collections.abc import Iterator

_BY_CHANCE = re.compile(r"[0-9a-f]{32,}|\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)", re.IGNORECASE)
"""Hashes and moments: any digits stand in them by chance. They have no other letters, so no name can."""


def words_of(text: str) -> str:
    """Put together every key and every text of JSON lines, and whole what is no JSON.

    Numbers are left out, and so are hashes and moments within texts: sizes, inodes and durations hold any digits.
    """
    return "\n".join(_BY_CHANCE.sub("", word) for line in text.splitlines() for word in _words_in(line))


def _words_in(line: str) -> Iterator[str]:
    try:
        content = json.loads(line)
    except ValueError:
        yield line
        return
    yield from _texts_of(content)


def _texts_of(content: object) -> Iterator[str]:
    match content:
        case str():
            yield content
        case dict():
            for key, value in content.items():
                yield key
                yield from _texts_of(value)
        case list():
            for value in content:
                yield from _texts_of(value)
