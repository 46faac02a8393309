"""Documents about somebody who is not registered, that print a registered person's name and birth date or number.

Each of them was once filed under that person, or is a near relation of one that was.
"""

import datetime

import pytest

from agent.domain.decision import Ambiguous, Match
from tests.builders import decided, person

KARIM = person("ALAOUI", "Karim", record_id="R1", birth_date=datetime.date(1980, 3, 12), cin="AB123456")
SARA = person("BENALI", "Sara", record_id="R2", birth_date=datetime.date(1990, 4, 3), cin="CD765432")
PEOPLE = (KARIM, SARA)
INSURED = person(
    "ALAOUI", "Karim", record_id="W", birth_date=datetime.date(1980, 3, 12), insurance="123456789"
)


@pytest.mark.parametrize(
    "text",
    [
        "Nom : ALAOUI\nPrénom : Adam\nResponsable : Karim ALAOUI, né le 12/03/1980",
        "Nom : ALAOUI\nPrénom : Adam\nChez Karim ALAOUI, CIN AB123456",
        "Nom : ALAOUI   Prénom : Adam\nAdressé à M. Karim ALAOUI, né le 12/03/1980",
        "Nom : ALAOUI\nPrénom : Karim\nNé le : 12/03/1980\n\nNom : ALAOUI\nPrénom : Sara",
        "Enfant : Adam\nSara BENALI, née le 03/04/1990",
        "Patient : ADAM\nSara BENALI, née le 03/04/1990",
        "patient : adam tazi\nresponsable Sara BENALI née le 03/04/1990",
        "Patient : adam tazi\nSara BENALI née le 03/04/1990",
        "Re: Adam BENALI\nDear Sara BENALI, born 03/04/1990",
        "Patient : Karim ALAOUI\nNé le : 12/03/1980\n\x0cPatiente : Salma",
        "Nom      Prénom     Né(e) le\nALAOUI   Karim      12/03/1980\nALAOUI   Adam",
        "Nom et prénom     Né(e) le\nKarim ALAOUI      12/03/1980\nAdam ALAOUI",
    ],
)
def test_a_labelled_name_that_is_not_wholly_the_persons_own_asks(text: str) -> None:
    """One word, a first name alone, no capital, another page: a label is taken at its word."""
    assert not isinstance(decided(text, PEOPLE), Match)


@pytest.mark.parametrize(
    "text",
    [
        "Bébé de Mme Sara BENALI, née le 03/04/1990",
        "Nouveau-né de Mme Sara BENALI, née le 03/04/1990",
        "Nourrisson : Adam TAZI\nMaman : Sara BENALI, née le 03/04/1990",
        "Défunt : Ahmed ALAOUI\nDéclarant : Karim ALAOUI, CIN AB123456",
        "Victime : Said RAMI\nTémoin : Karim ALAOUI, né le 12/03/1980",
        "Demandeur : Said RAMI\nDéfendeur : Karim ALAOUI, né le 12/03/1980",
        "Défendeur : Said RAMI\nDemandeur : Karim ALAOUI, né le 12/03/1980",
        "Salarié : Said RAMI\nEmployeur : Karim ALAOUI, CIN AB123456",
        "Receveur : Said RAMI\nDonneur : Karim ALAOUI, né le 12/03/1980",
        "Facture à : Adam TAZI\nPayée par Karim ALAOUI, né le 12/03/1980",
        "Je soussigné Karim ALAOUI, CIN AB123456, atteste héberger M. Said RAMI",
        "Je soussigné Karim ALAOUI, né le 12/03/1980, donne procuration à M. Said RAMI",
        "Mme Salma IDRISSI est convoquée.\nKarim ALAOUI, né le 12/03/1980",
        "Karim ALAOUI, né le 12/03/1980\nSara BENALI",
    ],
)
def test_a_third_partys_own_birth_date_or_number_makes_no_subject(text: str) -> None:
    """What an unknown word announces, or another name stands beside, is bound by nothing."""
    assert not isinstance(decided(text, PEOPLE), Match)


