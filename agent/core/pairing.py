"""The one-time code: whoever sends to a bot what a terminal shows has the terminal before them, and so is its owner."""

import datetime
import hmac
import re

from agent.core.voice import Voice
from agent.domain.message import Message, MessageKind

DIGITS = 8
"""Of five guesses, one in twenty million is right."""
MOST_TRIES = 5
VALID_FOR = datetime.timedelta(minutes=10)

_BESIDE = re.compile(r"/\w+(?:@\w+)?|@\w+")
"""A command, or the bot's name: in groups a bot hears nothing else (core.telegram.org/bots/features#privacy-mode)."""
_BETWEEN = re.compile(r"[\s-]+")


def code_in(text: str) -> str | None:
    """Find what is meant as a code: `1234 5678`, `/start 12345678`; None where something else was written."""
    said = _BETWEEN.sub("", _BESIDE.sub(" ", text))
    return said if said.isascii() and said.isdecimal() and len(said) == DIGITS else None


def is_same(said: str, code: str) -> bool:
    """Compare in a time that does not depend on where they differ."""
    return hmac.compare_digest(said.encode(), code.encode())


def shown(code: str) -> str:
    """Write a code so that it can be read aloud: `1234 5678`."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}"


def trial(voice: Voice) -> Message:
    """What is sent to try whether a chat can be reached."""
    return Message(
        kind=MessageKind.TEST,
        document_id=None,
        title=voice.say("dossierd can write to you here"),
        lines=(voice.say("This is a test; nothing needs to be done."),),
    )


def welcome(voice: Voice) -> Message:
    """What a chat is told first, when it was just added."""
    return Message(
        kind=MessageKind.TEST,
        document_id=None,
        title=voice.say("dossierd can write to you here"),
        lines=(
            voice.say("What became of documents, and what is to be asked about them, comes here."),
            voice.say("What can be typed, once dossierd runs: /help"),
        ),
    )


def refusal(voice: Voice) -> str:
    """What a stranger is answered."""
    return voice.say(
        "This bot belongs to an office, and does not know you. If you are to use it, ask there for the code."
    )


def wrong_code(voice: Voice) -> str:
    return voice.say("That is not the code.")
