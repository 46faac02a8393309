"""HTTP that goes where the settings say and nowhere else: it follows no redirect and uses no proxy."""

import urllib.error
import urllib.request
from collections.abc import Mapping


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> None:
    """Send once. The answer's body is not read: nothing is done with it.

    Args:
        url: `http` or `https`, with a host.
        seconds: each wait for the other side may take.

    Raises:
        urllib.error.HTTPError: it was refused, or redirected.
        OSError, http.client.HTTPException, ValueError: nobody answers, or not in HTTP.
    """
    request = urllib.request.Request(url, data=body, headers=dict(headers), method="POST")  # noqa: S310 # see `url`
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)
    try:
        opener.open(request, timeout=seconds).close()
    except urllib.error.HTTPError as error:
        error.close()  # it is the answer
        raise
