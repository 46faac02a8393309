"""What is said to people, before it is put into a language: the same thing in a chat and on the command line.

A chat is told what can be typed there. What only the machine knows, such as where a file lies, is not said in a chat:
a path may hold a name, and nobody there can follow it.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import PurePath

IN_CHATS = frozenset({"status", "pending", "find", "show", "retry", "undo", "refile", "pause", "resume"})
"""Commands that a chat and the command line have in common."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something that can be typed: `dossierd show D-7`, and `/show D-7` in a chat.

    Attributes:
        words: without what stands before them, such as `show D-7`.
        rest: what the reader puts in, such as `RECORD`.
        in_chat: what does the same in a chat, where that is called otherwise.
    """

    words: str
    rest: "Phrase | None" = None
    in_chat: str | None = None

    @property
    def chat_words(self) -> str | None:
        """What is typed in a chat; None where nothing does the same there."""
        if self.in_chat is not None:
            return self.in_chat
        return f"/{self.words}" if self.words.split()[0] in IN_CHATS else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file lies, below the home."""

    location: str


@dataclass(frozen=True, slots=True)
class Paths:
    """Several paths in one text, with what stands between them; a chat is told none of it, whatever they hold."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class OfficeTime:
    """A moment that the command line too tells by the office's clock, and not in UTC.

    Attributes:
        moment: in the office's time zone.
    """

    moment: datetime.datetime


Value = object
"""What a phrase is filled with: a number, a text, a moment or an `OfficeTime`, a `Command`, a `Place`, a path or
`Paths`, or a phrase again."""


@dataclass(frozen=True, slots=True, init=False)
class Phrase:
    """A sentence or a part of one.

    Attributes:
        text: English, with `{names}`; the key under which a catalogue holds another language's.
        values: of the names.
    """

    text: str
    values: Mapping[str, Value]

    def __init__(self, text: str, /, **values: Value) -> None:
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "values", values)

    def __str__(self) -> str:
        """Give it as the command line says it: in English, with times in UTC."""
        return worded(self, str, in_utc, in_chat=False)


def in_utc(moment: datetime.datetime) -> str:
    """`2026-11-27 10:42 UTC`."""
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%d %H:%M} UTC"


_AS_IT_IS = "{sentence}"
_PATH = re.compile(r"(?<![\w/:<])/(?!(?:newbot|revoke)\b)[^\s,;:()]+")
"""On the machine; what `//` begins is an address, and names no file. The two words are commands of @BotFather's."""
_LEFT_OUT = "…"
_WITH_WORD = re.compile(r"([^(]+) \(([^()]+)\)\.")


@dataclass(frozen=True, slots=True)
class _Foreign:
    """A text that was kept in English, or was not written for chats: it may name paths.

    Attributes:
        has_stop: whether it keeps the full stop at its end.
    """

    text: str
    has_stop: bool = True


def plain(sentence: str, *, has_stop: bool = True) -> Phrase:
    """A sentence that was kept, or comes from elsewhere; a chat is told it without paths.

    It is translated if a catalogue holds it whole, or but for the word in brackets at its end: `can't be read (EIO).`

    Args:
        has_stop: whether it keeps the full stop at its end.
    """
    return Phrase(_AS_IT_IS, sentence=_Foreign(sentence, has_stop))


def _kept(it: _Foreign, translate: Callable[[str], str]) -> str:
    told = translate(it.text) if it.text else ""
    if told == it.text and (found := _WITH_WORD.fullmatch(it.text)):
        but_for_word = f"{found[1]} ({{why}})."
        known = translate(but_for_word)
        told = told if known == but_for_word else known.format(why=found[2])
    return told if it.has_stop else told.rstrip(".")


NOTHING = plain("")


def kept(it: Value) -> object:
    """Give a phrase, or a value of one, as JSON can hold it; what is neither number nor path is kept as text."""
    match it:
        case Phrase(text=text, values=values):
            return {"text": text, "values": {name: kept(value) for name, value in values.items()}}
        case _Foreign(text=text, has_stop=has_stop):
            return {"sentence": text, "has_stop": has_stop}
        case PurePath() | Paths():
            return {"path": str(it)}
        case int():
            return it
        case _:
            return str(it)


def as_kept(noted: object) -> Phrase:
    """Give back what `kept` has made of a phrase; a text is a sentence that was kept without one."""
    found = _as_kept(noted)
    return found if isinstance(found, Phrase) else plain(str(found))


def _as_kept(noted: object) -> Value:
    match noted:
        case {"text": str(text), "values": dict(values)}:
            return Phrase(text, **{name: _as_kept(value) for name, value in values.items()})
        case {"sentence": str(text), "has_stop": bool(has_stop)}:
            return _Foreign(text, has_stop)
        case {"path": str(path)}:
            return PurePath(path)
        case _:
            return noted


def in_a_row(first: Phrase, *further: Phrase) -> Phrase:
    """Put whole sentences behind each other."""
    return reduce(lambda one, other: Phrase("{one} {other}", one=one, other=other), further, first)


def listed(first: Phrase, *further: Phrase) -> Phrase:
    """Put parts of a sentence behind each other: `one; other`."""
    return reduce(lambda one, other: Phrase("{one}; {other}", one=one, other=other), further, first)


def worded(
    phrase: Phrase,
    translate: Callable[[str], str],
    time: Callable[[datetime.datetime], str],
    *,
    in_chat: bool,
) -> str:
    """Put a phrase into words.

    Args:
        time: writes a moment.
    """

    def value(it: Value) -> object:
        match it:
            case Phrase():
                return worded(it, translate, time, in_chat=in_chat)
            case Command():
                rest = "" if it.rest is None else f" {value(it.rest)}"
                return (it.chat_words if in_chat else f"dossierd {it.words}") + rest  # type: ignore[operator]
            case Place(location=location):
                return location
            case _Foreign():
                told = _kept(it, translate)
                return _PATH.sub(_LEFT_OUT, told) if in_chat else told
            case PurePath() | Paths():
                return _LEFT_OUT if in_chat else it
            case datetime.datetime():
                return time(it)
            case OfficeTime(moment=moment):
                return time(moment) if in_chat else f"{moment:%Y-%m-%d %H:%M}"
            case _:
                return it

    return translate(phrase.text).format(**{name: value(it) for name, it in phrase.values.items()})


def sayable(phrases: Iterable[Phrase], *, in_chat: bool) -> list[Phrase]:
    """Leave out what is not said in a chat."""
    return [phrase for phrase in phrases if not (in_chat and _is_for_the_machine(phrase))]


def _is_for_the_machine(phrase: Phrase) -> bool:
    return any(
        isinstance(it, Place) or (isinstance(it, Command) and it.chat_words is None)
        for it in phrase.values.values()
    )
