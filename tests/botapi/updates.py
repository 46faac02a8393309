"""What waits for the bot: the queue of getUpdates, and the presses that want an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.botapi.markup import units
from tests.botapi.troubles import bad_request

FORGOTTEN_AFTER_SECONDS = 24 * 3600.0
"""core.telegram.org/bots/api#getting-updates: "they will not be kept longer than 24 hours"."""
ANSWERED_WITHIN_SECONDS = 15.0
"""Telegram documents no figure for answerCallbackQuery; what others measured is 15 seconds and more."""
LONGEST_ANSWER = 200
FIRST_UPDATE = 700_000_001
ONLY_ON_DEMAND = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds that are not delivered unless `allowed_updates` names them."""

Update = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAnswer:
    """What the one who pressed was shown."""

    query_id: str
    text: str
    show_alert: bool


class Updates:
    """The queue. `allowed` is remembered from poll to poll, and is asked when an update comes, not when it goes."""

    def __init__(self) -> None:
        self._queue: list[tuple[float, Update]] = []
        self._next = FIRST_UPDATE
        self._allowed = frozenset[str]()

    def allow(self, kinds: list[str]) -> None:
        self._allowed = frozenset(kinds)

    def put(self, kind: str, body: Mapping[str, Any], now: float) -> None:
        if kind in self._allowed or (not self._allowed and kind not in ONLY_ON_DEMAND):
            self._queue.append((now, {"update_id": self._next, kind: body}))
            self._next += 1

    def waiting(self, offset: int, limit: int, now: float) -> list[Update]:
        """Give the next ones from an offset on, and forget all below it.

        Args:
            offset: 0 for the oldest that there is; a negative one counts from the newest, as Telegram's does.
        """
        self.forget_old(now)
        if offset < 0:
            offset = self._next + offset
        self._queue = [(at, update) for at, update in self._queue if update["update_id"] >= offset]
        return [update for _, update in self._queue[:limit]]

    def forget_old(self, now: float) -> None:
        self._queue = [(at, update) for at, update in self._queue if now - at <= FORGOTTEN_AFTER_SECONDS]

    def clear(self) -> None:
        self._queue.clear()

    def __len__(self) -> int:
        return len(self._queue)


class Queries:
    """The presses: each can be answered once, and soon."""

    def __init__(self) -> None:
        self.answers: list[CallbackAnswer] = []
        self._pressed_at: dict[str, float] = {}

    def open(self, now: float) -> str:
        query_id = str(4_382_000_000_000_000_000 + len(self._pressed_at))
        self._pressed_at[query_id] = now
        return query_id

    def answer(self, query_id: str, text: str, *, show_alert: bool, now: float) -> None:
        """Show the presser a text.

        Raises:
            Refused.
        """
        is_answered = any(answer.query_id == query_id for answer in self.answers)
        pressed_at = self._pressed_at.get(query_id)
        if is_answered or pressed_at is None or now - pressed_at > ANSWERED_WITHIN_SECONDS:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        if units(text) > LONGEST_ANSWER:
            raise bad_request("MESSAGE_TOO_LONG")
        self.answers.append(CallbackAnswer(query_id=query_id, text=text, show_alert=show_alert))
