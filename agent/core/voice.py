"""How people are spoken to: in which language, at which time zone, and how much of a person is told.

The words in the code are English, and are the keys under which a catalogue holds those of another language.
"""

import datetime
import gettext
from dataclasses import dataclass, field
from enum import StrEnum

from agent.domain.phrase import Phrase, in_utc, plain, sayable, worded

DAY_AND_HOUR = "{year}-{month}-{day} {time}"


class Privacy(StrEnum):
    """How much of a person and of a file's name a message may tell."""

    MINIMAL = "minimal"
    NORMAL = "normal"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Language, time zone and privacy level, given to whatever writes to people.

    Attributes:
        catalogue: of the language; the empty one is English.
    """

    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)
    timezone: datetime.tzinfo = datetime.UTC
    privacy: Privacy = Privacy.MINIMAL

    def say(self, text: str, /, **values: object) -> str:
        """Translate a text, and put values in the place of its `{names}`."""
        return self.catalogue.gettext(text).format(**values)

    def count(self, one: str, many: str, number: int, /, **values: object) -> str:
        """Translate a text that depends on a number, which it names `{number}`."""
        return self.catalogue.ngettext(one, many, number).format(number=number, **values)

    def tell(self, *said: Phrase | str, in_chat: bool = True) -> str:
        """Put sentences into words, with a space between them; in a chat without those that are not for it.

        A text that is no phrase is told as it stands.
        """
        phrases = [plain(it) if isinstance(it, str) else it for it in said]
        return " ".join(
            worded(phrase, self.catalogue.gettext, self.day_and_hour if in_chat else in_utc, in_chat=in_chat)
            for phrase in sayable(phrases, in_chat=in_chat)
        )

    def hour(self, moment: datetime.datetime) -> str:
        """The time of day at the office: `10:42`."""
        return f"{moment.astimezone(self.timezone):%H:%M}"

    def day_and_hour(self, moment: datetime.datetime) -> str:
        """`2026-11-27 10:42`, at the office; in the order of its language."""
        day = moment.astimezone(self.timezone)
        return self.say(
            DAY_AND_HOUR, year=f"{day:%Y}", month=f"{day:%m}", day=f"{day:%d}", time=f"{day:%H:%M}"
        )


ENGLISH = Voice()
