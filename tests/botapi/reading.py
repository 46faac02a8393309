"""Reads the parameters of a request, and refuses what Telegram would not take."""

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.botapi.chats import Button, Keyboard
from tests.botapi.markup import shown, units
from tests.botapi.troubles import bad_request

LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024
LONGEST_DATA_BYTES = 64
MOST_BUTTONS, MOST_BUTTONS_A_ROW = 100, 8
"""Of more, Telegram silently drops what is too much."""

Parameters = Mapping[str, str]
Files = Mapping[str, bytes]
"""Uploads, by the name of their field."""


def integer(parameters: Parameters, name: str, default: int | None = None) -> int:
    """Read a number.

    Raises:
        Refused: it is missing and there is no default, or it is none.
    """
    told = parameters.get(name)
    if told is None and default is not None:
        return default
    if not told:
        missing = {"chat_id": "chat_id is empty", "message_id": "message identifier is not specified"}
        raise bad_request(missing.get(name, f"{name} is empty"))
    if not re.fullmatch(r"-?\d+", told):
        raise bad_request("chat not found" if name == "chat_id" else f"{name} must be a number")
    return int(told)


def strings(parameters: Parameters, name: str) -> list[str]:
    """Read a list of strings."""
    told = structure(parameters, name, [])
    if not isinstance(told, list) or not all(isinstance(it, str) for it in told):
        raise bad_request(f"can't parse {name}: expected an Array of String")
    return told


def flag(parameters: Parameters, name: str) -> bool:
    told = parameters.get(name, "false").lower()
    if told not in ("true", "false"):
        raise bad_request(f"{name} must be true or false")
    return told == "true"


def structure(parameters: Parameters, name: str, default: Any) -> Any:
    try:
        return json.loads(parameters[name]) if name in parameters else default
    except ValueError as error:
        raise bad_request(f"can't parse {name} JSON object") from error


def text(parameters: Parameters, too_long: str) -> dict[str, Any]:
    text = _words(parameters, "text", LONGEST_TEXT, too_long)
    if not text.strip():
        raise bad_request("message text is empty")
    preview = structure(parameters, "link_preview_options", {})
    return {
        "text": text,
        "markup": parameters["text"],
        "parse_mode": parameters.get("parse_mode"),
        "has_preview": not preview.get("is_disabled", False),
    }


def caption(parameters: Parameters, too_long: str) -> dict[str, Any]:
    caption = _words(parameters, "caption", LONGEST_CAPTION, too_long)
    return {
        "text": "",
        "caption": caption,
        "markup": parameters.get("caption", ""),
        "parse_mode": parameters.get("parse_mode"),
        "has_preview": False,
    }


def _words(parameters: Parameters, name: str, limit: int, too_long: str) -> str:
    markup, parse_mode = parameters.get(name, ""), parameters.get("parse_mode")
    if parse_mode not in (None, "HTML"):
        raise bad_request("unsupported parse_mode")
    try:
        words = shown(markup) if parse_mode == "HTML" else markup
    except ValueError as error:
        raise bad_request(f"can't parse entities: {error}") from error
    if units(words) > limit:
        raise bad_request(too_long)
    return words


def keyboard(parameters: Parameters) -> Keyboard:
    markup = structure(parameters, "reply_markup", {})
    if not markup:
        return ()
    rows = markup.get("inline_keyboard")
    if not isinstance(rows, list) or set(markup) != {"inline_keyboard"}:
        raise bad_request("the stand-in knows inline keyboards only")
    keyboard = tuple(tuple(_button(it) for it in row) for row in rows)
    if not all(keyboard):
        raise bad_request("the stand-in takes no empty row of buttons")
    if max(map(len, keyboard), default=0) > MOST_BUTTONS_A_ROW or sum(map(len, keyboard)) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return keyboard


def _button(told: Mapping[str, str]) -> Button:
    cannot = "can't parse inline keyboard button: "
    if set(told) - {"text", "callback_data"}:
        raise bad_request(f"{cannot}the stand-in does not know {sorted(told)}")
    if not told.get("text", "").strip():
        raise bad_request(f'{cannot}Can\'t find field "text"')
    data = told.get("callback_data")
    if not data:
        raise bad_request(f"{cannot}Text buttons are unallowed in the inline keyboard")
    if len(data.encode()) > LONGEST_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    return Button(label=told["text"], data=data)


def menu(parameters: Parameters) -> tuple[str, str]:
    scope = json.dumps(structure(parameters, "scope", {"type": "default"}), sort_keys=True)
    return scope, parameters.get("language_code", "")


def commands(parameters: Parameters) -> list[dict[str, str]]:
    commands: list[dict[str, str]] = structure(parameters, "commands", [])
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for told in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", told.get("command", "")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(told.get("description", "").strip()) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return commands
