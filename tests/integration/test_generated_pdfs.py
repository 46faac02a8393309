"""Generated letters as real PDFs, through the whole reader; some with text on the page that nobody sees.

What plain text can't carry: `tests/integration/test_generated.py` has all the rest.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from fpdf import FPDF

from agent.adapters.registry import RegistryIndex, read_csv
from agent.core.rules import Rules
from agent.domain.decision import Policy
from agent.evaluation.documents import documents_at
from agent.evaluation.reading import Judge
from agent.evaluation.scoring import Score, prediction_of, read_truth, score
from tests.generator.corpus import Case, generate
from tests.generator.layouts import block, shown
from tests.generator.letters import Letter
from tests.generator.namesakes import (
    name_alone,
    same_name_other_birthday,
    stranger_of_other_birthday,
    surely_named,
)
from tests.generator.several import bystander, one_person_on_two_pages, several_documents, two_patients
from tests.generator.slips import columns_of_a_letter, digit_wrong_in_date, label_above_value, table_layout
from tests.generator.town import Town
from tests.generator.wording import Pen
from tests.generator.writing import letter
from tests.integration.test_reading import reader_in

SEED = 4
_LEFT, _TOP, _LEADING, _SIZE = 15.0, 25.0, 5.0, 10
"""In millimetres and points."""

pytestmark = [pytest.mark.security, pytest.mark.slow]


def hidden_subject(town: Town, pen: Pen) -> Letter:
    """A stranger's letter; what names somebody known can't be seen."""
    return letter(town, pen, block(pen, shown(pen, town.stranger())), expect="NONE", about=None)


def hidden_beside_subject(town: Town, pen: Pen) -> Letter:
    """Somebody known can be seen, and somebody else known can't."""
    one = town.settle()
    return letter(town, pen, block(pen, shown(pen, one)), expect="MATCH", about=one)


CASES: Sequence[Case] = (
    surely_named,
    name_alone,
    same_name_other_birthday,
    stranger_of_other_birthday,
    two_patients,
    several_documents,
    one_person_on_two_pages,
    bystander,
    digit_wrong_in_date,
    table_layout,
    label_above_value,
    columns_of_a_letter,
)
HIDDEN_CASES: Sequence[Case] = (hidden_subject, hidden_beside_subject)
Hide = Callable[[FPDF, Sequence[str]], None]


def _write(document: FPDF, lines: Sequence[str], top: float = _TOP) -> None:
    for row, line in enumerate(lines):
        document.text(_LEFT, top + row * _LEADING, line)


def invisible(document: FPDF, lines: Sequence[str]) -> None:
    with document.local_context(text_mode="INVISIBLE"):
        _write(document, lines, top=200.0)


def white(document: FPDF, lines: Sequence[str]) -> None:
    with document.local_context(text_color=(255, 255, 255)):
        _write(document, lines, top=200.0)


def off_the_page(document: FPDF, lines: Sequence[str]) -> None:
    _write(document, lines, top=-100.0)


def covered(document: FPDF, lines: Sequence[str]) -> None:
    _write(document, lines, top=200.0)
    document.set_fill_color(255, 255, 255)
    document.rect(0, 190, 210, 60, style="F")


HIDING: Sequence[Hide] = (invisible, white, off_the_page, covered)


def draw(path: Path, text: str, hide: Hide | None = None, hidden: Sequence[str] = ()) -> None:
    """Print a text in a type whose letters are all of one width, so that columns keep their places."""
    document = FPDF()
    document.set_font("courier", size=_SIZE)
    for page in text.split("\f"):
        document.add_page()
        _write(document, page.split("\n"))
        if hide is not None:
            hide(document, hidden)
    document.output(str(path))


def scored(folder: Path, judge: Judge) -> Score:
    truth = read_truth(folder / "truth.jsonl", Policy.TWO_IDENTIFIERS)
    given = documents_at(folder / "pdfs")
    return score([prediction_of(one.name, judge.decide(one)) for one in given], truth)


def is_printable(text: str) -> bool:
    """Whether the fonts that every PDF viewer has can print it."""
    return text.isascii() or all(ord(letter) < 256 for letter in text)


@pytest.fixture(scope="module")
def judge_for(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], Judge]]:
    with reader_in(tmp_path_factory.mktemp("scratch")) as reader:
        opened: list[RegistryIndex] = []

        def judge_for(folder: Path) -> Judge:
            index = RegistryIndex(folder / "registry.sqlite")
            opened.append(index)
            index.replace(read_csv(folder / "registry.csv").people)
            return Judge(text_source=reader, registry=index, rules=Rules())

        yield judge_for
        for index in opened:
            index.close()


def test_printed_letters_match_nobody_falsely_and_those_that_can_be_decided_are(
    tmp_path: Path, judge_for: Callable[[Path], Judge]
) -> None:
    corpus = generate(SEED, 3 * len(CASES), cases=CASES)
    corpus.write(tmp_path)
    (tmp_path / "pdfs").mkdir()
    for made in corpus.made:
        if is_printable(made.document["text"]):
            draw(tmp_path / "pdfs" / f"{made.document['doc']}.pdf", made.document["text"])
    result = scored(tmp_path, judge_for(tmp_path))
    assert result.documents > 2 * len(CASES)
    assert result.false_matches == ()
    assert result.automatic.percent >= 97.0
    assert result.shown.percent >= 97.0


@pytest.mark.parametrize("hide", HIDING, ids=lambda hide: hide.__name__)
def test_what_nobody_sees_names_nobody(
    hide: Hide, tmp_path: Path, judge_for: Callable[[Path], Judge]
) -> None:
    """Neither does it make a stranger's letter somebody's, nor does it stand beside a subject."""
    corpus = generate(SEED, 4 * len(HIDDEN_CASES), cases=HIDDEN_CASES)
    hidden = corpus.town.settle()
    corpus.write(tmp_path)
    (tmp_path / "pdfs").mkdir()
    lines = (f"Patient : {hidden.first_name} {hidden.last_name}", f"Né(e) le {hidden.born:%d/%m/%Y}")
    for made in corpus.made:
        if is_printable(made.document["text"]):
            draw(tmp_path / "pdfs" / f"{made.document['doc']}.pdf", made.document["text"], hide, lines)
    result = scored(tmp_path, judge_for(tmp_path))
    assert result.documents >= 4
    assert result.false_matches == ()
    assert result.automatic.of > 0
    assert result.automatic.percent == 100.0
