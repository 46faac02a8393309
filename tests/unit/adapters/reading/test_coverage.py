import pytest
from PIL import Image, ImageChops, ImageDraw

from agent.adapters.reading.coverage import INK_SHARE, coverage
from tests.unit.adapters.reading.drawing import DOTS, PAGE, page, words


def test_a_page_whose_words_were_all_found_is_covered() -> None:
    assert coverage(page(), DOTS, words()) == 1.0


def test_dropped_lines_are_missed() -> None:
    assert coverage(page(), DOTS, words(range(20))) == pytest.approx(0.5, abs=0.05)


def test_words_that_are_hardly_believed_explain_nothing() -> None:
    assert coverage(page(), DOTS, words(confidence=20)) == 0.0


def test_lines_in_the_shadow_of_a_lamp_are_missed() -> None:
    """As dark as paper elsewhere, their ink is still darker than the paper round it."""
    shadow = Image.linear_gradient("L").resize(PAGE).point([60 + level * 195 // 255 for level in range(256)])
    dark = ImageChops.multiply(page(), shadow)
    assert coverage(dark, DOTS, words(range(20, 40))) == pytest.approx(0.5, abs=0.05)
    assert coverage(dark, DOTS, words()) == 1.0


def test_an_empty_page_has_no_text() -> None:
    assert coverage(Image.new("L", PAGE, 255), DOTS, []) is None


def test_what_is_no_text_does_not_count() -> None:
    drawn = page()
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((100, 1650, 1140, 1652), fill=0)  # a rule
    pen.rectangle((0, 0, 60, 1753), fill=0)  # the scanner's lid
    pen.ellipse((900, 1600, 1100, 1750), outline=0, width=4)  # a stamp's ring
    drawn.paste(Image.radial_gradient("L").resize((300, 60)), (500, 60))  # a photo
    for speck in range(40):
        pen.rectangle((100 + speck * 25, 1600, 101 + speck * 25, 1601), fill=0)
    assert coverage(drawn, DOTS, words()) == 1.0


def test_a_few_marks_by_themselves_are_no_text() -> None:
    drawn = page()
    pen = ImageDraw.Draw(drawn)
    for bullet in range(5):
        pen.ellipse((70, 150 + bullet * 36, 84, 164 + bullet * 36), outline=0, width=3)
    assert coverage(drawn, DOTS, words()) == 1.0


@pytest.mark.parametrize("is_combed", [False, True], ids=["boxes to be ticked", "rows of boxes for letters"])
def test_the_empty_boxes_of_a_form_are_no_text(*, is_combed: bool) -> None:
    drawn = page()
    pen = ImageDraw.Draw(drawn)
    for row in range(8):
        pen.rectangle((70, 150 + row * 60, 104, 184 + row * 60), outline=0, width=2)
        for cell in range(12 if is_combed else 0):
            left = 500 + cell * 30
            pen.rectangle((left, 1590 + row * 20, left + 30, 1610 + row * 20), outline=0, width=2)
    assert coverage(drawn, DOTS, words()) == 1.0


def test_letters_as_round_as_boxes_are_text() -> None:
    drawn = page()
    for letter in range(8):
        ImageDraw.Draw(drawn).ellipse((70, 150 + letter * 60, 104, 184 + letter * 60), outline=0, width=5)
    assert (coverage(drawn, DOTS, words()) or 0) < 1.0


def test_pale_lines_are_missed() -> None:
    pale = page()
    pale.paste(page().point([min(255, 190 + level) for level in range(256)]).crop((0, 870, *PAGE)), (0, 870))
    assert (coverage(pale, DOTS, words(range(20)), ink_share=INK_SHARE) or 1.0) < 0.7


def test_a_word_explains_ink_from_the_confidence_that_is_asked_for() -> None:
    assert coverage(page(), DOTS, words(confidence=50)) == 1.0
    assert coverage(page(), DOTS, words(confidence=50), believed=60) == 0.0


def test_texture_says_nothing() -> None:
    """Each pixel of a chequered page is a blot of its own: too many to be letters."""
    tile = Image.new("L", (16, 16), 255)
    ImageDraw.Draw(tile).rectangle((0, 0, 7, 7), fill=0)
    chequered = Image.new("L", (4000, 5600))
    for left in range(0, 4000, 16):
        for top in range(0, 5600, 16):
            chequered.paste(tile, (left, top))
    assert coverage(chequered, 75.0, []) is None


def test_a_picture_smaller_than_a_letter_is_measured() -> None:
    assert coverage(Image.new("L", (3, 3), 255), 300.0, []) is None
