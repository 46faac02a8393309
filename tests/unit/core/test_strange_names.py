"""Names that nothing explains where OCR has read the page; a text layer decides as if there were none."""

import datetime

import pytest

from agent.domain.decision import Match, candidates_of
from tests.builders import decided, person, text_of

KARIM = person("ALAOUI", "Karim", record_id="R1", birth_date=datetime.date(1980, 3, 12), cin="AB123456")
NAMED = "Patient : Karim ALAOUI\nNé le 12/03/1980\n"


def is_match(text: str, *, confidence: int | None = 95) -> bool:
    pages = [page.split("\n") for page in text.split("\f")]
    return isinstance(decided(text_of(*pages[0], confidence=confidence), KARIM), Match)


@pytest.mark.parametrize(
    "text",
    [
        f"{NAMED}Je certifie avoir examiné ce jourTazi Adam.",
        f"{NAMED}J'ai reçu enconsultat1on BOUHMALI Anne Sophie.",
        f"{NAMED}Nous avons revu Adam Tazi",
        f"{NAMED}Vu en consultationNAZ2ALICHTA Adam.",
        f"{NAMED}Paticnt name AdamTAZIBENNI",
        f"{NAMED}Boug'hriniqba Rachid 2l mai 1991",
        f"{NAMED}Sujet Ma1rle Tazi",
        f"sumame Tazi Adam\n{NAMED}",
        f"Sumame : Tazi Adam\n{NAMED}",
        f"{NAMED}Rabat\nle 1 mai\net\nAdam Tazi",
        "Un\ndeux\ntrois\nAdam Tazi\n" + NAMED,
    ],
)
def test_a_name_that_nothing_explains_may_be_a_second_persons_on_a_page_that_ocr_read(text: str) -> None:
    assert not is_match(text)


@pytest.mark.parametrize(
    "text",
    [
        NAMED,
        f"{NAMED}Karim ALAOUI va bien",
        f"Caisse Régionale de Prévoyance\nÉtudes Sorel Martin\n{NAMED}",
        f"{NAMED}Doctcur Adam Tazi",
        f"{NAMED}DocteurAdam Tazi",
        f"{NAMED}Or Adam Tazi",
        f"{NAMED}PrAdam Tazi",
        f"{NAMED}H0pital Adam Tazi",
        f"{NAMED}CERTIFICAT MEDICAL",
        f"{NAMED}Yours Sincerely",
        f"{NAMED}DATE DE NAISSAMCE",
        f"{NAMED}LE MALADIF REVIENT DEMAIN SANS AUCUNE DOULEUR NOUVELLE",
        f"{NAMED}Bien confraterneIlement",
        f"{NAMED}Séance du 12 mai, Zo24 Mai",
        f"{NAMED}Le Jean-Luc",
    ],
)
def test_letterheads_doctors_offices_and_labels_are_explained_also_with_a_slip(text: str) -> None:
    assert is_match(text)


@pytest.mark.parametrize(
    "text",
    [
        f"{NAMED}Je certifie avoir examiné ce jourTazi Adam.",
        f"{NAMED}Nous avons revu Adam Tazi",
        f"{NAMED}Sujet Adam Tazi",
    ],
)
def test_in_a_text_layer_no_label_is_damaged_and_nothing_is_looked_for(text: str) -> None:
    assert is_match(text, confidence=None)


def test_a_speck_within_a_labelled_name_leaves_somebodys() -> None:
    text = f"{NAMED}Concernant le patient : L,uc DAUBOEC"

    assert not is_match(text)


@pytest.mark.parametrize(
    "text",
    [
        "Bébé Karim ALAOUI\nère née le 12/03/1980",
        "Bébé Karim ALAOUI\nMè re née le 12/03/1980",
        "Bébé Karim ALAOUI\nM ère née le 12/03/1980",
        "Bébé Karim ALAOUI\nMèr'e née le 12/03/1980",
        "Patient : Karim ALAOUI\nTAZI ,, né le 12/03/1980",
        "Patient : Karim ALAOUI\n8ADLE, né le 12/03/1980",
        "Patient : Karim ALAOUI\nG andenstone\nNé le 12/03/1980",
    ],
)
def test_what_ocr_left_before_a_birth_date_may_be_somebody_elses_name_or_role(text: str) -> None:
    assert not is_match(text)


