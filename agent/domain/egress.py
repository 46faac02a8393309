"""Where connections may go: to the hosts that the settings name, and nowhere else."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

_THIS_MACHINE = "localhost"


@dataclass(frozen=True, slots=True)
class Reach:
    """The hosts that may be connected to, as `host_key` writes them.

    A connection bears an address, and no name. Where a name is among the hosts, an address is taken for that name's,
    unless no name of an office or the internet has such a one (169.254.169.254 tells a cloud machine's secrets).
    """

    hosts: frozenset[str]

    def may_look_up(self, host: str) -> bool:
        """Whether a name may be asked for. Addresses, and this machine's own name, say nothing to anybody."""
        key = host_key(host)
        return key in self.hosts or key == _THIS_MACHINE or _address(key) is not None

    def may_connect(self, host: str) -> bool:
        """Whether a connection may go to an address, or to a name that is looked up on the way."""
        key = host_key(host)
        if key in self.hosts:
            return True
        address = _address(key)
        if address is None or address.is_link_local or address.is_multicast or address.is_unspecified:
            return False
        return any(_address(it) is None for it in self.hosts)


def host_key(host: str) -> str:
    """One way to write a host: small letters, no brackets, no zone, no dot at the end."""
    return host.strip("[]").partition("%")[0].rstrip(".").lower()


def _address(key: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(key)
    except ValueError:
        return None
