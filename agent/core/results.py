"""What people are told of documents that were filed, where they don't want a message for each."""

import datetime
from collections.abc import Sequence

from agent.core.voice import ENGLISH, Voice
from agent.domain.document import reference
from agent.domain.message import Message, MessageKind
from agent.domain.result import UntoldResult

BATCH_WINDOW = datetime.timedelta(minutes=15)
"""How long results are gathered: a pile of post is one message, and a mistake is seen while it can be undone."""
LISTED = 20
"""How many results a message lists; the rest are counted."""


def is_batch_whole(results: Sequence[UntoldResult], now: datetime.datetime) -> bool:
    """Whether the results that were gathered for somebody, at least one, are to be told now."""
    first = min(result.since for result in results)
    return now - first >= BATCH_WINDOW or now < first


def batch_message(results: Sequence[UntoldResult], voice: Voice = ENGLISH) -> Message:
    """Say in one message what was filed; at least one result."""
    filed = [result for result in results if result.record_id is not None]
    again = len(results) - len(filed)
    lines = [
        voice.say("{number} · file {record}", number=reference(result.document_id), record=result.record_id)
        for result in filed[:LISTED]
    ]
    typed: tuple[str, ...] = ()
    if len(filed) > LISTED:
        lines.append(voice.say("and {count} more", count=len(filed) - LISTED))
        typed = (voice.say("To list them all: dossierd status --last {total}", total=len(results)),)
    if again and filed:
        lines.append(_came_again(again, voice))
    if filed:
        lines.append(voice.say("Not right? Within a day, type: dossierd undo NUMBER"))
    else:
        lines.append(voice.say("Nothing to do. The copies lie in archive/_duplicates/."))
    return Message(
        kind=MessageKind.RESULTS,
        document_id=None,
        title=_were_filed(len(filed), voice) if filed else _came_again(again, voice),
        lines=tuple(lines),
        typed=typed,
    )


def _were_filed(count: int, voice: Voice) -> str:
    return voice.count("{number} document was filed", "{number} documents were filed", count)


def _came_again(count: int, voice: Voice) -> str:
    return voice.count("{number} document came a second time", "{number} documents came a second time", count)
