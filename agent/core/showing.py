"""What stands in a chat beside a picture of the lines that a question rests on, and in its place where there is none.

The picture shows what is printed, at every privacy level: the office has switched it on. These words name nobody.
"""

from agent.core.voice import Voice
from agent.domain.document import DocumentId, reference
from agent.domain.message import Message, MessageKind
from agent.domain.snippet import WHY_UNDRAWN, WHY_UNSHOWN, Undrawn, Unshown


def placeholder(document_id: DocumentId, page: int, voice: Voice) -> Message:
    """What stands there while the picture is on its way."""
    return _beside(
        document_id,
        page,
        voice.say("The picture comes here or further down, as long as the question is open."),
        voice,
    )


def caption(document_id: DocumentId, page: int, voice: Voice) -> Message:
    """What the picture shows, and how long."""
    words = voice.say(
        "The printed lines that the question rests on. Shown until it is answered, a day at most."
    )
    return _beside(document_id, page, words, voice)


def taken_away(document_id: DocumentId, voice: Voice) -> Message:
    """What stands there where the message itself can't be deleted."""
    return Message(
        kind=MessageKind.SNIPPET,
        document_id=document_id,
        title=reference(document_id),
        lines=(voice.say("The picture was taken away."),),
    )


def not_shown(document_id: DocumentId, why: Undrawn | Unshown, voice: Voice) -> Message:
    """Why no picture comes."""
    sentence = WHY_UNDRAWN[why] if isinstance(why, Undrawn) else WHY_UNSHOWN[why]
    return Message(
        kind=MessageKind.REPLY,
        document_id=document_id,
        title=voice.say("{document} can't be shown as a picture", document=reference(document_id)),
        lines=(voice.say(sentence),),
    )


def _beside(document_id: DocumentId, page: int, words: str, voice: Voice) -> Message:
    return Message(
        kind=MessageKind.SNIPPET,
        document_id=document_id,
        title=voice.say("{document} · page {page}", document=reference(document_id), page=page),
        lines=(words,),
    )
