"""Pages drawn for tests: bars as long as words stand for lines of text."""

from PIL import Image, ImageDraw

from agent.domain.document import Box, Word

DOTS = 150.0
PAGE = (1240, 1754)


def lines_of_words(rows: range = range(40)) -> list[list[tuple[int, int, int, int]]]:
    """Where the words of each row stand, in pixels."""
    return [
        [
            (left, 150 + row * 36, left + 80 + (row + column) % 25, 164 + row * 36)
            for column in range(9 - row % 4)
            for left in [120 + column * 115 + (row * 7) % 30]
        ]
        for row in rows
    ]


def page(thin: range = range(0)) -> Image.Image:
    """Forty lines of words, each of small upright strokes as letters are, on a page of A4's proportions.

    Args:
        thin: the lines whose strokes are hairs.
    """
    drawn = Image.new("L", PAGE, 255)
    pen = ImageDraw.Draw(drawn)
    for number, row in enumerate(lines_of_words()):
        across, down = (0, 0) if number in thin else (3, 2)
        for left, top, right, bottom in row:
            for stroke in range(left, right - 2, 7):
                pen.rectangle((stroke, top, stroke + across, bottom), fill=0)
            pen.rectangle((left, top + 6, right, top + 6 + down), fill=0)
    return drawn


def words(rows: range = range(40), confidence: int = 95) -> list[Word]:
    """The words of some rows, as tesseract would find them."""
    return [
        Word(text="bars", box=Box(left=left, top=top, right=right, bottom=bottom), confidence=confidence)
        for row in lines_of_words(rows)
        for left, top, right, bottom in row
    ]
