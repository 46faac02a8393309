"""How a part of the house is, as the daemon tells people of it."""

from dataclasses import dataclass

from agent.domain.phrase import Phrase, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class PartState:
    """One part, at one look.

    Attributes:
        part: its name, such as `registry`; people are told of each by itself. At most 24 characters.
        spared: whom not to tell, since it is they who can't be told.
    """

    part: str
    is_bad: bool
    sentence: Phrase | str = ""
    hint: Phrase | str = ""
    spared: str | None = None


def named(part: str) -> Phrase:
    """Name a part to people: a catalogue may call `registry`, or the chat of `chat 2`, otherwise."""
    name, _, number = part.partition(" ")
    return Phrase(f"{name} {{number}}", number=number) if number else Phrase(name)


def labelled(part: str, sentence: Phrase | str) -> Phrase:
    """Say which part it is that says something: `registry: The registry is empty`."""
    said = plain(sentence) if isinstance(sentence, str) else sentence
    return Phrase("{part}: {sentence}", part=named(part), sentence=said)
