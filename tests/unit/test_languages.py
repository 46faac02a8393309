"""Each catalogue holds what the code says to people, all of it and nothing else."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import agent
from agent.adapters.telegram.faults import REFUSALS, refusal_words
from agent.adapters.watch import REFUSED_WORDS, OddityKind
from agent.core import replies
from agent.core.alerts import ALERT_KINDS, URGENCIES
from agent.core.cards import WAYS
from agent.core.completeness import WHOLE
from agent.core.completeness import WHY as WHY_INCOMPLETE
from agent.core.denials import SAID, TAKEN_BACK
from agent.core.details import DETAILS
from agent.core.identifiers import IDENTIFIERS
from agent.core.messages import CHOSEN, KINDS, ONE_OF_TWO, REASONS, WHY_ASKED
from agent.core.replies import LEFT_OUT
from agent.core.status import CHOSEN as CHOSEN_COUNTED
from agent.core.status import COUNTED
from agent.core.telling_apart import MONTHS
from agent.core.voice import DAY_AND_HOUR, ENGLISH
from agent.domain.outcome import FAILURES, STATES, WHY_NOT
from agent.domain.searchable import WHY as WHY_UNSEARCHABLE
from agent.domain.snippet import WHY_UNDRAWN, WHY_UNSHOWN
from agent.domain.splitting import WHY_UNSPLIT
from agent.domain.trend import Measure
from agent.errors import SettingInvalid
from agent.health import PARTS
from agent.languages import catalogue, languages
from agent.recipients import OPENED_AGAIN

ROOT = Path(agent.__file__).parent
TRANSLATED = languages()[1:]

TABLES: tuple[Iterable[str | tuple[str, str]], ...] = (
    MONTHS,
    (DAY_AND_HOUR,),
    KINDS.values(),
    CHOSEN.values(),
    REASONS.values(),
    ONE_OF_TWO.values(),
    WHY_ASKED.values(),
    [text.sentence for text in FAILURES.values()],
    [text.hint for text in FAILURES.values()],
    [text.in_chat for text in FAILURES.values() if text.in_chat],
    [kind.title for kind in IDENTIFIERS],
    [kind.words for kind in OddityKind],
    LEFT_OUT.values(),
    WHY_UNDRAWN.values(),
    WHY_UNSHOWN.values(),
    (REFUSED_WORDS, SAID, TAKEN_BACK),
    (*WHY_INCOMPLETE.values(), *WHOLE),
    DETAILS.values(),
    STATES.values(),
    COUNTED.values(),
    CHOSEN_COUNTED.values(),
    replies.STATES.values(),
    WHY_NOT.values(),
    WHY_UNSPLIT.values(),
    WHY_UNSEARCHABLE.values(),
    OPENED_AGAIN.values(),
    [refusal_words(known) for known in REFUSALS],
    [name for name, _ in PARTS],
    [*Measure],
    ALERT_KINDS.values(),
    WAYS,
    URGENCIES.values(),
)
"""Texts that the code looks up before it says them."""


def _said() -> Iterator[str | tuple[str, str]]:
    """Every text that stands in a call of `voice.say` or `voice.count`; of the latter both. Commands are English."""
    for module in (path for path in ROOT.rglob("*.py") if path.parent.name not in {"cli", "demo"}):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=speaker, attr="say"), args=[text]) if _is_voice(
                    speaker
                ):
                    yield from _literals(text)
                case ast.Call(func=ast.Name(id="say" | "Phrase"), args=[text]):
                    yield from _literals(text)
                case ast.Call(func=ast.Attribute(value=speaker, attr="count"), args=[one, many, _]) if (
                    _is_voice(speaker)
                ):
                    yield from zip(_literals(one), _literals(many), strict=True)


def _is_voice(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.lstrip("_") == "voice"


def _literals(text: ast.expr) -> Iterator[str]:
    """The texts in an expression, but for those by which something is looked up."""
    match text:
        case ast.Constant(value=str(value)):
            yield value
        case ast.IfExp(body=one, orelse=other):
            yield from (*_literals(one), *_literals(other))
        case ast.Call(func=ast.Attribute(attr="get"), args=[_, default]):
            yield from _literals(default)


def _wanted() -> set[str | tuple[str, str]]:
    return {*_said(), *(text for table in TABLES for text in table)}


def _file(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "dossierd.po"


def _held(language: str) -> dict[str | tuple[str, str], str | tuple[str, ...]]:
    with _file(language).open("rb") as file:
        return {
            message.id if isinstance(message.id, str) else (message.id[0], message.id[1]): message.string
            if isinstance(message.string, str)
            else tuple(message.string or ())
            for message in read_po(file)
            if message.id and not message.fuzzy
        }


def test_there_are_english_and_french() -> None:
    assert languages()[:1] == ("en",)
    assert "fr" in TRANSLATED


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_lacks_nothing_that_the_code_says(language: str) -> None:
    held = _held(language)
    missing = [text for text in _wanted() if not held.get(text) or not all(held[text])]
    assert sorted(map(str, missing)) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_holds_nothing_that_the_code_does_not_say(language: str) -> None:
    assert sorted(map(str, _held(language).keys() - _wanted())) == []


@pytest.mark.parametrize("module", ["review", "refiling", "sampling", "splitting", "pausing"])
def test_what_the_desk_refuses_is_a_phrase_which_can_be_translated(module: str) -> None:
    tree = ast.parse((ROOT / "workflow" / f"{module}.py").read_text(encoding="utf-8"))
    refused = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "errors.RequestRefused"
    ]
    assert refused
    assert [
        ast.unparse(node)
        for node in refused
        if any(isinstance(it, ast.Constant | ast.JoinedStr) for it in node.args)
    ] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_can_be_used(language: str) -> None:
    assert catalogue(language).gettext("Undo") != "Undo"


def test_each_french_mark_has_its_space_and_no_line_is_broken_there() -> None:
    said = [text for held in _held("fr").values() for text in ([held] if isinstance(held, str) else held)]
    assert [
        text
        for text in said
        if re.search(r"(?<!\u00a0)(?<!chown -R dossierd)(?<!chown dossierd)[:;?!»](?=\s|$)|«(?!\u00a0)", text)
    ] == []


def test_english_needs_no_catalogue() -> None:
    assert catalogue("en").gettext("Undo") == "Undo"
    assert ENGLISH.say("{number} page", number=1) == "1 page"


HEAD = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'
)


def _made(folder: Path, text: str) -> Path:
    path = folder / "xx" / "LC_MESSAGES" / "dossierd.po"
    path.parent.mkdir(parents=True)
    path.write_text(HEAD + text, encoding="utf-8")
    return folder


def test_a_further_language_is_a_further_file(tmp_path: Path) -> None:
    folder = _made(tmp_path, 'msgid "Undo"\nmsgstr "Zurück"\n\nmsgid "Retry"\nmsgstr ""\n')
    (tmp_path / "empty").mkdir()
    assert languages(folder) == ("en", "xx")
    assert catalogue("xx", folder).gettext("Undo") == "Zurück"
    assert catalogue("xx", folder).gettext("Retry") == "Retry"


def test_a_plural_may_leave_out_its_number(tmp_path: Path) -> None:
    text = 'msgid "{number} page"\nmsgid_plural "{number} pages"\nmsgstr[0] "une page"\nmsgstr[1] "{number} pages"\n'
    read = catalogue("xx", _made(tmp_path, text))
    assert [read.ngettext("{number} page", "{number} pages", number) for number in (0, 1, 2)] == [
        "une page",
        "une page",
        "{number} pages",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('msgid "{name}."\nmsgstr "{nom}."\n', r"line 6: it must name \{name\}, and names \{nom\}"),
        ('msgid "{name}."\nmsgstr "personne"\n', r"line 6: it must name \{name\}, and names nothing"),
        ('msgid "Undo"\nmsgstr "{Annuler"\n', "line 6: a brace has no partner"),
        ('msgid "Undo\n', r"it can't be read \(PoFileError\)"),
    ],
)
def test_a_catalogue_that_would_break_a_message_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(SettingInvalid, match=fault):
        catalogue("xx", _made(tmp_path, text))


def test_a_catalogue_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match=r"it can't be read \(FileNotFoundError\)"):
        catalogue("xx", tmp_path)
