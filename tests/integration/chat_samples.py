"""Every message of the chats as it looks, buttons as `[ Undo ]`; docs/telegram.md shows them as they are here."""

import datetime
from dataclasses import replace

from agent.core import cards, replies, showing
from agent.core.allowed import Role, User
from agent.core.searching import Meant
from agent.core.voice import ENGLISH, Voice
from agent.domain.decision import Ambiguous, Candidate, Reason
from agent.domain.document import DocumentId
from agent.domain.identity import Person, RecordId
from agent.domain.life import Reply
from agent.domain.message import Message
from agent.domain.question import Question, QuestionId
from agent.domain.snippet import Undrawn

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)


def person(record_id: str, first: str, born: str) -> Person:
    return Person(
        record_id=RecordId(record_id),
        last_name="Kunz",
        first_name=first,
        birth_date=datetime.date.fromisoformat(born),
    )


def reason(code: str, *, supports: bool = True) -> Reason:
    return Reason(code=code, supports=supports, sentence="-", page=1)


MARIA = Candidate(
    person=person("20817", "Maria", "1961-03-02"),
    reasons=(reason("name_printed"), reason("name_as_subject")),
)
MARTHE = Candidate(
    person=person("33102", "Marthe", "1961-07-14"),
    reasons=(reason("name_near"), reason("identifier_differs", supports=False)),
    is_vetoed=True,
)
DECISION = Ambiguous(candidates=(MARIA, MARTHE), reason=reason("no_second_identifier", supports=False))
QUESTION = Question(
    question_id=QuestionId(12),
    document_id=DocumentId(7),
    epoch=1,
    revision="9f3c2a11",
    offered=(MARIA.person.record_id, MARTHE.person.record_id),
    posted_at=NOON,
)
ANNA = User(number=4711, name="anna", role=Role.DECIDER)


def card(question: Question = QUESTION, *, voice: Voice = ENGLISH, can_split: bool = False) -> Message:
    return cards.question_card(
        question,
        DECISION,
        (MARIA, MARTHE),
        voice,
        original_name="scan_0042.pdf",
        document_kind="discharge_letter",
        pages=3,
        can_split=can_split,
    )


CHAT_SAMPLES = {
    "question": card(can_split=True),
    "confirming": card(replace(QUESTION, confirming=1)),
    "search": cards.question_card(
        replace(QUESTION, is_search=True, offered=(MARTHE.person.record_id,)),
        DECISION,
        (MARTHE.person,),
        ENGLISH,
        original_name="scan_0042.pdf",
        document_kind="discharge_letter",
        pages=3,
    ),
    "no search": replies.no_search(DocumentId(7), Meant.BUTTON, ENGLISH),
    "too short": replies.no_search(DocumentId(7), Meant.TOO_SHORT, ENGLISH),
    "nobody": replies.found_nobody(DocumentId(7), ENGLISH),
    "snippet": showing.caption(DocumentId(7), 1, ENGLISH),
    "snippet's place": showing.placeholder(DocumentId(7), 1, ENGLISH),
    "no snippet": showing.not_shown(DocumentId(7), Undrawn.DAMAGED, ENGLISH),
    "put off": cards.skipped_card(QUESTION, "anna", ENGLISH),
    "closed": cards.closed_card(QUESTION, ENGLISH),
    "moved": cards.moved_card(QUESTION, ENGLISH),
    "taken back": cards.taken_back(DocumentId(7), "anna", ENGLISH, asked=0),
    "reminder": cards.reminder(QUESTION, ENGLISH),
    "escalated": cards.escalated(card(), QUESTION, NOON, ENGLISH),
    "help": replies.help_text(ANNA, ENGLISH),
    "done": replies.done(
        DocumentId(7), Reply(done=True, sentence="D-7 will be read and decided again."), ENGLISH
    ),
    "really refile": replies.really_refile(DocumentId(7), RecordId("33102"), MARTHE, ENGLISH),
}


def laid_out(message: Message) -> str:
    """A message as text, each row of buttons on a line."""
    rows = ["".join(f"[ {button.label} ]" for button in row) for row in message.buttons]
    return "\n".join((message.title, *message.lines, *rows))


if __name__ == "__main__":
    print("\n\n".join(f"```text\n{laid_out(one)}\n```" for one in CHAT_SAMPLES.values()))
