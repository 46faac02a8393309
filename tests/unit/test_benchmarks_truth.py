"""What the reading benchmark calls found, lost and within its bounds."""

import pytest

from benchmarks.figures import Figure
from benchmarks.reading.truth import Truth, has_all, has_lost, kept_share

pytestmark = pytest.mark.observability

PRINTED = (
    "Patient : Benoît LEFÈVRE\nNé(e) le : 12/03/1961\nN° JA386342\n" + "La radiographie est normale. " * 10
)
TRUTH = Truth(
    doc="letter.pdf",
    variant="fax",
    language="fr",
    true_id="P7",
    name="Benoît LEFÈVRE",
    dob="12/03/1961",
    insurance="JA386342",
    text=PRINTED,
)


@pytest.mark.parametrize(("measured", "is_within"), [(94.9, False), (95.0, True)])
def test_a_figure_below_its_least_fails(measured: float, is_within: bool) -> None:
    figure = Figure(name="exact", measured=measured, unit="%", least=95.0, digits=1)
    assert figure.is_within is is_within
    assert str(figure).startswith("ok" if is_within else "BELOW")


def test_accents_case_and_line_ends_of_a_name_do_not_count() -> None:
    assert has_all(TRUTH, "benoit\nLefevre 12/03/1961 JA386342")


@pytest.mark.parametrize(
    "text",
    [
        "Benoit LEFEVRE 12/03/1961 JA386343",
        "Benoit LEFEVRE 12/03/1967 JA386342",
        "Benoit LEFEBVRE 12/03/1961 JA386342",
    ],
)
def test_one_wrong_character_is_not_exact(text: str) -> None:
    assert not has_all(TRUTH, text)


def test_misread_words_and_another_order_lose_nothing() -> None:
    assert kept_share(PRINTED, PRINTED.replace("radiographie", "radiograpnie")) == 1.0
    assert kept_share(PRINTED, "\n".join(reversed(PRINTED.splitlines()))) == 1.0


def test_a_missing_part_is_lost_however_often_the_rest_is_said() -> None:
    assert not has_lost(TRUTH, PRINTED[: len(PRINTED) * 95 // 100])
    assert has_lost(TRUTH, PRINTED[: len(PRINTED) // 2])
    assert has_lost(TRUTH, "Patient : Benoît LEFÈVRE " * 50)
    assert has_lost(TRUTH, "")
