import pytest
from PIL import Image, ImageDraw

from agent.adapters.reading import deskew
from agent.adapters.reading.deskew import skew


def page() -> Image.Image:
    """Forty lines of bars as long as words, on a page of A4's proportions."""
    drawn = Image.new("L", (1240, 1754), 255)
    pen = ImageDraw.Draw(drawn)
    for row in range(40):
        for column in range(9 - row % 4):
            left, top = 120 + column * 115 + (row * 7) % 30, 150 + row * 36
            pen.rectangle((left, top, left + 80 + (row + column) % 25, top + 14), fill=0)
    return drawn


@pytest.mark.parametrize("degrees", [-6.5, -3.0, -0.8, -0.3, 0.3, 0.8, 2.0, 7.0])
def test_a_leaning_page_is_measured(degrees: float) -> None:
    leaning = page().rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
    assert skew(leaning) == pytest.approx(-degrees, abs=0.15)


def test_a_level_page_stays() -> None:
    assert abs(skew(page())) < 0.2


def test_a_page_without_lines_has_no_angle() -> None:
    assert skew(Image.new("L", (1240, 1754), 255)) == 0.0


def test_a_page_that_lies_level_costs_few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[float] = []
    measure = deskew._sharpness

    def counted(strips: Image.Image, degrees: float) -> float:
        tried.append(degrees)
        return measure(strips, degrees)

    monkeypatch.setattr(deskew, "_sharpness", counted)
    skew(page())
    assert len(tried) == 5
    assert max(map(abs, tried)) == 0.5
