"""What stands near a name, a birth date or a row of a table without a label: each was found by the generator."""

import datetime

import pytest

from agent.domain.decision import Match
from tests.builders import decided, person, text_of

KARIM = person("ALAOUI", "Karim", record_id="R1", birth_date=datetime.date(1980, 3, 12), cin="AB123456")
NAMED = "Patient : Karim ALAOUI\n"
BORN = "Karim ALAOUI, né le 12/03/1980\n"


def is_match(text: str, *, confidence: int | None = None) -> bool:
    read = text_of(*text.split("\n"), confidence=confidence)
    return isinstance(decided(read, KARIM), Match)


@pytest.mark.parametrize(
    "text",
    [
        f"{NAMED}TAZI, né le 12/03/1980",
        f"{NAMED}Tazi\nNé le 12/03/1980",
        f"{NAMED}Mme Tazi\nNé le 12/03/1980",
        f"{NAMED}Ben Tazi (né le 12/03/1980)",
        "Karim ALAOUI\nTazi, né le 12/03/1980",
        "Karim ALAOUI / Tazi\nNé le 12/03/1980",
        "Karim ALAOUI & Tazi\nNé le 12/03/1980",
    ],
)
def test_whoever_stands_right_before_a_birth_date_may_be_the_one_born_then(text: str) -> None:
    assert not is_match(text)


@pytest.mark.parametrize(
    "text",
    [
        "Patient : Karim ALAOUI, né le 12/03/1980",
        "Patient\nKarim ALAOUI\nDate de naissance\n12/03/1980",
        f"{NAMED}Sexe : Masculin, né le 12/03/1980",
        f"{NAMED}Sexe\nMasculin\nNé le 12/03/1980",
        f"{NAMED}Sexe : M   Né le 12/03/1980",
        f"{NAMED}12, rue de la Paix\nNé le 12/03/1980",
        f"{NAMED}le patient cité ci-dessus, marié, est né le 12/03/1980",
        f"{NAMED}Le Beau Temps Revient Toujours Demain\nNé le 12/03/1980",
        "Né le 12/03/1980\nPatient : Karim ALAOUI",
    ],
)
def test_other_words_before_a_birth_date_are_nobody(text: str) -> None:
    assert is_match(text)


def test_a_name_at_the_foot_of_a_page_is_not_above_the_next_pages_first_line() -> None:
    assert is_match("Patient : Karim ALAOUI, né le 12/03/1980\nRabat\fNé le 12/03/1980")


@pytest.mark.parametrize(
    "text",
    [
        f"Cher Adam,\n{BORN}",
        f"Dear Adam Tazi,\n{BORN}",
        f"Adam est convoqué le 12/04/2024.\n{BORN}",
        f"Sidi Adam a été vu.\n{BORN}",
        f"{BORN}Adam was seen today.",
        f"{BORN}Vu ce jour. Adam doit revenir.",
    ],
)
def test_without_a_label_whoever_is_greeted_or_told_of_may_be_the_subject(text: str) -> None:
    assert not is_match(text)


@pytest.mark.parametrize(
    "text",
    [
        f"Cher confrère,\n{BORN}",
        f"Cher Karim ALAOUI,\n{BORN}",
        f"{BORN}Il est en bonne santé. Le Scanner est normal.",
        f"{BORN}Karim est en bonne santé.",
        f"{BORN}Examen Clinique Normal Sans Rien est dit.",
        f"{BORN}Scanner",
        f"Cher Adam,\nAdam est convoqué.\n{NAMED}Né le 12/03/1980",
    ],
)
def test_who_is_greeted_or_told_of_otherwise_is_nobody_else(text: str) -> None:
    assert is_match(text)


@pytest.mark.parametrize(
    "text",
    [
        "Nom          Prénom      Né(e) le\nALAOUI       Karim       12/03/1980\n             Adam",
        "Nom et prénom      Né(e) le\nKarim ALAOUI       12/03/1980\nAdam",
        "Nom             Né(e) le\nKarim ALAOUI    12/03/1980\nAdam",
        "Nom      Prénom      Date denaissance\nTAZI     Adam        12/03/2015\n\nPatient : Karim ALAOUI, AB123456",
    ],
)
def test_one_word_in_the_next_row_of_a_table_is_somebody_else(text: str) -> None:
    assert not is_match(text)


