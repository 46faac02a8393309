"""What a reply to a question is taken for."""

import pytest

from agent.core.searching import Meant, document_meant, meant_by


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Keller", Meant.SEARCH),
        ("Wu Li", Meant.SEARCH),
        ("O'N 4", Meant.SEARCH),
        ("Łuk", Meant.SEARCH),
        ("1961", Meant.SEARCH),
        ("2.3.1961", Meant.SEARCH),
        ("207", Meant.SEARCH),
        ("thanks", Meant.SEARCH),
        ("\N{CJK UNIFIED IDEOGRAPH-738B}\N{CJK UNIFIED IDEOGRAPH-4F1F}", Meant.SEARCH),
        ("\N{CJK UNIFIED IDEOGRAPH-738B}", Meant.TOO_SHORT),
        ("\N{FULLWIDTH LATIN SMALL LETTER O}\N{FULLWIDTH LATIN SMALL LETTER K}", Meant.TOO_SHORT),
        ("2", Meant.BUTTON),
        (" 2. ", Meant.BUTTON),
        ("#12", Meant.BUTTON),
        ("0", Meant.TOO_SHORT),
        ("ok", Meant.TOO_SHORT),
        ("Li", Meant.TOO_SHORT),
        ("n°2", Meant.TOO_SHORT),
        ("1, 2", Meant.TOO_SHORT),
        ("?!...", Meant.TOO_SHORT),
        ("\N{THUMBS UP SIGN}", Meant.TOO_SHORT),
        ("", Meant.TOO_SHORT),
    ],
)
def test_a_search_has_three_signs_or_two_of_another_script_and_a_number_chooses_nobody(
    text: str, meant: Meant
) -> None:
    assert meant_by(text) is meant


@pytest.mark.parametrize(
    ("text", "number"),
    [("D-7", 7), (" d7 ", 7), ("7", None), ("D-633630/2", None), ("Dupont", None), ("", None)],
)
def test_a_documents_number_begins_with_its_letter(text: str, number: int | None) -> None:
    assert document_meant(text) == number
