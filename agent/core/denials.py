"""What a human has said no to: the rules alone never file a document there again, they ask."""

import re
from collections.abc import Iterable

from agent.core.voice import Voice
from agent.domain.decision import Denial, Reason
from agent.domain.identity import RecordId

DENIED = "denied"
"""The reason of a question about a document that the rules alone would have filed."""
SAID = "The rules would file it under file {record}, but {user} has said that it does not belong there."
TAKEN_BACK = "The rules would file it under file {record}, but {user} took it back from there."
_SENTENCES = {
    words: re.compile(
        re.escape(words).replace(r"\{record\}", "(.*?)").replace(r"\{user\}", "(.*)"), re.DOTALL
    )
    for words in (SAID, TAKEN_BACK)
}


def denied(record_id: RecordId, denials: Iterable[Denial]) -> Reason | None:
    """Say who has denied that a document belongs under a record; None where nobody has."""
    for denial in denials:
        if denial.record_id == record_id:
            words = TAKEN_BACK if denial.was_filed else SAID
            sentence = words.format(record=record_id, user=denial.said_by)
            return Reason(code=DENIED, supports=False, sentence=sentence)
    return None


def in_words(sentence: str, voice: Voice) -> str:
    """Put what `denied` says into the office's language: it holds nothing that was read."""
    for words, pattern in _SENTENCES.items():
        if found := pattern.fullmatch(sentence):
            return voice.say(words, record=found[1], user=found[2])
    return sentence
