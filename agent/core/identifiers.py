"""Numbers that belong to one person: how they are read, brought into one form, and checked.

A new kind is one entry of IDENTIFIERS and its labels in `core.labels`; an office's own kinds are in `core.own_kinds`. A
number is taken as printed, never repaired.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.core import checksums
from agent.core.forms import Form, form_of
from agent.core.names import normalise, tokens
from agent.domain.evidence import Token

_LONGEST_GROUP = 4
_SMALLEST_UNLABELLED = 6
_GROUP_GAPS = frozenset({"", " ", "-", ".", " - "})


def _always(_: str) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierKind:
    """One kind of number.

    Attributes:
        title: for a human.
        pattern: of its compact form.
        is_valid: its checksum, where one exists.
        forms: how it is printed, where that holds more than short groups of digits.
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
    forms: tuple[Form, ...] = ()
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


_NIR = re.compile(r"[1-478]\d{4}(?:\d{2}|2[AB])\d{6}\d{2}")
_NIR_BODY = re.compile(r"[1-478]\d{4}(?:\d{2}|2[AB])\d{6}")
_CF = "[0-9LMNPQRSTUV]"
"""A digit of a codice fiscale; the tax office writes a letter for it where two people would share a code."""
_NATIONAL_PREFIX = re.compile(r"^(?:00)?(?:212|33)0?(?=\d{9}$)")


def _with_nir_key(value: str) -> str:
    return value + checksums.nir_key(value) if _NIR_BODY.fullmatch(value) else value


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
        is_valid=checksums.has_nir_key,
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
        name="niss",
        title="Belgian national register number",
        pattern=re.compile(r"\d{11}"),
        is_valid=checksums.has_niss_key,
        forms=tuple(map(form_of, ("99.99.99-999.99", "99.99.99-999 99", "99.99.99 999 99"))),
    ),
    IdentifierKind(
        name="dni",
        title="Spanish identity number",
        pattern=re.compile(r"(?:\d{8}|[XYZ]\d{7})[A-HJ-NP-TV-Z]"),
        is_valid=checksums.has_dni_letter,
        forms=tuple(map(form_of, ("99.999.999-A", "99.999.999 A", "A-9.999.999-A", "A 9.999.999 A"))),
    ),
    IdentifierKind(
        name="codice_fiscale",
        title="Italian tax code",
        pattern=re.compile(rf"[A-Z]{{6}}{_CF}{_CF}[A-EHLMPRST]{_CF}{_CF}[A-Z]{_CF}{{3}}[A-Z]"),
        is_valid=checksums.has_codice_fiscale_letter,
        forms=tuple(map(form_of, ("AAA AAA 99A99 A999A", "AAA-AAA-99A99-A999A"))),
    ),
    IdentifierKind(
        name="nhs", title="NHS number", pattern=re.compile(r"\d{10}"), is_valid=checksums.has_nhs_digit
    ),
    IdentifierKind(
        name="avs",
        title="Swiss social insurance number",
        pattern=re.compile(r"756\d{10}"),
        is_valid=checksums.has_ahv_digit,
    ),
    IdentifierKind(
        name="nif",
        title="Portuguese tax number",
        pattern=re.compile(r"[1-4]\d{8}"),
        is_valid=checksums.has_nif_digit,
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
