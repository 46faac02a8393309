"""Sample people and sample documents, and where each document must end.

All people, places and numbers are invented. The documents are drawn by our own code when they are asked for:
one of each kind that an office meets, good and bad. Each states its end, so that the demo can judge itself.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from agent.demo.letters import Letter, draw, draw_locked, photograph, scan
from agent.domain.identity import RecordId
from agent.domain.outcome import FailureReason, State

REGISTRY_NAME = "people.csv"

COLUMNS = ("id", "last_name", "first_name", "dob", "sex", "cin", "insurance", "phone")

PEOPLE = (
    ("1001", "Tiznari", "Salma", "1984-03-12", "F", "ZA104728", "290114507", "0600000101"),
    ("1002", "Tiznari", "Salma", "1991-11-27", "F", "ZA117365", "290118832", "0600000102"),
    ("1003", "Rozelbois", "Amine", "1967-09-05", "M", "ZD284417", "290123916", "0600000103"),
    ("1004", "Ouzarand", "Nadia", "1975-06-30", "F", "ZA135590", "290127741", "0600000104"),
    ("1005", "Ouzarand", "Karim", "2009-01-18", "M", "", "290127758", "0600000104"),
    ("1006", "Kermazan", "Yann", "1958-12-02", "M", "ZC146281", "290131367", "0600000106"),
    ("1007", "Benfarval", "Hicham", "1989-04-23", "M", "ZA152904", "290136498", "0600000107"),
    ("1008", "Santrevigne", "Claire", "1996-08-14", "F", "ZC168037", "290140029", "0600000108"),
    ("1009", "El Haddamoun", "Driss", "1949-02-07", "M", "ZD173652", "290145573", "0600000109"),
    ("1010", "Aglouvi", "Imane", "2001-10-09", "F", "ZA189316", "290149218", "0600000110"),
    ("1011", "Delamarelle", "Anne-Sophie", "1980-05-21", "F", "ZC195748", "290152684", "0600000111"),
    ("1012", "Lumarchi", "Omar", "1972-07-16", "M", "ZD206493", "290158135", "0600000112"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One document to drop, and what must become of it.

    Attributes:
        name: of the file in the samples folder.
        story: what it is, in a sentence for the newcomer.
        state: where it must come to rest.
        record_id: whose it is, when it must be archived.
        reason: why it fails, when it must fail.
    """

    name: str
    story: str
    state: State
    record_id: RecordId | None = None
    reason: FailureReason | None = None


_CARDIOLOGY = Letter(
    sender="Cabinet de cardiologie du Phare",
    sender_lines=(
        "Dr Odile Marvanche, cardiologue",
        "4, quai des Mouettes, Port-Allune - Tél. 0500000120",
    ),
    place_and_date="Port-Allune, le 17 septembre 2026",
    subject="Compte rendu de consultation",
    details=(
        ("Patiente", "Salma TIZNARI"),
        ("Date de naissance", "27/11/1991"),
        ("CIN", "ZA117365"),
    ),
    body="""Cher confrère,

Je vous remercie de m'avoir adressé cette patiente pour des palpitations survenues à l'effort depuis
le mois de juin. L'examen clinique est sans particularité et la tension artérielle est de 12/7.

L'électrocardiogramme montre un rythme sinusal régulier à 72 par minute. L'échographie retrouve un
ventricule gauche de taille et de fonction normales, sans anomalie des valves.

Je propose un enregistrement de 24 heures et je reverrai la patiente avec le résultat dans six
semaines. D'ici là, aucun traitement n'est nécessaire et l'activité sportive peut être poursuivie.

Je vous prie de croire, cher confrère, à mes sentiments les meilleurs.""",
    signature=("Dr Odile Marvanche",),
)

_LABORATORY = Letter(
    sender="Laboratoire des Trois Fontaines",
    sender_lines=("Analyses de biologie médicale", "12, rue du Moulin, Valmorane - Tél. 0500000240"),
    place_and_date="Valmorane, le 8 octobre 2026",
    subject="Résultats d'analyses",
    details=(
        ("Patient", "Amine ROZELBOIS"),
        ("Né le", "05/09/1967"),
        ("CIN", "ZD284417"),
    ),
    body="""Cher confrère,

Veuillez trouver ci-dessous les résultats du prélèvement effectué à jeun ce matin au laboratoire.

La glycémie est à 1,02 g/L et l'hémoglobine glyquée à 5,8 %. Le bilan lipidique montre un
cholestérol total de 1,94 g/L. La fonction rénale est normale, avec une créatinine à 9 mg/L.

Ces valeurs sont stables par rapport au contrôle précédent. Nous restons à votre disposition pour
tout renseignement complémentaire.

Avec nos salutations confraternelles.""",
    signature=("Le biologiste responsable",),
    colour=(90, 40, 40),
)

_PHOTOGRAPHED = Letter(
    sender="Clinique des Quatre Vents",
    sender_lines=("Service d'ophtalmologie", "2, allée des Pins, Port-Allune - Tél. 0500000600"),
    place_and_date="Port-Allune, le 12 octobre 2026",
    subject="Ordonnance",
    details=(
        ("Patiente", "Imane AGLOUVI"),
        ("Née le", "09/10/2001"),
        ("CIN", "ZA189316"),
    ),
    body="""Larmes artificielles : une goutte dans chaque oeil, quatre fois par jour, pendant trois mois.

Compresses tièdes sur les paupières, le soir, pendant dix minutes, suivies d'un massage doux.

Contrôle dans trois mois, ou plus tôt en cas de douleur ou de baisse de la vue.""",
    signature=("L'ophtalmologue",),
    colour=(70, 40, 96),
)

