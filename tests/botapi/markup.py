"""Telegram's HTML, read strictly."""

import html
from html.parser import HTMLParser


def shown(markup: str) -> str:
    """Read Telegram's HTML strictly, and return what a reader sees.

    Raises:
        ValueError: in Telegram's words, where it would refuse.
    """
    return "".join(piece for piece in _read(markup) if not piece.startswith(_TAG))


def formatted(markup: str, parse_mode: str | None) -> str:
    """Write a text in one form for all ways to say the same, so that two can be compared.

    Raises:
        ValueError: as `shown`.
    """
    return "".join(_read(markup)) if parse_mode == "HTML" else markup


def units(text: str) -> int:
    """Count UTF-16 units, which is how Telegram measures."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


_TAG = "\0"


def _read(markup: str) -> list[str]:
    reader = _TelegramHtml()
    reader.feed(markup)
    reader.close()
    if reader.open_tags:
        raise ValueError(f'Can\'t find end tag corresponding to start tag "{reader.open_tags[-1]}"')
    return reader.pieces


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
        self.pieces.append(f"{_TAG}{tag}{attrs or ''}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open_tags or self.open_tags.pop() != tag:
            raise ValueError(f'Unexpected end tag "{tag}"')
        self.pieces.append(f"{_TAG}/{tag}")

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
