"""Doctors, witnesses and second patients: several people in one document, and several documents in one file."""

from tests.generator.layouts import LABELLED, block, shown, stacked, two_columns
from tests.generator.letters import Letter, joined
from tests.generator.town import Town
from tests.generator.wording import Pen
from tests.generator.writing import letter, page

_BYSTANDERS = (
    "Témoin : {}, né(e) le {dob}",
    "Je soussigné(e) {}, né(e) le {dob}, atteste que",
    "Je soussigné {}, titulaire de la CIN {card}, certifie",
    "Employeur : {}, CIN {card}",
    "Établi à la demande de {}, né(e) le {dob}",
    "Mandataire : {} (CIN {card})",
    "Copie remise à {}, CIN {card}",
    "Requested by {}, DOB {dob}",
    "Witness: {}, ID card {card}",
    "Signé : {}, CIN {card}",
    "Interprète : {}, né(e) le {dob}",
    "Locataire sortant : {}, né(e) le {dob}",
    "Vendeur : {}, né(e) le {dob}, CIN {card}",
    "Personne de confiance\n{}\nNé(e) le {dob}",
    "Emergency contact\n{}\nDOB: {dob}",
    "Gérant de la société : {}, né(e) le {dob}",
    "Notre collègue {}, né(e) le {dob}, vous recevra",
    "Rédigé par {}, CIN {card}",
    "Conducteur du véhicule B : {}, né(e) le {dob}",
    "Demande introduite par {}, né(e) le {dob}",
    "Donneur vivant : {}, né(e) le {dob}",
    "Héritier : {}, né(e) le {dob}",
    "{}, né(e) le {dob}, ci-après le mandant, et",
    "Entre {}, né(e) le {dob}, d'une part, et",
    "Reçu de {}, CIN {card}, la somme de 500 DH pour",
)
_SUBJECTS = (
    "Patient : {}",
    "Victime : {}",
    "M. {}",
    "Mme {}",
    "Salarié : {}",
    "Défunt : {}",
    "Concerne : {}",
    "Acquéreur : {}",
    "Candidat : {}",
    "Dossier de {}",
    "Receveur : {}",
    "Résultats de {}",
    "Objet : {}",
    "Assuré social : {}",
)


def bystander(town: Town, pen: Pen) -> Letter:
    """Somebody known is named in full beside a subject whom the registry doesn't know."""
    one, subject = town.settle(), town.stranger()
    words = {"dob": pen.date(one.born), "card": pen.card(one.cin)}
    lines = [
        pen.pick(_SUBJECTS).format(pen.name(subject)),
        pen.pick(_BYSTANDERS).format(pen.pick((pen.name, pen.civil_name))(one), **words),
    ]
    if pen.maybe(0.4):
        lines.reverse()
    return letter(town, pen, *[line.split("\n") for line in lines], expect="NONE", about=None)


def doctor_is_registered(town: Town, pen: Pen) -> Letter:
    """The doctor who signs is somebody else's patient."""
    doctor, one = town.settle(), town.settle()
    lines = block(pen, shown(pen, one, card=pen.maybe()), LABELLED)
    return letter(town, pen, lines, expect="MATCH", about=one, doctor=pen.name(doctor))


def doctor_of_a_stranger(town: Town, pen: Pen) -> Letter:
    """The one registered person of the letter has signed it, with birthday or card."""
    doctor, subject = town.settle(), town.stranger()
    lines = pen.pick(
        (
            [f"Médecin : {pen.name(doctor)}, né(e) le {pen.date(doctor.born)}"],
            [f"Dr {pen.name(doctor)} (CIN {doctor.cin})"],
            [f"Praticien : {pen.name(doctor)}, CIN {pen.card(doctor.cin)}"],
            [f"Signé par {pen.name(doctor)}", f"né(e) le {pen.date(doctor.born)}"],
        )
    )
    subject_lines = block(pen, shown(pen, subject, dob=pen.maybe()))
    blocks = [subject_lines, lines] if pen.maybe(0.7) else [lines, subject_lines]
    return letter(town, pen, *blocks, expect="NONE", about=None, doctor=pen.name(doctor))


