import pytest
from PIL import Image, ImageDraw

from agent.adapters.reading.eye import DOTS_PER_POINT, Drawing, Eye, scale_of
from agent.domain.document import Box

INK = Box(left=10.0, top=10.0, right=20.0, bottom=20.0)
PAPER = Box(left=60.0, top=60.0, right=70.0, bottom=70.0)


def drawing(picture: Image.Image) -> Drawing:
    return Drawing(
        pixels=memoryview(picture.tobytes()),
        width=picture.width,
        height=picture.height,
        colors=len(picture.getbands()),
    )


def eye(paper: tuple[int, int, int], ink: tuple[int, int, int], *, is_text_alone: bool = False) -> Eye:
    """A page of 100 by 100 points with one inked square."""

    def draw(*, grayscale: bool) -> tuple[Drawing, Drawing | None]:
        without = Image.new("RGB", (100, 100), paper)
        with_text = without.copy()
        ImageDraw.Draw(with_text).rectangle((12, 12, 18, 18), fill=ink)
        mode = "L" if grayscale else "RGB"
        return drawing(with_text.convert(mode)), None if is_text_alone else drawing(without.convert(mode))

    return Eye(draw, 1.0)


@pytest.mark.parametrize(
    ("paper", "ink"),
    [
        pytest.param((255, 255, 255), (0, 0, 0), id="black on white"),
        pytest.param((20, 30, 60), (255, 255, 255), id="white on dark"),
        pytest.param((255, 255, 255), (255, 255, 0), id="yellow on white"),
        pytest.param((0, 130, 0), (255, 0, 0), id="red on a green as light"),
    ],
)
def test_ink_is_seen_where_it_is(paper: tuple[int, int, int], ink: tuple[int, int, int]) -> None:
    assert eye(paper, ink).sees(INK)
    assert not eye(paper, ink).sees(PAPER)


@pytest.mark.parametrize(
    ("paper", "ink"),
    [((255, 255, 255), (255, 255, 255)), ((255, 255, 255), (240, 240, 240)), ((0, 0, 0), (10, 10, 10))],
)
def test_ink_like_its_paper_is_not_seen(paper: tuple[int, int, int], ink: tuple[int, int, int]) -> None:
    assert not eye(paper, ink).sees(INK)


@pytest.mark.parametrize(
    ("ink", "is_seen"),
    [
        pytest.param((0, 0, 0), True, id="black"),
        pytest.param((235, 235, 235), True, id="as pale as can be seen"),
        pytest.param((236, 236, 236), False, id="a shade paler"),
        pytest.param((255, 255, 0), True, id="yellow"),
        pytest.param((255, 255, 255), False, id="white"),
    ],
)
def test_text_alone_on_its_page_is_compared_with_white_paper(
    ink: tuple[int, int, int], *, is_seen: bool
) -> None:
    white = (255, 255, 255)
    assert eye(white, ink, is_text_alone=True).sees(INK) is is_seen
    assert eye(white, ink).sees(INK) is is_seen
    assert not eye(white, ink, is_text_alone=True).sees(PAPER)


@pytest.mark.parametrize(
    "box",
    [
        Box(left=-50.0, top=-50.0, right=-20.0, bottom=-20.0),
        Box(left=150.0, top=10.0, right=170.0, bottom=20.0),
        Box(left=20.0, top=10.0, right=10.0, bottom=20.0),
    ],
)
def test_nothing_is_seen_off_the_page_or_in_no_box(box: Box) -> None:
    assert not eye((255, 255, 255), (0, 0, 0)).sees(box)


def test_a_large_page_is_drawn_smaller_and_a_huge_one_not_at_all() -> None:
    assert scale_of(595.0, 842.0) == DOTS_PER_POINT
    assert scale_of(5000.0, 5000.0) == pytest.approx(0.8)
    assert scale_of(14000.0, 14000.0) is None
