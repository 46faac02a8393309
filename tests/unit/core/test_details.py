"""What is known more of a failure, in words."""

import pytest

from agent.core.details import detail_words
from agent.core.voice import ENGLISH, Voice
from agent.languages import catalogue

FRENCH = Voice(catalogue=catalogue("fr"))


@pytest.mark.parametrize(
    ("detail", "in_french"),
    [
        ("3 attempts", "3 essais"),
        ("page 12", "page 12"),
        ("pages 1-2, 3", "pages 1-2, 3"),
        ("when it was opened", "à l'ouverture"),
        ("900 seconds, at page 4", "900 secondes, à la page 4"),
        ("1201 pages, limit 1000", "1201 pages, pour une limite de 1000"),
        ("none of 3 pages can be read", "aucune des 3 pages n'est lisible"),
        ("signal 9", "signal 9"),
        ("exit code -3", "code de sortie -3"),
        ("no usable result", "aucun résultat utilisable"),
        ("ValueError", "ValueError"),
    ],
)
def test_a_detail_is_told_in_the_language_of_the_office(detail: str, in_french: str) -> None:
    assert detail_words(detail, ENGLISH) == detail
    assert detail_words(detail, FRENCH) == in_french


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ("it begins like a PDF and JPEG at once", "it begins like several kinds of files at once"),
        (
            "a HEIC picture; to have them read, install pillow-heif as README.md says",
            "a HEIC picture; to have them read, install pillow-heif as README.md says",
        ),
    ],
)
def test_of_kinds_of_files_as_much_is_told_as_people_need(detail: str, told: str) -> None:
    assert detail_words(detail, ENGLISH) == told
