"""What people do in a chat, as a channel has heard it."""

import datetime
from dataclasses import dataclass

HEARD_WITHIN = datetime.timedelta(minutes=10)
"""Longer than any pause between two polls in ordinary times: who has heard nothing for so long hears no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Somebody pressed a button.

    Attributes:
        press: the channel's key by which it can be answered, for some seconds.
        user: the channel's number of the person.
        message: the channel's number of the message that bears the button; None where it is too old to be told.
        data: what the button holds: written by us, but anybody can send anything.
    """

    press: str
    chat: int
    user: int
    message: str | None
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Somebody wrote something.

    Attributes:
        replies_to: the channel's number of the message of ours that it answers.
    """

    chat: int
    user: int
    text: str
    message: str
    replies_to: str | None = None


Heard = Press | Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A channel does not answer, so nothing that people do in it is heard.

    Attributes:
        since: when it was first asked in vain.
        sentence: why, as it was told last.
        hint: what to do about it; empty where nothing is to be done.
    """

    since: datetime.datetime
    sentence: str
    hint: str