@pytest.mark.parametrize(
    "text",
    [
        "Nom          Prénom      Né(e) le\nALAOUI       Karim       12/03/1980\n\nConclusion",
        "Nom et prénom      Né(e) le\nKarim ALAOUI       12/03/1980\n\nيجب متابعة العلاج لمدة شهرين",
    ],
)
def test_what_begins_below_a_table_is_no_row_of_it(text: str) -> None:
    assert is_match(text)


@pytest.mark.parametrize(
    "text",
    [
        "Nom : ALAOUI\nKarim ALAOUI, né le 12/03/1980",
        "Prénom : Karim\nKarim ALAOUI, né le 12/03/1980",
    ],
)
def test_a_labelled_part_of_a_name_needs_the_whole_name_under_a_label_too(text: str) -> None:
    assert not is_match(text)
    assert is_match(f"{text}\nPatient : Karim ALAOUI")


@pytest.mark.parametrize(
    "line",
    ["Kimlik no: ZZ 999999", "Document n° ZZ999999", "ZZ-999999", "Tarjeta : zz999999", "Ausweis DR 999999"],
)
def test_a_card_under_a_label_that_nobody_knows_asks_when_it_is_another(line: str) -> None:
    assert not is_match(f"{NAMED}Né le 12/03/1980\n{line}")


@pytest.mark.parametrize(
    "line",
    [
        "Dossier n° ZZ999999",
        "Facture ZZ999999",
        "le montant de 1 250,00 DH",
        "Tarjeta : AB123456",
        "CIN : AB123456\nTarjeta : ZZ999999",
        "le bilan\nest tout à fait\nnormal\nTarjeta : ZZ999999",
        "Tarjeta : A1B2C3",
    ],
)
def test_other_numbers_are_no_strange_card(line: str) -> None:
    assert is_match(f"{NAMED}Né le 12/03/1980\n{line}")


def test_ocr_may_have_damaged_a_strange_card() -> None:
    card = "Tarjeta : ZZ99999g"
    assert not is_match(f"{NAMED}Né le 12/03/1980\n{card}", confidence=90)
    assert not is_match(f"{NAMED}Né le 12/03/1980\nTarjeta : ZZ 99999g", confidence=90)
    assert is_match(f"{NAMED}Né le 12/03/1980\n{card}")
    assert is_match(f"{NAMED}Né le 12/03/1980\nCIN AB123456\n{card}", confidence=90)
    assert is_match(f"{NAMED}Né le 12/03/1980\nBon 12345678901a", confidence=90)


@pytest.mark.parametrize(
    "label",
    [
        "Patient(e) :",
        "Patiente(s) :",
        "Bénéficiaire(s) :",
        "Nom etprénom :",
        "Identité dupatient :",
        "Patient(e)",
    ],
)
def test_a_label_is_known_with_its_ending_and_with_words_run_together(label: str) -> None:
    assert is_match(f"{label} Karim ALAOUI\nNé le 12/03/1980")
    assert not is_match(f"{NAMED}Né le 12/03/1980\n{label} Adam TAZI")


def test_a_word_in_brackets_that_is_no_ending_stays_a_word() -> None:
    assert not is_match("Patient (fils) Karim ALAOUI\nNé le 12/03/1980")
    assert not is_match("Patient(e")


@pytest.mark.parametrize("text", ["CIN : D 633630", "CIN D-633630", "N° CIN : D-633630"])
def test_a_numbers_own_letter_is_not_passed_over(text: str) -> None:
    card = person("ALAOUI", "Karim", birth_date=datetime.date(1980, 3, 12), cin="D633630")
    assert isinstance(decided(f"{NAMED}{text}", card), Match)


def test_letters_before_a_long_number_are_no_doctor() -> None:
    card = person("ALAOUI", "Karim", birth_date=datetime.date(1980, 3, 12), cin="DR431426")
    assert isinstance(decided(f"{NAMED}CIN : DR 431426", card), Match)
    assert isinstance(decided(f"{NAMED}CIN : DR 431426\nDr 12 TAZI", card), Match)


