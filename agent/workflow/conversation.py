"""Hear what people press and write in the chats: who may, what stands, what they want, and what came of it.

A press is checked against what stands when it is heard, turned into a request, carried out once by the desk, and
answered. What can't be done is said politely, and written down. Hearing the same press twice does what hearing it once
does: its request has one key.
"""

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

import structlog

from agent import errors
from agent.asked import Questions
from agent.core import cards, presses, replies
from agent.core.allowed import Allowed, Role, User
from agent.core.messages import who
from agent.core.presses import DocumentPress, Option, QuestionPress, Verb
from agent.core.searching import Meant, meant_by
from agent.core.snippets import rests_on_a_place
from agent.domain.document import DocumentId, reference
from agent.domain.hearing import Heard, Press, Said
from agent.domain.life import Action, Reply, Request, Review
from agent.domain.message import Message
from agent.domain.question import Question
from agent.ports import Ports
from agent.workflow.asking import Asking
from agent.workflow.commands import changes_something, is_for_us
from agent.workflow.holding import is_doubtful
from agent.workflow.review import NONE_OF_THESE, RECORD_PREFIX
from agent.workflow.showing import Snippets

log = structlog.get_logger(__name__)

FOUND_AT_MOST = 8
LONGEST_SEARCH = 200
_SPLIT = re.compile(r"\s*(?:split|diviser|couper)\s+([\d\s,;-]{1,200})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """One thing that was heard.

    Attributes:
        key: the same whenever it is heard again.
        at: when it came in.
    """

    key: str
    at: datetime.datetime
    heard: Heard


class Conversation:
    """Takes what is heard, one after the other.

    Args:
        recipient_of: the recipient's key of a chat.
        tell: answers a press: its key, a sentence, and whether it must be clicked away; it may be too late.
        carry_out: gives a request to the desk and waits for the reply; None when that takes too long.
        known_reply: what became of a request before; None for a key that is new.
        command: answers what begins with a slash.
        our_name: gives the bot's name, by which it is called in groups.
        snippets: shows what a question rests on; None where pictures can't be shown.
    """

    def __init__(
        self,
        ports: Ports,
        questions: Questions,
        asking: Asking,
        allowed: Allowed,
        *,
        recipient_of: Callable[[int], str],
        tell: Callable[[str, str, bool], None],
        carry_out: Callable[[Request], Reply | None],
        known_reply: Callable[[str], Reply | None],
        command: Callable[[Hearing, Said, User], Sequence[Message]],
        our_name: Callable[[], str],
        snippets: Snippets | None = None,
    ) -> None:
        self._ports = ports
        self._questions = questions
        self._asking = asking
        self._allowed = allowed
        self._recipient_of = recipient_of
        self._tell = tell
        self._carry_out = carry_out
        self._known_reply = known_reply
        self._command = command
        self._our_name = our_name
        self._snippets = snippets

    def hear(self, hearing: Hearing) -> None:
        """Do what somebody wants, or say why not.

        Raises:
            LedgerUnavailable, NotifierUnavailable, RegistryUnavailable, StorageUnavailable: it is to be heard again.
        """
        match hearing.heard:
            case Press() as press:
                sentence, is_alert = self._pressed(hearing, press)
                self._tell(press.press, sentence, is_alert)
            case Said() as said:
                self._said(hearing, said)
            case _:
                assert_never(hearing.heard)

    # --- Presses

    def _pressed(self, hearing: Hearing, press: Press) -> tuple[str, bool]:
        """Carry out a press; gives what is answered, and whether that must be clicked away."""
        say = self._ports.voice.say
        user = self._allowed.speaker(press.chat, press.user)
        if user is None:
            self._refused(hearing, "stranger")
            return say("You are not among those who may decide here."), True
        wanted = presses.read(press.data)
        match wanted:
            case None:
                return self._forged(hearing)
            case DocumentPress():
                return self._about_document(hearing, wanted, user)
            case QuestionPress():
                return self._about_question(hearing, press, wanted, user)
            case _:
                assert_never(wanted)

    def _about_document(self, hearing: Hearing, wanted: DocumentPress, user: User) -> tuple[str, bool]:
        if user.role is not Role.DECIDER:
            return self._only_looking(hearing)
        action = {Verb.UNDO: Action.UNDO, Verb.RETRY: Action.RETRY}[wanted.verb]
        return self._asked(
            hearing, self._request(hearing, user, action, wanted.document_id, "", wanted.epoch)
        )

    def _about_question(
        self, hearing: Hearing, press: Press, wanted: QuestionPress, user: User
    ) -> tuple[str, bool]:
        found = self._questions.question(wanted.question_id)
        if found is None:
            return self._forged(hearing)
        question, stands = found
        self._learn(press, question)
        review = self._asking.review_of(question)
        if not stands or review is None:
            return self._late(hearing, question, user)
        is_looking = wanted.option is Option.SNIPPET
        if user.role is not Role.DECIDER and not is_looking:
            return self._only_looking(hearing)
        if wanted.revision != question.revision:
            return self._stale(hearing, question)
        if is_looking:
            return self._look(hearing, press, question, review, user)
        return self._decided(hearing, question, review, wanted, user)

    def _learn(self, press: Press, question: Question) -> None:
        """Get to know a message whose sending was not confirmed, so that it says what became of its question too."""
        recipient = self._recipient_of(press.chat)
        if press.message is not None and self._questions.of_card(recipient, press.message) is None:
            self._questions.learn(question.card, recipient, press.message, self._ports.clock.now())

    def _look(
        self, hearing: Hearing, press: Press, question: Question, review: Review, user: User
    ) -> tuple[str, bool]:
        """Have the lines shown that a question rests on: that decides nothing, so a viewer may ask for it too."""
        say = self._ports.voice.say
        if self._snippets is None or self._ports.snippets is None or not rests_on_a_place(review.decision):
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
        awake = self._awake(question)
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

    def _awake(self, question: Question) -> Question:
        """A question that is put off no longer; who takes it up needs no reminder at once."""
        if question.skipped_at is None:
            return question
        return replace(question, skipped_at=None, repeated_at=self._ports.clock.now())

    def _chosen(
        self, hearing: Hearing, question: Question, review: Review, wanted: QuestionPress, user: User
    ) -> tuple[str, bool]:
        """Somebody was chosen; whom the document speaks against is asked about once more."""
        say, number = self._ports.voice.say, wanted.number
        if number is None or number >= len(question.offered):
            return self._forged(hearing)
        if wanted.option is Option.CONFIRM and question.confirming != number:
            return self._stale(hearing, question)
        choice = self._asking.choices(question, review)[number]
        if wanted.option is Option.CHOOSE and is_doubtful(choice):
            self._asking.show(replace(question, confirming=number))
            return say("Please look twice."), False
        return self._answer(hearing, question, f"{RECORD_PREFIX}{question.offered[number]}", user)

    @staticmethod
    def _page(question: Question, wanted: int | None) -> int:
        last = max(0, len(question.offered) - 1) // cards.PER_PAGE
        return min(wanted or 0, last)

    def _answer(self, hearing: Hearing, question: Question, argument: str, user: User) -> tuple[str, bool]:
        request = self._request(hearing, user, Action.ANSWER, question.document_id, argument, question.epoch)
        return self._asked(hearing, request)

    def _asked(self, hearing: Hearing, request: Request) -> tuple[str, bool]:
        say = self._ports.voice.say
        reply = self._carry_out(request)
        if reply is None:
            return say("Noted. It is done as soon as possible."), False
        if not reply.done:
            self._refused(hearing, "not_possible")
        return reply.sentence, not reply.done

    def _late(self, hearing: Hearing, question: Question, user: User) -> tuple[str, bool]:
        """Say what became of a question; a press that is heard again after a death is answered as done."""
        reply = self._known_reply(hearing.key)
        if reply is not None:
            return reply.sentence, not reply.done
        reviews = self._ports.ledger.reviews_of(question.document_id)
        review = next((one for one in reviews if one.epoch == question.epoch), None)
        if review is None or review.answered_by != user.actor:
            self._refused(hearing, "late")
        say = self._ports.voice.say
        if review is None or review.answered_at is None or review.answered_by is None:
            return say("This question is open no longer."), True
        hour = self._ports.voice.hour(review.answered_at)
        return say("Already answered by {user} at {time}.", user=who(review.answered_by), time=hour), True

    def _forged(self, hearing: Hearing) -> tuple[str, bool]:
        self._refused(hearing, "forged")
        return self._ports.voice.say("That button is none of ours."), True

    def _stale(self, hearing: Hearing, question: Question) -> tuple[str, bool]:
        self._refused(hearing, "stale")
        self._asking.show(question)
        return self._ports.voice.say("The question has changed meanwhile. Please look at it again."), True

    def _not_shown(self, hearing: Hearing) -> tuple[str, bool]:
        self._refused(hearing, "not_shown")
        return self._ports.voice.say("That can't be done here."), True

    def _only_looking(self, hearing: Hearing) -> tuple[str, bool]:
        self._refused(hearing, "viewer")
        return self._ports.voice.say("You may look, but not decide."), True

    def _refused(self, hearing: Hearing, why: str) -> None:
        """Write down that something was refused, and to whom, by the channel's numbers."""
        heard = hearing.heard
        self._ports.journal.append(
            "press_refused" if isinstance(heard, Press) else "words_refused",
            self._ports.clock.now(),
            reason=why,
            chat=heard.chat,
            user=heard.user,
            key=hearing.key,
        )
        log.warning("refused_in_chat", reason=why, chat=heard.chat)

    # --- Words

    def _said(self, hearing: Hearing, said: Said) -> None:
        user = self._allowed.speaker(said.chat, said.user)
        if user is None:
            return  # whoever finds the bot may write to it: that fills no disk
        recipient = self._recipient_of(said.chat)
        now = self._ports.clock.now()
        if said.text.startswith("/"):
            if not is_for_us(said.text, self._our_name):
                return
            if user.role is not Role.DECIDER and changes_something(said.text):
                self._refused(hearing, "viewer")
            answers = self._command(hearing, said, user)
            self._questions.add(None, [(recipient, answer) for answer in answers], now)
            reply = self._known_reply(hearing.key)
            if reply is not None and not reply.done:
                self._refused(hearing, "not_possible")
            return
        question_id = self._questions.of_card(recipient, said.replies_to) if said.replies_to else None
        found = None if question_id is None else self._questions.question(question_id)
        if found is None:
            return
        question, stands = found
        if user.role is not Role.DECIDER:
            self._refused(hearing, "viewer")
            self._reply(recipient, replies.only_looking(self._ports.voice))
            return
        if not stands or self._asking.review_of(question) is None:
            self._asked_no_longer(hearing, question, recipient)
            return
        split = _SPLIT.fullmatch(said.text)
        if split is not None:
            self._split(hearing, question, split[1], user, recipient)
        else:
            self._search(question, said, recipient)

    def _reply(self, recipient: str, message: Message) -> None:
        self._questions.add(None, [(recipient, message)], self._ports.clock.now())

    def _asked_no_longer(self, hearing: Hearing, question: Question, recipient: str) -> None:
        """Say that a question is over; words that are heard again after a death have ended it themselves."""
        reply = self._known_reply(hearing.key)
        if reply is None:
            self._refused(hearing, "late")
            self._reply(recipient, replies.asked_no_longer(question.document_id, self._ports.voice))
        elif not reply.done:
            self._reply(recipient, replies.done(question.document_id, reply, self._ports.voice))

    def _split(self, hearing: Hearing, question: Question, ranges: str, user: User, recipient: str) -> None:
        """Take a document apart; what comes of it stands in the question's place, and a refusal beside it."""
        request = self._request(
            hearing, user, Action.SPLIT, question.document_id, ranges.strip(), question.epoch
        )
        reply = self._carry_out(request)
        if reply is not None and not reply.done:
            self._refused(hearing, "not_possible")
        if reply is None or not reply.done:
            self._reply(recipient, replies.done(question.document_id, reply, self._ports.voice))

    def _search(self, question: Question, said: Said, recipient: str) -> None:
        """Offer whom somebody searches for, in the question's own message; where that is nobody, leave it as it is."""
        meant = meant_by(said.text)
        if meant is not Meant.SEARCH:
            self._reply(recipient, replies.no_search(question.document_id, meant, self._ports.voice))
            return
        try:
            people = self._ports.registry.find(said.text[:LONGEST_SEARCH], FOUND_AT_MOST)
        except errors.RegistryUnavailable as error:
            log.warning("search_put_off", reason=error.reason)
            self._reply(recipient, replies.cannot_search(question.document_id, self._ports.voice))
            return
        log.info("searched_in_chat", document=reference(question.document_id), count=len(people))
        if not people:
            self._reply(recipient, replies.found_nobody(question.document_id, self._ports.voice))
            return
        offered = [person.record_id for person in people]
        self._asking.show(self._asking.offering(self._awake(question), offered, is_search=True))

    def _request(
        self,
        hearing: Hearing,
        user: User,
        action: Action,
        document_id: DocumentId,
        argument: str,
        epoch: int,
    ) -> Request:
        return Request(
            key=hearing.key,
            action=action,
            document_id=document_id,
            argument=argument,
            actor=user.actor,
            requested_at=hearing.at,
            epoch=epoch,
            asked_in=self._recipient_of(hearing.heard.chat),
        )
