"""What OCR or a slip may have damaged: a label nearly known, a name without a capital, a birth date past reading.

A damaged label no longer announces the second patient who would have been a veto. So what is nearly a label counts
as one, but only against a match: nothing found here ever supports anybody.
"""

import datetime
import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from agent.core.dates import read_date
from agent.core.marks import after_ending, is_name_of_a_thing
from agent.core.names import PARTICLES, tokens
from agent.domain.evidence import Doubt, DoubtKind, Mark, MarkKind, Passage, Token

_LABELS = {
    DoubtKind.NAME: "patient patiente identite beneficiaire concernant concerne enfant prenom malade interesse usager"
    " المريض المريضة الاسم المستفيد",
    DoubtKind.BIRTH_DATE: "naissance birth birthdate born الازدياد الميلاد المزداد",
}
_SHORTEST_LABEL = 5
_LONG_LABEL = 7
"""From this length on two slips are forgiven, below it one."""
_LONGEST_LABEL = 12
_INITIALS = frozenset({"ddn", "dn", "dd", "dob", "db"})
_LE = frozenset({"le", "1e", "lc", "ie", "ic", "je", "la", "1a"})
_LIKE_N, _LIKE_E = frozenset("nuhmrvi"), frozenset("eco06a8")
_LONGEST_ENDING = 2
"""Of `(e)`, which may have been read with a slip."""
_CELL_BREAKS = frozenset("\t|\n\f")
_NAME_GAPS = frozenset(" -'’")
_LABEL_GAPS = _NAME_GAPS | frozenset(".:;,)")
_ANNOUNCED_GAPS = frozenset("\t\n")
_DATE_GAPS = frozenset({"/", "-", ".", " / ", " . ", " - "})
_NAME_WINDOW = 4
_LONGEST_TAIL = 2
_NAMING = frozenset({MarkKind.NAME, MarkKind.FIRST_NAME, MarkKind.LAST_NAME, MarkKind.PARTY})
_DATE_WINDOW = 6
_OLDER_YEARS = 2
"""A date this much older than the latest one in a letter is no visit's, and may be somebody's birthday."""


def doubts_of(stream: Sequence[Token], mark_at: Mapping[int, Mark], dated: set[int]) -> Iterator[Doubt]:
    """Find what may be a label or a birth date under its damage.

    Args:
        dated: the tokens of the birth dates that were read.
    """
    for position in range(len(stream)):
        kind = _damaged_label(stream, position, mark_at)
        mark = mark_at.get(position)
        if mark and mark.kind in _NAMING:
            if position == mark.passage.start and not mark.is_mirrored:
                yield from _doubtful_name(stream, mark.passage.end, mark_at, mark.kind)
                yield from _name_behind_tail(stream, mark.passage.end, mark_at)
        elif kind is DoubtKind.NAME:
            yield from _doubtful_name(stream, after_ending(stream, position + 1), mark_at, None)
            if position == 0 or stream[position - 1].line != stream[position].line:
                yield from _name_behind_tail(stream, _after_bare_name(stream, position + 1, mark_at), mark_at)
        elif kind is DoubtKind.BIRTH_DATE or (mark and mark.kind is MarkKind.BIRTH_DATE):
            end = mark.passage.end if mark else position + 1
            yield from _doubtful_date(stream, end, mark_at, dated)
    yield from _old_dates(stream, mark_at, dated)


def _damaged_label(stream: Sequence[Token], position: int, mark_at: Mapping[int, Mark]) -> DoubtKind | None:
    if position in mark_at:
        return None
    text = stream[position].text
    if len(text) > _LONGEST_LABEL:
        return None
    if len(text) >= _SHORTEST_LABEL - 1:
        return _nearest_label(text)
    before = mark_at.get(position - 1)
    is_of_number = before is not None and before.kind is MarkKind.IDENTIFIER
    return DoubtKind.BIRTH_DATE if not is_of_number and _is_damaged_short_label(stream, position) else None


@lru_cache(maxsize=4_096)  # a document repeats its words, and a sender its letters
def _nearest_label(text: str) -> DoubtKind | None:
    near = {label for shortened in _shortened(text) for label in _SHORTENED_LABELS.get(shortened, ())}
    return next((kind for word, kind in sorted(near) if _slips(text, word) <= _slips_forgiven(word)), None)


