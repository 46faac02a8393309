"""The traps: each would file a document under the wrong person if one rule were missing."""

import datetime
import itertools

import pytest

from agent.domain.decision import CANDIDATES_SHOWN, Ambiguous, Decision, Match, Policy, Unmatched
from tests.builders import boxed, cut_short, decided, person, text_of

BORN = datetime.date(1977, 8, 16)


def matched(decision: Decision) -> str | None:
    return decision.candidate.person.record_id if isinstance(decision, Match) else None


def why_not(decision: Decision) -> str:
    assert isinstance(decision, Ambiguous | Unmatched)
    return decision.reason.code


class TestMatch:
    @pytest.mark.parametrize(
        "text",
        [
            "Patient : VIDAL Hind\nNé(e) le : 16/08/1977",
            "Nom & prénom : Hind VIDAL | D.D.N : 16/08/1977",
            "Compte rendu concernant Mme Hind Vidal, née le 16 août 1977.",
            "Nous avons vu en consultation Madame Hind VIDAL, née le 16/08/1977, pour des douleurs.",
            "Certificat pour Hind Vidal née à Casablanca le 16/08/1977",
            "Patient name: Hind VIDAL\nDate of birth: 16 August 1977",
            "Name: Vidal, Hind\nDOB: 1977-08-16",
            "Re: Hind VIDAL - born August 16, 1977",
            "Nom : VIDAL Prénom : Hind Sexe : F Né(e) le : 16/08/1977",
            "Nom : VIDAL\nSexe : F\nPrénom : Hind\nDate de naissance : 16/08/1977",
            "Nom\nVIDAL\nPrénom\nHind\nDate de naissance\n16/08/1977",
            "| Nom | Prénom | Date de naissance |\n| VIDAL | Hind | 16/08/1977 |",
            "Nom de famille     Prénom(s)     Naissance\nVIDAL              Hind          16/08/1977",
            "Nom de naissance : MARTIN\nNom d'usage : VIDAL\nPrénom : Hind\nNé(e) le 16/08/1977",
            "PATIENT : VIDAL HIND NEE LE 16/08/1977",
            "patient: hind vidal\nné le 16/08/1977",
            "الاسم الكامل : VIDAL Hind\nتاريخ الازدياد : ١٦/٠٨/١٩٧٧",
            "المريضة : VIDAL Hind\nالمزدادة بتاريخ 16 غشت 1977",
            "VIDAL Hind : الكامل الاسم\n١٦/٠٨/١٩٧٧ : الازدياد تاريخ",
            "Patient : VI\u200bDAL Hi\u200dnd\nNé(e) le 16/08/19\u200b77",
            "Patient : VIDAL Hind          Dr Karim CLARK\nNé(e) le 16/08/1977",
            "Patient : VIDAL Hind et\nNé(e) le 16/08/1977",
            "Dr Karim CLARK, Patient : VIDAL Hind, né(e) le 16/08/1977",
            "La patiente Mme VIDAL\nHind est née le 16/08/1977, vue ce jour. née le 16/08/1977",
        ],
    )
    def test_decide_with_exact_name_and_labelled_birth_date_is_a_match(self, text: str) -> None:
        assert matched(decided(text, person(record_id="V"))) == "V"

    @pytest.mark.parametrize(
        "line",
        [
            "CIN : L882253",
            "CIN n° l 882253",
            "titulaire de la CIN L-882253",
            "N° identifiant : L882253",
            "(L882253)",
        ],
    )
    def test_decide_with_exact_name_and_card_number_is_a_match(self, line: str) -> None:
        vidal = person(record_id="V", cin="L882253", birth_date=None)
        assert matched(decided(f"Patient : VIDAL Hind, {line}", vidal)) == "V"

    def test_decide_with_social_security_number_in_groups_is_a_match(self) -> None:
        vidal = person(record_id="V", nir="184127645108946")
        assert matched(decided("Patient : VIDAL Hind\nNIR : 1 84 12 76 451 089 46", vidal)) == "V"

    def test_decide_with_an_insurance_number_under_a_neutral_label_is_a_match(self) -> None:
        vidal = person(record_id="V", insurance="216103255")
        assert matched(decided("Patient : VIDAL Hind\nN° identifiant : 216 103 255", vidal)) == "V"

    def test_decide_says_why_it_is_this_person_and_not_the_others(self) -> None:
        vidal, other = person(record_id="V"), person(record_id="W", birth_date=datetime.date(1960, 1, 2))
        decision = decided("Patient : VIDAL Hind\nNé(e) le 16/08/1977", [vidal, other])
        assert isinstance(decision, Match)
        assert [reason.code for reason in decision.candidate.reasons] == [
            "name_printed",
            "name_as_subject",
            "birth_date_same",
        ]
        assert [rival.is_vetoed for rival in decision.rivals] == [True]
        assert "birth_date_differs" in [reason.code for reason in decision.rivals[0].reasons]

    def test_decide_with_compound_names_is_a_match(self) -> None:
        luc = person("Aït Taleb", "Jean-Luc", record_id="J")
        assert matched(decided("Patient : AIT TALEB Jean-Luc\nNé le 16/08/1977", luc)) == "J"

    def test_decide_with_an_arabic_name_is_a_match(self) -> None:
        tazi = person("التازي", "محمد", record_id="T")
        assert matched(decided("السيد محمد التازي المزداد بتاريخ 16 غشت 1977", tazi)) == "T"

    def test_decide_when_the_doctor_is_a_patient_too_follows_the_patient(self) -> None:
        doctor = person("Zerktouni", "Farouk", record_id="D", birth_date=datetime.date(1960, 5, 4))
        text = "Patient : VIDAL Hind\nNé(e) le 16/08/1977\nDr Farouk Zerktouni"
        assert matched(decided(text, [doctor, person(record_id="V")])) == "V"

    def test_decide_when_a_parent_is_labelled_follows_the_patient(self) -> None:
        mother = person("Ougousi", "Reda", record_id="M", birth_date=None)
        text = "Patient : VIDAL Hind\nNé(e) le 16/08/1977\nMère : Reda Ougousi, diabétique."
        assert matched(decided(text, [mother, person(record_id="V")])) == "V"

    def test_decide_tells_father_and_son_of_one_name_apart_by_the_birth_date(self) -> None:
        father = person("Tazi", "Mohamed", record_id="F", birth_date=datetime.date(1950, 3, 7))
        son = person("Tazi", "Mohamed Amine", record_id="S", birth_date=datetime.date(1985, 11, 20))
        text = "Patient : TAZI Mohamed Amine\nNé le 20/11/1985"
        assert matched(decided(text, [father, son])) == "S"

    def test_decide_tells_twins_apart_by_the_first_name(self) -> None:
        hind, zahra = person(record_id="H"), person(first_name="Zahra", record_id="Z")
        assert matched(decided("Patient : VIDAL Hind\nNée le 16/08/1977", [zahra, hind])) == "H"

    def test_decide_with_ocr_above_the_floor_is_a_match(self) -> None:
        text = text_of("Patient : VIDAL Hind", "Née le 16/08/1977", confidence=80)
        assert matched(decided(text, person(record_id="V"))) == "V"


