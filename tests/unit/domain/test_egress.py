"""Where connections may go."""

import pytest

from agent.domain.egress import Reach, host_key

pytestmark = pytest.mark.security

NAMES = Reach(frozenset({"api.telegram.org", "10.0.0.7"}))
ADDRESSES = Reach(frozenset({"127.0.0.1", "fd00::7"}))
NOWHERE = Reach(frozenset())


@pytest.mark.parametrize(
    "host", ["api.telegram.org", "API.Telegram.org.", "10.0.0.7", "localhost", "1.2.3.4", "::1"]
)
def test_a_named_host_may_be_looked_up_and_what_says_nothing_to_anybody(host: str) -> None:
    assert NAMES.may_look_up(host)


@pytest.mark.parametrize("host", ["example.org", "telegram.org", "api.telegram.org.example.org", "metadata"])
def test_no_other_name_may_be_looked_up(host: str) -> None:
    assert not NAMES.may_look_up(host)


@pytest.mark.parametrize("host", ["api.telegram.org", "10.0.0.7", "149.154.167.220", "2001:67c:4e8:f004::9"])
def test_an_address_may_be_a_named_host_s(host: str) -> None:
    assert NAMES.may_connect(host)


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "fe80::1%eth0", "224.0.0.1", "0.0.0.0", "::", "example.org", "localhost"]
)
def test_what_no_name_of_the_internet_stands_for_is_refused(host: str) -> None:
    assert not NAMES.may_connect(host)


def test_where_only_addresses_are_named_no_other_is_connected_to() -> None:
    assert ADDRESSES.may_connect("127.0.0.1")
    assert ADDRESSES.may_connect("[FD00::7]")
    assert not ADDRESSES.may_connect("127.0.0.2")


def test_where_nothing_is_named_nothing_is_connected_to() -> None:
    assert not NOWHERE.may_connect("127.0.0.1")
    assert not NOWHERE.may_connect("1.2.3.4")
    assert not NOWHERE.may_look_up("example.org")


def test_an_address_of_a_link_that_is_named_may_be_connected_to() -> None:
    assert Reach(frozenset({"169.254.7.7"})).may_connect("169.254.7.7")


def test_a_host_is_written_in_one_way() -> None:
    assert host_key("Example.ORG.") == "example.org"
    assert host_key("[fe80::1%eth0]") == "fe80::1"
