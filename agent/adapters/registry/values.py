"""What a database holds, as the text that a file would hold."""

import datetime
import decimal
import uuid

_NO_DATE = frozenset({"0000-00-00", "0000-00-00 00:00:00"})
"""How MariaDB and MySQL may write that there is no date."""
MOST_DIGITS = 1_000
"""A longer number is none that anybody has typed; Python refuses to write one of more than 4,300 digits."""


class NoDate(str):
    """What is read where a column of dates holds none that can be understood."""

    __slots__ = ()


def cell_of(value: object) -> str | None:
    """Write a value as text, stripped; empty for nothing, and None where it is no text.

    A moment keeps its time, unless it is midnight: whether 23:00 of the day before means a birthday is not guessed.
    """
    match value:
        case None:
            return ""
        case str():
            return _stripped(value)
        case bytes():
            return _decoded(value)
        case bool():
            return str(int(value))
        case int() | uuid.UUID():
            return str(value)
        case float() | decimal.Decimal():
            return _number(decimal.Decimal(str(value)))
        case datetime.date() | datetime.datetime():
            return value.isoformat()
        case _:
            return None


def _stripped(text: str) -> str | None:
    """Refuse what no file of text holds: NUL, and bytes that could not be decoded."""
    if "\0" in text or (not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)):
        return None
    stripped = text.strip()
    return "" if stripped in _NO_DATE else stripped


def _decoded(content: bytes) -> str | None:
    try:
        return _stripped(content.decode("utf-8"))
    except UnicodeDecodeError:
        return None


def _number(value: decimal.Decimal) -> str | None:
    """A number without the point that its column gave it: 4711 for 4711.00."""
    if not value.is_finite() or abs(value.adjusted()) > MOST_DIGITS:
        return None
    whole = value.to_integral_value()
    return str(int(whole)) if value == whole else str(value)