@pytest.mark.parametrize(
    "text",
    [
        "Patient : Karim ALAOUI né le 12/03/1980\nCIN : AB/999999",
        "Patient : Karim ALAOUI né le 12/03/1980\nCIN : AB_999999",
        "Patient : Karim ALAOUI né le 12/03/1980\nCIN : A.B.999999",
        "Patient : Karim ALAOUI né le 12/03/1980\nCIN n° : (AB) 999999",
        "Patient : Karim ALAOUI né le 12/03/1980\nCIN : AB123456/7",
        "Patient : Karim ALAOUI né le 12/03/1980\nN° identifiant : A/B/999999",
    ],
)
def test_a_labelled_number_that_can_not_be_read_asks(text: str) -> None:
    """It may be the one that would have been a veto."""
    assert not isinstance(decided(text, PEOPLE), Match)


@pytest.mark.parametrize(
    "text",
    [
        "Patient : Karim ALAOUI\nCIN AB123456\nNé en 2015",
        "Patient : Karim ALAOUI\nCIN AB123456\nNé le cinq juin deux mille quinze",
        "Patient : Karim ALAOUI\nCIN AB123456\nNé à l'hôpital Ibn Sina de Rabat Maroc, le 05/06/2015",
        "Patient : Karim ALAOUI\nCIN AB123456\nNé à l'école\nvu le 12/03/1980",
        "Patient : Karim ALAOUI\nCIN AB123456\nAge : 7 ans",
        "Patient : Karim ALAOUI\nCIN AB123456\nÂge : 7\nRabat, le 01/02/2025",
        "Patient : Karim ALAOUI\nCIN AB123456\nAge : 7 ans\nRabat, le 01/02/2025",
    ],
)
def test_a_labelled_birth_date_or_age_that_is_not_the_persons_asks(text: str) -> None:
    """In words, as a year alone, behind a long place, or as an age."""
    assert not isinstance(decided(text, PEOPLE), Match)


