"""Ports of what people ask for and are told, beside those of a document's life in `ports`."""

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from agent.domain.digest import DigestDay, DigestNumbers
from agent.domain.document import DocumentId, Page
from agent.domain.finding import Findings, Sought
from agent.domain.hearing import Silence
from agent.domain.identity import RecordId
from agent.domain.life import Action, Reply, Request, Review
from agent.domain.message import Message, MessageKind, ParcelId, Topic
from agent.domain.outcome import FailureReason
from agent.domain.question import Question, QuestionId
from agent.domain.result import UntoldResult
from agent.domain.storm import Storm, UntoldFailure


class Requests(Protocol):
    """What people asked for, kept until it is done or refused.

    Raises (all methods): LedgerUnavailable.
    """

    def submit(self, request: Request) -> None:
        """Keep a request; one key is kept once."""
        ...

    def open_requests(self) -> Sequence[Request]: ...

    def reply(self, key: str) -> Reply | None: ...

    def leave(self, key: str, now: datetime.datetime) -> Reply | None:
        """Nobody waits for the reply any more; gives it if it has come meanwhile."""
        ...

    def asked_in(self, action: Action) -> str | None:
        """In which chat the intake was paused or resumed last.

        Args:
            action: one of the two; None is given where the other came later, or where it was asked for in no chat.
        """
        ...

    def close_request(
        self, key: str, reply: Reply, now: datetime.datetime, *, in_words: Message | None = None
    ) -> None:
        """Keep what became of a request, once.

        Args:
            in_words: the same for the chat: a refusal for which nobody waits any more is told there, in the same
                transaction.
        """
        ...


class Notices(Protocol):
    """Messages about the house, not about a document; they go the way of all messages.

    Raises (all methods): LedgerUnavailable.
    """

    def announce(self, messages: Sequence[tuple[str, Message]], now: datetime.datetime) -> None:
        """Write one notice for each recipient; it is due at once."""
        ...

    def last_notice(self, topic: Topic) -> MessageKind | None:
        """What people were told last about this."""
        ...


class Storms(Protocol):
    """Failures that are told as one message. A change and the messages that show it are one transaction.

    Raises (all methods): LedgerUnavailable.
    """

    def untold_failures(self) -> Sequence[UntoldFailure]:
        """The failed documents whose messages are due or postponed, in the order in which they failed."""
        ...

    def failed_since(self, reason: FailureReason, since: datetime.datetime) -> Sequence[datetime.datetime]:
        """When each document failed that has failed for this reason since then, and after the last storm of it."""
        ...

    def standing(self) -> Sequence[Storm]:
        """The storms that are not over, one at most for each reason."""
        ...

    def write(
        self,
        storm: Storm,
        *,
        told_by_it: Sequence[ParcelId],
        messages: Sequence[tuple[str | None, str, Message]],
        now: datetime.datetime,
    ) -> None:
        """Keep how a storm stands.

        Args:
            told_by_it: messages that are not to be sent by themselves.
            messages: what to say: under which card if any, to whom.
        """
        ...


class GatheredResults(Protocol):
    """Messages about filed documents that are not sent one by one.

    Raises (all methods): LedgerUnavailable.
    """

    def untold_results(self) -> Sequence[UntoldResult]:
        """Those that are due or postponed and change no earlier message, by recipient, in order."""
        ...

    def gathered(self) -> Sequence[UntoldResult]:
        """Those that were gathered and are still to be told, by recipient, in order."""
        ...

    def gather(self, parcels: Sequence[ParcelId], now: datetime.datetime, *, is_told_later: bool) -> None:
        """Keep messages from being sent."""
        ...

    def tell(
        self, parcels: Sequence[ParcelId], recipient: str, message: Message, now: datetime.datetime
    ) -> None:
        """Write the one message for those that were gathered."""
        ...


class Digests(Protocol):
    """The daily digests, and what they tell.

    Raises (all methods): LedgerUnavailable.
    """

    def last(self, today: datetime.date) -> DigestDay | None:
        """The newest until that day: a clock that was ahead has written of later ones, which keep theirs."""
        ...

    def numbers(self, since: datetime.datetime, until: datetime.datetime) -> DigestNumbers:
        """What came to rest after `since`, and what is open now."""
        ...

    def chosen(self) -> Mapping[FailureReason, int]:
        """How many documents lie in `failed/` because a human wanted it, for each reason that there is."""
        ...

    def write(self, digest: DigestDay, messages: Sequence[tuple[str, Message]]) -> None:
        """Keep that a day has had its digest, and its messages, in one transaction."""
        ...


