"""A stand-in for Telegram's Bot API over real HTTP, strict about what dossierd uses of it.

It judges each request as Telegram does (token, chat, length, HTML, keyboards, rates), keeps what it accepted, holds
polls until something comes, lets tests press and write as people do, and makes trouble on order: each `order` is for
one request, in turn. Its words are Telegram's. It has a clock of its own, which tests can put forward.
"""

from tests.botapi.chats import BOT_ID, CHAT, OTHER_CHAT, USER, USERNAME, Button, Kept, Photo, Said
from tests.botapi.judging import NOT_MODIFIED
from tests.botapi.markup import shown, units
from tests.botapi.outages import OUTAGES, Outage
from tests.botapi.server import TOKEN, BotApi
from tests.botapi.troubles import (
    BLOCKED,
    CONFLICT,
    ECHOING_PAGE,
    HTML_PAGE,
    MARKUP_REFUSED,
    OTHER_JSON,
    SERVER_ERROR,
    SET_WEBHOOK_CONFLICT,
    WEBHOOK_CONFLICT,
    Answer,
    Drop,
    Hang,
    Trouble,
    migrated,
    refusal,
    too_many_requests,
)
from tests.botapi.updates import CallbackAnswer

__all__ = [
    "BLOCKED",
    "BOT_ID",
    "CHAT",
    "CONFLICT",
    "ECHOING_PAGE",
    "HTML_PAGE",
    "MARKUP_REFUSED",
    "NOT_MODIFIED",
    "OTHER_CHAT",
    "OTHER_JSON",
    "OUTAGES",
    "SERVER_ERROR",
    "SET_WEBHOOK_CONFLICT",
    "TOKEN",
    "USER",
    "USERNAME",
    "WEBHOOK_CONFLICT",
    "Answer",
    "BotApi",
    "Button",
    "CallbackAnswer",
    "Drop",
    "Hang",
    "Kept",
    "Outage",
    "Photo",
    "Said",
    "Trouble",
    "migrated",
    "refusal",
    "shown",
    "too_many_requests",
    "units",
]
