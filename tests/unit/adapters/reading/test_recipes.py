import random
from dataclasses import replace

from PIL import Image, ImageChops

from agent.adapters.reading.light import evenly_lit
from agent.adapters.reading.recipes import RECIPES, look, recipes_for
from agent.domain.rivals import MOST_PASSES
from tests.unit.adapters.reading.drawing import DOTS, PAGE, page


def speckled(drawn: Image.Image, share: float) -> Image.Image:
    """Salt and pepper, the same at each run."""
    chance = random.Random(7)
    pixels = bytearray(drawn.tobytes())
    for place in chance.sample(range(len(pixels)), int(share * len(pixels))):
        pixels[place] = 255 if chance.random() < 0.5 else 0
    return Image.frombytes("L", drawn.size, bytes(pixels))


def shadowed(drawn: Image.Image) -> Image.Image:
    shadow = Image.linear_gradient("L").resize(PAGE).point([80 + level * 175 // 255 for level in range(256)])
    return ImageChops.multiply(drawn, shadow)


def names(drawn: Image.Image) -> list[str]:
    return [recipe.name for recipe in recipes_for(drawn, DOTS) if not recipe.is_one_block]


def test_there_are_as_many_recipes_as_the_domain_counts() -> None:
    assert len(RECIPES) + 1 == MOST_PASSES


def test_a_clean_page_is_read_as_it_is_and_nothing_else_would_help() -> None:
    assert names(page()) == ["plain"]


def test_the_first_recipe_comes_last_again_with_the_page_as_one_block() -> None:
    first, *_, last = recipes_for(speckled(page(), 0.04), DOTS)
    assert last == replace(first, is_one_block=True)
    assert first.name == "without_specks"


def test_a_shadow_is_lit_first() -> None:
    assert names(shadowed(page())) == ["evenly_lit", "plain"]


def test_specks_are_taken_away_first() -> None:
    assert names(speckled(page(), 0.04)) == ["without_specks", "plain"]


def test_a_speckled_page_in_a_shadow_gets_both_first_and_then_each() -> None:
    assert names(speckled(shadowed(page()), 0.04)) == [
        "without_specks_evenly_lit",
        "plain",
        "evenly_lit",
        "without_specks",
    ]


def test_print_is_not_taken_for_specks() -> None:
    assert look(page(), DOTS).specks == 0.0


def test_a_page_without_bare_paper_shows_no_specks() -> None:
    assert look(speckled(Image.effect_noise((400, 400), 200), 0.1), DOTS).specks == 0.0


def test_even_light_makes_paper_white_and_leaves_ink_dark() -> None:
    lit = evenly_lit(shadowed(page()), DOTS)
    margin = lit.crop((40, 20, 80, 1740)).tobytes()
    assert min(margin) >= 225
    assert min(lit.tobytes()) == 0


def test_the_lid_of_a_scanner_is_not_made_bright() -> None:
    drawn = page()
    drawn.paste(10, (0, 0, 200, 1754))
    assert max(evenly_lit(drawn, DOTS).crop((40, 400, 80, 1200)).tobytes()) < 100