class Inbox(Protocol):
    """What came in from a channel, kept before the channel is told to forget it.

    Raises (all methods): LedgerUnavailable.
    """

    def keep(self, bot: str, updates: Sequence[tuple[Mapping[str, Any], datetime.datetime]]) -> int | None:
        """Keep each update once, by its `update_id`, with the moment at which it was meant; gives the highest id."""
        ...

    def waiting(self) -> Sequence[tuple[str, int, Mapping[str, Any], datetime.datetime]]:
        """What was not handled yet, oldest first: bot, number, update, when it was meant."""
        ...

    def mark_handled(self, bot: str, update_id: int, now: datetime.datetime) -> None:
        """It needs no second look; what people wrote goes."""
        ...

    def polled(self, bot: str, now: datetime.datetime, forgotten_after: datetime.timedelta) -> None:
        """The channel has answered since then, and all that it told is kept.

        A longer silence before it means that presses may be lost.
        """
        ...

    def unanswered(self, bot: str, sentence: str, hint: str, now: datetime.datetime) -> None:
        """The channel was asked in vain; of several in a row the first moment and the last reason are kept."""
        ...

    def forget_silence(self, bot: str) -> None:
        """Whoever listened before is gone, maybe for weeks: since when the channel is asked in vain begins anew."""
        ...

    def silence(self, bot: str) -> Silence | None:
        """Since when it is asked in vain; None once it has answered again."""
        ...

    def polled_at(self) -> datetime.datetime | None:
        """When the channel answered last; None where it never has."""
        ...

    def heard_again_at(self) -> datetime.datetime | None:
        """When the last such silence ended."""
        ...


Write = Callable[[Question], Sequence[tuple[str, Message]]]
"""Writes for each recipient what a question says now."""


class Questions(Protocol):
    """Questions that were put to people. A change and the messages that show it are one transaction.

    Raises (all methods): LedgerUnavailable.
    """

    def open_reviews(self) -> Sequence[Review]:
        """What waits for a human and lies in `review/`, oldest first."""
        ...

    def askable(self, limit: int) -> Sequence[Review]:
        """Of those, all that a question stands for, and the `limit` oldest of the others; oldest first."""
        ...

    def standing(self) -> Sequence[Question]:
        """The questions that are not closed."""
        ...

    def question(self, question_id: QuestionId) -> tuple[Question, bool] | None:
        """A question, and whether it stands."""
        ...

    def of_card(self, recipient: str, receipt: str) -> QuestionId | None:
        """The question that a message shows or reminds of, or whose picture it is."""
        ...

    def post(
        self,
        review: Review,
        offered: Sequence[RecordId],
        revision: str,
        write: Write,
        now: datetime.datetime,
        *,
        instead_of: Question | None = None,
        moved: Sequence[tuple[str, Message]] = (),
    ) -> bool:
        """Put a question; False when its review is open no longer.

        Args:
            instead_of: an earlier one, which is closed; `moved` takes its place.
        """
        ...

    def change(
        self,
        question: Question,
        messages: Sequence[tuple[str, Message]],
        now: datetime.datetime,
        *,
        reminders: Sequence[tuple[str, Message]] = (),
        is_closed: bool = False,
    ) -> bool:
        """Write a question as it is now; False when it was closed or put anew meanwhile.

        Args:
            messages: take the place of what stands in the chats.
            reminders: are said beside it.
        """
        ...

    def learn(self, card: str, recipient: str, receipt: str, now: datetime.datetime) -> None:
        """A message that shows this has made itself known: the reply to its sending was lost."""
        ...

    def add(self, card: str | None, messages: Sequence[tuple[str, Message]], now: datetime.datetime) -> None:
        """Say something that changes no question."""
        ...


class Finder(Protocol):
    """Finds documents again. Each method is one transaction, which reads only.

    Raises (all methods): LedgerUnavailable, when the database can't be used now.
    """

    def records(self) -> frozenset[RecordId]:
        """The records under which documents are filed."""
        ...

    def find(
        self,
        sought: Sought,
        people: Sequence[frozenset[RecordId]],
        limit: int,
    ) -> Findings:
        """Find the documents that have every term and lie in the span, whatever their state.

        Args:
            people: for each term, the records of people who have it, and the one whose id it is.
        """
        ...

    def page(self, document_id: DocumentId, number: int) -> Page | None:
        """A page as it was read; None where nothing is stored of it. For the office's screen, never for a message."""
        ...


class People(Protocol):
    """Whom the registry knows, looked up by what a human typed."""

    def count(self) -> int:
        """How many there are."""
        ...

    def find_among(self, words: str, record_ids: Collection[RecordId]) -> frozenset[RecordId]:
        """Give all of these records that have what was typed; a search as `Registry.find` is, without a limit.

        Raises:
            RegistryUnavailable: it can't be searched now.
        """
        ...
