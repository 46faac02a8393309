"""From an update as Telegram tells it to what was heard; what nobody could mean for us is nothing."""

import datetime
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from agent.domain.hearing import Heard, Press, Said

_Text = Annotated[str, AfterValidator(lambda said: said.replace("\0", ""))]
"""What somebody wrote or pressed, without a sign that no text of PostgreSQL's can hold."""


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _User(_Told):
    id: int


class _Chat(_Told):
    id: int


class _Replied(_Told):
    message_id: int
    sender: _User | None = Field(default=None, alias="from")


class _Message(_Told):
    message_id: int
    chat: _Chat
    sender: _User | None = Field(default=None, alias="from")
    text: _Text | None = None
    reply_to_message: _Replied | None = None


class _Bearer(_Told):
    """The message whose button was pressed; of an old one just its number and chat are told."""

    message_id: int
    chat: _Chat


class _Callback(_Told):
    id: _Text
    sender: _User = Field(alias="from")
    message: _Bearer | None = None
    data: _Text | None = None


class _Update(_Told):
    message: _Message | None = None
    callback_query: _Callback | None = None


class _Dated(_Told):
    date: AwareDatetime


class _Written(_Told):
    message: _Dated


def sent_at(update: Mapping[str, Any]) -> datetime.datetime | None:
    """When a message was sent, in UTC and in whole seconds; None for a press, of which Telegram tells no time."""
    try:
        return _Written.model_validate(update).message.date
    except ValidationError:
        return None


def heard_in(update: Mapping[str, Any], bot: str) -> Heard | None:
    """Read an update; None for one without a person, a chat, or anything that we asked for.

    Args:
        bot: our number; what replies to anybody else is no reply to us.
    """
    try:
        told = _Update.model_validate(update)
    except ValidationError:
        return None
    callback, message = told.callback_query, told.message
    if callback is not None and callback.message is not None:
        return Press(
            press=callback.id,
            chat=callback.message.chat.id,
            user=callback.sender.id,
            message=str(callback.message.message_id),
            data=callback.data or "",
        )
    if message is None or message.sender is None or not message.text:
        return None
    replied = message.reply_to_message
    is_ours = replied is not None and replied.sender is not None and str(replied.sender.id) == bot
    return Said(
        chat=message.chat.id,
        user=message.sender.id,
        text=message.text,
        message=str(message.message_id),
        replies_to=str(replied.message_id) if replied is not None and is_ours else None,
    )
