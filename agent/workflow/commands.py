"""What can be typed into a chat: the same things as on the command line, in the few words that fit there."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from agent import errors
from agent.asked import Questions
from agent.core import replies
from agent.core.allowed import Role, User
from agent.core.finding import phrases_in, sought
from agent.core.pauses import span_of
from agent.domain.cost import CostSum
from agent.domain.document import DocumentId, parse_reference
from agent.domain.finding import Findings, Sought
from agent.domain.hearing import Said
from agent.domain.identity import RecordId
from agent.domain.life import Action, Reply, Request
from agent.domain.message import Message
from agent.domain.outcome import InReview
from agent.domain.wellness import PartState
from agent.ports import Ports
from agent.workflow.holding import held, is_doubtful

log = structlog.get_logger(__name__)

LISTED = 20
SERVICES = frozenset({"dossierd", "dossierd.service"})
"""The services of the machine that somebody in a chat may ask for. Nothing asks systemd; this is what keeps it so."""
_ABOUT_SERVICES = frozenset({"status", "health"})
_YES = frozenset({"yes", "oui"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command that somebody typed.

    Attributes:
        key: the same whenever it is heard again.
        words: what stands behind the command.
        asked_in: the recipient's key of the chat.
    """

    key: str
    at: datetime.datetime
    user: User
    name: str
    words: tuple[str, ...]
    asked_in: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiries:
    """What the house can tell, each in lines without personal data.

    Attributes:
        status: how it goes, in a line.
        health: the parts that are bad, or that somebody should know of.
        find: documents that have all that is sought. It may raise RequestRefused: that is too much at once.
        costs: of today, yesterday and this month, as `workflow.costs.spent` gives them.
    """

    status: Callable[[], str]
    health: Callable[[], Sequence[PartState]]
    find: Callable[[Sought], Findings]
    costs: Callable[[], Sequence[CostSum]]


def order_of(said: Said, user: User, key: str, at: datetime.datetime, *, asked_in: str) -> Order:
    """Read `/show@our_bot D-7`."""
    name, *words = said.text.split()
    return Order(key=key, at=at, user=user, name=_name_of(name), words=tuple(words), asked_in=asked_in)


def changes_something(text: str) -> bool:
    """Whether a command is for deciders only."""
    return _name_of(text.split()[0]) in _DECISIONS


def is_for_us(text: str, our_name: Callable[[], str]) -> bool:
    """Whether a command is for this bot: in a group, each may be called by its name.

    Args:
        our_name: gives the bot's name; it is asked for where one stands behind the command.
    """
    _, at, named = text.split()[0].partition("@")
    return not at or named.lower() == our_name().lower()


def _name_of(word: str) -> str:
    return word[1:].partition("@")[0].lower()


class Commands:
    """Answers commands.

    Args:
        carry_out: gives a request to the desk and waits for the reply; None when that takes too long.
    """

    def __init__(
        self,
        ports: Ports,
        questions: Questions,
        inquiries: Inquiries,
        carry_out: Callable[[Request], Reply | None],
    ) -> None:
        self._ports = ports
        self._questions = questions
        self._inquiries = inquiries
        self._carry_out = carry_out

    def answer(self, order: Order) -> Sequence[Message]:
        """Do what a command says; gives what is told to the chat in which it was typed."""
        voice = self._ports.voice
        if order.name in _DECISIONS and order.user.role is not Role.DECIDER:
            return [replies.only_looking(voice)]
        if order.name in _ABOUT_SERVICES and not SERVICES.issuperset(map(str.lower, order.words)):
            log.warning("service_refused", action=order.name)
            return [replies.no_service_of_ours(voice)]
        match order.name:
            case "status":
                return [replies.status(self._inquiries.status(), voice)]
            case "pending":
                reviews = self._questions.open_reviews()
                now = self._ports.clock.now()
                return [replies.pending(reviews, now, voice, listed=LISTED, kind_of=self._kind_of)]
            case "costs":
                return [replies.costs(self._inquiries.costs(), voice)]
            case "health":
                return [replies.health(self._inquiries.health(), voice)]
            case "find":
                return [self._find(" ".join(order.words))]
            case "show":
                return [self._show(order)]
            case "retry":
                return [self._ask(order, Action.RETRY)]
            case "undo":
                return [self._ask(order, Action.UNDO)]
            case "refile":
                return [self._refile(order)]
            case "pause":
                return [self._pause(order)]
            case "resume":
                return [self._ask_house(order, Action.RESUME)]
            case "help" | "start":
                return [replies.help_text(order.user, voice)]
            case _:
                return [replies.unknown(voice)]

    def _kind_of(self, document_id: DocumentId) -> str | None:
        document = self._ports.ledger.document(document_id)
        outcome = None if document is None else document.outcome
        return outcome.document_kind if isinstance(outcome, InReview) else None

    def _find(self, words: str) -> Message:
        voice = self._ports.voice
        wanted = sought(phrases_in(words), voice.timezone)
        if not wanted.terms:
            return replies.lacks_words(voice)
        try:
            return replies.found(self._inquiries.find(wanted), voice)
        except errors.RequestRefused:
            return replies.too_many_words(voice)

    def _show(self, order: Order) -> Message:
        if not order.words:
            return replies.which_document(order.name, self._ports.voice)
        number = _number(order)
        if number is None:
            return replies.no_document(self._ports.voice)
        document = self._ports.ledger.document(number)
        if document is None:
            return replies.no_such_document(number, self._ports.voice)
        ledger, document_id = self._ports.ledger, document.document_id
        return replies.shown(
            document, ledger.reviews_of(document_id), ledger.settled(document_id), self._ports.voice
        )

    def _ask(self, order: Order, action: Action, argument: str = "") -> Message:
        if not order.words:
            return replies.which_document(order.name, self._ports.voice)
        number = _number(order)
        if number is None:
            return replies.no_document(self._ports.voice)
        reply = self._carry_out(_request(order, action, number, argument))
        return replies.done(number, reply, self._ports.voice)

    def _pause(self, order: Order) -> Message:
        span = "".join(order.words)
        if span and span_of(span) is None:
            return replies.how_long(self._ports.voice)
        return self._ask_house(order, Action.PAUSE, span)

    def _ask_house(self, order: Order, action: Action, argument: str = "") -> Message:
        request = _request(order, action, None, argument)
        return replies.done(None, self._carry_out(request), self._ports.voice)

    def _refile(self, order: Order) -> Message:
        """File under another record; where the document speaks against it, only after a second word."""
        number = _number(order)
        if number is None or len(order.words) < 2:
            return replies.how_to_refile(self._ports.voice)
        record_id = RecordId(order.words[1])
        if self._ports.ledger.document(number) is None:
            return replies.no_such_document(number, self._ports.voice)
        person = self._ports.registry.person(record_id)
        is_sure = len(order.words) > 2 and order.words[2].lower() in _YES
        if person is not None and not is_sure:
            choice = held(number, person, self._ports) or person
            if is_doubtful(choice):
                return replies.really_refile(number, record_id, choice, self._ports.voice)
        return self._ask(order, Action.REFILE, record_id)


_DECISIONS = frozenset({"retry", "undo", "refile", "pause", "resume"})


def _request(order: Order, action: Action, document_id: DocumentId | None, argument: str) -> Request:
    return Request(
        key=order.key,
        action=action,
        document_id=document_id,
        argument=argument,
        actor=order.user.actor,
        requested_at=order.at,
        asked_in=order.asked_in,
    )


def _number(order: Order) -> DocumentId | None:
    return parse_reference(order.words[0]) if order.words else None
