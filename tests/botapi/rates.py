"""How much Telegram takes from a bot: core.telegram.org/bots/faq, "My bot is hitting limits"."""

import math
from collections import deque

PER_CHAT_SECONDS = 1.0
BURST = 3
"""Telegram bears "short bursts" and gives no figure."""
PER_GROUP, GROUP_SECONDS = 20, 60.0
OVERALL, OVERALL_SECONDS = 30, 1.0


class Rates:
    """Counts what is sent and what is edited alike: Telegram names messages only, and refuses both."""

    def __init__(self) -> None:
        self._full_at: dict[int, float] = {}
        self._windows: dict[int | None, deque[float]] = {}

    def retry_after(self, chat: int, now: float) -> int:
        """Count a message; or, where it is one too many, give the seconds to wait, and count nothing."""
        full_at = max(self._full_at.get(chat, now), now)
        waits = [
            full_at - now - (BURST - 1) * PER_CHAT_SECONDS,
            self._wait(None, OVERALL, OVERALL_SECONDS, now),
            self._wait(chat, PER_GROUP, GROUP_SECONDS, now) if chat < 0 else 0.0,
        ]
        if max(waits) > 0:
            return math.ceil(max(waits))
        self._full_at[chat] = full_at + PER_CHAT_SECONDS
        self._windows.setdefault(None, deque()).append(now)
        self._windows.setdefault(chat, deque()).append(now)
        return 0

    def _wait(self, key: int | None, most: int, seconds: float, now: float) -> float:
        window = self._windows.setdefault(key, deque())
        while window and now - window[0] >= seconds:
            window.popleft()
        return window[0] + seconds - now if len(window) >= most else 0.0
