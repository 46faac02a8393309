from collections.abc import Sequence
from dataclasses import replace

from agent.core.rereading import exhausted
from agent.core.rules import Rules
from agent.domain.decision import Match
from agent.domain.document import DocumentText
from agent.workflow.deciding import Judgement, judge, judge_well_read
from tests.builders import person, text_of
from tests.fakes import FakeRegistry

LETTER = ("Patient : Hind VIDAL", "Date de naissance : 16/08/1977")


def _scanned(*, unsure: str = "") -> DocumentText:
    text = text_of(*LETTER, confidence=95, unsure=unsure)
    return DocumentText(pages=tuple(replace(page, coverage=1.0, passes=1) for page in text.pages))


class _Reader:
    """Gives one reading after the other; when there is none left, a pass comes to nothing."""

    def __init__(self, *better: DocumentText) -> None:
        self._better = list(better)
        self.asked: list[tuple[int, ...]] = []

    def __call__(self, text: DocumentText, pages: Sequence[int]) -> DocumentText:
        self.asked.append(tuple(pages))
        return self._better.pop(0) if self._better else DocumentText(pages=exhausted(text, pages))


def _decided(text: DocumentText, reader: _Reader) -> tuple[DocumentText, Judgement]:
    return judge_well_read(
        text,
        decide=lambda text: judge(text, FakeRegistry([person()]), Rules()),
        read_again=reader,
        confidence_floor=80,
    )


def test_a_text_that_says_enough_is_not_read_again() -> None:
    reader = _Reader()
    text, judged = _decided(_scanned(), reader)
    assert (text, reader.asked) == (_scanned(), [])
    assert isinstance(judged.decision, Match)


def test_a_text_is_decided_by_its_better_reading() -> None:
    reader = _Reader(_scanned(unsure="16/08/1977"), _scanned())
    text, judged = _decided(_scanned(unsure="VIDAL"), reader)
    assert (text, reader.asked) == (_scanned(), [(1,), (1,)])
    assert isinstance(judged.decision, Match)


def test_a_text_that_no_pass_makes_better_is_decided_as_it_is() -> None:
    reader = _Reader()
    text, judged = _decided(_scanned(unsure="VIDAL"), reader)
    assert (text.text, reader.asked) == ("\n".join(LETTER), [(1,)])
    assert not isinstance(judged.decision, Match)
