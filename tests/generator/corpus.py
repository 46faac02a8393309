"""Many letters of every class, with their registry and their truth, from one seed.

Under noise the truth stays that of the printed letter, for the paper is still about the same person. Only what must be
filed by itself changes: a MATCH stays one where every word of the lines that tell whom it is about (labels, names,
dates, numbers, roles, letterheads) came through undamaged and surely read, and is EITHER else. HUMAN and NONE stay
what they are, and whoever else is matched is false, however the damage came about.
"""

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.generator import families, namesakes, several, slips
from tests.generator.letters import Letter
from tests.generator.noise import scanned
from tests.generator.town import Town
from tests.generator.wording import Language, Pen

Case = Callable[[Town, Pen], Letter]
CASES: Sequence[Case] = (*namesakes.CASES, *slips.CASES, *families.CASES, *several.CASES)
_LANGUAGES: Sequence[Language] = ("fr", "fr", "fr", "en")


@dataclass(frozen=True, kw_only=True)
class Made:
    """A document and its truth, as lines of the two files."""

    document: dict[str, Any]
    truth: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """A town and the letters about its people."""

    town: Town
    made: Sequence[Made]

    def write(self, folder: Path) -> None:
        """Write `registry.csv`, `docs.jsonl` and `truth.jsonl`."""
        folder.mkdir(parents=True, exist_ok=True)
        self.town.write(folder / "registry.csv")
        _write_lines(folder / "docs.jsonl", (one.document for one in self.made))
        _write_lines(folder / "truth.jsonl", (one.truth for one in self.made))


def generate(seed: int, count: int, noises: Sequence[int] = (0,), cases: Sequence[Case] = CASES) -> Corpus:
    """Make so many letters, the classes and the noises in turn.

    Args:
        noises: per cent of the characters that OCR damages; 0 is a text layer.
    """
    town = Town(seed)
    return Corpus(town=town, made=tuple(_letters(town, seed, count, noises, cases)))


def _letters(
    town: Town, seed: int, count: int, noises: Sequence[int], cases: Sequence[Case]
) -> Iterator[Made]:
    for number in range(count):
        chance = random.Random(f"letter {seed} {number}")
        case = cases[number % len(cases)]
        noise = noises[number // len(cases) % len(noises)]
        printed = case(town, Pen(chance, chance.choice(_LANGUAGES)))
        yield _made(f"s{seed}n{number}", case.__name__, printed, noise, chance)


def _made(name: str, kind: str, printed: Letter, noise: int, chance: random.Random) -> Made:
    expect, expect_name = printed.expect, printed.expect_name or printed.expect
    document: dict[str, Any] = {"doc": name, "text": printed.text, "ocr": False}
    if noise:
        read = scanned(printed, noise / 100, chance)
        document |= {"text": read.text, "ocr": True, "confidence": list(read.confidence)}
        if not read.is_told_rightly:
            expect = "EITHER" if expect == "MATCH" else expect
            expect_name = "EITHER" if expect_name == "MATCH" else expect_name
    truth = {
        "doc": name,
        "class": kind,
        "true_id": printed.true_id,
        "expect": expect,
        "expect_name": expect_name,
        "must_show": list(printed.must_show),
        "noise": noise or None,
    }
    return Made(document=document, truth=truth)


def _write_lines(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
