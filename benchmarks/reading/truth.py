"""Documents whose text is known, and how much of it was found.

A truth file has one JSON object a line: `doc` (a file in the folder of documents), `variant` (how it was worn:
`clean300`, `fax`; `born` for a document that was never paper), `language` (`fr`, `en`, `ar`), `true_id` (whose it is in
the registry), `name`, `dob` and `insurance` (the person's, as printed) and `text` (all of it).
"""

import difflib
import json
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

CLEAN, BORN_DIGITAL = "clean", "born"
"""How the names of such variants begin."""
ARABIC = "ar"
LOST_SHARE = 0.10
"""A document without so much of its text has lost some, and must say so."""
_ALIKE = 0.6
"""A word that resembles the printed one so far is misread, and not lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What stands in one document."""

    doc: str
    variant: str
    language: str
    true_id: str
    name: str
    dob: str
    insurance: str
    text: str

    def line(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False) + "\n"

    @property
    def is_clean(self) -> bool:
        return self.variant.startswith(CLEAN) or self.is_born_digital

    @property
    def is_born_digital(self) -> bool:
        return self.variant.startswith(BORN_DIGITAL)

    @property
    def is_latin(self) -> bool:
        return self.language != ARABIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """Documents in a folder, what stands in them, and the registry of the people whom they are about."""

    folder: Path
    registry: Path
    truths: tuple[Truth, ...]

    def path(self, truth: Truth) -> Path:
        return self.folder / truth.doc


def load(documents: Path, truth: Path, registry: Path) -> Drawer:
    """Read a truth file.

    Raises:
        ValueError: it tells of a document that is not there.
    """
    truths = tuple(Truth(**json.loads(line)) for line in truth.read_text(encoding="utf-8").splitlines())
    missing = [it.doc for it in truths if not (documents / it.doc).is_file()]
    if missing:
        raise ValueError(f"{truth} tells of {missing[0]}, which is not in {documents}")
    return Drawer(folder=documents, registry=registry, truths=truths)


def has_all(truth: Truth, text: str) -> bool:
    """Whether name, birth date and number stand in the text as printed; accents and case don't count in the name."""
    found = _folded(text)
    return _folded(truth.name) in found and truth.dob in text and truth.insurance in text


def has_lost(truth: Truth, text: str) -> bool:
    """Whether more than a tenth of the printed text is not there."""
    return kept_share(truth.text, text) < 1 - LOST_SHARE


def kept_share(printed: str, found: str) -> float:
    """Say how much of the printed words, by their letters, was found, in any order.

    A misread word is there as long as it resembles the printed one: this asks what is missing, not what is wrong.
    """
    wanted, left = _words(printed), Counter(_words(found))
    kept, missing = 0, []
    for word in wanted:
        if left[word]:
            left[word] -= 1
            kept += len(word)
        else:
            missing.append(word)
    for word in missing:
        resembling = difflib.get_close_matches(word, _remaining(left, word), n=1, cutoff=_ALIKE)
        if resembling:
            left[resembling[0]] -= 1
            kept += len(word)
    return kept / max(1, sum(map(len, wanted)))


def _remaining(left: Counter[str], word: str) -> Collection[str]:
    return [each for each, count in left.items() if count > 0 and 2 * len(each) >= len(word)]


def _words(text: str) -> Sequence[str]:
    return _folded(text).split()


def _folded(text: str) -> str:
    """Without accents, case and the ends of lines."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(it for it in decomposed if not unicodedata.combining(it)).split())
