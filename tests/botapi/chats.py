"""The chats: who is there, what stands in them, and what a reader sees."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.botapi.troubles import Refused, bad_request, migrated, refusal

BOT_ID = 123456789
USERNAME = "dossierd_test_bot"
CHAT = 4711
OTHER_CHAT = -1002
USER = CHAT
"""A private chat has its user's number."""

_SUPERGROUPS_BELOW = -1_000_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """An inline button that sends `data` back."""

    label: str
    data: str


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """An uploaded picture, its size in pixels."""

    file_id: str
    content: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A message of the bot's that was accepted, as it is now.

    Attributes:
        text: as a reader sees it; empty for a picture.
        markup: text or caption as it was sent.
        at: monotonic seconds of its coming.
        date: seconds of the stand-in's own clock.
        buttons: the present keyboard, row by row.
        caption: as a reader sees it; None for a text.
        is_covered: whether the picture shows only once it is tapped.
        history: the texts or captions that stood here before, oldest first.
        past_buttons: the keyboards that stood here before, oldest first.
    """

    message_id: int
    chat: int
    text: str
    markup: str
    parse_mode: str | None
    has_preview: bool
    at: float
    date: float
    buttons: Keyboard = ()
    photo: Photo | None = None
    caption: str | None = None
    is_covered: bool = False
    protect: bool = False
    silent: bool = False
    reply_to: int | None = None
    edited: float | None = None
    history: tuple[str, ...] = ()
    past_buttons: tuple[Keyboard, ...] = ()

    @property
    def words(self) -> str:
        """Text or caption."""
        return self.text if self.caption is None else self.caption

    @property
    def labels(self) -> list[list[str]]:
        """What stands on the buttons, row by row."""
        return [[button.label for button in row] for row in self.buttons]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message of a person's."""

    message_id: int
    chat: int
    user: int
    text: str
    date: float
    reply_to: int | None = None


