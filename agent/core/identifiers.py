"""Numbers that belong to one person: how they are read, brought into one form, and checked.

A new kind is one entry of IDENTIFIERS and its labels in `core.labels`. A number is taken as printed, never
repaired.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.core.names import normalise, tokens
from agent.domain.evidence import Token

_LONGEST_GROUP = 4
_SMALLEST_UNLABELLED = 6
_GROUP_GAPS = frozenset({"", " ", "-", ".", " - "})
_CENSUS_CODES = {"2A": "19", "2B": "18"}


def _always(_: str) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierKind:
    """One kind of number.

    Attributes:
        title: for a human.
        pattern: of its compact form.
        is_valid: its checksum, where one exists.
        stands_alone: its form is so particular that it counts without a label.
        proves: False for a number that families share; it only proposes.
        is_of_insured: its labels name the insured, who may be the subject's parent of the same name: it proposes,
            and neither proves, excludes nor contradicts. Under a label that says no kind its value still proves.
        complete: brings a compact form into the full one.
        is_completed_by_checksum: what `complete` adds is the checksum itself.
    """

    name: str
    title: str
    pattern: re.Pattern[str]
    is_valid: Callable[[str], bool] = _always
    stands_alone: bool = False
    proves: bool = True
    is_of_insured: bool = False
    complete: Callable[[str], str] = str
    is_completed_by_checksum: bool = False

    def normalise(self, printed: str) -> str:
        return self.complete(compact(printed))

    def recognised(self, value: str) -> str | None:
        """The full form of a compact number that needs no label to be known as one of this kind; None if it is not.

        A form that was completed here has lost what makes it particular: a number without its checksum proves nothing.
        """
        normal = self.normalise(value)
        is_whole = normal == value or not self.is_completed_by_checksum
        return normal if len(value) >= _SMALLEST_UNLABELLED and is_whole and self.fits(normal) else None

    def fits(self, value: str) -> bool:
        """Whether a value in normal form has this kind's form and checksum."""
        return self.pattern.fullmatch(value) is not None and self.is_valid(value)


def compact(printed: str) -> str:
    """Letters and digits only, in capitals."""
    return "".join(tokens(printed)).upper()


def _nir_key(body: str) -> int:
    """The French rule: 97 less the number modulo 97, where Corsica's 2A and 2B count as 19 and 18."""
    department = body[5:7]
    return 97 - int(body[:5] + _CENSUS_CODES.get(department, department) + body[7:]) % 97


_NIR = re.compile(r"[1-478]\d{4}(?:\d{2}|2[AB])\d{6}\d{2}")
_NIR_BODY = re.compile(r"[1-478]\d{4}(?:\d{2}|2[AB])\d{6}")
_NATIONAL_PREFIX = re.compile(r"^(?:00)?(?:212|33)0?(?=\d{9}$)")


def _with_nir_key(value: str) -> str:
    return f"{value}{_nir_key(value):02}" if _NIR_BODY.fullmatch(value) else value


def _has_nir_key(value: str) -> bool:
    return int(value[13:]) == _nir_key(value[:13])


def _national_phone(value: str) -> str:
    return _NATIONAL_PREFIX.sub("0", value)


IDENTIFIERS = (
    IdentifierKind(
        name="cin",
        title="national card number",
        pattern=re.compile(r"[A-Z]{1,2}\d{4,7}"),
        stands_alone=True,
    ),
    IdentifierKind(
        name="nir",
        title="social security number",
        pattern=_NIR,
        is_valid=_has_nir_key,
        stands_alone=True,
        complete=_with_nir_key,
        is_completed_by_checksum=True,
    ),
    IdentifierKind(
        name="insurance",
        title="insurance number",
        pattern=re.compile(r"(?=.*\d)[A-Z0-9]{4,20}"),
        is_of_insured=True,
    ),
    IdentifierKind(
        name="phone",
        title="telephone number",
        pattern=re.compile(r"0\d{8,10}"),
        stands_alone=True,
        proves=False,
        complete=_national_phone,
    ),
)
BY_NAME = {kind.name: kind for kind in IDENTIFIERS}


def read_number(stream: Sequence[Token], start: int) -> tuple[str, int] | None:
    """Read the number that begins at a token, its groups joined.

    Groups join while each is short, as in `1 84 12 76 451 089 46` or `Q 600908`; a date is no group.

    Returns:
        Its compact form and the position after it; None when no number stands there.
    """
    value, end = stream[start].text, start + 1
    while (
        end < len(stream) and len(stream[end - 1].text) <= _LONGEST_GROUP and _continues(stream, end, start)
    ):
        value += stream[end].text
        end += 1
    value = compact(value)
    return (value, end) if any(map(str.isdigit, value)) and len(value) >= _LONGEST_GROUP else None


def shape(value: str) -> str:
    """A number's form: `JK374321` gives `AA999999`."""
    return re.sub(r"\d", "9", re.sub(r"[^\W\d]", "A", normalise(value).upper()))


def _continues(stream: Sequence[Token], position: int, start: int) -> bool:
    token = stream[position]
    is_group = token.text.isdigit() or (position - start == 3 and token.text in {"2a", "2b"})
    return token.before in _GROUP_GAPS and is_group and not _begins_date(stream, position)


def _begins_date(stream: Sequence[Token], position: int) -> bool:
    after = stream[position + 1 : position + 2]
    return bool(after) and after[0].before == "/"
