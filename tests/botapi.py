"""A stand-in for Telegram's Bot API over real HTTP, strict about what dossierd uses of it.

It judges each request as Telegram does (token, chat, length, HTML), keeps what it accepted, and makes trouble on
order: each `order` is for one request, in turn. Its words are Telegram's.
"""

import html
import json
import re
import threading
import time
import urllib.parse
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

TOKEN = "123456789:AAE-stand-in_token_that_is_no_secret0"
USERNAME = "dossierd_test_bot"
CHAT = 4711
OTHER_CHAT = -1002

_LIMIT = 4096
_TOKEN_FORM = re.compile(r"\d+:[\w-]{30,}")
_PARAMETERS = {
    "getMe": frozenset[str](),
    "sendMessage": frozenset({"chat_id", "text", "parse_mode", "link_preview_options"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A message that was accepted.

    Attributes:
        text: as a reader sees it.
        markup: as it was sent.
        at: monotonic seconds.
    """

    message_id: int
    chat: int
    text: str
    markup: str
    parse_mode: str | None
    has_preview: bool
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Trouble that is an HTTP answer."""

    status: int
    body: Mapping[str, object] | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Trouble: the connection ends without an answer, before the message is taken or after it."""

    keeps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hang:
    """Trouble: no answer until the stand-in closes."""


Trouble = Answer | Drop | Hang


def refusal(status: int, description: str, **parameters: object) -> Answer:
    body: dict[str, object] = {"ok": False, "error_code": status, "description": description}
    return Answer(status=status, body=body | ({"parameters": parameters} if parameters else {}))


def too_many_requests(retry_after: int) -> Answer:
    text = f"Too Many Requests: retry after {retry_after}"
    return refusal(429, text, retry_after=retry_after)


def migrated(new_chat: int) -> Answer:
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    return refusal(400, text, migrate_to_chat_id=new_chat)


BLOCKED = refusal(403, "Forbidden: bot was blocked by the user")
CONFLICT = refusal(409, "Conflict: terminated by other getUpdates request")
SERVER_ERROR = refusal(500, "Internal Server Error")
MARKUP_REFUSED = refusal(400, "Bad Request: can't parse entities: Can't find end of the entity")
ECHOING_PAGE = Answer(status=502, body="<html><body>No route to {path}</body></html>")
"""Repeats the address of the request, token and all, as some proxies do."""
HTML_PAGE = Answer(status=200, body="<html><body>Please log in to the guest network</body></html>")
OTHER_JSON = Answer(status=200, body={"status": "fine"})


class BotApi:
    """The server; a context manager that listens on a port of its own."""

    def __init__(self, *, token: str = TOKEN, chats: tuple[int, ...] = (CHAT, OTHER_CHAT)) -> None:
        self.kept: list[Kept] = []
        self.calls: list[str] = []
        self._token = token
        self._chats = chats
        self._troubles: deque[Trouble] = deque()
        self._changed = threading.Condition()
        self._closing = threading.Event()
        handler = type("Handler", (_Handler,), {"api": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="botapi")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def texts(self) -> list[str]:
        return [kept.text for kept in self.kept]

    def order(self, *troubles: Trouble) -> None:
        """Meet the next requests with these, one each; what follows is answered as usual."""
        with self._changed:
            self._troubles.extend(troubles)

    def wait_until(self, holds: Callable[["BotApi"], bool], timeout_seconds: float = 10.0) -> None:
        """Wait for something to be true of what arrived here."""
        with self._changed:
            assert self._changed.wait_for(lambda: holds(self), timeout_seconds), (
                "it did not come true in time"
            )

    def hang(self) -> None:
        self._closing.wait()

    def receive(
        self, token: str, method: str, parameters: Mapping[str, str]
    ) -> tuple[Trouble | None, Answer]:
        """Judge a request; give the trouble that was ordered for it, and the answer that is due."""
        with self._changed:
            self.calls.append(method)
            trouble = self._troubles.popleft() if self._troubles else None
            takes = trouble is None or (isinstance(trouble, Drop) and trouble.keeps)
            answer = self._judge(token, method, parameters) if takes else SERVER_ERROR
            self._changed.notify_all()
            return trouble, answer

    def _judge(self, token: str, method: str, parameters: Mapping[str, str]) -> Answer:
        if not _TOKEN_FORM.fullmatch(token) or method not in _PARAMETERS:
            return refusal(404, "Not Found")
        if token != self._token:
            return refusal(401, "Unauthorized")
        unknown = set(parameters) - _PARAMETERS[method]
        if unknown:
            return refusal(400, f"Bad Request: the stand-in does not know {sorted(unknown)}")
        return self._get_me() if method == "getMe" else self._send_message(parameters)

    def _get_me(self) -> Answer:
        return _accepted({"id": 1, "is_bot": True, "first_name": "Dossier", "username": USERNAME})

    def _send_message(self, parameters: Mapping[str, str]) -> Answer:
        chat, markup = int(parameters["chat_id"]), parameters.get("text", "")
        if chat not in self._chats:
            return refusal(400, "Bad Request: chat not found")
        parse_mode = parameters.get("parse_mode")
        try:
            text = shown(markup) if parse_mode == "HTML" else markup
        except ValueError as error:
            return refusal(400, f"Bad Request: can't parse entities: {error}")
        if not text.strip():
            return refusal(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > _LIMIT:
            return refusal(400, "Bad Request: message is too long")
        preview = json.loads(parameters.get("link_preview_options", "{}"))
        kept = Kept(
            message_id=len(self.kept) + 1,
            chat=chat,
            text=text,
            markup=markup,
            parse_mode=parse_mode,
            has_preview=not preview.get("is_disabled", False),
            at=time.monotonic(),
        )
        self.kept.append(kept)
        kind = "private" if chat > 0 else "group"
        told_chat = {"id": chat, "type": kind}
        return _accepted(
            {"message_id": kept.message_id, "date": 1_790_000_000, "chat": told_chat, "text": text}
        )


def _accepted(result: Mapping[str, object]) -> Answer:
    return Answer(status=200, body={"ok": True, "result": result})


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 with connections that stay open, as Telegram does."""

    api: BotApi
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        found = re.fullmatch(r"/bot([^/]*)/(\w+)", urllib.parse.unquote(self.path))
        token, method = (found[1], found[2]) if found else ("", "")
        trouble, answer = self.api.receive(token, method, dict(urllib.parse.parse_qsl(body)))
        match trouble:
            case Hang():
                self.api.hang()
                self.close_connection = True
            case Drop():
                self.close_connection = True
            case Answer():
                self._reply(trouble)
            case None:
                self._reply(answer)

    def _reply(self, answer: Answer) -> None:
        page, body = "text/html", answer.body
        if not isinstance(body, str):
            page, body = "application/json", json.dumps(body)
        content = body.replace("{path}", self.path).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", page)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 # the base class's name
        """Say nothing: the path holds the token."""


def shown(markup: str) -> str:
    """Read Telegram's HTML strictly, and return what a reader sees.

    Raises:
        ValueError: in Telegram's words, where it would refuse.
    """
    reader = _TelegramHtml()
    reader.feed(markup)
    reader.close()
    if reader.open_tags:
        raise ValueError(f'Can\'t find end tag corresponding to start tag "{reader.open_tags[-1]}"')
    return "".join(reader.pieces)


class _TelegramHtml(HTMLParser):
    TAGS = frozenset({"b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"})
    STANDS_ALONE = frozenset({"code", "pre"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.pieces: list[str] = []
        self.open_tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.TAGS:
            raise ValueError(f'Unsupported start tag "{tag}"')
        if self.open_tags and (tag in self.STANDS_ALONE or self.STANDS_ALONE & set(self.open_tags)):
            raise ValueError(f'Tag "{tag}" must not be nested')
        self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open_tags or self.open_tags.pop() != tag:
            raise ValueError(f'Unexpected end tag "{tag}"')

    def handle_data(self, data: str) -> None:
        if "<" in data:
            raise ValueError("Unclosed start tag")
        self.pieces.append(data)

    def handle_entityref(self, name: str) -> None:
        known = {"lt", "gt", "amp", "quot"}
        self.pieces.append(html.unescape(f"&{name};") if name in known else f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.pieces.append(html.unescape(f"&#{name};"))

    def handle_comment(self, data: str) -> None:
        raise ValueError('Unsupported start tag "!"')

    def handle_decl(self, decl: str) -> None:
        raise ValueError('Unsupported start tag "!"')

    def handle_pi(self, data: str) -> None:
        raise ValueError('Unsupported start tag "?"')
