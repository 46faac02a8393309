"""How offices write: letterheads, labels, dates, numbers, and what stands in a letter beside all that."""

import datetime
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from tests.generator.town import Resident

Language = Literal["fr", "en", "ar"]
Item = TypeVar("Item")

NAME_LABELS: dict[Language, Sequence[str]] = {
    "fr": (
        "Patient :",
        "Patient(e) :",
        "PATIENT :",
        "Nom et prénom :",
        "NOM ET PRÉNOM :",
        "Nom Prénom :",
        "Concerne :",
        "Identité du patient :",
        "Nom complet :",
        "Bénéficiaire des soins :",
        "Nom du patient :",
        "Nom & Prénom(s) :",
        "Nom/Prénom :",
        "Prénom et nom :",
        "Usager :",
        "Client :",
        "Concernant le patient :",
    ),
    "en": (
        "Patient:",
        "Patient name:",
        "PATIENT NAME:",
        "Full name:",
        "Name:",
        "Name of patient:",
        "Client:",
        "Patient -",
    ),
    "ar": ("المريض :", "الاسم الكامل :", "الاسم والنسب :", "اسم المريض :", "المستفيد :", "الاسم و اللقب :"),
}
DATE_LABELS: dict[Language, Sequence[str]] = {
    "fr": (
        "Né(e) le",
        "Né(e) le :",
        "Date de naissance :",
        "DATE DE NAISSANCE :",
        "DDN :",
        "Date naiss. :",
        "Naissance :",
        "D.D.N. :",
        "Né (e) le :",
        "Date de naissance",
    ),
    "en": ("DOB:", "D.O.B.", "Date of birth:", "Born on", "Born:", "Birth date:"),
    "ar": ("تاريخ الازدياد :", "المزداد في", "تاريخ الولادة :", "تاريخ الميلاد"),
}
CARD_LABELS: dict[Language, Sequence[str]] = {
    "fr": (
        "CIN",
        "CIN :",
        "C.I.N. :",
        "CNIE n°",
        "N° CIN :",
        "Carte d'identité nationale :",
        "CNIE :",
        "N° de la carte nationale :",
    ),
    "en": ("National ID:", "ID card:", "Identity card:", "CIN:", "National identity card:"),
    "ar": ("رقم البطاقة الوطنية :", "بطاقة التعريف الوطنية :", "CIN :", "رقم ب.ت.و :"),
}
INSURANCE_LABELS = (
    "N° d'assuré :",
    "Immatriculation :",
    "N° CNSS :",
    "Police n°",
    "N° d'affiliation :",
    "Matricule :",
)
NIR_LABELS = ("N° de sécurité sociale :", "NIR :", "N° SS", "Numéro de sécurité sociale :")
_MONTHS: dict[Language, Sequence[str]] = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "ar": [
        "يناير",
        "فبراير",
        "مارس",
        "أبريل",
        "ماي",
        "يونيو",
        "يوليوز",
        "غشت",
        "شتنبر",
        "أكتوبر",
        "نونبر",
        "دجنبر",
    ],
}
_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_HEADS = (
    "CENTRE MÉDICAL DES ORANGERS",
    "Laboratoire d'analyses Al Kindi",
    "Étude de Maître Sorel, notaire",
    "CLINIQUE DU PARC - 14, rue des Lilas",
    "Mutuelle du Littoral - Service des remboursements",
    "Cabinet d'expertise comptable Orion",
    "HÔPITAL PROVINCIAL - Service de Radiologie",
    "Northgate Health Centre",
    "Hôpital Ibn Rochd\nService d'Ophtalmologie",
    "مصحة الأمل",
    "Caisse Régionale de Prévoyance\nBP 214 - 20000 Casablanca",
    "Tél. 05 22 41 17 63 - Fax 05 22 41 17 64",
    "ST MARK'S HOSPITAL\n12 Mill Road",
    "",
)
_TITLES = ("Dr", "Docteur", "Pr", "Dr.", "Professeur")
_PROSE: dict[Language, Sequence[str]] = {
    "fr": (
        "Le patient se plaint de douleurs lombaires depuis trois semaines.",
        "La tension artérielle est de 13/8 et le poids de 72 kg.",
        "Le scanner du 14/02/2023 ne montre pas de lésion suspecte.",
        "Traitement : Amoxicilline 1 g, deux fois par jour pendant sept jours.",
        "La prise en charge est accordée à hauteur de 80 % des frais engagés.",
        "Nous vous prions de bien vouloir régler la somme de 1 250,00 DH avant le 30/09/2024.",
        "Glycémie à jeun : 0,98 g/l. Cholestérol total : 1,87 g/l.",
        "Prochain rendez-vous le 12/11/2024 à 9 h 30.",
        "L'examen neurologique est normal, les réflexes sont présents et symétriques.",
        "Je reste à votre disposition pour tout renseignement complémentaire.",
        "Antécédents : appendicectomie en 1998, pas d'allergie connue.",
        "La pièce demandée est à retourner au bureau 214, dossier n° 2024/0831.",
        "Bien confraternellement,",
        "Objet : votre demande du 3 mai 2024",
    ),
    "en": (
        "The chest is clear and heart sounds are normal.",
        "Blood pressure was 128/76 on 04/03/2024, weight 68 kg.",
        "An appointment has been booked at the eye clinic on 12 November 2024.",
        "Please settle the outstanding balance of 145.00 within thirty days.",
        "Medication: Amlodipine 5 mg once daily, no known allergies.",
        "Thank you for your letter of 3 May 2024.",
        "Your claim reference 2024-0831 has been accepted.",
        "The MRI scan of the left knee shows no meniscal tear.",
        "With kind regards,",
    ),
    "ar": (
        "الفحص السريري عادي ولا توجد أي علامة خطورة.",
        "يجب متابعة العلاج لمدة شهرين.",
        "نتائج التحاليل بتاريخ 12/03/2024 في الحدود الطبيعية.",
        "تقبلوا فائق عبارات التقدير والاحترام.",
    ),
}
_CITIES = ("Rabat", "Casablanca", "Tanger", "Lyon", "Bordeaux", "Agadir", "Nantes")