class TestSomebodyElse:
    @pytest.mark.parametrize(
        "text",
        [
            "Dr Hind VIDAL, née le 16/08/1977",
            "Docteur\nHind VIDAL née le 16/08/1977",
            "Médecin traitant : VIDAL Hind  née le 16/08/1977",
            "Dr Karim et Hind VIDAL née le 16/08/1977",
            "Dr O. VIDAL Hind née le 16/08/1977",
            "Hind VIDAL\nCardiologue\nnée le 16/08/1977",
            "Hind VIDAL, cardiologue, née le 16/08/1977",
            "Hind VIDAL (mère) née le 16/08/1977",
            "Mère : VIDAL Hind, née le 16/08/1977",
            "Ilyas, fils de Hind Vidal née le 16/08/1977",
            "Assuré : VIDAL Hind\nNé(e) le 16/08/1977",
            "Policy holder: Hind Vidal\nDate of birth: 16/08/1977\nPatient: Omar Vidal",
            "Suivie par nous : VIDAL Hind\nnée le 16/08/1977",
            "et VIDAL Hind\nNé(e) le 16/08/1977",
            "Suivie par le Dr O. Clark. VIDAL Hind née le 16/08/1977",
            "12 rue Hind Vidal, née le 16/08/1977",
            "Bénéficiaire       Assuré\nVIDAL Ilyas        VIDAL Hind\nNé le 16/08/1977",
            "Né le 16/08/1977 : VIDAL Hind الدكتورة",
            "VIDAL Hind " + "الدكتورة"[::-1] + " née le 16/08/1977",
        ],
    )
    def test_decide_with_the_name_in_another_role_asks(self, text: str) -> None:
        assert matched(decided(text, person())) is None

    @pytest.mark.parametrize(
        "name",
        [
            "VIDAL Hind Amina",
            "Amina VIDAL Hind",
            "VIDAL Hind-Amina",
            "El VIDAL Hind",
            "Hind VIDAL de Souza",
            "Hind VIDAL El",
            "VIDАL Hind",
            "VIDAL Hi-\nnd",
            "VIDAL Hynd",
            "VIDAL H.",
            "VIDAL Hind et KARIM Omar",
            "KARIM Omar et VIDAL Hind",
            "hind vidal amine",
            "VIDAL",
            "VIDAL : omar : Hind",
        ],
    )
    def test_decide_with_a_longer_or_another_name_asks(self, name: str) -> None:
        assert matched(decided(f"Patient : {name}\nNé(e) le 16/08/1977", person())) is None

    def test_decide_with_last_and_first_name_far_apart_asks(self) -> None:
        text = "Nom : VIDAL\n" + "Texte\n" * 9 + "Prénom : Hind\nNé(e) le 16/08/1977"
        assert matched(decided(text, person())) is None

    def test_decide_with_a_record_without_letters_asks(self) -> None:
        assert matched(decided("Patient : VIDAL Hind\nNé(e) le 16/08/1977", person("-", "Hind"))) is None

    def test_decide_with_the_last_name_at_the_end_asks(self) -> None:
        assert matched(decided("Né(e) le 16/08/1977, Patient : VIDAL", person())) is None

    def test_decide_with_a_stranger_of_the_same_name_asks(self) -> None:
        decision = decided("Patient : VIDAL Hind\nNé(e) le 03/06/1928", person(record_id="V"))
        assert why_not(decision) == "birth_date_differs"
        assert isinstance(decision, Ambiguous)
        assert [(one.person.record_id, one.is_vetoed) for one in decision.candidates] == [("V", True)]

    def test_decide_with_a_card_number_one_digit_away_asks(self) -> None:
        text = "Patient : VIDAL Hind\nNé(e) le 16/08/1977\nCIN : L882254"
        assert why_not(decided(text, person(cin="L882253"))) == "identifier_differs"

    def test_decide_with_a_number_of_no_kind_one_digit_away_asks(self) -> None:
        text = "Patient : VIDAL Hind\nNé(e) le 16/08/1977\nN° identifiant : JK374322"
        assert why_not(decided(text, person(insurance="JK374321"))) == "identifier_differs"

    def test_decide_takes_a_hospital_number_of_another_form_for_nothing(self) -> None:
        text = "Patient : VIDAL Hind\nNé(e) le 16/08/1977\nN° identifiant : 99/4711"
        assert matched(decided(text, person(record_id="V", insurance="JK374321"))) == "V"

    def test_decide_with_two_patients_on_a_page_asks(self) -> None:
        reda = person("Mizalou", "Reda", birth_date=None)
        text = "Patient : VIDAL Hind né(e) le 16/08/1977\n\nNom & prénom : Reda Mizalou"
        assert why_not(decided(text, [person(), reda])) == "somebody_else"

    def test_decide_with_a_second_patient_whom_nobody_knows_asks(self) -> None:
        text = "Patient : VIDAL Hind né(e) le 16/08/1977\nPatient : KARIM Omar"
        assert why_not(decided(text, person())) == "somebody_else"

    def test_decide_with_a_second_patient_bound_by_a_number_alone_asks(self) -> None:
        reda = person("Mizalou", "Reda", birth_date=None, cin="P47749")
        text = "Patient : VIDAL Hind né(e) le 16/08/1977\nReda Mizalou (P47749)"
        assert why_not(decided(text, [person(), reda])) == "several_fit"

    def test_decide_with_a_registered_person_as_the_topic_asks(self) -> None:
        reda = person("Mizalou", "Reda", birth_date=None)
        text = "Re: Reda Mizalou\n\nPatient : VIDAL Hind né(e) le 16/08/1977"
        assert why_not(decided(text, [person(), reda])) == "somebody_else"

    def test_decide_with_last_and_first_name_of_a_second_patient_asks(self) -> None:
        text = "Patient : VIDAL Hind né(e) le 16/08/1977\nNom : KARIM\nPrénom : Omar"
        assert why_not(decided(text, person())) == "somebody_else"

    def test_decide_with_two_birth_dates_asks_even_when_the_record_has_none(self) -> None:
        text = "Patient : VIDAL Hind né(e) le 16/08/1977, CIN L882253\nné le 02/02/2021"
        assert why_not(decided(text, person(birth_date=None, cin="L882253"))) == "several_birth_dates"

    def test_decide_with_two_card_numbers_asks_even_when_the_record_has_none(self) -> None:
        text = "Patient : VIDAL Hind né(e) le 16/08/1977\nCIN : L882253\nCIN : L123456"
        assert why_not(decided(text, person())) == "several_identifiers"

    def test_decide_with_a_family_list_asks(self) -> None:
        text = (
            "Nom       Prénom     Né(e) le\nVIDAL     Hind       16/08/1977\nVIDAL     Ilyas      02/02/2021"
        )
        assert why_not(decided(text, person())) == "somebody_else"

    def test_decide_with_a_child_brought_by_a_registered_parent_asks(self) -> None:
        text = "Enfant Ilyas Vidal, né le 02/02/2021, amené par Hind Vidal (CIN L882253)"
        assert matched(decided(text, person(cin="L882253", birth_date=None))) is None

    def test_decide_with_insured_and_beneficiary_asks(self) -> None:
        ilyas = person(first_name="Ilyas", birth_date=None)
        text = "Assuré : VIDAL Hind né le 16/08/1977\nBénéficiaire : VIDAL Ilyas"
        assert matched(decided(text, [person(), ilyas])) is None


