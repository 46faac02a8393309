"""What of a document could not be read, in plain words: which pages, why, and the setting that is the limit.

The sentence is told on Telegram too: it holds numbers of pages and names of settings, nothing of the content.
"""

import re
from collections.abc import Iterable, Mapping

from agent.core.voice import Voice
from agent.domain.document import DocumentText, PageProblem

WHY: Mapping[PageProblem, str] = {
    PageProblem.TIMED_OUT: "reading took too long (limit: DOSSIERD_PAGE_SECONDS)",
    PageProblem.NOT_REACHED: "the document took too long before (limit: DOSSIERD_DOCUMENT_SECONDS)",
    PageProblem.CAPPED: "too large to be drawn (limit: DOSSIERD_RENDER_MEGAPIXELS)",
    PageProblem.OUT_OF_MEMORY: "reading needs more memory (limit: DOSSIERD_READER_MEGABYTES)",
    PageProblem.TOO_MUCH_TEXT: "more text than is kept (limits: DOSSIERD_MAX_PAGE_TEXT_MEGABYTES, "
    "DOSSIERD_MAX_TEXT_MEGABYTES)",
    PageProblem.ENGINE_FAILED: "can't be read, damaged or cut off",
    PageProblem.TEXT_DROPPED: "a part of what is printed could not be read",
}

NO_PAGE = "It has no page that could be read."
TOO_MANY = "It names so many people of the registry that they could not all be held against it."
WHOLE = (NO_PAGE, TOO_MANY)
"""What is said of a document as a whole."""

_RUNS_SHOWN = 5
"""A scan of a box of files must not fill a telephone's screen."""


def what_is_missing(text: DocumentText) -> str:
    """Say what could not be read; nothing when every page was read to its end."""
    if not text.pages:
        return NO_PAGE
    told = [
        f"{pages_words([page.number for page in text.pages if page.problem is problem])}: {why}."
        for problem, why in WHY.items()
        if any(page.problem is problem for page in text.pages)
    ]
    return " ".join(("Not everything could be read.", *told)) if told else ""


_LOSS = re.compile(r"Pages? ([^:]+): (" + "|".join(map(re.escape, WHY.values())) + r")\.")


def in_words(missing: str, voice: Voice) -> str:
    """Put what `what_is_missing` gave into the office's language: a decision keeps it in English.

    Whatever else stands there, as an earlier version may have written it, is told without its parts.
    """
    losses = [
        voice.say("{pages}: {why}.", pages=_pages_in(pages, voice), why=voice.say(why))
        for pages, why in _LOSS.findall(missing)
    ]
    if missing in WHOLE:
        return voice.say(missing)
    return " ".join((voice.say("Not everything could be read."), *losses))


def _pages_in(words: str, voice: Voice) -> str:
    """Put numbers of pages, as `pages_words` writes them, into the office's language."""
    numbers = re.split(", | and ", words)
    *others, end = [_run_in(number, voice) for number in numbers]
    if not others:
        is_one = end.isdigit()
        return voice.say("Page {page}", page=end) if is_one else voice.say("Pages {pages}", pages=end)
    return voice.say("Pages {pages} and {last}", pages=", ".join(others), last=end)


def _run_in(run: str, voice: Voice) -> str:
    first, word, last = [*run.split(" "), "", ""][:3]
    match word:
        case "to":
            return voice.say("{first} to {last}", first=first, last=last)
        case "more":
            return voice.say("{number} more", number=first)
        case _:
            return run


def what_was_hidden(text: DocumentText) -> str:
    """Say where text was left out because no reader of the page sees it; nothing when there was none."""
    pages = [page for page in text.pages if page.hidden_characters]
    if not pages:
        return ""
    count = sum(page.hidden_characters for page in pages)
    characters = "1 character" if count == 1 else f"{count} characters"
    return f"{pages_words(page.number for page in pages)}: {characters} left out that can't be seen there."


def pages_words(numbers: Iterable[int]) -> str:
    """Write numbers of pages as people do: `Page 3`, `Pages 2, 5 to 9 and 12`."""
    runs = _runs(numbers)
    shown = [_run(first, last) for first, last in runs[:_RUNS_SHOWN]]
    left = sum(last - first + 1 for first, last in runs[_RUNS_SHOWN:])
    if left:
        shown.append(f"{left} more")
    *others, end = shown
    if not others and runs[0][0] == runs[0][1]:
        return f"Page {end}"
    return f"Pages {', '.join(others)} and {end}" if others else f"Pages {end}"


def _run(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Put rising numbers that follow each other together: their first and last."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
