"""How large a picture is on paper."""

import pytest

from agent.adapters.reading.paper import size_on_paper


@pytest.mark.parametrize(
    ("pixels", "dots", "points"),
    [
        ((2480, 3508), (300.0, 300.0), (595, 842)),
        ((1728, 1145), (204.0, 98.0), (610, 841)),
        ((3024, 4032), (72.0, 72.0), (632, 842)),
        ((4032, 3024), (96.0, 96.0), (842, 632)),
        ((3024, 4032), None, (632, 842)),
        ((1080, 1920), None, (595, 1058)),
        ((500, 20_000), None, (84, 3368)),
        ((400, 300), (300.0, 300.0), (842, 632)),
        ((2480, 3508), (30_000.0, 30_000.0), (595, 842)),
        ((9933, 14_043), (300.0, 300.0), (2384, 3370)),
    ],
    ids=[
        "scan", "fax", "photograph", "lying", "silent", "screenshot", "strip", "stamp", "wrong_unit", "plan",
    ],
)  # fmt: skip
def test_a_picture_has_the_size_of_a_sheet_unless_it_says_otherwise_believably(
    pixels: tuple[int, int], dots: tuple[float, float] | None, points: tuple[int, int]
) -> None:
    assert size_on_paper(*pixels, dots) == pytest.approx(points, abs=1)