@pytest.mark.parametrize(
    "text",
    [
        "Mère du patient : Sara BENALI, née le 03/04/1990",
        "Patient's mother: Sara BENALI, born 03/04/1990",
        "Nom du responsable : Karim ALAOUI, né le 12/03/1980",
        "Patient: John Doe Smith\nNext of kin: Sara BENALI, DOB 03/04/1990",
        "Child: Adam\nParent: Sara BENALI, born 03/04/1990",
        "Patient        Accompagnant\nAdam TAZI      Sara BENALI\nNée le 03/04/1990",
        "Patient : Adam          Sara BENALI\n                        née le 03/04/1990",
        "nom : tazi\nprénom : adam\nSara BENALI, née le 03/04/1990",
        "enfant adam\nSara BENALI, née le 03/04/1990",
        "mme salma idrissi\nKarim ALAOUI, né le 12/03/1980",
        "Nom : RAMI\nKarim ALAOUI, né le 12/03/1980",
        "Prénom : Said\nKarim ALAOUI, né le 12/03/1980",
        "First name: Adam\nGuardian: Sara BENALI, née le 03/04/1990",
        "CIN du patient : AB999999\nPatient : Karim ALAOUI, né le 12/03/1980",
        "Patient : Karim ALAOUI, né le 12/03/1980\nN° CIN du patient : ZZ999999",
        "Patient : Karim ALAOUI, né le 12/03/1980\nCIN\nAB/999999",
        "Patient : Karim ALAOUI, né le 12/03/1980\nCIN |AB-999/999|",
        "Patient : Karim ALAOUI, né le 12/03/1980\nID card no: A/B 999999",
        "Patient : Karim ALAOUI, CIN AB123456, 7 ans",
        "Patient : Karim ALAOUI (7 ans), CIN AB123456\nRabat, le 01/02/2025",
        "Patient : Karim ALAOUI, CIN AB123456\nâgé de 7 ans\nRabat, le 01/02/2025",
        "Enfant de 7 ans, Karim ALAOUI, CIN AB123456\nRabat, le 01/02/2025",
        "Patient: Karim ALAOUI, CIN AB123456\n7-year-old boy seen on 01/02/2025",
        "Patient : Karim ALAOUI\nCIN AB123456\nAge : 8 mois\nle 01/02/2025",
        "المريض : Karim ALAOUI\nCIN AB123456\nالعمر : 7 سنوات\n01/02/2025",
        "Patient : Karim ALAOUI, CIN AB123456\nDate de naissance : cinq juin 2015",
        "Patient: Karim ALAOUI, CIN AB123456\nBorn in June 2015",
        "Patient: Karim ALAOUI, CIN AB123456\nDOB: Jun-2015",
        "Patient : Karim ALAOUI, CIN AB123456\nتاريخ الازدياد : 2015",
        "Patient : Karim ALAOUI, CIN AB123456\nNé vers 2015",
        "الطفل : آدم\nKarim ALAOUI, né le 12/03/1980",
        "الأم : Sara BENALI, née le 03/04/1990",
        "المريض : آدم\nSara BENALI, née le 03/04/1990",
        "رضيع السيدة Sara BENALI, née le 03/04/1990",
        "Baby of Mrs Sara BENALI, born 03/04/1990",
        "B/O Sara BENALI, DOB 03/04/1990",
        "Baby Sara BENALI, born 03/04/1990\nRabat, 01/02/2025",
        "Bébé Sara BENALI, née le 03/04/1990",
        "Nouveau-né : Sara BENALI, née le 03/04/1990\nRabat, le 01/02/2025",
        "Bb de Sara BENALI née le 03/04/1990",
        "Accouchée : Sara BENALI, née le 03/04/1990\nBébé : Adam",
        "RN de Sara BENALI née le 03/04/1990",
        "Invoice to: Adam TAZI\nPaid by Karim ALAOUI, born 12/03/1980",
        "I, the undersigned Karim ALAOUI, born 12/03/1980, authorise Mr Said RAMI",
        "Witness: Karim ALAOUI, DOB 12/03/1980\nDeceased: Ahmed ALAOUI",
        "Nous soussignés\nKarim ALAOUI, né le 12/03/1980\nattestons que Said RAMI réside chez nous",
        "Je soussigné(e)\nM. Karim ALAOUI né le 12/03/1980\ncertifie héberger\nM. Said RAMI",
        "À l'attention de M. Karim ALAOUI, né le 12/03/1980\nVotre fils Adam",
        "Monsieur Karim ALAOUI\nné le 12/03/1980\nVotre fils Adam ALAOUI est convoqué",
        "Karim ALAOUI, né le 12/03/1980\nAdam ALAOUI, né en 2015",
        "Hébergé : Said RAMI\nKarim ALAOUI, né le 12/03/1980",
        "Hébergé : Said\nKarim ALAOUI, né le 12/03/1980",
        "Élève : Adam ALAOUI\nKarim ALAOUI, né le 12/03/1980",
        "Emprunteur : Said RAMI\nKarim ALAOUI, né le 12/03/1980",
        "Nom du malade : Adam\nKarim ALAOUI, né le 12/03/1980",
        "Lien de parenté : fils\nMalade : Adam\nKarim ALAOUI, né le 12/03/1980",
        "Prénom du malade : Adam\nNom et prénom de l'assuré : Karim ALAOUI, né le 12/03/1980",
        "Bénéficiaire des soins : le fils\nKarim ALAOUI, CIN AB123456",
        "Nom et prénom de l'adhérent\nKarim ALAOUI\nné le 12/03/1980\nMalade : Adam",
        "Objet : convocation de Adam ALAOUI\nKarim ALAOUI, né le 12/03/1980",
        "Re: your son Adam ALAOUI\nKarim ALAOUI, born 12/03/1980",
        "Nom et prénom        Né(e) le\nKarim ALAOUI         12/03/1980\nAdam ALAOUI",
        "Nom          Prénom      Né(e) le\nALAOUI       Karim       12/03/1980\nALAOUI       Adam",
        "Patient : Karim ALAOUI, né le 12/03/1980\n\x0cNom : ALAOUI Prénom : Adam",
        "Patient : Karim ALAOUI, né le 12/03/1980\n\x0cEnfant ADAM",
        "Dossier de Adam ALAOUI\nKarim ALAOUI, né le 12/03/1980",
        "Reçu de M. Karim ALAOUI, né le 12/03/1980 pour Adam",
        "Titulaire du compte : Karim ALAOUI, né le 12/03/1980",
        "Interlocuteur : Karim ALAOUI, né le 12/03/1980",
        "Pièce d'identité de Karim ALAOUI, né le 12/03/1980",
        "Accueillant     Né(e) le\nKarim ALAOUI    12/03/1980",
        "Client : ALAOUI\nResp. Karim ALAOUI, né le 12/03/1980",
        "Patient : K. ALAOUI\nKarim ALAOUI, né le 12/03/1980",
        "Karim ALAOUI\nné le 12/03/1980\npère de Adam ALAOUI",
        "Karim ALAOUI né le 12/03/1980, père de l'enfant Adam",
        "Karim ALAOUI, né le 12/03/1980, tuteur de Adam TAZI",
        "Karim ALAOUI, né le 12/03/1980, employeur\nSalarié Said",
        "Karim ALAOUI, né le 12/03/1980, certifie que Adam TAZI habite chez lui",
        "KARIM ALAOUI NÉ LE 12/03/1980 ATTESTE HEBERGER SAID RAMI",
        "Fait par Karim ALAOUI, né le 12/03/1980",
        "Signataire\nKarim ALAOUI, né le 12/03/1980",
    ],
)
def test_texts_of_the_same_spirit_ask(text: str) -> None:
    """Other words, orders and languages."""
    assert not isinstance(decided(text, PEOPLE), Match)


