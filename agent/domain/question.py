"""A question as it stands in the chats: what was offered under which button, and when it was said."""

import datetime
from dataclasses import dataclass, field
from typing import NewType

from agent.domain.document import DocumentId
from agent.domain.identity import RecordId

QuestionId = NewType("QuestionId", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An open review that was put to people.

    Attributes:
        epoch: of the document whose review it is.
        revision: changes whenever a button could mean something else.
        offered: the records under the buttons, in their order.
        is_search: whether a human has searched for those.
        page: of the buttons that is shown, from 0.
        confirming: the button that was pressed and is asked about once more, since the document speaks against it.
        posted_at: when it was last said as a new message.
        shown_at: when the first chat had it; None while it waits to be sent. No part of what the question is.
        is_lost: whether nobody had it, and none of its messages waits any more: every chat has refused it. No part
            of it either.
        repeated_at, escalated_at: when people were reminded, and when the escalation chat was asked.
        skipped_at: when somebody said "later".
    """

    question_id: QuestionId
    document_id: DocumentId
    epoch: int
    revision: str
    offered: tuple[RecordId, ...]
    posted_at: datetime.datetime
    shown_at: datetime.datetime | None = field(default=None, compare=False)
    is_lost: bool = field(default=False, compare=False)
    is_search: bool = False
    page: int = 0
    confirming: int | None = None
    repeated_at: datetime.datetime | None = None
    escalated_at: datetime.datetime | None = None
    skipped_at: datetime.datetime | None = None

    @property
    def card(self) -> str:
        """The key under which its messages take each other's place."""
        return card_of(self.question_id)

    @property
    def reminder_card(self) -> str:
        """The key of its reminder, by which a reply to that is known to be meant for the question."""
        return reminder_of(self.question_id)


def card_of(question_id: QuestionId) -> str:
    return f"question:{question_id}"


def reminder_of(question_id: QuestionId) -> str:
    return f"reminder:{question_id}"
