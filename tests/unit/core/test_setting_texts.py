"""Settings whose text holds several things."""

import pytest

from agent.core.setting_texts import (
    addresses_of,
    columns_of,
    database_address,
    hosts_of,
    lines_of,
    passwords_of,
    web_address,
    wish,
)


def test_one_line_is_one_password() -> None:
    assert passwords_of(" one \n\ntwo three\n") == ("one", "two three")
    assert lines_of("") == ()


@pytest.mark.parametrize(
    ("text", "problem"), [("x\n" * 21, "21 passwords, at most 20"), ("é" * 64, "at most 127 bytes")]
)
def test_passwords_are_few_and_short(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        passwords_of(text)


def test_columns_are_read_from_one_line_or_several() -> None:
    assert columns_of("id=N° dossier, last_name = nom\ndob=,") == {
        "id": "N° dossier",
        "last_name": "nom",
        "dob": "",
    }


@pytest.mark.parametrize("text", ["id", "=nom", "id=a,id=b"])
def test_columns_that_say_nothing_or_one_thing_twice_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be written like id=patient_id"):
        columns_of(text)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("int_parsing", "must be a whole number"),
        ("float_parsing", "must be a number"),
        ("greater_than_equal", "must be at least 1"),
        ("greater_than", "must be more than 2"),
        ("less_than_equal", "must be at most 3"),
        ("enum", "must be a or b"),
        ("bool_parsing", "must be true or false"),
        ("string_pattern_mismatch", "must be written as the example in here"),
        ("url_parsing", "must be an address such as https://api.telegram.org"),
        ("value_error", ""),
    ],
)
def test_a_wrong_value_is_told_what_it_must_be(kind: str, expected: str) -> None:
    assert wish(kind, {"ge": 1, "gt": 2, "le": 3, "expected": "a or b"}, "here") == expected


def test_one_line_is_one_address() -> None:
    assert addresses_of("json://one\n\n ntfy://two ") == ("json://one", "ntfy://two")


@pytest.mark.parametrize(
    ("text", "problem"),
    [("\n".join(map(str, range(11))), "11 addresses, at most 10"), ("x\nx", "stands there twice")],
)
def test_addresses_are_few_and_each_stands_there_once(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        addresses_of(text)


def test_hosts_stand_with_commas_or_blanks_between_them() -> None:
    assert hosts_of("matrix.example.org, 10.0.0.7 2001:db8::7") == (
        "matrix.example.org",
        "10.0.0.7",
        "2001:db8::7",
    )
    assert hosts_of("") == ()


@pytest.mark.parametrize("text", ["https://example.org", "a b/c", "-x", "user@host"])
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be names or addresses of hosts"):
        hosts_of(text)


@pytest.mark.parametrize(
    "text", ["", "https://hc-ping.com/key", "http://127.0.0.1:8000/ping/key?create=1", "https://host"]
)
def test_an_address_to_ping_is_one_of_the_web(text: str) -> None:
    assert web_address(text) == text


@pytest.mark.parametrize(
    "text", ["ftp://host/key", "https://", "https://name:password@host/key", "host/key", "https://ho st/key"]
)
def test_what_is_no_address_to_ping_is_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="must begin with https:// and a host"):
        web_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "postgresql://dossierd:pass%40word@db.office.example/dossierd",
        "postgres://dossierd@[::1]:5433/dossierd?sslmode=verify-full",
        "postgresql:///dossierd?host=/run/postgresql",
    ],
)
def test_a_ledger_s_address_is_one_of_postgresql(text: str) -> None:
    assert database_address(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "mysql://name:password@host/database",
        "postgresql://name:pass@word@host/database",
        "postgresql://name:pass#word@host/database",
        "postgresql://host:port/database",
        "postgresql://host",
        "postgresql://host/",
        "postgresql+asyncpg://host/database",
    ],
)
def test_what_is_no_address_of_a_ledger_is_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="must be postgresql://name:password@host/database"):
        database_address(text)
