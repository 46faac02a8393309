import pytest

from agent.adapters.reading.lines import lines_of
from agent.adapters.reading.overlay import merged, turned
from agent.domain.document import Box, Line, Word


def placed(text: str, left: float, top: float, *, confidence: int | None = None) -> Word:
    box = Box(left=left, top=top, right=left + 40.0, bottom=top + 10.0)
    return Word(text=text, box=box, confidence=confidence)


def texts(lines: tuple[Line, ...]) -> list[str]:
    return [line.text for line in lines]


def test_answers_stand_behind_their_questions() -> None:
    kept = [placed("DURAND", 100, 101), placed("Jeanne", 100, 121)]
    found = lines_of([placed("Nom", 50, 100, confidence=90), placed("Prénom", 50, 120, confidence=90)])
    assert texts(merged(kept, found, is_level=True)) == ["Nom DURAND", "Prénom Jeanne"]


def test_leaning_lines_stay_as_they_are() -> None:
    leaning = Line(words=(placed("was", 50, 100, confidence=90), placed("seen", 300, 118, confidence=90)))
    lines = merged([placed("page", 50, 200), placed("Clinic", 50, 20)], [leaning], is_level=False)
    assert texts(lines) == ["Clinic", "was seen", "page"]


def test_where_both_stand_in_one_box_the_layer_stays() -> None:
    found = lines_of([placed("DVRAND", 101, 101, confidence=70)])
    (line,) = merged([placed("DURAND", 100, 100)], found, is_level=True)
    assert [(word.text, word.confidence) for word in line.words] == [("DURAND", None)]


def test_a_large_box_swallows_no_words() -> None:
    stamp = Word(text="COPY", box=Box(left=0.0, top=0.0, right=500.0, bottom=700.0))
    found = lines_of([placed("DURAND", 100, 100, confidence=90)])
    assert texts(merged([stamp], found, is_level=True)) == ["COPY DURAND"]


def test_without_a_layer_the_lines_are_the_recognised_ones() -> None:
    found = lines_of([placed("DURAND", 100, 100, confidence=90)])
    assert merged([], found, is_level=True) == found


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [
        (0, Box(left=10.0, top=20.0, right=50.0, bottom=30.0)),
        (90, Box(left=770.0, top=10.0, right=780.0, bottom=50.0)),
        (180, Box(left=550.0, top=770.0, right=590.0, bottom=780.0)),
        (270, Box(left=20.0, top=550.0, right=30.0, bottom=590.0)),
        (-90, Box(left=20.0, top=550.0, right=30.0, bottom=590.0)),
    ],
)
def test_words_turn_with_their_page(degrees: int, expected: Box) -> None:
    assert [word.box for word in turned([placed("stamp", 10, 20)], degrees, 600.0, 800.0)] == [expected]
