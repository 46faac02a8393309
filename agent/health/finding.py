"""What a part of health says of itself, and what several parts ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from agent.adapters.ledger import SqlLedger
from agent.config import Settings
from agent.domain.phrase import NOTHING, Phrase
from agent.ledgers import engine_of, has_ledger

NAMED = 5
"""How many documents or files a finding names; the rest are counted."""


class Level(StrEnum):
    """How well a part is."""

    GOOD = "good"
    NOTICE = "notice"
    """Works as set, but somebody should know."""
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one part says of itself.

    Attributes:
        said: the sentence, as chats put it into their language.
        advice: what to do about it, likewise.
        unnamed: what is said where files and people must not be named; None where neither is in the sentences.
    """

    part: str
    level: Level
    said: Phrase
    advice: Phrase = NOTHING
    unnamed: Phrase | None = None

    @property
    def sentence(self) -> str:
        """It as the command line says it."""
        return str(self.said)

    @property
    def hint(self) -> str:
        return str(self.advice)

    def told(self, *, is_open: bool = True) -> dict[str, str]:
        """Give it for programs.

        Args:
            is_open: whether files and people may be named.
        """
        sentence, hint = self.sentence, self.hint
        if self.unnamed is not None and not is_open:
            sentence, hint = str(self.unnamed), str(typed("dossierd check"))
        return {"part": self.part, "level": self.level, "sentence": sentence, "hint": hint}


def has_run(settings: Settings) -> bool:
    return has_ledger(settings)


def nothing_yet(part: str) -> Finding:
    said = Phrase("none yet: dossierd has not run in this home")
    return Finding(part=part, level=Level.NOTICE, said=said, advice=typed("dossierd run"))


def typed(command: str) -> Phrase:
    """What somebody at the machine can type: `Type: dossierd run`."""
    return Phrase("Type: {command}", command=command)


def open_ledger(settings: Settings) -> SqlLedger:
    return SqlLedger(engine_of(settings))


def some(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")
