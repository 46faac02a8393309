"""Put questions to people, and keep what stands in the chats true to what is open.

A turn compares the open reviews with the questions that stand (`core.asking`) and carries out the difference. Each step
is one transaction with its messages, so a death between two of them is mended by the next turn.
"""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TypeVar, assert_never

import structlog

from agent import errors
from agent.asked import Questions
from agent.core import cards
from agent.core.asking import MOST_OPEN, Close, Escalate, Post, PostAgain, Repeat, Step, plan
from agent.core.presses import revision_of
from agent.domain.decision import Candidate, candidates_of
from agent.domain.document import DocumentId
from agent.domain.identity import Person, RecordId
from agent.domain.life import Document, Review
from agent.domain.message import Message
from agent.domain.outcome import InReview
from agent.domain.question import Question
from agent.ports import Ports
from agent.workflow.holding import held

log = structlog.get_logger(__name__)


_ASIDE_FOR = datetime.timedelta(hours=1)
"""How long nothing is said of a question that met a mistake of ours: others need its place, and the log stays short."""
_About = tuple[DocumentId, int]
"""The document and the epoch that a question is about."""


class Asking:
    """What is asked in the chats. A new process tries everything again.

    Args:
        recipients: who is asked.
        escalation: who is asked too when a question has been open for days.
    """

    def __init__(
        self,
        ports: Ports,
        questions: Questions,
        recipients: Sequence[str],
        escalation: str | None = None,
    ) -> None:
        self._ports = ports
        self._questions = questions
        self._recipients = tuple(recipients)
        self._escalation = escalation
        self._set_aside: dict[_About, datetime.datetime] = {}

    def turn(self, heard_again_at: datetime.datetime | None = None, *, is_heard: bool = True) -> bool:
        """Say what is to be said now; gives whether something was.

        Args:
            heard_again_at: when a silence ended in which presses were lost; all that was heard since is taken up.
            is_heard: whether an answer would be heard now.

        Raises:
            LedgerUnavailable, RegistryUnavailable: later.
        """
        now = self._ports.clock.now()
        self._set_aside = aside = {
            about: since for about, since in self._set_aside.items() if since <= now < since + _ASIDE_FOR
        }
        steps = plan(
            _without(aside, self._questions.askable(MOST_OPEN + len(aside))),
            _without(aside, self._questions.standing()),
            now,
            heard_again_at=heard_again_at,
            is_heard=is_heard,
            escalates=self._escalation is not None,
        )
        for step in steps:
            try:
                self._carry_out(step)
            except errors.DossierdError:
                raise
            except Exception:  # one question's mistake of ours keeps no other from being asked
                log.exception("asking_raised")
                self._set_aside[_about(step)] = now
        return bool(steps)

    def show(self, question: Question) -> bool:
        """Write a question as it is now, and let its messages say so; False when it stands no longer.

        It has the revision of what is shown, so that each button means whom people see.
        """
        review = self.review_of(question)
        if review is None:
            return False
        now_shown = replace(question, revision=self._revision(review, question.offered))
        return self._questions.change(now_shown, self._asked(now_shown, review), self._ports.clock.now())

    def put_off(self, question: Question, by: str) -> bool:
        """Ask again tomorrow; False when it stands no longer."""
        put_off = replace(question, skipped_at=self._ports.clock.now(), confirming=None)
        message = cards.skipped_card(question, by, self._ports.voice)
        return self._questions.change(put_off, self._everywhere(question, message), self._ports.clock.now())

    def awake(self, question: Question) -> Question:
        """A question that is put off no longer; who takes it up needs no reminder at once."""
        if question.skipped_at is None:
            return question
        return replace(question, skipped_at=None, repeated_at=self._ports.clock.now())

    def review_of(self, question: Question) -> Review | None:
        """The open review that a question is about."""
        review = self._ports.ledger.review(question.document_id)
        return review if review is not None and review.epoch == question.epoch else None

    def choices(self, review: Review, offered: Sequence[RecordId]) -> tuple[cards.Choice, ...]:
        """Whom the buttons mean, one for each that is offered, as the registry has them now.

        Whose record has changed since they were considered is held against the document anew: it may be another
        person's by now. Somebody who has left the registry stays as they were considered, or becomes nobody: a
        button never takes the place of another.
        """
        considered = {one.person.record_id: one for one in candidates_of(review.decision)}
        return tuple(self._choice(review, record_id, considered.get(record_id)) for record_id in offered)

    def _choice(self, review: Review, record_id: RecordId, considered: Candidate | None) -> cards.Choice:
        person = self._ports.registry.person(record_id)
        if person is None:
            return considered or Person(record_id=record_id, last_name="", first_name="")
        if considered is not None and replace(considered.person, spellings=()) == person:
            return considered
        return held(review.document_id, person, self._ports) or person

    def is_as_shown(self, question: Question, review: Review) -> bool:
        """Whether each button still means whom people see."""
        return self._revision(review, question.offered) == question.revision

    @staticmethod
    def proposed(review: Review) -> list[RecordId]:
        """Whom the rules propose."""
        return [one.person.record_id for one in candidates_of(review.decision)]

    @staticmethod
    def offering(question: Question, offered: Sequence[RecordId], *, is_search: bool) -> Question:
        """A question with other people under its buttons; to be shown."""
        return replace(question, offered=tuple(offered), is_search=is_search, page=0, confirming=None)

    def card(self, question: Question, review: Review) -> Message:
        """What a question says now."""
        document = self._document(question)
        outcome = document.outcome if isinstance(document.outcome, InReview) else None
        return cards.question_card(
            question,
            review.decision,
            self.choices(review, question.offered),
            self._ports.voice,
            original_name=document.original_name,
            document_kind=None if outcome is None else outcome.document_kind,
            pages=self._pages(document),
            taken_back_by=None if outcome is None else outcome.taken_back_by,
            can_split=self.can_split(question),
            has_snippet=self._ports.snippets is not None,
            is_registry_empty=self._ports.registry.count() == 0,
        )

    def can_split(self, question: Question) -> bool:
        """Whether a document can hold several."""
        document = self._document(question)
        return (self._pages(document) or 1) > 1 and (document.location or "").endswith(".pdf")

    def _pages(self, document: Document) -> int | None:
        assert document.sha256 is not None
        reading = self._ports.ledger.reading(document.document_id, document.sha256)
        return reading.page_count if reading is not None else None

    def _carry_out(self, step: Step) -> None:
        now, voice = self._ports.clock.now(), self._ports.voice
        match step:
            case Post(review=review):
                self._post(review)
            case PostAgain(question=question, review=review):
                self._post(review, instead_of=question)
            case Close(question=question):
                gone = self._everywhere(question, cards.closed_card(question, voice))
                self._questions.change(question, gone, now, is_closed=True)
            case Repeat(question=question):
                reminders = self._everywhere(question, cards.reminder(question, voice))
                self._questions.change(replace(question, repeated_at=now), (), now, reminders=reminders)
            case Escalate(question=question, review=review):
                assert self._escalation is not None
                escalated = replace(question, escalated_at=now)
                *_, further = self._asked(escalated, review)
                self._questions.change(escalated, [further], now)
            case _:
                assert_never(step)

    def _post(self, review: Review, *, instead_of: Question | None = None) -> None:
        offered = self.proposed(review)
        moved = (
            ()
            if instead_of is None or instead_of.is_lost
            else self._everywhere(instead_of, cards.moved_card(instead_of, self._ports.voice))
        )
        self._questions.post(
            review,
            offered,
            self._revision(review, offered),
            lambda question: self._asked(question, review),
            self._ports.clock.now(),
            instead_of=instead_of,
            moved=moved,
        )

    def _asked(self, question: Question, review: Review) -> list[tuple[str, Message]]:
        """The question as each sees it; last the further chat, where it is asked, and since when it is open."""
        card = self.card(question, review)
        further = cards.escalated(card, question, review.opened_at, self._ports.voice)
        return [
            (recipient, further if recipient == self._escalation else card)
            for recipient, card in self._everywhere(question, card)
        ]

    def _everywhere(self, question: Question, message: Message) -> list[tuple[str, Message]]:
        further = [self._escalation] if self._escalation and question.escalated_at else []
        return [(recipient, message) for recipient in (*self._recipients, *further)]

    def _revision(self, review: Review, offered: Sequence[RecordId]) -> str:
        document = self._document(review)
        assert document.sha256 is not None
        people = [cards.person_of(choice) for choice in self.choices(review, offered)]
        return revision_of(document.sha256, review.epoch, people)

    def _document(self, about: Question | Review) -> Document:
        document = self._ports.ledger.document(about.document_id)
        assert document is not None
        return document


_Any = TypeVar("_Any", Review, Question)


def _without(aside: Collection[_About], everything: Sequence[_Any]) -> list[_Any]:
    return [one for one in everything if (one.document_id, one.epoch) not in aside]


def _about(step: Step) -> _About:
    subject = step.review if isinstance(step, Post) else step.question
    return subject.document_id, subject.epoch
