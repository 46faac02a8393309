"""What people write in the chats: commands, and replies to a question, which search or split.

What can't be done is said politely, and written down.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from agent import errors
from agent.asked import Questions
from agent.core import replies
from agent.core.allowed import Allowed, Role, User
from agent.core.page_ranges import typed_ranges
from agent.core.searching import MOST_FOUND, Meant, document_meant, meant_by
from agent.domain.document import reference
from agent.domain.hearing import Said
from agent.domain.life import Action, Reply, Request
from agent.domain.message import Message
from agent.domain.question import Question
from agent.ports import Ports
from agent.workflow.asking import Asking
from agent.workflow.commands import changes_something, is_for_us
from agent.workflow.hearing import Hearing, refuse, request_of

log = structlog.get_logger(__name__)

LONGEST_SEARCH = 200


class Words:
    """Takes what is written, one after the other; the arguments are those of `Conversation`."""

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
        command: Callable[[Hearing, Said, User], Sequence[Message]],
        our_name: Callable[[], str],
    ) -> None:
        self._ports = ports
        self._questions = questions
        self._asking = asking
        self._allowed = allowed
        self._recipient_of = recipient_of
        self._carry_out = carry_out
        self._known_reply = known_reply
        self._command = command
        self._our_name = our_name

    def take(self, hearing: Hearing, said: Said) -> None:
        user = self._allowed.speaker(said.chat, said.user)
        if user is None:
            return  # whoever finds the bot may write to it: that fills no disk
        recipient = self._recipient_of(said.chat)
        now = self._ports.clock.now()
        if said.text.startswith("/"):
            if not is_for_us(said.text, self._our_name):
                return
            if user.role is not Role.DECIDER and changes_something(said.text):
                refuse(hearing, "viewer", self._ports)
            answers = self._command(hearing, said, user)
            self._questions.add(
                None, [(recipient, replace(one, answers_to=said.message)) for one in answers], now
            )
            reply = self._known_reply(hearing.key)
            if reply is not None and not reply.done:
                refuse(hearing, "not_possible", self._ports)
            return
        question_id = self._questions.of_card(recipient, said.replies_to) if said.replies_to else None
        found = None if question_id is None else self._questions.question(question_id)
        if found is None:
            if said.replies_to is None and said.chat == said.user:  # a private chat: in a group people talk
                self._reply(recipient, said, replies.how_to_answer(said.text, user.role, self._ports.voice))
            elif said.replies_to is not None and user.role is Role.DECIDER:
                self._reply(recipient, said, replies.answers_nothing(self._ports.voice))
            return
        question, stands = found
        if user.role is not Role.DECIDER:
            refuse(hearing, "viewer", self._ports)
            self._reply(recipient, said, replies.only_looking(self._ports.voice))
            return
        if not stands or self._asking.review_of(question) is None:
            self._asked_no_longer(hearing, said, question, recipient)
            return
        ranges = typed_ranges(said.text, can_split=self._asking.can_split(question))
        if ranges is not None:
            self._split(hearing, said, question, ranges, user, recipient)
        else:
            self._search(question, said, recipient)

    def _reply(self, recipient: str, said: Said, message: Message) -> None:
        message = replace(message, answers_to=said.message)
        self._questions.add(None, [(recipient, message)], self._ports.clock.now())

    def _asked_no_longer(self, hearing: Hearing, said: Said, question: Question, recipient: str) -> None:
        """Say that a question is over; words that are heard again after a death have ended it themselves."""
        reply = self._known_reply(hearing.key)
        if reply is None:
            refuse(hearing, "late", self._ports)
            self._reply(recipient, said, replies.asked_no_longer(question.document_id, self._ports.voice))
        elif not reply.done:
            self._reply(recipient, said, replies.done(question.document_id, reply, self._ports.voice))

    def _split(
        self, hearing: Hearing, said: Said, question: Question, ranges: str, user: User, recipient: str
    ) -> None:
        """Take a document apart; what comes of it stands in the question's place, and a refusal beside it."""
        request = request_of(
            hearing, user, recipient, Action.SPLIT, question.document_id, ranges, question.epoch
        )
        reply = self._carry_out(request)
        if reply is not None and not reply.done:
            refuse(hearing, "not_possible", self._ports)
        if reply is None or not reply.done:
            self._reply(recipient, said, replies.done(question.document_id, reply, self._ports.voice))

    def _search(self, question: Question, said: Said, recipient: str) -> None:
        """Offer whom somebody searches for, in the question's own message; where that is nobody, leave it as it is."""
        meant = meant_by(said.text)
        if meant is not Meant.SEARCH:
            no_search = replies.no_search(question.document_id, meant, self._ports.voice)
            self._reply(recipient, said, self._no_person(question, said) or no_search)
            return
        try:
            people = self._ports.registry.find(said.text[:LONGEST_SEARCH], MOST_FOUND)
            is_empty = not people and self._ports.registry.count() == 0
        except errors.RegistryUnavailable as error:
            log.warning("search_put_off", reason=error.reason)
            self._reply(recipient, said, replies.cannot_search(question.document_id, self._ports.voice))
            return
        log.info("searched_in_chat", document=reference(question.document_id), count=len(people))
        if not people:
            nobody = replies.empty_registry if is_empty else replies.found_nobody
            told = nobody(question.document_id, self._ports.voice)
            self._reply(recipient, said, self._no_person(question, said) or told)
            return
        offered = [person.record_id for person in people]
        if tuple(offered) == question.offered and question.skipped_at is None:
            self._reply(recipient, said, replies.found_the_same(question.document_id, self._ports.voice))
            return
        self._asking.show(self._asking.offering(self._asking.awake(question), offered, is_search=True))

    def _no_person(self, question: Question, said: Said) -> Message | None:
        """The answer to somebody who wrote a document's number, and no person's; None to all others."""
        written = document_meant(said.text)
        return (
            None if written is None else replies.no_person(question.document_id, written, self._ports.voice)
        )
