"""Judges requests as Telegram does, and carries out what it accepts.

Where it is stricter than Telegram, it is to find mistakes: parameters that it does not know, numbers that are none,
keyboards of which Telegram would silently drop a part.
"""

import io
import time
from collections.abc import Callable, Mapping
from typing import Any

import PIL
from PIL import Image

from tests.botapi import reading
from tests.botapi.chats import BOT, Chats, Kept, Photo, kind_of
from tests.botapi.markup import formatted
from tests.botapi.rates import Rates
from tests.botapi.reading import Files, Parameters
from tests.botapi.troubles import Refused, bad_request, too_many_requests
from tests.botapi.updates import Queries, Updates

LARGEST_PHOTO_BYTES, LONGEST_SIDES, LONGEST_RATIO = 10_000_000, 10_000, 20
DELETED_WITHIN_SECONDS = 48 * 3600.0

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)

_MESSAGE = frozenset({"chat_id", "message_id"})
_CAPTION = frozenset({"caption", "parse_mode"})
_MEDIA = _CAPTION | {"type", "media", "has_spoiler"}
_TEXT = frozenset({"text", "parse_mode", "link_preview_options"})
_REPLIED = frozenset({"message_id", "allow_sending_without_reply"})
"""What we say of the message that one answers; Telegram knows more."""
_SENT = frozenset({"chat_id", "disable_notification", "protect_content", "reply_markup", "reply_parameters"})
PARAMETERS: Mapping[str, frozenset[str]] = {
    "getMe": frozenset(),
    "getUpdates": frozenset({"offset", "limit", "timeout", "allowed_updates"}),
    "getWebhookInfo": frozenset(),
    "deleteWebhook": frozenset({"drop_pending_updates"}),
    "getChat": frozenset({"chat_id"}),
    "setMyCommands": frozenset({"commands", "scope", "language_code"}),
    "getMyCommands": frozenset({"scope", "language_code"}),
    "sendMessage": _SENT | _TEXT,
    "sendPhoto": _SENT | _CAPTION | {"photo", "has_spoiler"},
    "editMessageText": _MESSAGE | _TEXT | {"reply_markup"},
    "editMessageCaption": _MESSAGE | _CAPTION | {"reply_markup"},
    "editMessageMedia": _MESSAGE | {"media", "reply_markup"},
    "editMessageReplyMarkup": _MESSAGE | {"reply_markup"},
    "deleteMessage": _MESSAGE,
    "answerCallbackQuery": frozenset({"callback_query_id", "text", "show_alert"}),
}