@pytest.mark.parametrize(
    "text",
    [
        "Patient : Karim ALAOUI\nDate de naissance du père : 12/03/1980",
        "Patient : Karim ALAOUI\nPère né le 12/03/1980",
        "Patient : Karim ALAOUI\nCIN du père : AB123456",
        "Patient : Karim ALAOUI\nCIN du tuteur : AB123456\n",
        "Patient : Karim ALAOUI\nFather's DOB: 12/03/1980",
        "Patient : Karim ALAOUI\nMère : née le 12/03/1980",
        "Patient : Karim ALAOUI\nAssuré : né le 12/03/1980",
        "Patient : Karim ALAOUI\nDate de naissance de l'assuré : 12/03/1980",
        "Bénéficiaire : Karim ALAOUI\nDate de naissance assuré : 12/03/1980",
        "Bénéficiaire : Karim ALAOUI\nAssuré : Hassan ALAOUI, né le 12/03/1980",
        "Bénéficiaire : Karim ALAOUI\nAssuré : Karim ALAOUI, CIN AB123456",
        "Bénéficiaire : Karim ALAOUI\nAssuré : Karim ALAOUI\nCIN AB123456",
        "Patient : Karim ALAOUI\nFils de Karim ALAOUI, CIN AB123456",
        "Patient : Karim ALAOUI, fils de Hassan ALAOUI né le 12/03/1980",
        "Patient: Karim ALAOUI\nMother: Sara X, born 12/03/1980",
        "Patient : Karim ALAOUI\nAccompagné de son père (CIN AB123456)",
        "Enfant : Karim ALAOUI\nTéléphone du père 0612345678 CIN AB123456",
        "Patient : Karim ALAOUI\nÂge : 7ans\nCIN AB123456\nle 01/02/2025",
        "Patient : Karim ALAOUI\nAge 7A\nCIN AB123456",
        "Patient : Karim ALAOUI\nAge: 7y\nCIN AB123456",
        "Patient : Karim ALAOUI\nAge (ans) : 7\nCIN AB123456",
        "Patient: Karim ALAOUI 7 y/o, CIN AB123456",
        "Patient : Karim ALAOUI\nsept ans\nCIN AB123456",
        "Patient : Karim ALAOUI\nÂge : sept ans\nCIN AB123456",
        "Patient : Karim ALAOUI  H  7 ans\nCIN AB123456",
        "Patient : Karim ALAOUI\nCIN AB123456\nDate de naissance\nCIN\n05/06/2015",
        "Patient : Karim ALAOUI, né le 12/03/1980\nPassport no: CD765432",
        "PATIENT : KARIM ALAOUI   PERE : HASSAN\nNE LE 12/03/1980",
        "patient: karim alaoui\nné le 12/03/1980\npatient: adam tazi",
        "Nom: Karim ALAOUI / Adam ALAOUI\nné le 12/03/1980",
        "Patients : Karim ALAOUI, Adam ALAOUI\nné le 12/03/1980",
        "Patients : Karim ALAOUI\n           Adam ALAOUI\nné le 12/03/1980",
        "Patients: Karim ALAOUI (né le 12/03/1980); Adam",
        "Patient : Karim ALAOUI ou Adam TAZI\nné le 12/03/1980",
        "Patient : Karim ALAOUI né le 12/03/1980 et Adam TAZI",
        "Patients : Karim ALAOUI né le 12/03/1980, Adam TAZI né en 2015",
        "Concerne : Karim ALAOUI (né le 12/03/1980) et sa fille Salma",
        "Concerne : votre fille Salma\nKarim ALAOUI né le 12/03/1980",
        "Dossier : Adam TAZI\nKarim ALAOUI, né le 12/03/1980",
        "Dossier Adam TAZI\nKarim ALAOUI, né le 12/03/1980",
        "Échantillon de Adam Tazi\nKarim ALAOUI, né le 12/03/1980",
        "IRM de Salma\nKarim ALAOUI, né le 12/03/1980",
        "Patient :\n\nAdam\n\nKarim ALAOUI, né le 12/03/1980",
        "Patient : voir ci-dessous\nAdam Tazi\nKarim ALAOUI, né le 12/03/1980",
        "Identité du patient\nAdam Tazi\nKarim ALAOUI, né le 12/03/1980",
        "NOM DU PATIENT\nADAM TAZI\nPERSONNE A CONTACTER\nKARIM ALAOUI\nNE LE 12/03/1980",
        "Personne à contacter : Karim ALAOUI, né le 12/03/1980",
        "Correspondant\nKarim ALAOUI, né le 12/03/1980",
        "Pour : Adam\nDe : Karim ALAOUI, né le 12/03/1980",
        "De : Karim ALAOUI, né le 12/03/1980",
        "From: Karim ALAOUI, born 12/03/1980",
        "To: Karim ALAOUI, born 12/03/1980\nRegarding Adam",
        "Patient : Karim ALAOUI\nNé le 12/O3/1980\nCIN AB123456",
        "Nom : ALAOUI Prénom : Karim Nom du père : Hassan Né le : 12/03/1980",
        "Patient : Karim ALAOUI\nAntécédents : père né le 12/03/1980",
        "Patient : Karim ALAOUI\nConjoint\nNé(e) le 12/03/1980",
        "Nom : ALAOUI\nPrénom : Karim\n\nConjoint\nNom : ALAOUI\nPrénom : Salma\nNé(e) le : 12/03/1980",
        "Patient : Karim ALAOUI\nTuteur légal : X, CIN : AB123456",
        "Déclaration de naissance\nNé le 05/06/2015 : Adam\nPère : Karim ALAOUI né le 12/03/1980",
    ],
)
def test_a_relatives_birth_date_or_number_or_a_second_name_in_a_list_asks(text: str) -> None:
    """A role voids what stands under it, and a joined or listed name is another one."""
    assert not isinstance(decided(text, PEOPLE), Match)


