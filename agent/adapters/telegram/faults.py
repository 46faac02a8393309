"""Say Telegram's errors in our own words.

No word of the vendor's is passed on unless it stands in a list here: its texts can quote the message, and the
address of the call with the token in it.
"""

import datetime

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from agent.domain.message import Blame
from agent.domain.phrase import Phrase
from agent.errors import DossierdError, MessageRefused, NotifierUnavailable

_MARKUP_REFUSED = "can't parse entities"
_CHAT_REFUSALS = (
    "chat not found",
    "not enough rights",
    "bot was blocked by the user",
    "bot was kicked",
    "bot is not a member",
    "bot can't initiate conversation",
    "user is deactivated",
    "group chat was deactivated",
    "have no rights to send a message",
    "chat_write_forbidden",
)
_TEXT_REFUSALS = ("message is too long", "message text is empty", _MARKUP_REFUSED)
_UNKNOWN = "no known reason"
REFUSALS = (*_CHAT_REFUSALS, *_TEXT_REFUSALS, _UNKNOWN)
"""Why Telegram refuses a message, in its words; the last is ours."""

_NOT_TELEGRAMS = ("Bad Request (400)", "Forbidden (403)")
"""How the vendor's library begins where an answer has no description: Telegram's have one, a proxy's page has none."""

_PAST_EDITING = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",
)

_LOOK_AT_CHAT = Phrase(
    "Open the bot in that chat and press Start (in a group: add it as a member), "
    "and check the number in DOSSIERD_TELEGRAM_CHATS. Until then: dossierd pending."
)
_LOOK_AT_TOKEN = Phrase(
    "Check DOSSIERD_TELEGRAM_TOKEN against @BotFather's. Documents are filed all the same."
)
_LOOK_AT_LINE = Phrase(
    "If the internet is down, nothing: documents are filed, and all is sent within a minute of its return. "
    "Else let this machine reach api.telegram.org."
)
_LOOK_FOR_OTHER = Phrase(
    "Stop the other one: who else has this token? If nobody should, let @BotFather /revoke it, write the new one into "
    "DOSSIERD_TELEGRAM_TOKEN and restart. Until then presses may be lost: answer with dossierd pending."
)
_MAKE_OWN_BOT = Phrase(
    "Let dossierd have a bot of its own: @BotFather, /newbot; then type: dossierd telegram setup"
)
_LOOK_AT_ADDRESS = Phrase(
    "Check DOSSIERD_TELEGRAM_API_URL, and what stands between this machine and Telegram."
)

ANSWERS = (BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter)
"""Telegram has answered, and has not done what it was asked for."""
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def translated(error: TelegramError) -> DossierdError:
    """Make one of our errors of it. The order matters: BadRequest and TimedOut are NetworkErrors too."""
    match error:
        case RetryAfter():
            pause = _seconds(error.retry_after)
            return NotifierUnavailable(Phrase("Telegram asks for patience."), retry_after_seconds=pause)
        case BadRequest() | Forbidden() if error.message.startswith(_NOT_TELEGRAMS):
            return _no_bot_api()
        case BadRequest():
            return _refused(error.message.lower(), Blame.MESSAGE)
        case Forbidden():
            return _refused(error.message.lower(), Blame.RECIPIENT)
        case ChatMigrated():
            return MessageRefused(Phrase("The group's number changed twice."), hint=_LOOK_AT_CHAT)
        case InvalidToken():
            return NotifierUnavailable(Phrase("Telegram does not accept the token."), hint=_LOOK_AT_TOKEN)
        case Conflict() if "webhook" in error.message.lower():
            return NotifierUnavailable(
                Phrase("Another program has set a webhook for this bot."), hint=_MAKE_OWN_BOT
            )
        case Conflict():
            return NotifierUnavailable(Phrase("Another program uses this bot."), hint=_LOOK_FOR_OTHER)
        case TimedOut() if not is_surely_not_sent(error):
            return no_answer()
        case NetworkError():
            blame = None if is_surely_not_sent(error) else Blame.MESSAGE
            sentence = Phrase("Telegram can't be reached, or is in trouble itself.")
            return NotifierUnavailable(sentence, blame=blame, hint=_LOOK_AT_LINE)
        case _:
            return _no_bot_api()


def no_answer() -> NotifierUnavailable:
    return NotifierUnavailable(
        Phrase("Telegram did not answer in time."), blame=Blame.MESSAGE, hint=_LOOK_AT_LINE
    )


def _no_bot_api() -> NotifierUnavailable:
    sentence = Phrase("What answered is not Telegram's Bot API.")
    return NotifierUnavailable(sentence, blame=Blame.MESSAGE, hint=_LOOK_AT_ADDRESS)


def is_markup_refused(error: BadRequest) -> bool:
    return _MARKUP_REFUSED in error.message.lower()


def is_not_modified(error: BadRequest) -> bool:
    """Whether the message says already what it was to say."""
    return "message is not modified" in error.message.lower()


def is_past_editing(error: BadRequest) -> bool:
    """Whether a message is gone, or may not be edited any more."""
    said = error.message.lower()
    return any(words in said for words in _PAST_EDITING)


def is_gone(error: BadRequest) -> bool:
    """Whether a message that is to be deleted is there no more."""
    return "message to delete not found" in error.message.lower()


def is_past_deleting(error: BadRequest) -> bool:
    """Whether a message is too old to be deleted."""
    return "message can't be deleted" in error.message.lower()


def is_too_old(error: BadRequest) -> bool:
    """Whether a press can't be answered any more: Telegram has shown the reader that it took too long."""
    said = error.message.lower()
    return "query is too old" in said or "query id is invalid" in said


def is_surely_not_sent(error: BaseException) -> bool:
    """Whether no connection came about, so that another try can't make a second copy."""
    return isinstance(error, NetworkError) and isinstance(error.__cause__, _NEVER_SENT)


def _refused(said: str, blame: Blame) -> MessageRefused:
    """Say what was refused: a chat, a text, or for a reason that stands in no list, what the error's kind is for."""
    known = next((words for words in REFUSALS if words in said), _UNKNOWN)
    return MessageRefused(
        refusal_words(known),
        blame=Blame.RECIPIENT if known in _CHAT_REFUSALS else blame,
        hint="" if known in _TEXT_REFUSALS else _LOOK_AT_CHAT,
    )


def refusal_words(known: str) -> str:
    """Say what Telegram has said, one of `REFUSALS`."""
    return f"Telegram refused the message: {known}."


def _seconds(period: float | datetime.timedelta) -> float:
    return period.total_seconds() if isinstance(period, datetime.timedelta) else float(period)
