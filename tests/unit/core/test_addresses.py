"""The setting that says where the daemon answers over HTTP."""

import pytest

from agent.core.addresses import http_address
from agent.domain.address import Address

pytestmark = pytest.mark.security


@pytest.mark.parametrize(
    ("text", "host", "port", "is_loopback"),
    [
        ("127.0.0.1:8731", "127.0.0.1", 8731, True),
        (" 127.8.9.10:1 ", "127.8.9.10", 1, True),
        ("[::1]:8731", "::1", 8731, True),
        ("LocalHost:65535", "localhost", 65535, True),
        ("0.0.0.0:80", "0.0.0.0", 80, False),
        ("192.0.2.7:8731", "192.0.2.7", 8731, False),
        ("dossiers.example.org:8731", "dossiers.example.org", 8731, False),
    ],
)
def test_an_address_is_read(text: str, host: str, port: int, *, is_loopback: bool) -> None:
    address = http_address(text)
    assert address == Address(host=host, port=port)
    assert address.is_loopback is is_loopback


@pytest.mark.parametrize("text", ["none", " None "])
def test_none_is_nowhere(text: str) -> None:
    assert http_address(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "8731",
        "127.0.0.1",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "::1:8731",
        "[1::2::3]:80",
        "a b:80",
        "http://a:80",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be written like 127\.0\.0\.1:8731, or none"):
        http_address(text)


@pytest.mark.parametrize(
    ("host", "shown", "asked"),
    [
        ("127.0.0.1", "127.0.0.1:8731", "127.0.0.1:8731"),
        ("0.0.0.0", "0.0.0.0:8731", "127.0.0.1:8731"),
        ("::", "[::]:8731", "[::1]:8731"),
        ("dossiers.example.org", "dossiers.example.org:8731", "dossiers.example.org:8731"),
    ],
)
def test_an_address_is_shown_and_asked(host: str, shown: str, asked: str) -> None:
    address = Address(host=host, port=8731)
    assert (str(address), str(address.asked)) == (shown, asked)