@dataclass(frozen=True)
class Pen:
    """Choices by chance, in one language."""

    chance: random.Random
    language: Language

    def pick(self, options: Sequence[Item]) -> Item:
        return self.chance.choice(options)

    def maybe(self, share: float = 0.5) -> bool:
        return self.chance.random() < share

    def name(self, one: Resident) -> str:
        """First and last name in the orders and capitals that offices use."""
        last, first = one.last_name, one.first_name
        return self.pick(
            (f"{first} {last}", f"{last.upper()} {first}", f"{first} {last.upper()}", f"{last} {first}")
        )

    def civil_name(self, one: Resident) -> str:
        civility = self.pick(("Mme", "Madame") if one.is_woman else ("M.", "Monsieur", "Mr"))
        if self.language == "en":
            civility = self.pick(("Mrs", "Ms")) if one.is_woman else "Mr"
        return f"{civility} {self.name(one)}"

    def name_label(self) -> str:
        return self.pick(NAME_LABELS[self.language])

    def date_label(self) -> str:
        return self.pick(DATE_LABELS[self.language])

    def card_label(self) -> str:
        return self.pick(CARD_LABELS[self.language])

    def date(self, day: datetime.date) -> str:
        forms = [
            "{0:%d/%m/%Y}",
            "{0:%d/%m/%Y}",
            "{0:%d-%m-%Y}",
            "{0:%d.%m.%Y}",
            "{0:%Y-%m-%d}",
            "{0.day} {1} {0.year}",
        ]
        written = self.pick(forms).format(day, _MONTHS[self.language][day.month - 1])
        return written.translate(_ARABIC_DIGITS) if self.language == "ar" and self.maybe() else written

    def month_word(self, day: datetime.date) -> str:
        month = _MONTHS[self.language][day.month - 1]
        if self.language == "en" and self.maybe():
            return f"{month} {day.day}, {day.year}"
        first = "1er" if day.day == 1 and self.language == "fr" else str(day.day)
        return f"{first} {month} {day.year}"

    def card(self, number: str) -> str:
        letters = number.rstrip("0123456789")
        digits = number[len(letters) :]
        return self.pick((number, number, f"{letters} {digits}", f"{letters}-{digits}", number.lower()))

    def head(self, doctor: str | None = None) -> list[str]:
        """A letterhead, with a doctor's name under it or without."""
        lines = self.pick(_HEADS).split("\n")
        return [*lines, f"{self.pick(_TITLES)} {doctor}"] if doctor else lines

    def prose(self) -> list[str]:
        known = _PROSE[self.language]
        return self.chance.sample(known, self.chance.randint(2, min(6, len(known))))

    def foot(self, doctor: str | None = None) -> list[str]:
        day = datetime.date(2024, self.chance.randint(1, 12), self.chance.randint(1, 28))
        lines = (
            [f"{self.pick(_CITIES)}, le {day:%d/%m/%Y}"]
            if self.language != "en"
            else [f"Date: {day:%d/%m/%Y}"]
        )
        return [*lines, f"{self.pick(_TITLES)} {doctor}"] if doctor else lines
