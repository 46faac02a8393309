"""What is answered over HTTP."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

OK = 200
UNAVAILABLE = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer.

    Attributes:
        status: the code of HTTP.
    """

    status: int
    body: str
    media_type: str = "application/json"


Pages = Mapping[str, Callable[[], Page]]
"""By path, such as `/livez`: what gives the answer. It is asked in a thread of its own, and never holds a name."""


def json_page(content: object, *, is_well: bool) -> Page:
    """Answer in JSON: 200 where all is well, else 503."""
    return Page(status=OK if is_well else UNAVAILABLE, body=json.dumps(content, ensure_ascii=False) + "\n")