def test_ordinary_words_before_a_date_are_no_damaged_label_of_a_birth_date() -> None:
    for words in ("DH avant le", "Vu le", "Lu et approuvé le"):
        assert is_match(f"{NAMED}Né le 12/03/1980\n1 250,00 {words} 30/09/2024")
    assert not is_match(f"{NAMED}Né le 12/03/1980\nn6(e) 1e 30/09/2014")


def test_a_damaged_label_announces_what_stands_on_the_next_line() -> None:
    assert not is_match(f"{NAMED}Né le 12/03/1980\nDate de naissanee\n22/09/2007", confidence=90)
    assert not is_match(f"{NAMED}Né le 12/03/1980\natient(e) : Adam Tazi", confidence=90)


def test_an_and_that_joins_no_second_person_asks_nothing() -> None:
    assert is_match("Patient : Karim ALAOUI, né le 12/03/1980, marié et guéri")
    assert not is_match("Patient : Karim ALAOUI, né le 12/03/1980, marié et sa fille")


def test_an_and_inside_a_label_joins_nobody() -> None:
    card = person("ALAOUI", "Karim", birth_date=datetime.date(1980, 3, 12), cin="UK680006")
    assert isinstance(decided("المريض : Karim ALAOUI | رقم ب.ت.و : UK 680006", card), Match)


@pytest.mark.parametrize(
    "text",
    [
        "Nom          Pnénom      Né(e) le\nALAOUI       Karim       12/03/1980\n             Adam Reda",
        "Patient : Karim ALAOUI     Fuil nome: Adam TAZI\nNé le 12/03/1980",
        "Patient : Karim ALAOUI\nPèe : Hassan TAZI, né le 12/03/1980",
        "Patient : Karim ALAOUI (fils)\nPèe : Karim ALAOUI, né le 12/03/1980",
    ],
)
def test_a_second_person_under_a_head_or_label_that_nobody_knows_asks(text: str) -> None:
    assert not is_match(text)


@pytest.mark.parametrize(
    "text",
    [
        "Patient : Karim ALAOUI     Ville : Rabat\nNé le 12/03/1980",
        "Patient : Karim ALAOUI     Etage: Second\nNé le 12/03/1980",
        "Patient : Karim ALAOUI     Etage: 3\nNé le 12/03/1980",
        "Etage: Second     Patient : Karim ALAOUI\nNé le 12/03/1980",
        "Patient : Karim ALAOUI\nEtat civil : né le 12/03/1980",
        "Cabinet Medical      Patient : Karim ALAOUI, né le 12/03/1980\n                     12, rue de la Paix",
        "Cabinet Medical      Patient : Karim ALAOUI, né le 12/03/1980\n\n                     Rabat",
    ],
)
def test_other_cells_and_lines_are_nobody_else(text: str) -> None:
    assert is_match(text)


def test_a_further_cell_that_ocr_has_read_needs_but_one_word() -> None:
    assert not is_match("Patient : Karim ALAOUI     Fuil nome: Adan\nNé le 12/03/1980", confidence=90)


def test_a_number_under_a_label_for_any_is_held_against_the_card_whose_form_it_has() -> None:
    assert not is_match(f"{NAMED}Né le 12/03/1980\nID: Z999999")
    assert is_match(f"{NAMED}Né le 12/03/1980\nID: 12-345")


@pytest.mark.parametrize(
    "text",
    [
        "Nom     Pnénom\nGhita   Majjabi",
        "Identité du patien\nousiçonro Zoé",
        "Cocerne\nde la Tazi Noël",
        "Patient\n5alma TAZI",
        "Nom complct : Alice",
    ],
)
def test_a_second_name_under_a_label_that_ocr_has_damaged_asks(text: str) -> None:
    told = f"{NAMED}Né le 12/03/1980\n{text}"
    assert not is_match(told, confidence=90)