class TestSecondIdentifier:
    @pytest.mark.parametrize(
        "line",
        [
            "",
            "Casablanca, le 16/08/1977",
            "Date d'examen : 16/08/1977",
            "Né(e) le 16/08/77",
            "Tél : 05 85 49 98 91",
        ],
    )
    def test_decide_with_the_name_alone_asks(self, line: str) -> None:
        decision = decided(f"Patient : VIDAL Hind\n{line}", person(phone="0585499891"))
        assert why_not(decision) == "no_second_identifier"

    def test_decide_with_an_empty_label_of_a_birth_date_takes_no_date_beside_it(self) -> None:
        text = "Patient : VIDAL Hind\nDate de naissance :        Examen du 16/08/1977"
        assert why_not(decided(text, person())) == "birth_date_unread"

    @pytest.mark.parametrize("date", ["08/16/1977", "31/02/1977", "06/08/1977"])
    def test_decide_takes_a_date_as_printed(self, date: str) -> None:
        text = f"Patient : VIDAL Hind\nNé(e) le {date}"
        assert why_not(decided(text, person())) == "birth_date_differs"

    def test_decide_with_a_first_of_january_asks_for_more(self) -> None:
        new_year = person(birth_date=datetime.date(1977, 1, 1), cin="L882253", record_id="V")
        text = "Patient : VIDAL Hind\nNé(e) le 01/01/1977"
        assert why_not(decided(text, new_year)) == "no_second_identifier"
        assert matched(decided(text + "\nCIN L882253", new_year)) == "V"

    def test_decide_with_a_wrong_checksum_asks(self) -> None:
        vidal = person(nir="184127645108947", birth_date=None)
        assert why_not(decided("Patient : VIDAL Hind\nNIR 184127645108947", vidal)) == "no_second_identifier"

    def test_decide_with_the_name_in_no_subject_position_asks(self) -> None:
        text = "Bonjour,\n\nHind Vidal va bien.\n\n" + "x\n" * 5 + "Né(e) le 16/08/1977"
        assert why_not(decided(text, person())) == "not_the_subject"

    def test_decide_with_a_birth_date_before_the_name_asks(self) -> None:
        assert why_not(decided("Né(e) le 16/08/1977\nvu : Hind Vidal", person())) == "not_the_subject"


