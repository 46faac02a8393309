"""Turn a message into what Telegram shows: a bold title and plain lines, whatever characters they hold.

Text is cut first and escaped after it, so that no cut can leave half an entity or half a tag.
"""

import html
import itertools
import re

from agent.domain.message import Message, visible
from agent.domain.phrase import IN_CHATS

LIMIT = 4096
"""Telegram's limit for a message as shown, in UTF-16 units: html markup does not count."""
CAPTION_LIMIT = 1024
"""The same for what stands below a picture."""
LONGEST_LABEL = 60
"""Telegram shows about forty characters of a button on a telephone, and cuts the rest by itself."""
_CUT_MARK = "…"

_COMMON = re.compile(rf"\bdossierd ({'|'.join(sorted(IN_CHATS - {'show'}))})\b(?! --)")
"""What `show` tells in a chat is not where a file lies."""
_HEALTH = re.compile(r"\bdossierd check\b")
_SPACES = re.compile(r"(\s+)")
_TAPPABLE = re.compile(r"://|@|#|\w\.\w|^/\w")
"""In a word, what makes Telegram turn it into a link, mention, hashtag or command."""


def plain(message: Message, limit: int = LIMIT) -> str:
    """Write the message without markup, within the limit."""
    title, body = _within_limit(message, limit)
    return f"{title}\n{body}" if body else title


def caption(message: Message) -> str:
    """Write what stands below a picture: without markup."""
    return plain(message, CAPTION_LIMIT)


def markup(message: Message) -> str:
    """Write the message as Telegram's HTML, within the limit as shown."""
    title, body = _within_limit(message, LIMIT)
    heading = _escaped(title, tag="b")
    return f"{heading}\n{_escaped(body)}" if body else heading


def label(text: str) -> str:
    """Write a button's label: on one line, and short enough for a telephone."""
    return cut(visible(text), LONGEST_LABEL) or _CUT_MARK


def units(text: str) -> int:
    """Count UTF-16 units, which is how Telegram measures."""
    return len(text.encode("utf-16-le")) // 2


def _within_limit(message: Message, limit: int) -> tuple[str, str]:
    title = cut(visible(message.title), limit)
    body = "\n".join(map(typed_here, map(visible, message.lines)))
    return title, cut(body, limit - units(title) - 1)


def typed_here(line: str) -> str:
    """Write the commands that a chat understands as they are typed there: `/undo D-7`, not `dossierd undo D-7`."""
    return _HEALTH.sub("/health", _COMMON.sub(r"/\1", line))


def cut(text: str, limit: int) -> str:
    """Shorten to so many units; never through the middle of a surrogate pair."""
    if units(text) <= limit:
        return text
    if limit < 1:
        return ""
    kept = text.encode("utf-16-le")[: 2 * (limit - 1)]
    return kept.decode("utf-16-le", errors="ignore") + _CUT_MARK


def _escaped(text: str, tag: str = "") -> str:
    """Escape the text, and set what would become a link in a fixed-width font, where Telegram makes none.

    Telegram forbids such a piece inside a tag, so the tag is closed before it and opened again after it.
    """
    pieces = []
    for is_tappable, words in itertools.groupby(_SPACES.split(text), key=_is_tappable):
        piece = html.escape("".join(words))
        name = "code" if is_tappable else tag
        pieces.append(f"<{name}>{piece}</{name}>" if name else piece)
    return "".join(pieces)


def _is_tappable(word: str) -> bool:
    return _TAPPABLE.search(word) is not None
