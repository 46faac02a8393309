"""What a human has said no to: the rules alone never file a document there again, they ask."""

import re
from collections.abc import Iterable

from agent.core.voice import Voice
from agent.domain.decision import Denial, Reason
from agent.domain.identity import RecordId

DENIED = "denied"
"""The reason of a question about a document that the rules alone would have filed."""
SAID = "The rules would file it under file {record}, but {user} has said that it does not belong there."
_SENTENCE = re.compile(
    re.escape(SAID).replace(r"\{record\}", "(.*?)").replace(r"\{user\}", "(.*)"), re.DOTALL
)


def denied(record_id: RecordId, denials: Iterable[Denial]) -> Reason | None:
    """Say who has denied that a document belongs under a record; None where nobody has."""
    for denial in denials:
        if denial.record_id == record_id:
            sentence = SAID.format(record=record_id, user=denial.said_by)
            return Reason(code=DENIED, supports=False, sentence=sentence)
    return None


def in_words(sentence: str, voice: Voice) -> str:
    """Put what `denied` says into the office's language: it holds nothing that was read."""
    found = _SENTENCE.fullmatch(sentence)
    return voice.say(SAID, record=found[1], user=found[2]) if found else sentence
