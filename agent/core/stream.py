"""A document's words as one stream of tokens that know what separates them and where they stand."""

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
                written = plain(word.text)
                end = 0
                for run in runs(written):
                    found.append(
                        Token(
                            text=normalise(run[0]),
                            printed=word.text,
                            before=separator + written[end : run.start()],
                            page=page.number,
                            line=line_number,
                            offset=offset + run.start(),
                            box=word.box,
                            confidence=word.confidence,
                            is_name_like=run[0][0].isalpha() and not run[0][0].islower(),
                        )
                    )
                    separator, end = "", run.end()
                separator += written[end:]
                offset += len(word.text) + 1
                previous = word
            separator += "\n"
    return tuple(found)


def _is_column_gap(one: Word, other: Word) -> bool:
    height = max(one.box.bottom - one.box.top, other.box.bottom - other.box.top)
    gap = max(other.box.left - one.box.right, one.box.left - other.box.right)
    return gap >= COLUMN_GAP_HEIGHTS * height