@pytest.mark.parametrize(
    "text",
    [
        "Bénéficiaire : Karim ALAOUI, 7 ans\nN° assuré : 123456789",
        "Bénéficiaire : Karim ALAOUI\nN° adhérent : 123456789",
        "Bénéficiaire : Karim ALAOUI\nMutuelle : 123456789",
        "Beneficiary: Karim ALAOUI\nPolicy number: 123456789",
        "Bénéficiaire : Karim ALAOUI\nImmatriculation : 123456789",
    ],
)
def test_the_insureds_number_proves_no_beneficiary(text: str) -> None:
    assert not isinstance(decided(text, INSURED), Match)


def test_the_insureds_number_excludes_no_namesake() -> None:
    son = person("ALAOUI", "Karim", birth_date=None, insurance="555555555")
    text = "Patient : Karim ALAOUI né le 12/03/1980\nN° assuré : 123456789"
    assert not isinstance(decided(text, [INSURED, son]), Match)


def test_another_insureds_number_vetoes_no_beneficiary() -> None:
    text = "Bénéficiaire : Karim ALAOUI né le 12/03/1980\nN° assuré : 987654321"
    assert isinstance(decided(text, INSURED), Match)


def test_a_number_without_kind_still_proves() -> None:
    assert isinstance(decided("Patient : Karim ALAOUI\nN° identifiant : 123456789", INSURED), Match)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("BEN ALI", "Karim"), ("BENALI", "Karim")),
        (("BENALI", "Karim"), ("BEN ALI", "Karim")),
        (("EL ALAOUI", "Karim"), ("ELALAOUI", "Karim")),
        (("TAZI", "Abdel Karim"), ("TAZI", "Abdelkarim")),
        (("TAZI", "Abd Allah"), ("TAZI", "Abdallah")),
        (("EL TAZI", "Mohamed Abdel Karim"), ("TAZI", "Mohamed Abdelkarim")),
        (("O'CONNOR", "Jean Luc"), ("OCONNOR", "Jeanluc")),
        (("BEN", "Karim"), ("BEN", "Karim")),
    ],
)
def test_names_written_joined_or_apart_are_homonyms(one: tuple[str, str], other: tuple[str, str]) -> None:
    lead = person(*one, birth_date=datetime.date(1980, 3, 12))
    rival = person(*other, birth_date=None)
    text = f"Patient : {one[1]} {one[0]}, né le 12/03/1980"
    assert isinstance(decided(text, [lead]), Match)
    assert not isinstance(decided(text, [lead, rival]), Match)