class Judge:
    """Carries out every method but getUpdates, which waits.

    Args:
        now: seconds of the stand-in's own clock.
    """

    def __init__(self, chats: Chats, updates: Updates, queries: Queries, now: Callable[[], float]) -> None:
        self.rates: Rates | None = None
        self.webhook = ""
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self._chats = chats
        self._updates = updates
        self._queries = queries
        self._now = now
        self._photos: dict[str, Photo] = {}

    def carry_out(self, method: str, parameters: Parameters, files: Files) -> object:
        """Give the result.

        Raises:
            Refused.
        """
        match method:
            case "getMe":
                return {**BOT, "can_join_groups": True, "can_read_all_group_messages": False}
            case "getChat":
                return self._get_chat(parameters)
            case "getWebhookInfo":
                pending = len(self._updates)
                return {
                    "url": self.webhook,
                    "has_custom_certificate": False,
                    "pending_update_count": pending,
                }
            case "deleteWebhook":
                return self._delete_webhook(parameters)
            case "setMyCommands":
                self.commands[reading.menu(parameters)] = reading.commands(parameters)
                return True
            case "getMyCommands":
                return self.commands.get(reading.menu(parameters), [])
            case "sendMessage":
                return self._send(parameters, reading.text(parameters, "message is too long"))
            case "sendPhoto":
                photo = self._photo(parameters.get("photo", ""), "photo", files)
                caption = reading.caption(parameters, "message caption is too long")
                is_covered = reading.flag(parameters, "has_spoiler")
                return self._send(parameters, caption | {"photo": photo, "is_covered": is_covered})
            case "answerCallbackQuery":
                return self._answer(parameters)
            case "deleteMessage":
                return self._delete(parameters)
            case _:
                return self._edit(method, parameters, files)

    def _get_chat(self, parameters: Parameters) -> object:
        chat = self._chats.open(reading.integer(parameters, "chat_id"))
        gifts = dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        )
        about = {"accent_color_id": 1, "max_reaction_count": 11, "accepted_gift_types": gifts}
        return self._chats.chat(chat) | about

    def _delete_webhook(self, parameters: Parameters) -> object:
        self.webhook = ""
        if reading.flag(parameters, "drop_pending_updates"):
            self._updates.clear()
        return True

    def _answer(self, parameters: Parameters) -> object:
        self._queries.answer(
            parameters.get("callback_query_id", ""),
            parameters.get("text", ""),
            show_alert=reading.flag(parameters, "show_alert"),
            now=self._now(),
        )
        return True

    def _send(self, parameters: Parameters, content: Mapping[str, Any]) -> object:
        buttons = reading.keyboard(parameters)
        chat = self._chats.open(reading.integer(parameters, "chat_id"))
        reply_to = self._replied(chat, parameters)
        self._pay(chat)
        kept = Kept(
            message_id=self._chats.next_number(chat),
            chat=chat,
            at=time.monotonic(),
            date=self._now(),
            buttons=buttons,
            protect=reading.flag(parameters, "protect_content"),
            silent=reading.flag(parameters, "disable_notification"),
            reply_to=reply_to,
            **content,
        )
        self._chats.add(kept)
        return self._chats.message(kept)

    def _replied(self, chat: int, parameters: Parameters) -> int | None:
        asked = reading.structure(parameters, "reply_parameters", {})
        if not asked:
            return None
        number = asked.get("message_id")
        if type(number) is not int or number < 1 or not asked.keys() <= _REPLIED:
            raise bad_request("can't parse reply parameters")
        if self._chats.find(chat, number):
            return number
        if asked.get("allow_sending_without_reply"):
            return None
        raise bad_request("message to be replied not found")

    def _edit(self, method: str, parameters: Parameters, files: Files) -> object:
        buttons = reading.keyboard(parameters)
        content = self._new_content(method, parameters, files)
        old = self._own(parameters)
        if method == "editMessageText" and old.photo is not None:
            raise bad_request("there is no text in the message to edit")
        if method == "editMessageCaption" and old.photo is None:
            raise bad_request("there is no caption in the message to edit")
        self._pay(old.chat)
        if _looks(old) == _looks(old) | _seen(content) and old.buttons == buttons:
            raise bad_request(NOT_MODIFIED)
        # Without reply_markup the keyboard goes, whatever else was edited.
        return self._chats.message(self._chats.change(old, self._now(), **content, buttons=buttons))

    def _new_content(self, method: str, parameters: Parameters, files: Files) -> dict[str, Any]:
        match method:
            case "editMessageText":
                return reading.text(parameters, "MESSAGE_TOO_LONG")
            case "editMessageCaption":
                return reading.caption(parameters, "MEDIA_CAPTION_TOO_LONG")
            case "editMessageMedia":
                media = reading.structure(parameters, "media", {})
                if media.get("type") != "photo":
                    raise bad_request("the stand-in knows media of the type photo only")
                if set(media) - _MEDIA:
                    raise bad_request(f"the stand-in does not know {sorted(set(media) - _MEDIA)}")
                photo = self._photo(media.get("media", ""), "media", files)
                shown = {"photo": photo, "is_covered": media.get("has_spoiler") is True}
                return reading.caption(media, "MEDIA_CAPTION_TOO_LONG") | shown
            case _:
                return {}

    def _own(self, parameters: Parameters) -> Kept:
        """Find the message to edit; the bot's own may be edited at any time, as long as it is there."""
        chat = self._chats.open(reading.integer(parameters, "chat_id"))
        found = self._chats.find(chat, reading.integer(parameters, "message_id"))
        if found is None:
            raise bad_request("message to edit not found")
        if not isinstance(found, Kept):
            raise bad_request("message can't be edited")
        return found

    def _delete(self, parameters: Parameters) -> object:
        chat = self._chats.open(reading.integer(parameters, "chat_id"))
        found = self._chats.find(chat, reading.integer(parameters, "message_id"))
        if found is None:
            raise bad_request("message to delete not found")
        if not isinstance(found, Kept) and kind_of(chat) != "private":
            raise bad_request("message can't be deleted")
        if self._now() - found.date > DELETED_WITHIN_SECONDS:
            raise bad_request("message can't be deleted for everyone")
        self._chats.delete(found)
        return True

    def _pay(self, chat: int) -> None:
        retry_after = self.rates.retry_after(chat, self._now()) if self.rates else 0
        if retry_after:
            raise Refused(too_many_requests(retry_after))

    def _photo(self, named: str, field: str, files: Files) -> Photo:
        """Find the picture: uploaded under the field's own name or under `attach://...`, or known from before."""
        if named in self._photos:
            return self._photos[named]
        content = files.get(named.removeprefix("attach://") or field)
        if content is None:
            raise bad_request("there is no photo in the request" if not named else "wrong file identifier")
        if len(content) > LARGEST_PHOTO_BYTES:
            raise bad_request("file is too big")
        try:
            with Image.open(io.BytesIO(content)) as picture:
                picture.load()
                width, height = picture.size
        except (PIL.UnidentifiedImageError, OSError) as error:
            raise bad_request("IMAGE_PROCESS_FAILED") from error
        if width + height > LONGEST_SIDES or max(width, height) > LONGEST_RATIO * min(width, height):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        photo = Photo(file_id=f"photo-{len(self._photos) + 1}", content=content, width=width, height=height)
        self._photos[photo.file_id] = photo
        return photo


def _looks(message: Kept) -> dict[str, object]:
    return {"words": formatted(message.markup, message.parse_mode), "photo": message.photo}


def _seen(content: Mapping[str, Any]) -> dict[str, object]:
    """The part of `_looks` that an edit changes."""
    words = {"words": formatted(content["markup"], content["parse_mode"])} if "markup" in content else {}
    return words | ({"photo": content["photo"]} if "photo" in content else {})
