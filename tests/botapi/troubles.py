"""Answers of the Bot API, and the trouble that a test can order."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer; `{path}` in a text is replaced by the address that was asked."""

    status: int
    body: Mapping[str, object] | str

    @property
    def description(self) -> str:
        """What a refusal says; empty when all is well."""
        return "" if isinstance(self.body, str) else str(self.body.get("description", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Trouble: the connection ends without an answer, before the request is carried out or after it."""

    keeps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hang:
    """Trouble: no answer until the stand-in closes."""


Trouble = Answer | Drop | Hang


class Refused(Exception):
    """What Telegram would refuse, with its answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.description)
        self.answer = answer


def accepted(result: object) -> Answer:
    return Answer(status=200, body={"ok": True, "result": result})


def refusal(status: int, description: str, **parameters: object) -> Answer:
    body: dict[str, object] = {"ok": False, "error_code": status, "description": description}
    return Answer(status=status, body=body | ({"parameters": parameters} if parameters else {}))


def bad_request(reason: str) -> Refused:
    return Refused(refusal(400, f"Bad Request: {reason}"))


def too_many_requests(retry_after: int) -> Answer:
    text = f"Too Many Requests: retry after {retry_after}"
    return refusal(429, text, retry_after=retry_after)


def migrated(new_chat: int) -> Answer:
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    return refusal(400, text, migrate_to_chat_id=new_chat)


BLOCKED = refusal(403, "Forbidden: bot was blocked by the user")
CONFLICT = refusal(
    409,
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
)
WEBHOOK_CONFLICT = refusal(
    409,
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first",
)
SET_WEBHOOK_CONFLICT = refusal(409, "Conflict: terminated by setWebhook request")
SERVER_ERROR = refusal(500, "Internal Server Error")
MARKUP_REFUSED = refusal(400, "Bad Request: can't parse entities: Can't find end of the entity")
ECHOING_PAGE = Answer(status=502, body="<html><body>No route to {path}</body></html>")
"""Repeats the address of the request, token and all, as some proxies do."""
HTML_PAGE = Answer(status=200, body="<html><body>Please log in to the guest network</body></html>")
OTHER_JSON = Answer(status=200, body={"status": "fine"})