@pytest.mark.parametrize(
    "text",
    [
        "Patient : Karim ALAOUI\nIl est né le 12/03/1980",
        "Patient : Karim ALAOUI\nil y a des ans ou plus et il est né le 12/03/1980",
        f"{NAMED}la radiographie ne montre rien",
        f"{NAMED}Le bilan ne",
        "Patient : Karim ALAOUI\n25 né le 12/03/1980",
        "Patient : Karim ALAOUI\nce jour de naissance : 12/03/1980",
    ],
)
def test_everyday_words_before_a_birth_date_are_nobody_on_a_page_that_ocr_read(text: str) -> None:
    assert is_match(text)


@pytest.mark.parametrize(
    "line",
    [
        "Justificatif n° GP -718165",
        "Justificatif n° Q8227 182",
        "Ausweis: rt240 864",
        "Kimlik no: to92080A",
        "CINC 693343",
        "nationalIDS965030.",
        "titulaire de la ClN n° tw 36442",
        "Carte : QBI98765",
        "Justificatif MAR12345",
        "Tarjeta :M-2200I34",
        "Justificatif n° l.747794",
        "Justificatifn° 2 990369",
        "Ident ity card: AB98S37",
        "nafional Q39187S.",
    ],
)
def test_another_card_asks_where_ocr_has_parted_it_or_read_a_letter_into_it(line: str) -> None:
    one = person("ALAOUI", "Karim", record_id="R1", birth_date=datetime.date(1980, 3, 12), cin="QB12345")

    assert not isinstance(decided(text_of(*f"{NAMED}{line}".split("\n"), confidence=95), one), Match)


@pytest.mark.parametrize("confidence", [47, 79])
def test_a_namesake_under_a_second_label_that_ocr_hardly_read_asks(confidence: int) -> None:
    lines = ("Patient : Karim ALAOUI (fils)", "Pè,re : Karim ALAOUI, né le 12/03/1980")
    unsure = text_of(*lines, confidence=95, unsure="Pè,re", unsure_confidence=confidence)
    assert not isinstance(decided(unsure, KARIM), Match)


@pytest.mark.parametrize(
    "text",
    [
        f"{NAMED}Compfe rendu d'hospitalisation du patlentOmar Bannabikri",
        f"Nom . Tazi\nPrénom . Adam\n\n{NAMED}",
        f"Nom ; Tazi\n{NAMED}",
    ],
)
def test_labels_that_ocr_has_broken_still_name_somebody(text: str) -> None:
    assert not is_match(text)
    assert is_match(NAMED)


@pytest.mark.parametrize(
    "line",
    [
        "Objet : votre demande du 3 mai2024",
        "Objet : votre demande du 3mai 2024",
        "Le scanner du 14/02/Z023 ne montre pas de lésion",
        "Thank you for your letter of 3 May Z024.",
    ],
)
def test_a_damaged_date_is_nobodys_name_or_card(line: str) -> None:
    unsure = text_of(*NAMED.split("\n"), line, confidence=95, unsure="024", unsure_confidence=60)
    assert isinstance(decided(unsure, KARIM), Match)


@pytest.mark.parametrize(
    "line",
    [
        "Sujet Mamadou CISSE",
        "Sujet Riad TAZI",
        "BRAHIM TAZI",
        "On a vu Adam TAZI",
        "Sujet Brian MILAN",
    ],
)
def test_a_name_that_resembles_an_office_a_title_or_a_label_is_a_name(line: str) -> None:
    assert not is_match(f"{NAMED}{line}")


def test_a_word_that_ocr_has_damaged_is_no_letterhead() -> None:
    assert not is_match(f"Étude de Maître Sorel\nVu en consultat1on Adam Tazi.\n{NAMED}")


def test_a_number_that_may_have_two_lengths_is_told_once() -> None:
    decision = decided(text_of(*NAMED.split("\n"), "Ausweis: rt24O864", confidence=95), KARIM)
    sentences = [reason.sentence for one in candidates_of(decision) for reason in one.reasons]
    assert sentences.count("rt24O864 may be another number; it could not be read surely.") == 1
