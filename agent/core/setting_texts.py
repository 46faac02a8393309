"""Settings whose text holds several things, and what a wrong one should have been, in plain words."""

import re
from collections.abc import Mapping

MOST_PASSWORDS = 20
"""Each costs a few milliseconds at each PDF that has one."""
_LONGEST_PASSWORD_BYTES = 127
"""More than a PDF can have (ISO 32000-2, 7.6.4.3.3)."""


def passwords_of(text: str) -> tuple[str, ...]:
    """One password a line: a line end is the one sign that none can hold.

    Raises:
        ValueError: they are too many, or one is too long.
    """
    passwords = lines_of(text)
    if len(passwords) > MOST_PASSWORDS:
        raise ValueError(f"{len(passwords)} passwords, at most {MOST_PASSWORDS} are tried")
    if any(len(password.encode()) > _LONGEST_PASSWORD_BYTES for password in passwords):
        raise ValueError(
            f"a PDF's password has at most {_LONGEST_PASSWORD_BYTES} bytes; write one on each line"
        )
    return passwords


MOST_ADDRESSES = 10
"""Each is told on its own, one after the other."""


def addresses_of(text: str) -> tuple[str, ...]:
    """Whom notices go to besides: one address a line.

    Raises:
        ValueError: too many, or one twice; no word of it names one.
    """
    addresses = lines_of(text)
    if len(addresses) > MOST_ADDRESSES:
        raise ValueError(f"{len(addresses)} addresses, at most {MOST_ADDRESSES} are told")
    if len(set(addresses)) < len(addresses):
        raise ValueError("an address stands there twice")
    return addresses


def web_address(text: str) -> str:
    """Where signs of life or traces go: an address of the web, or nothing.

    Raises:
        ValueError: it is none; no word of it is repeated.
    """
    if text and not _WEB.fullmatch(text):
        raise ValueError("must begin with https:// and a host, without a name or password")
    return text


def database_address(text: str) -> str:
    """Where the ledger lies in PostgreSQL: an address with a database, or nothing.

    Raises:
        ValueError: it is none; no word of it is repeated.
    """
    if text and not _DATABASE.fullmatch(text):
        raise ValueError(
            "must be postgresql://name:password@host/database, with %40 for an @ in the password, "
            "%2F for a /, %3A for a :"
        )
    return text


def hosts_of(text: str) -> tuple[str, ...]:
    """Hosts that may be connected to besides, with commas or blanks between them.

    Raises:
        ValueError: one is no host; no word of it is repeated.
    """
    hosts = tuple(text.replace(",", " ").split())
    if not all(_HOST.fullmatch(host) for host in hosts):
        raise ValueError(
            "must be names or addresses of hosts, such as matrix.example.org, with blanks between"
        )
    return hosts


_DATABASE = re.compile(
    r"postgres(ql)?://([^/?#@:\s]+(:[^/?#@:\s]*)?@)?([A-Za-z0-9_.-]*|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?"
    r"/[^/?#\s]+(\?[^#\s]*)?"
)
_WEB = re.compile(r"https?://[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?(:[0-9]{1,5})?(/[!-~]*)?")
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.:-]{0,251}[A-Za-z0-9_])?")


def lines_of(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (line.strip() for line in text.splitlines())))


def columns_of(text: str) -> dict[str, str]:
    """Read `id=patient_id, last_name=nom`, on one line or several.

    Raises:
        ValueError: it is written otherwise, or names one thing twice.
    """
    columns: dict[str, str] = {}
    for choice in filter(None, (part.strip() for part in text.replace("\n", ",").split(","))):
        field, equals, column = (part.strip() for part in choice.partition("="))
        if not equals or not field or field in columns:
            raise ValueError("must be written like id=patient_id, last_name=nom, each thing once")
        columns[field] = column
    return columns


def wish(kind: str, bounds: Mapping[str, object], example: str) -> str:
    """Say what a value must be; nothing for a problem that says so itself.

    Args:
        kind: pydantic's name of the problem.
        example: the file that shows each setting.
    """
    match kind:
        case "int_parsing" | "int_from_float" | "int_type":
            return "must be a whole number"
        case "float_parsing" | "finite_number":
            return "must be a number"
        case "greater_than_equal":
            return f"must be at least {bounds['ge']}"
        case "greater_than":
            return f"must be more than {bounds['gt']}"
        case "less_than_equal":
            return f"must be at most {bounds['le']}"
        case "enum" | "literal_error":
            return f"must be {bounds['expected']}"
        case "bool_parsing":
            return "must be true or false"
        case "string_pattern_mismatch":
            return f"must be written as the example in {example}"
        case "url_parsing" | "url_scheme" | "url_too_long":
            return "must be an address such as https://api.telegram.org"
        case _:
            return ""