@pytest.mark.parametrize(
    "label", ["Patient : Mohamed TAZI", "Re: Mohamed TAZI", "Prénom : Mohamed", "Nom : FASSI"]
)
def test_a_labelled_part_of_the_name_asks(label: str) -> None:
    amine = person("FASSI TAZI", "Mohamed Amine", birth_date=None, cin="EF111222")
    text = f"{label}\nBilan\nMohamed Amine FASSI TAZI CIN EF111222"
    assert not isinstance(decided(text, amine), Match)


BLOCK = "Nom : BENALI\nPrénom : Sara\nNée le : 03/04/1990\n"


@pytest.mark.parametrize(
    "text",
    [
        f"PERSONNE DE CONFIANCE\n{BLOCK}",
        f"Personne à prévenir en cas d'urgence :\n{BLOCK}",
        "Représentant légal\nNom et prénom : Sara BENALI\nNée le : 03/04/1990",
        f"Héritiers\n{BLOCK}",
        f"DONNEUR\n{BLOCK}RECEVEUR : dossier 55",
        "EMERGENCY CONTACT\nName: Sara BENALI\nDate of birth: 03/04/1990",
        "PARENT / GUARDIAN DETAILS\nName: Sara BENALI\nDOB: 03/04/1990",
        f"{BLOCK}Soins de : Hugo",
        "Subscriber name: Sara BENALI\nDate of birth: 03/04/1990\nDependent: Hugo",
        "Name: Sara BENALI\nDate of birth: 03/04/1990\nRelationship to patient: mother",
        f"{BLOCK}Lien avec le patient : mère",
        f"{BLOCK}autorise l'opération de mon enfant mineur",
        "Name: Sara BENALI\nDate of birth: 03/04/1990\nI consent to my child's vaccination.",
    ],
)
def test_a_block_about_a_bystander_asks_and_says_why(text: str) -> None:
    decision = decided(text, PEOPLE)
    assert isinstance(decision, Ambiguous)


