"""What people press in the chats: who may, what stands, what they want, and what came of it.

A press is checked against what stands when it is heard, turned into a request, carried out once by the desk, and
answered. What can't be done is said politely, and written down.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from agent.asked import Questions
from agent.core import cards, presses
from agent.core.allowed import Allowed, Role, User
from agent.core.messages import who
from agent.core.presses import DocumentPress, Option, QuestionPress, Verb, likeness_of
from agent.domain.document import reference
from agent.domain.hearing import Press
from agent.domain.life import Action, Reply, Request, Review
from agent.domain.question import Question
from agent.domain.sampling import Verdict
from agent.ports import Ports
from agent.workflow.asking import Asking
from agent.workflow.hearing import Hearing, refuse, request_of
from agent.workflow.holding import is_doubtful
from agent.workflow.review import NONE_OF_THESE, RECORD_PREFIX
from agent.workflow.showing import Snippets

_ASKED_FOR = {
    Verb.UNDO: (Action.UNDO, ""),
    Verb.RETRY: (Action.RETRY, ""),
    Verb.RIGHT: (Action.JUDGE, Verdict.RIGHT),
    Verb.WRONG: (Action.JUDGE, Verdict.WRONG),
}
"""What a button under a document's message asks for, and with which argument."""


class Presses:
    """Carries out presses, one after the other; the arguments are those of `Conversation`."""

    def __init__(
        self,
        ports: Ports,
        questions: Questions,
        asking: Asking,
        allowed: Allowed,
        *,
        recipient_of: Callable[[int], str],
        carry_out: Callable[[Request], Reply | None],
        known_reply: Callable[[str], Reply | None],
        snippets: Snippets | None,
    ) -> None:
        self._ports = ports
        self._questions = questions
        self._asking = asking
        self._allowed = allowed
        self._recipient_of = recipient_of
        self._carry_out = carry_out
        self._known_reply = known_reply
        self._snippets = snippets

    def take(self, hearing: Hearing, press: Press) -> tuple[str, bool]:
        """Carry out a press; gives what is answered, and whether that must be clicked away."""
        say = self._ports.voice.say
        user = self._allowed.speaker(press.chat, press.user)
        if user is None:
            refuse(hearing, "stranger", self._ports)
            return say("You are not among those who may decide here."), True
        wanted = presses.read(press.data)
        match wanted:
            case None:
                return self._forged(hearing)
            case DocumentPress():
                return self._about_document(hearing, press, wanted, user)
            case QuestionPress():
                return self._about_question(hearing, press, wanted, user)
            case _:
                assert_never(wanted)

    def _about_document(
        self, hearing: Hearing, press: Press, wanted: DocumentPress, user: User
    ) -> tuple[str, bool]:
        action, argument = _ASKED_FOR[wanted.verb]
        if action is Action.JUDGE and (sampled := self._ports.samples.of(wanted.document_id)) is not None:
            self._learn(press, sampled.card)
        if user.role is not Role.DECIDER:
            return self._only_looking(hearing)
        asked_in = self._recipient_of(hearing.heard.chat)
        request = request_of(hearing, user, asked_in, action, wanted.document_id, argument, wanted.epoch)
        return self._asked(hearing, request)

    def _about_question(
        self, hearing: Hearing, press: Press, wanted: QuestionPress, user: User
    ) -> tuple[str, bool]:
        found = self._questions.question(wanted.question_id)
        if found is None:
            return self._forged(hearing)
        question, stands = found
        self._learn(press, question.card)
        review = self._asking.review_of(question)
        if not stands or review is None:
            return self._late(hearing, question, user)
        is_looking = wanted.option is Option.SNIPPET
        if user.role is not Role.DECIDER and not is_looking:
            return self._only_looking(hearing)
        if wanted.revision != question.revision:
            return self._stale(hearing, question)
        if is_looking:
            return self._look(hearing, press, question, user)
        return self._decided(hearing, question, review, wanted, user)

    def _learn(self, press: Press, card: str) -> None:
        """Get to know a message whose sending was not confirmed, so that it says what became of its question too."""
        recipient = self._recipient_of(press.chat)
        if press.message is not None and self._questions.of_card(recipient, press.message) is None:
            self._questions.learn(card, recipient, press.message, self._ports.clock.now())

    def _look(self, hearing: Hearing, press: Press, question: Question, user: User) -> tuple[str, bool]:
        """Have the lines shown that a question rests on: that decides nothing, so a viewer may ask for it too."""
        say = self._ports.voice.say
        if self._snippets is None or self._ports.snippets is None:
            return self._not_shown(hearing)
        self._ports.journal.append(
            "snippet_asked",
            self._ports.clock.now(),
            document=reference(question.document_id),
            actor=user.actor,
            chat=press.chat,
            key=hearing.key,
        )
        recipient = self._recipient_of(press.chat)
        if self._snippets.ask(hearing.key, question, recipient, press.message):
            return say("The picture comes in a moment."), False
        return say("The picture stands in this chat already, or is on its way."), False

    def _decided(
        self, hearing: Hearing, question: Question, review: Review, wanted: QuestionPress, user: User
    ) -> tuple[str, bool]:
        awake = self._asking.awake(question)
        say = self._ports.voice.say
        match wanted.option:
            case Option.NONE:
                return self._answer(hearing, question, NONE_OF_THESE, user)
            case Option.CHOOSE | Option.CONFIRM:
                return self._chosen(hearing, awake, review, wanted, user)
            case Option.SKIP:
                self._asking.put_off(question, user.name)
                return say("Put off until tomorrow."), False
            case Option.PAGE:
                self._asking.show(replace(awake, page=self._page(question, wanted.number)))
                return "", False
            case Option.BACK:
                self._asking.show(replace(awake, confirming=None))
                return "", False
            case Option.PROPOSALS if question.is_search:
                proposed = self._asking.proposed(review)
                self._asking.show(self._asking.offering(awake, proposed, is_search=False))
                return "", False
            case Option.SEARCH:
                return say("Reply to this message with a name, a birth date or a number."), True
            case Option.SPLIT if self._asking.can_split(question):
                return say("Reply to this message with the pages of each part, such as: split 1-2, 3"), True
            case _:
                return self._not_shown(hearing)

    def _chosen(
        self, hearing: Hearing, question: Question, review: Review, wanted: QuestionPress, user: User
    ) -> tuple[str, bool]:
        """Somebody was chosen; whom the document speaks against is asked about once more."""
        say, number = self._ports.voice.say, wanted.number
        if number is None or number >= len(question.offered):
            return self._forged(hearing)
        if wanted.option is Option.CONFIRM and question.confirming != number:
            return self._stale(hearing, question)
        if not self._asking.is_as_shown(question, review):  # the record is another person's by now
            return self._stale(hearing, replace(question, confirming=None))
        choice = self._asking.choices(review, question.offered)[number]
        if wanted.option is Option.CHOOSE and is_doubtful(choice):
            self._asking.show(replace(question, confirming=number))
            return say("Please look twice."), False
        argument = f"{RECORD_PREFIX}{question.offered[number]}"
        return self._answer(hearing, question, argument, user, likeness_of(cards.person_of(choice)))

    @staticmethod
    def _page(question: Question, wanted: int | None) -> int:
        last = max(0, len(question.offered) - 1) // cards.PER_PAGE
        return min(wanted or 0, last)

    def _answer(
        self, hearing: Hearing, question: Question, argument: str, user: User, likeness: str | None = None
    ) -> tuple[str, bool]:
        asked_in = self._recipient_of(hearing.heard.chat)
        request = request_of(
            hearing, user, asked_in, Action.ANSWER, question.document_id, argument, question.epoch, likeness
        )
        return self._asked(hearing, request)

    def _asked(self, hearing: Hearing, request: Request) -> tuple[str, bool]:
        say = self._ports.voice.say
        reply = self._carry_out(request)
        if reply is None:
            return say("Noted. It is done as soon as possible."), False
        if not reply.done:
            refuse(hearing, "not_possible", self._ports)
        return reply.sentence, not reply.done

    def _late(self, hearing: Hearing, question: Question, user: User) -> tuple[str, bool]:
        """Say what became of a question; a press that is heard again after a death is answered as done."""
        reply = self._known_reply(hearing.key)
        if reply is not None:
            return reply.sentence, not reply.done
        reviews = self._ports.ledger.reviews_of(question.document_id)
        review = next((one for one in reviews if one.epoch == question.epoch), None)
        if review is None or review.answered_by != user.actor:
            refuse(hearing, "late", self._ports)
        say = self._ports.voice.say
        if review is None or review.answered_at is None or review.answered_by is None:
            return say("This question is open no longer."), True
        hour = self._ports.voice.hour(review.answered_at)
        return say("Already answered by {user} at {time}.", user=who(review.answered_by), time=hour), True

    def _forged(self, hearing: Hearing) -> tuple[str, bool]:
        refuse(hearing, "forged", self._ports)
        return self._ports.voice.say("That button is none of ours."), True

    def _stale(self, hearing: Hearing, question: Question) -> tuple[str, bool]:
        refuse(hearing, "stale", self._ports)
        self._asking.show(question)
        return self._ports.voice.say("The question has changed meanwhile. Please look at it again."), True

    def _not_shown(self, hearing: Hearing) -> tuple[str, bool]:
        refuse(hearing, "not_shown", self._ports)
        return self._ports.voice.say("That can't be done here."), True

    def _only_looking(self, hearing: Hearing) -> tuple[str, bool]:
        refuse(hearing, "viewer", self._ports)
        return self._ports.voice.say("You may look, but not decide."), True