@pytest.mark.parametrize(
    "text",
    [
        "Patient\nle 12 mars",
        "Patient suivi\nle bilan est normal",
        "Patient suivi depuis trois ans",
        "Patient suivi",
        "Cocerne\nle bilan de 2024",
        "Patient suivi\nRabat Agdal Hay Riad Maroc Oriental",
        "Patient suivi\nNom : ALAOUI",
    ],
)
def test_other_lines_below_a_damaged_label_are_nobody(text: str) -> None:
    assert is_match(f"{NAMED}Né le 12/03/1980\n{text}", confidence=90)


@pytest.mark.parametrize("text", ["Henry TAZI   16/01/1935", "16.01.1935", "Henry TAZI 16/01/1935"])
def test_an_old_date_behind_a_name_or_alone_on_its_line_may_be_a_second_birthday(text: str) -> None:
    told = f"{NAMED}Né le 12/03/1980\n{text}\nRabat, le 01/02/2024"
    assert not is_match(told, confidence=90)
    assert is_match(f"{NAMED}Né le 12/03/1980\nopéré le 16/01/1935 à Rabat, le 01/02/2024", confidence=90)
    assert is_match(f"{NAMED}Né le 12/03/1980\n{text} suivi\nRabat, le 01/02/2024")


def test_a_full_stop_that_ocr_has_read_ends_no_role() -> None:
    text = f"{NAMED}Assuré : Adam. Hakim TAZI, né le 12/03/1980"
    assert is_match(text)
    assert not is_match(text, confidence=90)


def test_a_name_cut_by_ocr_right_above_a_birth_date_may_be_the_one_born_then() -> None:
    text = f"{NAMED}Cranleyb yinq\nNé le 12/03/1980"
    assert not is_match(text, confidence=90)
    assert is_match(text)


def test_one_word_below_a_row_that_ocr_has_read_may_be_the_next_row() -> None:
    text = "Patient : Karim ALAOUI      CIN AB123456\nRoe-Marie"
    assert not is_match(text, confidence=90)
    assert is_match(text)


def test_a_name_below_words_that_ocr_hardly_read_may_have_had_a_label() -> None:
    lines = ("Patient : Karim ALAOUI", "Né le 12/03/1980", "0ncernanf le potient", "Rose-Nanie Dauuiel")
    unsure = text_of(*lines, confidence=90, unsure="potient")
    assert not isinstance(decided(unsure, KARIM), Match)
    assert isinstance(decided(text_of(*lines), KARIM), Match)


def test_a_name_on_a_line_that_ocr_hardly_read_may_have_had_a_label() -> None:
    lines = ("Patient : Karim ALAOUI", "Né le 12/03/1980", "Vu en consultat1on Adam TAZI")
    unsure = text_of(*lines, confidence=90, unsure="consultat1on")
    assert not isinstance(decided(unsure, KARIM), Match)
    assert isinstance(decided(text_of(*lines), KARIM), Match)
    assert not is_match(f"{NAMED}Kingswost0neca\nNé le 12/03/1980", confidence=90)


def test_an_unknown_label_that_ocr_hardly_read_may_have_been_the_subjects() -> None:
    lines = ("Patient : Karim ALAOUI", "Né le 12/03/1980", "Pré,no etnem : Henry Tazi")
    unsure = text_of(*lines, confidence=90, unsure="etnem", unsure_confidence=63)
    assert not isinstance(decided(unsure, KARIM), Match)
    assert isinstance(decided(text_of(*lines), KARIM), Match)


def test_ocr_may_have_lost_the_label_of_a_name_that_has_none() -> None:
    assert is_match("Karim ALAOUI, né le 12/03/1980")
    assert not is_match("Karim ALAOUI, né le 12/03/1980", confidence=90)
    assert is_match("M. Karim ALAOUI, né le 12/03/1980", confidence=90)


@pytest.mark.parametrize("line", ["Document n° 2249738", "Ausweis : 22497388"])
def test_a_number_alone_that_ocr_has_read_under_an_unknown_label_may_be_a_damaged_card(line: str) -> None:
    assert not is_match(f"{NAMED}Né le 12/03/1980\n{line}", confidence=90)
    assert is_match(f"{NAMED}Né le 12/03/1980\n{line}")


