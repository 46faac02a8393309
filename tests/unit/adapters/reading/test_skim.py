"""Which pages are looked at closely: all that could say, seen or hidden, who the document is about."""

import pytest

from agent.adapters.reading.skim import Skim
from agent.core.vocabulary import STANDARD
from agent.domain.decision import Match
from tests.builders import decided, person

PROSE = (
    "L'entreprise a poursuivi ses efforts au cours de l'exercice. La Cour de cassation ne s'est pas prononc\u00e9e,\r\n"
    "et le Conseil d'\u00c9tat non plus; voir page 12, article 7. Le c\u0153ur du m\u00e9tier n'a pas chang\u00e9."
)


@pytest.fixture(scope="module")
def skim() -> Skim:
    return Skim(STANDARD.identifying_labels)


def test_prose_can_identify_nobody(skim: Skim) -> None:
    assert not skim.may_identify(PROSE)


@pytest.mark.security
@pytest.mark.parametrize(
    "said",
    [
        "Patient : Jean PRETENDER",
        "patient adam tazi",
        "Pat\u00eeente",
        "PR\u00c9NOM",
        "de ne pr\u00e9nom",
        "M. Tazi",
        "nom\r\ndu malade",
        "identi\ufb01ant AB12",
        "AB123456",
        "12/03/1980",
        "12. 03. 1980",
        "0 6 1 2",
        "1\r\n98\r\n4",
        "\u00b9\u00b2\u00b3\u00b94",
        "mars 1980",
        "p\u0430tient",
        "pat\u200bient",
        "n\u00f8m",
        "\u0627\u0644\u0645\u0631\u064a\u0636",
        "carte nationale AB12",
    ],
)
def test_a_label_a_number_or_a_letter_of_unknown_spelling_may_identify(skim: Skim, said: str) -> None:
    assert skim.may_identify(f"{PROSE}\r\n{said}")


def test_every_label_is_seen(skim: Skim) -> None:
    said = {label: f"{PROSE} {label.upper()} {PROSE}" for label in STANDARD.identifying_labels}
    assert [label for label, text in said.items() if not skim.may_identify(text)] == []


@pytest.mark.security
@pytest.mark.parametrize(
    "first",
    [
        "N\u00e9e le : 03/04/1990\nCIN : CD765432",
        "CIN : CD765432",
        "03/04/1990",
    ],
)
@pytest.mark.parametrize("name", ["Sara BENALI", "BENALI Sara", "sara benali", "Nous, Sara BENALI"])
def test_a_name_on_a_page_that_is_skimmed_makes_no_match(skim: Skim, first: str, name: str) -> None:
    """Its own birth date and number stand on the pages before and after."""
    people = (person("BENALI", "Sara", record_id="R2", cin="CD765432"),)
    hidden = f"{PROSE}\n{name}"
    assert not skim.may_identify(hidden)
    assert not isinstance(decided(f"{first}\n\x0c{hidden}\n\x0c{first}", people), Match)