def _is_damaged_short_label(stream: Sequence[Token], position: int) -> bool:
    """`D..N : 1/2/1980`, `DD.N 1/2/1980`, `ué le 1/2/1980`, `n6(e) 1e 1/2/1980`."""
    following = stream[position : position + 4]
    texts = [token.text for token in following]
    digit = next(
        (place for place, text in enumerate(texts) if place and text[0].isdigit() and text not in _LE), 0
    )
    words = texts[:digit]
    return "".join(words) in _INITIALS or (
        len(words) >= 2
        and words[-1] in _LE
        and _is_nearly_born(words[0])
        and all(len(word) <= _LONGEST_ENDING for word in words[1:-1])
    )


def _is_nearly_born(word: str) -> bool:
    """`ué` and `n6`, but neither `vu` nor `DH`."""
    return len(word) == 2 and word not in _LE and word[0] in _LIKE_N and word[1] in _LIKE_E


def _doubtful_name(
    stream: Sequence[Token], start: int, mark_at: Mapping[int, Mark], kind: MarkKind | None
) -> Iterator[Doubt]:
    """The words behind a label: in any case where a colon announces them, else one of them with a capital.

    Args:
        kind: of the label; None for a damaged one.
    """
    while start < len(stream) and start in mark_at and mark_at[start].kind is MarkKind.CIVILITY:
        start += 1
    end = start
    is_announced = start < len(stream) and ":" in stream[start].before
    first_gaps = _LABEL_GAPS | (_ANNOUNCED_GAPS if is_announced and kind else frozenset())
    while end < min(start + _NAME_WINDOW, len(stream)) and end not in mark_at:
        token, gaps = stream[end], first_gaps if end == start else _NAME_GAPS
        is_name = (
            _may_be_name(token) or token.text in PARTICLES or (end < start + 2 and not token.text.isdigit())
        )
        if not set(token.before) <= gaps or not is_name:
            break
        end += 1
    if _is_doubtful_name(stream[start:end], kind, is_announced=is_announced, label=stream[start - 1]):
        yield Doubt(kind=DoubtKind.NAME, passage=Passage(start=start, end=end))


def _name_behind_tail(stream: Sequence[Token], start: int, mark_at: Mapping[int, Mark]) -> Iterator[Doubt]:
    """A name behind a label whose last words OCR has damaged: `Nom complct : Adam Tazi`, or on the line below it."""
    line, place = stream[start - 1].line, start
    while place < min(len(stream), start + _LONGEST_TAIL) and _is_tail(stream, place, line, mark_at):
        place += 1
    if place >= len(stream) or stream[place].confidence is None or place in mark_at:
        return
    is_announced = place > start and ":" in stream[place].before
    is_below = stream[place].line == line + 1
    end = place
    while end < min(len(stream), place + _NAME_WINDOW) and stream[end].line == stream[place].line:
        end += 1
    words = stream[place:end]
    is_whole_line = end == len(stream) or stream[end].line != stream[place].line
    is_name = all(token.text.isalpha() or _may_be_name(token) for token in words) and any(
        map(_may_be_name, words)
    )
    if is_announced or (is_below and is_whole_line and is_name):
        yield Doubt(kind=DoubtKind.NAME, passage=Passage(start=place, end=end))


def _after_bare_name(stream: Sequence[Token], start: int, mark_at: Mapping[int, Mark]) -> int:
    """Pass over the second word of `Paticnt name`."""
    return start + is_name_of_a_thing(stream, mark_at.get(start))


def _is_tail(stream: Sequence[Token], position: int, line: int, mark_at: Mapping[int, Mark]) -> bool:
    token = stream[position]
    is_word = not token.is_name_like and ":" not in token.before
    return token.line == line and is_word and position not in mark_at


def _is_doubtful_name(
    words: Sequence[Token], kind: MarkKind | None, *, is_announced: bool, label: Token
) -> bool:
    names = [_may_be_name(token) for token in words]
    is_damaged = kind is None or (kind is MarkKind.NAME and label.confidence is not None)
    if is_damaged and any(names) and (names[0] or is_announced or label.is_name_like):
        return True
    return kind is not None and is_announced and any(len(token.text) > 1 for token in words)


