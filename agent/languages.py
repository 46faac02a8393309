"""The languages that people are spoken to in: English, which the code is written in, and each folder of `locale/`.

A catalogue is a text file, `locale/fr/LC_MESSAGES/dossierd.po`, read at the start; what it lacks is said in English. A
further language is a further file. One that names other values than the English text is refused before any work: it
would break the message that it is in.
"""

import gettext
import io
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from agent.errors import SettingInvalid

BUILT_IN = "en"

_FOLDER = Path(__file__).parent / "locale"
_FILE = Path("LC_MESSAGES", "dossierd.po")


def languages(folder: Path = _FOLDER) -> tuple[str, ...]:
    """What there is: `en` first, then the names of the folders that hold a catalogue."""
    return (BUILT_IN, *sorted(path.parents[1].name for path in folder.glob(f"*/{_FILE}")))


def catalogue(language: str, folder: Path = _FOLDER) -> gettext.NullTranslations:
    """Read the catalogue of one of `languages`.

    Raises:
        SettingInvalid: it can't be read, or would break a message.
    """
    if language == BUILT_IN:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo  # 0.8 MB that English need not pay
    from babel.messages.pofile import PoFileError, read_po

    path = folder / language / _FILE
    try:
        with path.open("rb") as file:
            read = read_po(file, abort_invalid=True)
        compiled = io.BytesIO()
        write_mo(compiled, read)
    except (OSError, PoFileError, ValueError) as error:
        raise _unusable(path, f"it can't be read ({type(error).__name__})") from error
    for message in read:
        if message.id and (fault := _fault(message.id, message.string or "")):
            raise _unusable(path, f"line {message.lineno}: {fault}")
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _unusable(path: Path, fault: str) -> SettingInvalid:
    return SettingInvalid(
        f"The catalogue {path} can't be used: {fault}.",
        hint="Correct it, or set another DOSSIERD_LANGUAGE.",
    )


_Text = str | list[str] | tuple[str, ...]


def _fault(english: _Text, translated: _Text) -> str | None:
    """Say what is wrong with a translation; None when it can be used. A form of a plural may leave out the number."""
    wanted = _names(english)
    for text in filter(None, _forms(translated)):
        try:
            names = _names(text)
        except ValueError:
            return "a brace has no partner"
        spare = set() if isinstance(english, str) else {"number"}
        if names | spare != wanted | spare:
            return f"it must name {_listed(wanted)}, and names {_listed(names)}"
    return None


def _listed(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "nothing"


def _names(text: _Text) -> set[str]:
    """The values that a text takes: `{document}` and the like."""
    return {name for form in _forms(text) for _, name, _, _ in Formatter().parse(form) if name is not None}


def _forms(text: _Text) -> Iterator[str]:
    yield from (text,) if isinstance(text, str) else text