def doctor_as_patient(town: Town, pen: Pen) -> Letter:
    """A doctor whose own letter it is."""
    one = town.settle()
    lines = [f"{pen.name_label()} Dr {pen.name(one)}", f"{pen.date_label()} {pen.date(one.born)}"]
    return letter(town, pen, lines, expect="EITHER", about=one)


def two_patients(town: Town, pen: Pen) -> Letter:
    """Both are labelled; one of them may be unknown, or have no birthday printed."""
    one = town.settle()
    other = (town.settle if pen.maybe() else town.stranger)()
    blocks = [block(pen, shown(pen, one)), block(pen, shown(pen, other, dob=pen.maybe(0.6)), LABELLED)]
    pen.chance.shuffle(blocks)
    return letter(town, pen, *blocks, expect="HUMAN", about=one)


def two_patients_side_by_side(town: Town, pen: Pen) -> Letter:
    one, other = town.settle(), (town.settle if pen.maybe() else town.stranger)()
    left, right = (stacked(pen, shown(pen, it, dob=it is one or pen.maybe())) for it in (one, other))
    rows = max(len(left), len(right))
    left += [""] * (rows - len(left))
    right += [""] * (rows - len(right))
    lines = [f"{a:<46}{b}".rstrip() for a, b in zip(left, right, strict=True)]
    return letter(town, pen, lines, expect="HUMAN", about=one)


def table_of_patients(town: Town, pen: Pen) -> Letter:
    """A day's list."""
    listed = [town.settle() if place == 0 or pen.maybe() else town.stranger() for place in range(3)]
    one = listed[0]
    pen.chance.shuffle(listed)
    shows_dates = pen.maybe(0.7)
    head = f"{'Patient':<34}{'Né(e) le':<16}Acte" if shows_dates else f"{'Patient':<34}Acte"
    rows = [
        f"{pen.name(it):<34}" + (f"{pen.date(it.born):<16}" if shows_dates else "") + "Consultation"
        for it in listed
    ]
    return letter(town, pen, [head, *rows], expect="HUMAN", about=one)


def several_documents(town: Town, pen: Pen) -> Letter:
    """Letters about several people in one file."""
    one, other = town.settle(), (town.settle if pen.maybe() else town.stranger)()
    pages = [
        page(town, pen, block(pen, shown(pen, one))),
        page(town, pen, block(pen, shown(pen, other, dob=pen.maybe(0.7)), LABELLED)),
    ]
    pen.chance.shuffle(pages)
    return Letter(lines=joined(pages), expect="HUMAN", true_id=one.id)


def one_person_on_two_pages(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    pages = [page(town, pen, block(pen, shown(pen, one), LABELLED)) for _ in range(2)]
    return Letter(lines=joined(pages), expect="MATCH", true_id=one.id)


def name_in_an_address(town: Town, pen: Pen) -> Letter:
    """Streets and hospitals bear people's names."""
    named, one = town.settle(), town.settle()
    place = pen.pick(
        ("12, rue {}", "Hôpital {}", "Avenue {}, 3e étage", "Lycée {}", "Clinique {}", "45 {} Street")
    )
    lines = block(pen, shown(pen, one), LABELLED)
    address = [place.format(f"{named.first_name} {named.last_name}")]
    return letter(
        town, pen, address, lines, expect="MATCH" if "Street" not in address[0] else "EITHER", about=one
    )


def strangers_letter_in_columns(town: Town, pen: Pen) -> Letter:
    """A stranger on the right; the registered sender, with card, on the left."""
    sender, subject = town.settle(), town.stranger()
    lines = two_columns(pen, shown(pen, subject, dob=pen.maybe()))
    left = [f"Expéditeur : {sender.first_name} {sender.last_name}", f"CIN {sender.cin}", "", ""]
    lines = [f"{left[row]:<46}{line[34:]}" for row, line in enumerate(lines)]
    return letter(town, pen, lines, expect="NONE", about=None)


CASES = (
    bystander,
    doctor_is_registered,
    doctor_of_a_stranger,
    doctor_as_patient,
    two_patients,
    two_patients_side_by_side,
    table_of_patients,
    several_documents,
    one_person_on_two_pages,
    name_in_an_address,
    strangers_letter_in_columns,
)