def test_a_bystander_s_word_inside_a_sentence_asks_nothing() -> None:
    text = f"{BLOCK}Pas de parents diabétiques. Soins de support, sans personne de confiance désignée."
    assert isinstance(decided(text, PEOPLE), Match)


@pytest.mark.parametrize(
    "text",
    [
        "Patient : Karim ALAOUI, né le 12/03/1980",
        "Karim ALAOUI\nné le 12/03/1980",
        "Karim ALAOUI, né le 12/03/1980, fils de Hassan",
        "Mme Sara BENALI, née le 03/04/1990",
        "Objet\nMme Sara BENALI, née le 03/04/1990",
        "Cher confrère,\nMme\nSara BENALI, née le 03/04/1990",
        "Bilan :\nPatiente Sara BENALI, née le 03/04/1990",
        "Sara BENALI (CD765432)\nDr Odile RANCOURT",
        "Patient : Karim ALAOUI né le 12/03/1980\nN° CIN : (AB) 123456",
        "Patient : Karim ALAOUI né le 12/03/1980\nCIN : AB/123456",
        "CIN du patient : AB123456\nPatient : Karim ALAOUI",
        "Dossier du patient : Karim ALAOUI, né le 12/03/1980",
        "La patiente BENALI va bien.\nPatiente : Sara BENALI, née le 03/04/1990",
        "Patient : Karim ALAOUI, 45 ans, né le 12/03/1980\nRabat, le 01/02/2025",
        "Patient : Karim ALAOUI, né le 12/03/1980\nRabat, le 01/02/2025\nÂge de 45 ans, âge gestationnel",
        "2 ans de suivi\nPatient : Karim ALAOUI, né le 12/03/1980\nde 3 ans",
        "Patient : Karim ALAOUI, né le 12/03/1980\nAge : 12/03/2025",
        "Patient : Karim ALAOUI, né le 12/03/1980. Mère décédée à l'âge de 60 ans.",
        "Patient : Karim ALAOUI, né le 12/03/1980\nTaille 1,70 M Poids 60\nSexe : M Marié\nMadame, Monsieur,",
        "Patient : Karim ALAOUI, né le 12/03/1980\nMonsieur le Directeur\nMadame La Directrice\nMme",
        "Patient : Karim ALAOUI, né le 12/03/1980\nLa radiographie ne montre pas de foyer. Ne pas plier.",
        "Patient: Mr Karim ALAOUI\nDOB: 12/03/1980\nThank you for this patient. The patient is well.",
        "Objet : compte rendu\nPatient : Karim ALAOUI, né le 12/03/1980\nالموضوع: تقرير طبي",
    ],
)
def test_what_is_wholly_the_persons_own_is_still_a_match(text: str) -> None:
    assert isinstance(decided(text, PEOPLE), Match)


def test_a_name_is_bound_by_nothing_on_another_page() -> None:
    """A page without a label and a number is only skimmed: what it hides is not looked for, and must bind nobody."""
    assert isinstance(decided("Sara BENALI\nNée le : 03/04/1990", PEOPLE), Match)
    assert not isinstance(decided("Sara BENALI\n\x0cNée le : 03/04/1990", PEOPLE), Match)