class TestHomonyms:
    TEXT = "Patient : TAZI Mohamed\nNé le 20/11/1985"

    @pytest.mark.parametrize(
        ("last_name", "first_name"),
        [
            ("Tazi", "Mohamed"),
            ("Mohamed", "Tazi"),
            ("El Tazi", "Mohamed"),
            ("Tazi", "Mohammed"),
            ("Tazi", "Muhammad"),
            ("Tazi", "Mohamed Amine"),
            ("Tazi", "Sidi Mohamed"),
            ("Mohamed Tazi", "Amine"),
        ],
    )
    def test_decide_with_a_namesake_without_birth_date_is_ambiguous(
        self, last_name: str, first_name: str
    ) -> None:
        one = person("Tazi", "Mohamed", birth_date=datetime.date(1985, 11, 20))
        blank = person(last_name, first_name, birth_date=None)
        assert why_not(decided(self.TEXT, [one, blank])) == "homonym_not_excluded"

    def test_decide_with_a_namesake_by_maiden_name_is_ambiguous(self) -> None:
        one = person("Tazi", "Mohamed", birth_date=datetime.date(1985, 11, 20))
        married = person("Alami", "Mohamed", birth_name="Tazi", birth_date=None)
        assert why_not(decided(self.TEXT, [one, married])) == "homonym_not_excluded"

    @pytest.mark.parametrize(
        "near",
        [
            datetime.date(1985, 11, 21),
            datetime.date(1985, 1, 20),
            datetime.date(1995, 11, 20),
            datetime.date(1985, 1, 1),
        ],
    )
    def test_decide_with_a_namesake_of_a_near_birth_date_needs_the_number(self, near: datetime.date) -> None:
        one = person("Tazi", "Mohamed", record_id="T", birth_date=datetime.date(1985, 11, 20), cin="L882253")
        rival = person("Tazi", "Mohamed", birth_date=near, cin="L123456")
        assert why_not(decided(self.TEXT, [one, rival])) == "homonym_not_excluded"
        assert matched(decided(self.TEXT + "\nCIN : L882253", [one, rival])) == "T"

    def test_decide_with_day_and_month_swapped_in_a_namesake_is_ambiguous(self) -> None:
        one = person(birth_date=datetime.date(1977, 8, 5))
        swapped = person(birth_date=datetime.date(1977, 5, 8))
        assert (
            why_not(decided("Patient : VIDAL Hind\nNée le 05/08/1977", [one, swapped]))
            == "homonym_not_excluded"
        )

    def test_decide_with_two_equal_candidates_is_ambiguous(self) -> None:
        twice = [person(record_id="A"), person(record_id="B")]
        decision = decided("Patient : VIDAL Hind\nNée le 16/08/1977", twice)
        assert why_not(decision) == "several_fit"
        assert isinstance(decision, Ambiguous)
        assert [one.person.record_id for one in decision.candidates] == ["A", "B"]

    def test_decide_with_a_namesake_who_has_a_mention_of_his_own_is_ambiguous(self) -> None:
        father = person("Tazi", "Mohamed", birth_date=datetime.date(1950, 3, 7))
        son = person("Tazi", "Mohamed Amine", birth_date=datetime.date(1985, 11, 20))
        text = "Patient : TAZI Mohamed Amine\nNé le 20/11/1985\nPatient : TAZI Mohamed"
        assert why_not(decided(text, [father, son])) == "somebody_else"

    def test_decide_shows_eight_at_most(self) -> None:
        many = [person(record_id=f"R{number:02}", birth_date=None) for number in range(12)]
        decision = decided("Patient : VIDAL Hind", many)
        assert isinstance(decision, Ambiguous)
        assert [one.person.record_id for one in decision.candidates] == [
            f"R{number:02}" for number in range(8)
        ]
        assert len(decision.candidates) == CANDIDATES_SHOWN