_NAME_ONLY = Letter(
    sender="Centre d'imagerie du Vieux Port",
    sender_lines=(
        "Secrétariat des rendez-vous",
        "31, avenue des Tilleuls, Port-Allune - Tél. 0500000360",
    ),
    place_and_date="Port-Allune, le 2 octobre 2026",
    subject="Confirmation de rendez-vous",
    details=(("Patiente", "Salma TIZNARI"),),
    body="""Madame,

Nous confirmons votre rendez-vous pour une échographie abdominale le mardi 20 octobre 2026 à 9 h 30.

Nous vous demandons de vous présenter à jeun, avec l'ordonnance de votre médecin et vos examens
antérieurs. En cas d'empêchement, merci de prévenir le secrétariat au moins deux jours à l'avance.

Nous vous prions d'agréer, Madame, nos salutations distinguées.""",
    signature=("Le secrétariat",),
    colour=(20, 96, 84),
)

_STRANGER = Letter(
    sender="Cabinet de radiologie des Tilleuls",
    sender_lines=("Radiographie - Échographie", "7, place du Marché, Valmorane - Tél. 0500000480"),
    place_and_date="Valmorane, le 29 septembre 2026",
    subject="Compte rendu de radiographie",
    details=(
        ("Patient", "Ludovic PERVANCHON"),
        ("Date de naissance", "14/02/1979"),
        ("CIN", "ZE553120"),
    ),
    body="""Cher confrère,

La radiographie du genou droit, de face et de profil, ne montre pas de lésion osseuse d'allure
récente. Les interlignes articulaires sont respectés et il n'existe pas d'épanchement.

En cas de persistance de la douleur, une IRM pourrait compléter cet examen.

Avec mes sentiments les meilleurs.""",
    signature=("Le radiologue",),
    colour=(84, 64, 20),
)

_MEMO = """Penser à rappeler le laboratoire lundi matin.
Commander du papier pour l'imprimante.
"""


def make_samples(folder: Path) -> tuple[Sample, ...]:
    """Write the sample registry and the sample documents into a folder, which is made if need be.

    Returns:
        the samples in the order in which they are to be dropped: the copy comes after its original.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / REGISTRY_NAME).open("w", encoding="utf-8", newline="") as registry:
        csv.writer(registry).writerows((COLUMNS, *PEOPLE))
    made = _made()
    for sample, content in made:
        (folder / sample.name).write_bytes(content)
    return tuple(sample for sample, _ in made)


def _made() -> tuple[tuple[Sample, bytes], ...]:
    poor_scan = scan(_LABORATORY, seed=47)
    return (
        (
            Sample(
                name="compte-rendu-cardiologie.pdf",
                story="A clean letter. Two people bear its name; birth date and number say which of them.",
                state=State.ARCHIVED,
                record_id=RecordId("1002"),
            ),
            draw(_CARDIOLOGY),
        ),
        (
            Sample(
                name="scan0047.pdf",
                story="A poor scan: crooked, grey, noisy, 150 dpi. A mere picture, so OCR must read it.",
                state=State.ARCHIVED,
                record_id=RecordId("1003"),
            ),
            poor_scan,
        ),
        (
            Sample(
                name="IMG_2041.jpg",
                story="A photograph of a letter: from the side, on a table, half in the shade.",
                state=State.ARCHIVED,
                record_id=RecordId("1010"),
            ),
            photograph(_PHOTOGRAPHED),
        ),
        (
            Sample(
                name="rendez-vous-imagerie.pdf",
                story="A letter with nothing but a name, and two people bear it. Only a human can know.",
                state=State.IN_REVIEW,
            ),
            draw(_NAME_ONLY),
        ),
        (
            Sample(
                name="radiographie-genou.pdf",
                story="A letter about somebody whom the registry does not know.",
                state=State.IN_REVIEW,
            ),
            draw(_STRANGER),
        ),
        (
            Sample(
                name="confidentiel.pdf",
                story="A letter that asks for a password.",
                state=State.FAILED,
                reason=FailureReason.ENCRYPTED,
            ),
            draw_locked(_STRANGER),
        ),
        (
            Sample(
                name="envoi-interrompu.pdf",
                story="A PDF that was cut off on its way.",
                state=State.FAILED,
                reason=FailureReason.DAMAGED,
            ),
            _cut_off(draw(_LABORATORY)),
        ),
        (
            Sample(
                name="scan0047 (1).pdf",
                story="The poor scan once more, byte for byte, under another name.",
                state=State.DUPLICATE,
            ),
            poor_scan,
        ),
        (
            Sample(
                name="memo.pdf",
                story="A text file that somebody renamed to .pdf.",
                state=State.FAILED,
                reason=FailureReason.UNKNOWN_FORMAT,
            ),
            _MEMO.encode(),
        ),
    )


def _cut_off(content: bytes) -> bytes:
    return content[: len(content) * 6 // 10]
