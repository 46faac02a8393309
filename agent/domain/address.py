"""Where the daemon answers over HTTP."""

from dataclasses import dataclass
from ipaddress import ip_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A host, by its number or its name, and a port.

    Attributes:
        host: without brackets: `127.0.0.1`, `::1`, `localhost`.
    """

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return self.host == "localhost" or (is_number(self.host) and ip_address(self.host).is_loopback)

    @property
    def asked(self) -> "Address":
        """Where this machine asks: an address that stands for all of a machine's is none that can be connected to."""
        if not is_number(self.host) or not ip_address(self.host).is_unspecified:
            return self
        return Address(host="::1" if ":" in self.host else "127.0.0.1", port=self.port)


def is_number(host: str) -> bool:
    """Whether a host is written in digits: `192.0.2.7`, `::1`."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