class Chats:
    """All chats of the bot. Numbers of messages are a supergroup's own, and one count for all other chats."""

    def __init__(self, known: Iterable[int]) -> None:
        self.names: dict[int, str] = {}
        self.deleted: list[Kept | Said] = []
        self._timeline: list[Kept | Said] = []
        self._known = set(known)
        self._blocked: set[int] = set()
        self._moved: dict[int, int] = {}
        self._numbers: Counter[int] = Counter()

    @property
    def kept(self) -> list[Kept]:
        return [message for message in self._timeline if isinstance(message, Kept)]

    def next_number(self, chat: int) -> int:
        series = chat if kind_of(chat) == "supergroup" else 0
        self._numbers[series] += 1
        return self._numbers[series]

    def enter(self, chat: int) -> None:
        """Have somebody start, or unblock, the bot in a chat."""
        self._known.add(chat)
        self._blocked.discard(chat)

    def block(self, chat: int) -> None:
        self._blocked.add(chat)

    def move(self, chat: int, new: int) -> None:
        """Have a group become a supergroup of another number; what was written stays under the old one."""
        self._moved[chat] = new
        self._known.add(new)

    def open(self, chat: int) -> int:
        """Give the chat back if the bot may write there.

        Raises:
            Refused.
        """
        if chat in self._moved:
            raise Refused(migrated(self._moved[chat]))
        if chat not in self._known:
            raise bad_request("chat not found")
        if chat in self._blocked:
            kind = kind_of(chat)
            by = "blocked by the user" if kind == "private" else f"kicked from the {kind} chat"
            raise Refused(refusal(403, f"Forbidden: bot was {by}"))
        return chat

    def add(self, message: Kept | Said) -> None:
        self._timeline.append(message)

    def find(self, chat: int, number: int) -> Kept | Said | None:
        found = (it for it in self._timeline if (it.chat, it.message_id) == (chat, number))
        return next(found, None)

    def change(self, old: Kept, now: float, **changes: Any) -> Kept:
        """Put a message in the place of what it was."""
        new = replace(old, edited=now, **changes)
        if new.words != old.words:
            new = replace(new, history=(*old.history, old.words))
        if new.buttons != old.buttons:
            new = replace(new, past_buttons=(*old.past_buttons, old.buttons))
        self._timeline[self._timeline.index(old)] = new
        return new

    def delete(self, message: Kept | Said) -> None:
        self._timeline.remove(message)
        self.deleted.append(message)

    def with_button(self, chat: int, wanted: str, number: int | None, *, stale: bool) -> tuple[Kept, Button]:
        """Find the button with a label or data: on the present keyboard of the newest message that has it.

        Args:
            number: of the message; None for any.
            stale: look at the keyboards of the past instead, as a slow telephone shows them.
        """
        there = [it for it in self.kept if it.chat == chat and number in (None, it.message_id)]
        for message in reversed(there):
            keyboards = message.past_buttons[::-1] if stale else (message.buttons,)
            for button in (it for keyboard in keyboards for row in keyboard for it in row):
                if wanted in (button.label, button.data):
                    return message, button
        raise AssertionError(f"no button {wanted!r}; there are {[it.labels for it in there]}")

    def shown(self, chat: int) -> list[str]:
        """Write down what a reader sees, a string for each message, its rows of buttons as `[Skip] [Undo]`."""
        return [_drawn(message) for message in self._timeline if message.chat == chat]

    def user(self, user: int) -> dict[str, Any]:
        name = self.names.get(user, f"User {user}")
        return {"id": user, "is_bot": False, "first_name": name, "language_code": "en"}

    def chat(self, chat: int) -> dict[str, Any]:
        name = self.names.get(chat, f"User {chat}" if chat > 0 else f"Group {-chat}")
        kind = kind_of(chat)
        return {"id": chat, "type": kind, ("first_name" if kind == "private" else "title"): name}

    def message(self, message: Kept | Said) -> dict[str, Any]:
        """Write a message as the Bot API does, with the message that it replies to."""
        told: dict[str, Any] = {
            "message_id": message.message_id,
            "date": int(message.date),
            "chat": self.chat(message.chat),
        }
        replied = None if message.reply_to is None else self.find(message.chat, message.reply_to)
        if replied is not None:
            told["reply_to_message"] = self.message(replace(replied, reply_to=None))
        if isinstance(message, Said):
            command = message.text.split(maxsplit=1)[0] if message.text.startswith("/") else ""
            entities = [{"type": "bot_command", "offset": 0, "length": len(command)}] if command else []
            more: dict[str, Any] = {"entities": entities} if entities else {}
            return told | {"from": self.user(message.user), "text": message.text} | more
        return told | {"from": BOT} | _content(message)


BOT: Mapping[str, Any] = {"id": BOT_ID, "is_bot": True, "first_name": "Dossier", "username": USERNAME}


def kind_of(chat: int) -> str:
    if chat > 0:
        return "private"
    return "supergroup" if chat < _SUPERGROUPS_BELOW else "group"


def _content(message: Kept) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if message.photo is None:
        told["text"] = message.text
    else:
        photo = message.photo
        size = {"width": photo.width, "height": photo.height, "file_size": len(photo.content)}
        told["photo"] = [{"file_id": photo.file_id, "file_unique_id": photo.file_id[::-1], **size}]
        if message.caption:
            told["caption"] = message.caption
        if message.is_covered:
            told["has_media_spoiler"] = True
    if message.buttons:
        rows = [[{"text": it.label, "callback_data": it.data} for it in row] for row in message.buttons]
        told["reply_markup"] = {"inline_keyboard": rows}
    if message.protect:
        told["has_protected_content"] = True
    if message.edited is not None:
        told["edit_date"] = int(message.edited)
    return told


def _drawn(message: Kept | Said) -> str:
    if isinstance(message, Said):
        return f"> {message.text}"
    picture = [] if message.photo is None else [f"(picture, {message.photo.width} x {message.photo.height})"]
    words = [message.words] if message.words else []
    rows = (" ".join(f"[{label}]" for label in row) for row in message.labels)
    return "\n".join([*picture, *words, *rows])