class TestReading:
    TEXT = ("Patient : VIDAL Hind", "Née le 16/08/1977")

    @pytest.mark.parametrize("unsure", ["VIDAL", "16/08/1977"])
    def test_decide_with_words_below_the_floor_asks(self, unsure: str) -> None:
        text = text_of(*self.TEXT, confidence=95, unsure=unsure, unsure_confidence=79)
        assert why_not(decided(text, person())) == "unsure_reading"

    def test_decide_with_other_words_below_the_floor_is_a_match(self) -> None:
        text = text_of(*self.TEXT, "Cordialement", confidence=95, unsure="Cordialement")
        assert matched(decided(text, person(record_id="V"))) == "V"

    def test_decide_takes_an_unsure_contradiction_seriously(self) -> None:
        text = text_of(*self.TEXT, "CIN L123456", confidence=95, unsure="L123456")
        assert why_not(decided(text, person(cin="L882253"))) == "identifier_differs"

    def test_decide_excludes_no_namesake_by_unsure_words(self) -> None:
        text = text_of(*self.TEXT, "CIN L882253", confidence=95, unsure="16/08", unsure_confidence=50)
        rival = person(birth_date=datetime.date(1940, 2, 3))
        assert why_not(decided(text, [person(cin="L882253"), rival])) == "homonym_not_excluded"

    def test_decide_on_an_incomplete_document_asks(self) -> None:
        decision = decided(cut_short(text_of(*self.TEXT)), person())
        assert why_not(decision) == "document_incomplete"
        assert isinstance(decision, Ambiguous)
        assert decision.reason.sentence == (
            "Not everything could be read. Page 2: reading took too long (limit: DOSSIERD_PAGE_SECONDS)."
        )

    def test_decide_with_an_untrustworthy_registry_asks(self) -> None:
        decision = decided("\n".join(self.TEXT), person(), is_trustworthy=False)
        assert why_not(decision) == "registry_untrusted"

    def test_decide_on_an_empty_document_is_unmatched(self) -> None:
        decision = decided("", person())
        assert isinstance(decision, Unmatched)
        assert (decision.reason.code, decision.candidates) == ("no_text", ())

    def test_decide_on_a_text_without_a_word_says_that_nothing_was_read(self) -> None:
        assert why_not(decided("— . |", person())) == "no_text"

    def test_decide_on_a_single_word_says_that_nobody_is_named(self) -> None:
        assert why_not(decided("Bonjour", person())) == "nobody_named"

    def test_decide_on_a_blank_page_that_was_not_read_to_its_end_says_why(self) -> None:
        assert why_not(decided(cut_short(text_of("")), person())) == "document_incomplete"

    def test_decide_by_columns_and_not_by_reading_order(self) -> None:
        text = boxed(
            ("Nom", 50, 100), ("Prénom", 150, 100), ("Naissance", 260, 100), ("Médecin", 400, 100),
            ("VIDAL", 50, 114), ("Hind", 150, 114), ("16/08/1977", 260, 114), ("Clark", 400, 114),
        )  # fmt: skip
        assert matched(decided(text, person(record_id="V"))) == "V"