def _may_be_name(token: Token) -> bool:
    has_letter = any(map(str.isalpha, token.text))
    return has_letter and len(token.text) > 1 and (token.is_name_like or not token.text.isalpha())


def _doubtful_date(
    stream: Sequence[Token], start: int, mark_at: Mapping[int, Mark], dated: set[int]
) -> Iterator[Doubt]:
    """The date-like group behind a label of a birth date, or on the line below, when it was not read as one."""
    for position in range(start, min(start + _DATE_WINDOW, len(stream))):
        token = stream[position]
        opens_line = position == start and token.text[0].isdigit()
        breaks = {"\t", "\n"} if opens_line else {"\t"}
        if position in mark_at or position in dated or _CELL_BREAKS & set(token.before) - breaks:
            return
        if any(map(str.isdigit, token.text)) and _goes_on_as_date(stream, position):
            read = read_date(stream, position)
            end = read[1] if read else min(position + 2, len(stream))
            yield Doubt(
                kind=DoubtKind.BIRTH_DATE,
                passage=Passage(start=position, end=end),
                readings=read[0] if read else (),
            )
            return


def _goes_on_as_date(stream: Sequence[Token], position: int) -> bool:
    following = stream[position + 1 : position + 2]
    is_long = sum(map(str.isdigit, stream[position].text)) >= 6
    return (
        is_long or bool(following and following[0].before in _DATE_GAPS) or bool(read_date(stream, position))
    )


def _old_dates(stream: Sequence[Token], mark_at: Mapping[int, Mark], dated: set[int]) -> Iterator[Doubt]:
    """Old dates behind a colon whose label nobody knows, behind a name, or alone on a line, where OCR read the page."""
    found: list[tuple[int, datetime.date]] = []
    for position in range(len(stream)):
        read = read_date(stream, position)
        if read and len(read[0]) == 1:
            found.append((position, read[0][0]))
    latest = max((date.year for _, date in found), default=0)
    for position, date in found:
        is_ocr = stream[position].confidence is not None
        is_announced = ":" in stream[position].before and position - 1 not in mark_at
        is_somebodys = (
            is_announced or _is_behind_name(stream, position, mark_at) or _fills_line(stream, position)
        )
        if is_ocr and is_somebodys and position not in dated and date.year <= latest - _OLDER_YEARS:
            yield Doubt(
                kind=DoubtKind.BIRTH_DATE,
                passage=Passage(start=position, end=position + 3),
                readings=(date,),
            )


def _fills_line(stream: Sequence[Token], position: int) -> bool:
    following = stream[position + 3 : position + 4]
    is_first = position == 0 or stream[position - 1].line != stream[position].line
    return is_first and (not following or following[0].line != stream[position].line)


def _is_behind_name(stream: Sequence[Token], position: int, mark_at: Mapping[int, Mark]) -> bool:
    """`Henry TAZI   16/01/1935`, and nothing further in that cell."""
    following = stream[position + 3 : position + 4]
    ends_cell = not following or bool(_CELL_BREAKS & set(following[0].before))
    names = range(max(0, position - 2), position)
    return (
        ends_cell
        and len(names) > 1
        and all(stream[place].is_name_like and place not in mark_at for place in names)
        and stream[position].line == stream[names[0]].line
    )


def _slips_forgiven(word: str) -> int:
    return 2 if len(word) >= _LONG_LABEL else 1


def _shortened(word: str) -> Iterator[str]:
    """What is left of a word without as many letters as slips are forgiven: near words share one of these."""
    for count in range(_slips_forgiven(word) + 1):
        for kept in itertools.combinations(word, len(word) - count):
            yield "".join(kept)


def _slips(one: str, other: str) -> int:
    """How many letters must be added, dropped or changed to turn one word into the other (Levenshtein)."""
    from rapidfuzz.distance import Levenshtein  # 4 MB that an idle daemon has no use for

    return Levenshtein.distance(one, other)


def _by_shortened() -> dict[str, set[tuple[str, DoubtKind]]]:
    found: dict[str, set[tuple[str, DoubtKind]]] = {}
    for kind, words in _LABELS.items():
        for word in tokens(words):
            for shortened in _shortened(word):
                found.setdefault(shortened, set()).add((word, kind))
    return found


_SHORTENED_LABELS = _by_shortened()
