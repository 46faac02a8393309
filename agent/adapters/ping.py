"""Tells a service such as Healthchecks, far from this machine, that all is well: it tells people when that stays away.

Nothing about documents goes there, only that there was a success: `URL/start`, `URL` and `URL/fail`, as
https://healthchecks.io/docs/http_api/ says. The address is a secret, since whoever has it can say that all is well.
"""

import urllib.parse
from enum import StrEnum
from http.client import HTTPException

from agent.domain.phrase import Phrase
from agent.errors import NotifierUnavailable
from agent.straight import post

CALL_SECONDS = 10.0


class Sign(StrEnum):
    """What is told; what is put behind the address for it."""

    START = "/start"
    SUCCESS = ""
    FAIL = "/fail"


class Pinger:
    """Pings one address; it follows no redirect and uses no proxy."""

    def __init__(self, url: str, *, call_seconds: float = CALL_SECONDS) -> None:
        """Build it; nothing is connected to.

        Args:
            url: `http` or `https`, with a host.
        """
        self._url = urllib.parse.urlsplit(url)
        self._call_seconds = call_seconds

    def send(self, sign: Sign) -> None:
        """Tell one thing.

        Raises:
            NotifierUnavailable: nobody took it.
        """
        url = self._url._replace(path=self._url.path.rstrip("/") + sign, fragment="").geturl()
        try:
            post(url, b"", {}, seconds=self._call_seconds)
        except (OSError, HTTPException, ValueError):
            sentence = Phrase("The address in DOSSIERD_PING_URL does not answer.")
            raise NotifierUnavailable(sentence) from None  # the address would stand in the log
