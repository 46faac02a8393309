"""The server: takes requests, makes trouble on order, holds polls, and lets tests act as people and as Telegram."""

import re
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from tests.botapi.chats import CHAT, OTHER_CHAT, USER, Chats, Kept, Said, kind_of
from tests.botapi.http import Server
from tests.botapi.judging import PARAMETERS, Judge
from tests.botapi.rates import Rates
from tests.botapi.reading import Files, Parameters, integer, strings
from tests.botapi.troubles import (
    CONFLICT,
    SERVER_ERROR,
    SET_WEBHOOK_CONFLICT,
    WEBHOOK_CONFLICT,
    Answer,
    Drop,
    Refused,
    Trouble,
    accepted,
    refusal,
)
from tests.botapi.updates import CallbackAnswer, Queries, Updates

TOKEN = "123456789:AAE-stand-in_token_that_is_no_secret0"
LONGEST_POLL_SECONDS = 50

_TOKEN_FORM = r"\d+:[\w-]{30,}"


class BotApi:
    """The server; a context manager that listens on a port of its own.

    Attributes:
        calls: the methods that were asked for, in turn.
        refusals: (method, description) of what was refused by itself, not on order.
        turned_away: how many connections and requests were cut off while it was down.

    Args:
        chats: those who have started the bot, or taken it in.
        clock: seconds since 1970, to which `advance` adds.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        chats: tuple[int, ...] = (CHAT, OTHER_CHAT),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.calls: list[str] = []
        self.refusals: list[tuple[str, str]] = []
        self.turned_away = 0
        self._token = token
        self._clock = clock
        self._advanced = 0.0
        self._troubles: list[tuple[str | None, Trouble]] = []
        self._lasting: tuple[str | None, str, Trouble] | None = None
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._is_down = False
        self._poll: object = None
        self._chats = Chats(chats)
        self._updates = Updates()
        self._queries = Queries()
        self._judge = Judge(self._chats, self._updates, self._queries, self.now)
        self._server = Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="botapi")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        with self._changed:
            self._changed.notify_all()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    # What can be seen

    @property
    def kept(self) -> list[Kept]:
        """The bot's messages as they are now, in the order of their coming; deleted ones are not among them."""
        with self._changed:
            return self._chats.kept

    @property
    def deleted(self) -> list[Kept | Said]:
        return self._chats.deleted

    @property
    def texts(self) -> list[str]:
        """Text or caption of each message, as it is now."""
        return [kept.words for kept in self.kept]

    @property
    def answers(self) -> list[CallbackAnswer]:
        """What pressers were shown, in turn."""
        return self._queries.answers

    @property
    def commands(self) -> Mapping[tuple[str, str], list[dict[str, str]]]:
        """The menus of commands, by scope (as JSON) and language code."""
        return self._judge.commands

    @property
    def pending(self) -> int:
        """How many updates wait, or were not confirmed."""
        with self._changed:
            return len(self._updates)

    @property
    def is_polled(self) -> bool:
        """Whether a poll waits right now."""
        return self._poll is not None

    def shown(self, chat: int = CHAT) -> list[str]:
        """What a reader of a chat sees now, top to bottom: texts, with rows of buttons as `[Skip] [Undo]`."""
        with self._changed:
            return self._chats.shown(chat)

    def wait_until(self, holds: Callable[["BotApi"], bool], timeout_seconds: float = 10.0) -> None:
        """Wait for something to be true of what arrived here."""
        with self._changed:
            assert self._changed.wait_for(lambda: holds(self), timeout_seconds), (
                "it did not come true in time"
            )

    # What people do

    def press(
        self,
        wanted: str = "",
        *,
        user: int | None = None,
        chat: int = CHAT,
        message_id: int | None = None,
        is_stale: bool = False,
        forge: str | None = None,
    ) -> str:
        """Press the button with a label or data, and give the number of the query.

        Args:
            user: None for the person of a private chat, or `USER` in a group.
            message_id: None for the newest message that has the button.
            is_stale: press what stood on an earlier keyboard, as a slow telephone shows it.
            forge: send this data instead, as a modified client can, from the newest or the named message.
        """
        with self._changed:
            message, data = None, forge or ""
            if forge is None:
                message, button = self._chats.with_button(chat, wanted, message_id, stale=is_stale)
                data = button.data
            else:
                there = [it for it in self.kept if it.chat == chat and message_id in (None, it.message_id)]
                message = there[-1] if there else None
            gone = {"chat": self._chats.chat(chat), "message_id": message_id or 1, "date": 0}
            query_id = self._queries.open(self.now())
            query = {
                "id": query_id,
                "from": self._chats.user(self._person(user, chat)),
                "message": gone if message is None else self._chats.message(message),
                "chat_instance": str(4_100_000_000_000_000_000 + chat),
                "data": data,
            }
            self._put("callback_query", query)
            return query_id

    def answer_to(self, query_id: str) -> CallbackAnswer | None:
        """What the one who pressed was shown."""
        return next((answer for answer in self.answers if answer.query_id == query_id), None)

    def say(
        self, text: str, *, user: int | None = None, chat: int = CHAT, reply_to: int | None = None
    ) -> int:
        """Write to the bot, which starts or unblocks it; give the number of the message."""
        with self._changed:
            self._chats.enter(chat)
            said = Said(
                message_id=self._chats.next_number(chat),
                chat=chat,
                user=self._person(user, chat),
                text=text,
                date=self.now(),
                reply_to=reply_to,
            )
            self._chats.add(said)
            self._put("message", self._chats.message(said))
            return said.message_id

    def name(self, number: int, name: str) -> None:
        """Name a user or a group."""
        self._chats.names[number] = name

    def block(self, chat: int = CHAT) -> None:
        """Block the bot; in a group, take it out. It may not write there until somebody writes to it."""
        with self._changed:
            self._chats.block(chat)

    def remove(self, message: Kept | Said) -> None:
        """Have somebody delete a message for all."""
        with self._changed:
            self._chats.delete(message)

    def move(self, chat: int, new: int) -> None:
        """Have a group become a supergroup, which has another number."""
        with self._changed:
            self._chats.move(chat, new)

    def put(self, kind: str, body: Mapping[str, Any]) -> None:
        """Have any update come, as one of a kind that nobody foresaw."""
        with self._changed:
            self._put(kind, body)

    # What Telegram does

    def now(self) -> float:
        """Seconds since 1970, by the stand-in's own clock."""
        return self._clock() + self._advanced

    def advance(self, seconds: float) -> None:
        """Put the stand-in's clock forward: presses, messages and updates grow old, rates recover."""
        with self._changed:
            self._advanced += seconds
            self._changed.notify_all()

    def order(self, *troubles: Trouble, method: str | None = None) -> None:
        """Meet the next requests with these, one each; what follows is answered as usual.

        Args:
            method: spare requests for any other.
        """
        with self._changed:
            self._troubles.extend((method, trouble) for trouble in troubles)

    def suffer(self, trouble: Trouble, *, method: str | None = None, words: str = "") -> None:
        """Meet every request with this until `recover`; what was ordered for one request goes first.

        Args:
            method: spare requests for any other.
            words: spare requests whose text is without them.
        """
        with self._changed:
            self._lasting = (method, words, trouble)

    def recover(self) -> None:
        with self._changed:
            self._lasting = None

    def down(self) -> None:
        """Be out of reach: cut every connection off, waiting polls too."""
        with self._changed:
            self._is_down = True
            self._changed.notify_all()

    def up(self) -> None:
        with self._changed:
            self._is_down = False

    def revoke(self, token: str) -> None:
        """Have @BotFather give out a new token; the old one is good for nothing from now on."""
        with self._changed:
            self._token = token

    def enforce_rates(self) -> None:
        """Count messages from now on, and refuse what is too much."""
        self._judge.rates = Rates()

    def set_webhook(self, url: str) -> None:
        """Have another program set a webhook, which ends polling."""
        with self._changed:
            self._judge.webhook, self._poll = url, None
            self._changed.notify_all()

    # What requests meet

    def turns_away(self) -> bool:
        """Whether a connection is to be cut off at once."""
        with self._changed:
            self.turned_away += self._is_down
            self._changed.notify_all()
            return self._is_down

    def hang(self) -> None:
        self._closing.wait()

    def receive(
        self, token: str, method: str, parameters: Parameters, files: Files
    ) -> tuple[Trouble | None, Answer]:
        """Judge a request; give the trouble that was ordered for it, and the answer that is due."""
        with self._changed:
            self.calls.append(method)
            trouble = self._trouble_for(method, parameters.get("text", ""))
            takes = trouble is None or (isinstance(trouble, Drop) and trouble.keeps)
            answer: Answer | Drop = self._answer(token, method, parameters, files) if takes else SERVER_ERROR
            if isinstance(answer, Drop):
                trouble, answer = answer, SERVER_ERROR
            elif takes and answer.status != 200:
                self.refusals.append((method, answer.description))
            self._changed.notify_all()
            return trouble, answer

    def _trouble_for(self, method: str, text: str) -> Trouble | None:
        for index, (wanted, trouble) in enumerate(self._troubles):
            if wanted in (None, method):
                del self._troubles[index]
                return trouble
        if self._lasting is None:
            return None
        wanted, words, lasting = self._lasting
        return lasting if wanted in (None, method) and words in text else None

    def _answer(self, token: str, method: str, parameters: Parameters, files: Files) -> Answer | Drop:
        if not re.fullmatch(_TOKEN_FORM, token) or method not in PARAMETERS:
            return refusal(404, "Not Found")
        if token != self._token:
            return refusal(401, "Unauthorized")
        unknown = set(parameters) - PARAMETERS[method]
        if unknown:
            return refusal(400, f"Bad Request: the stand-in does not know {sorted(unknown)}")
        try:
            if method == "getUpdates":
                return self._get_updates(parameters)
            return accepted(self._judge.carry_out(method, parameters, files))
        except Refused as refused:
            return refused.answer

    def _get_updates(self, parameters: Parameters) -> Answer | Drop:
        """Give what waits, or wait for it. A poll that waits is ended by the next one that does.

        Telegram gives a second refusal of this kind, within three seconds of the first, only after those: this not.
        """
        offset = integer(parameters, "offset", 0)
        limit = min(max(integer(parameters, "limit", 100), 1), 100)
        timeout_seconds = min(max(integer(parameters, "timeout", 0), 0), LONGEST_POLL_SECONDS)
        if self._judge.webhook:
            return WEBHOOK_CONFLICT
        if "allowed_updates" in parameters:
            self._updates.allow(strings(parameters, "allowed_updates"))
        deadline = time.monotonic() + timeout_seconds
        found = self._updates.waiting(offset, limit, self.now())
        if found or not timeout_seconds:
            return accepted(found)
        self._poll = mine = object()
        self._changed.notify_all()
        while not found and (left := deadline - time.monotonic()) > 0:
            self._changed.wait(left)
            if self._poll is not mine:
                return SET_WEBHOOK_CONFLICT if self._judge.webhook else CONFLICT
            if self._is_down or self._closing.is_set():
                self._poll = None
                return Drop()
            found = self._updates.waiting(offset, limit, self.now())
        self._poll = None
        return accepted(found)

    def _put(self, kind: str, body: Mapping[str, Any]) -> None:
        self._updates.put(kind, body, self.now())
        self._changed.notify_all()

    @staticmethod
    def _person(user: int | None, chat: int) -> int:
        if user is not None:
            return user
        return chat if kind_of(chat) == "private" else USER
