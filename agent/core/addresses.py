"""The address of the daemon's own HTTP answers, as its setting writes it: `127.0.0.1:8731`, `[::1]:8731`, or `none`."""

import re

from agent.domain.address import Address, is_number

NONE = "none"
_HOST_AND_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):([0-9]{1,5})")
_MOST = 65_535


def http_address(text: str) -> Address | None:
    """Read the setting; None for `none`.

    Raises:
        ValueError: it is written otherwise.
    """
    if text.strip().lower() == NONE:
        return None
    found = _HOST_AND_PORT.fullmatch(text.strip())
    if found is None or not 1 <= int(found[3]) <= _MOST or (found[1] and not is_number(found[1])):
        raise ValueError("must be written like 127.0.0.1:8731, or none")
    return Address(host=(found[1] or found[2]).lower(), port=int(found[3]))