class TestPolicyName:
    def test_decide_by_name_needs_no_second_identifier(self) -> None:
        decision = decided("Patient : VIDAL Hind", person(record_id="V"), policy=Policy.NAME)
        assert matched(decision) == "V"
        assert isinstance(decision, Match)
        assert decision.policy is Policy.NAME

    def test_decide_by_name_keeps_every_other_guard(self) -> None:
        twice = [person(), person()]
        assert why_not(decided("Patient : VIDAL Hind", twice, policy=Policy.NAME)) == "several_fit"
        assert why_not(decided("Hind Vidal va bien", person(), policy=Policy.NAME)) == "not_the_subject"
        vetoed = decided("Patient : VIDAL Hind né le 03/06/1928", person(), policy=Policy.NAME)
        assert why_not(vetoed) == "birth_date_differs"

    def test_decide_by_name_with_an_unsure_name_asks(self) -> None:
        text = text_of("Patient : VIDAL Hind", confidence=60)
        assert why_not(decided(text, person(), policy=Policy.NAME)) == "unsure_reading"


class TestProposals:
    def test_decide_proposes_the_best_first(self) -> None:
        exact = person(record_id="C", birth_date=None)
        variant = person("Vidal", "Hynd", record_id="B", birth_date=None)
        part = person("Vidal", "Omar", record_id="A", birth_date=None)
        decision = decided("Patient : VIDAL Hind", [part, variant, exact])
        assert isinstance(decision, Ambiguous)
        assert [one.person.record_id for one in decision.candidates] == ["C", "B", "A"]

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("Dr Hind VIDAL", "name_in_other_role"),
            ("Patient : VIDAL Hynd", "name_similar"),
            ("Patient : MARTIN Hind", "name_similar"),
            ("Patient : VIDAL Omar", "name_in_part"),
            ("Patient : V1DAL H1nd\nNé(e) le 16/08/1977", "birth_date_same"),
            ("Patient : V1DAL H1nd\nNé(e) le 17/08/1977", "birth_date_near"),
            ("Patient : V1DAL H1nd\nTél. +212 585 49 98 91", "phone_same"),
        ],
    )
    def test_decide_proposes_whom_it_can_not_name(self, text: str, code: str) -> None:
        vidal = person(birth_name="Martin", phone="05 85 49 98 91")
        decision = decided(text, vidal)
        assert isinstance(decision, Unmatched)
        assert code in [reason.code for one in decision.candidates for reason in one.reasons]

    def test_decide_with_a_number_but_another_name_is_ambiguous(self) -> None:
        decision = decided("Patient : V1DAL H1nd\nCIN L882253", person(cin="L882253"))
        assert isinstance(decision, Ambiguous)
        assert why_not(decision) == "not_the_subject"

    def test_decide_ignores_the_order_of_people(self) -> None:
        people = [person(), person(birth_date=None), person("Tazi", "Omar"), person(first_name="Zahra")]
        text = "Patient : VIDAL Hind\nNée le 16/08/1977\nDr Omar Tazi"
        decisions = [decided(text, order) for order in itertools.permutations(people)]
        assert all(decision == decisions[0] for decision in decisions)
