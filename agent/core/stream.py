"""A document's words as one stream of tokens that know what separates them and where they stand."""

from collections.abc import Iterator

from agent.core.names import normalise, plain, runs
from agent.domain.document import DocumentText, Word
from agent.domain.evidence import Token

COLUMN_GAP_HEIGHTS = 1.5
"""A space wider than this many line heights parts two columns; between justified words it stays below one."""


def tokens_of(text: DocumentText) -> tuple[Token, ...]:
    """Cut every word of every page into tokens, in reading order."""
    found: list[Token] = []
    separator, offset, line_number = "\f", 0, -1
    for page in text.pages:
        separator = "\f"
        for line in page.lines:
            line_number += 1
            previous: Word | None = None
            for word in line.words:
                if previous is not None:
                    separator += "\t" if _is_column_gap(previous, word) else " "
                for token in _cut(word, separator, page.number, line_number, offset):
                    found.append(token)
                    separator = ""
                separator += _tail(word.text)
                offset += len(word.text) + 1
                previous = word
            separator += "\n"
    return tuple(found)


def _cut(word: Word, separator: str, page: int, line: int, offset: int) -> Iterator[Token]:
    text = plain(word.text)
    end = 0
    for run in runs(text):
        yield Token(
            text=normalise(run[0]),
            printed=word.text,
            before=separator + text[end : run.start()],
            page=page,
            line=line,
            offset=offset + run.start(),
            box=word.box,
            confidence=word.confidence,
            is_name_like=run[0][0].isalpha() and not run[0][0].islower(),
        )
        separator, end = "", run.end()


def _tail(word: str) -> str:
    """What follows a word's last run; the whole word when it has none."""
    text = plain(word)
    found = runs(text)
    return text[found[-1].end() :] if found else text


def _is_column_gap(one: Word, other: Word) -> bool:
    height = max(one.box.bottom - one.box.top, other.box.bottom - other.box.top)
    gap = max(other.box.left - one.box.right, one.box.left - other.box.right)
    return gap >= COLUMN_GAP_HEIGHTS * height
