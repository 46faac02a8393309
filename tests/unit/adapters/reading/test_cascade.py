"""The cascade with a tesseract that is played: which recipes it gets, and what counts as read."""

import math
from typing import Any

import pytest
from PIL import Image

from agent.adapters.reading import cascade, tesseract
from agent.domain.document import Word
from tests.unit.adapters.reading.drawing import DOTS, page, words
from tests.unit.adapters.reading.test_recipes import speckled


class Engine:
    """Finds the words that it is given; of a page taken as one block, others."""

    def __init__(self, found: list[Word], in_one_block: list[Word]) -> None:
        self._found, self._in_one_block = found, in_one_block
        self.calls: list[bool] = []

    def read(
        self, _picture: Image.Image, _dots: float, _deadline: float, *, is_one_block: bool, **_: Any
    ) -> list[Word]:
        self.calls.append(is_one_block)
        return self._in_one_block if is_one_block else self._found


def recognised(
    monkeypatch: pytest.MonkeyPatch, engine: Engine, drawn: Image.Image, passes: int = 0
) -> cascade.Recognition:
    monkeypatch.setattr(tesseract, "read", engine.read)
    return cascade.recognise(drawn, DOTS, math.inf, languages="eng", passes=passes)


def test_a_page_of_which_all_is_read_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(words(), [])
    found = recognised(monkeypatch, engine, page())
    assert (found.passes, found.coverage, engine.calls) == (1, 1.0, [False])


def test_dropped_lines_are_looked_for_in_the_page_as_one_block(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(words(range(20)), words())
    found = recognised(monkeypatch, engine, page())
    assert (found.passes, found.coverage, engine.calls) == (2, 1.0, [False, True])
    assert len(found.words) == len(words())


def test_what_is_made_of_handwriting_in_one_block_explains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(words(range(20)), [*words(range(20)), *words(range(20, 40), confidence=50)])
    found = recognised(monkeypatch, engine, page())
    assert found.coverage == pytest.approx(0.5, abs=0.05)


def test_a_page_that_reads_unsurely_but_whole_is_not_taken_as_one_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = Engine(words(confidence=70), [])
    found = recognised(monkeypatch, engine, page())
    assert (found.passes, engine.calls) == (1, [False])


def test_a_further_pass_has_nothing_left_but_the_block_and_needs_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = Engine(words(), [])
    with pytest.raises(tesseract.NothingLeftError):
        recognised(monkeypatch, engine, page(), passes=1)
    assert engine.calls == []


def test_print_that_goes_with_the_specks_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The median leaves nothing of hairlines: on the picture that tesseract gets, all is read."""
    engine = Engine(words(range(20)), words(range(20)))
    found = recognised(monkeypatch, engine, speckled(page(thin=range(20, 40)), 0.04))
    assert found.coverage is not None
    assert found.coverage < 0.9