@pytest.mark.parametrize(
    "line", ["Dossier n° 2249738", "la somme de1250,00 DH", "le 04/0/i2024", "vers 2249738 DH"]
)
def test_other_numbers_that_ocr_has_read_are_none(line: str) -> None:
    assert is_match(f"{NAMED}Né le 12/03/1980\n{line}", confidence=90)


def test_half_of_a_parted_word_announces_no_topic_where_ocr_has_read_it() -> None:
    lines = ("Pè re : VIDAL Hind, né le 16/08/1977", "Certificat de scolarité")
    assert decided(text_of(*lines, confidence=95), person()).verdict != "match"


def test_a_topic_of_two_letters_counts_at_the_beginning_of_a_line() -> None:
    line = "Re: VIDAL Hind, born 16/08/1977"
    assert decided(text_of(line, confidence=95), person()).verdict == "match"
    assert decided(text_of(line), person()).verdict == "match"


@pytest.mark.parametrize(
    ("text", "unsure"),
    [
        ("Client : Karim Alaoui (fiIs)\nssuré : ALAOUI Karim, né le 12/03/1980", "fiIs"),
        ("Client : Karim Alaoui (fiIs)\nssuré : ALAOUI Karim, né le 12/03/1980", "ssuré"),
        ("Pafient\nAdam El Tazi\nPnénom ; Karim\nNom : ALAOUI\nNaissance : 12/03/1980", "Pafient"),
        ("Pafient\nAdam El Tazi\nPnénom ; Karim\nNom : ALAOUI\nNaissance : 12/03/1980", "Pnénom"),
    ],
)
@pytest.mark.parametrize("confidence", [94, 60])
def test_roles_and_labels_that_ocr_damaged_ask_however_sure_they_look(
    text: str, unsure: str, confidence: int
) -> None:
    read = text_of(*text.split("\n"), confidence=94, unsure=unsure, unsure_confidence=confidence)
    assert not isinstance(decided(read, KARIM), Match)


@pytest.mark.parametrize(
    "text",
    [
        "Patient: Karim ALAOUI     PAIENT NAME: Adam Tazi\nDOB: 12/03/1980",
        "Patient: Karim ALAOUI     Paticnt name: AdamTAZI Berrada\nDOB: 12/03/1980",
        "Patient: Karim ALAOUI\nDOB: 12/03/1980\nSeen with\nPxiexr Name: Adam Tazi",
        "Patient: Karim ALAOUI\nDOB: 12/03/1980\nPaticnt Name\nTazi",
    ],
)
def test_the_name_of_an_unknown_thing_may_be_the_patients_where_ocr_read_it(text: str) -> None:
    assert not is_match(text, confidence=94)


def test_the_name_of_a_thing_is_nobodys() -> None:
    assert is_match("Patient: Karim ALAOUI\nDOB: 12/03/1980\nTest Name: Full Blood Count")
    assert is_match("Patient: Karim ALAOUI\nDOB: 12/03/1980\nTest Name: Glucose", confidence=94)


def test_what_ocr_has_left_of_a_first_names_label_is_no_doctors_title() -> None:
    text = "Patient(e) : Karim ALAOUI     Pr'énom etnom : Adam TAZI\nNé le 12/03/1980"
    read = text_of(*text.split("\n"), confidence=94, unsure="Pr'énom", unsure_confidence=34)
    assert not isinstance(decided(read, KARIM), Match)


@pytest.mark.parametrize("title", ["Pr", "Pr.", "Dr", "Dr."])
def test_a_doctors_title_that_ocr_has_read_is_one(title: str) -> None:
    assert is_match(f"Patient(e) : Karim ALAOUI     {title} Adam TAZI\nNé le 12/03/1980", confidence=94)


def test_a_word_of_which_ocr_is_not_sure_at_all_is_unsure() -> None:
    text = "Patient : Karim ALAOUI\nNé le 12/03/1980\nلمريص\nآدم التازي"
    for unsure_confidence, is_sure in ((94, True), (0, False)):
        read = text_of(*text.split("\n"), confidence=94, unsure="لمريص", unsure_confidence=unsure_confidence)
        assert isinstance(decided(read, KARIM), Match) is is_sure
