"""Parents, children, twins, spouses and insured: who shares a surname, an address or a birthday with the subject."""

from tests.generator.layouts import LABELLED, block, shown
from tests.generator.letters import Letter
from tests.generator.town import Resident, Town
from tests.generator.wording import Pen
from tests.generator.writing import letter

_PARENT_BLOCKS = (
    "Mère : {parent}, née le {dob}",
    "Père : {parent}, né le {dob}",
    "Nom du père : {parent}, CIN {card}",
    "Représentant légal : {parent}, né(e) le {dob}",
    "Accompagné(e) de {parent}, né(e) le {dob}",
    "Amené par {parent} (CIN {card})",
    "Parent : {parent}, born {dob}",
    "Mother: {parent}, DOB {dob}",
    "Sous la garde de {parent}, né(e) le {dob}",
    "Tuteur légal : {parent}, CIN {card}",
    "À l'attention de {parent}, né(e) le {dob}",
    "Déclaration faite par {parent}, titulaire de la CIN {card}",
    "{parent}, né(e) le {dob}, mère de l'enfant",
    "{parent}, né(e) le {dob}, en sa qualité de père",
    "{parent}\nNé(e) le {dob}\nagissant pour son enfant mineur",
    "{parent} (CIN {card}) déclare être le père",
    "Marraine : {parent}, née le {dob}",
    "Contact en cas d'urgence : {parent}, CIN {card}",
    "Payeur : {parent}, né(e) le {dob}",
    "Adresse : chez {parent}, né(e) le {dob}",
    "Rendu à : {parent}, CIN {card}",
    "Remis en main propre à {parent}, CIN {card}",
    "Autorisation parentale signée : {parent}, CIN {card}",
    "ولي الأمر : {parent}\nتاريخ الازدياد : {dob}",
)
_CHILD_LINES = (
    "Enfant : {child}",
    "Patient : {child}",
    "Nom : {surname}\nPrénom : {first}",
    "Concerne l'enfant {child}",
    "Child: {child}",
    "Élève : {child}",
    "Bébé {child}",
    "Nourrisson {child}, né(e) le {birth}",
    "Prénom de l'enfant : {first}",
    "Patient : {first}",
    "Certificat de vaccination de {child}",
    "Carnet de santé - {child}",
    "Acte de naissance de {child}",
    "Inscription de {child}, classe de CE2",
    "Résultats de {child}",
    "L'enfant {first} a été vu ce jour.",
    "الطفل : {child}",
)


def childs_letter(town: Town, pen: Pen) -> Letter:
    """A child whom the registry doesn't know, and a parent whom it knows, with birthday or card."""
    parent = town.settle(dob=town.birthday(years=(1960, 1990)))
    child = town.stranger(
        last_name=parent.last_name,
        first_name=_other_first(town, parent),
        dob=town.birthday(years=(2015, 2023)),
        cin="",
    )
    lines = [
        pen.pick(_CHILD_LINES).format(
            child=pen.name(child), first=child.first_name, surname=child.last_name, birth=pen.date(child.born)
        ),
        pen.pick(_PARENT_BLOCKS).format(
            parent=pen.pick((pen.name, pen.civil_name))(parent),
            dob=pen.date(parent.born),
            card=pen.card(parent.cin),
        ),
    ]
    if pen.maybe(0.25):
        lines.reverse()
    return letter(town, pen, *[line.split("\n") for line in lines], expect="NONE", about=None)


def childs_first_name_alone(town: Town, pen: Pen) -> Letter:
    """A letter that is about a child, which only a first name says, and names the parent in full."""
    parent = town.settle(dob=town.birthday(years=(1960, 1990)))
    child = town.stranger(last_name=parent.last_name, first_name=_other_first(town, parent), cin="")
    width = max(len(parent.last_name), len(parent.first_name), len(pen.name(parent))) + 4
    first, name, dob = child.first_name, pen.name(parent), pen.date(parent.born)
    lines = pen.pick(
        (
            [f"{name}, né(e) le {dob}", f"Votre enfant {first} a été examiné ce jour."],
            [f"{name}, né(e) le {dob}", "", f"Concerne : {first}"],
            [f"{'Nom':<{width}}Date de naissance", f"{name:<{width}}{dob}", first],
            [
                f"{'Nom':<{width}}{'Prénom':<{width}}Né(e) le",
                f"{parent.last_name:<{width}}{parent.first_name:<{width}}{dob}",
                f"{'':<{width}}{first}",
            ],
            [f"Nom : {parent.last_name}", f"{name}, né(e) le {dob}", f"Prénom : {first}"],
            [f"NOM : {parent.last_name.upper()}", f"{name}, né(e) le {dob}"],
            [f"{'Parent':<{width}}Enfant", f"{name:<{width}}{first}", f"Né(e) le {dob}"],
            [f"Cher {first},", f"{name}, né(e) le {dob}"],
            [f"{first} est convoqué le 12/04/2024.", f"{name}, né(e) le {dob}"],
            [f"Prélèvement de {first}", f"{name}, né(e) le {dob}"],
            ["Patient", first, f"{name}, né(e) le {dob}"],
        )
    )
    return letter(town, pen, lines, expect="NONE", about=None)


def surname_before_birthday(town: Town, pen: Pen) -> Letter:
    """A second person's surname alone stands before the birth date of the first."""
    one = town.settle()
    other = town.surnames.plain()
    lines = pen.pick(
        (
            [f"Patient : {pen.name(one)}", f"{other.upper()}, né(e) le {pen.date(one.born)}"],
            [f"Patient : {pen.name(one)}", other, f"Né(e) le {pen.date(one.born)}"],
            [pen.name(one), f"{other}, né(e) le {pen.date(one.born)}"],
            [f"{pen.name(one)} / {other}", f"Né(e) le {pen.date(one.born)}"],
        )
    )
    return letter(town, pen, lines, expect="HUMAN", about=one)


def father_and_son(town: Town, pen: Pen) -> Letter:
    """The son's letter says whose son he is; both are registered."""
    father = town.settle(sex="M", dob=town.birthday(years=(1945, 1965)))
    son = town.settle(sex="M", last_name=father.last_name, dob=town.birthday(years=(1985, 2005)))
    lines = block(pen, shown(pen, son), LABELLED)
    relation = pen.pick(
        ("Père : {}", "Fils de {}", "Nom du père : {}", "Accompagné par son père {}", "Father: {}")
    )
    return letter(town, pen, lines, [relation.format(pen.name(father))], expect="MATCH", about=son)


def father_and_son_of_one_name(town: Town, pen: Pen) -> Letter:
    father = town.settle(sex="M", dob=town.birthday(years=(1945, 1965)))
    son = town.homonym(father, dob=town.birthday(unlike=father.dob, years=(1985, 2005)))
    one = pen.pick((father, son))
    if pen.maybe(0.7):
        return letter(town, pen, block(pen, shown(pen, one)), expect="MATCH", about=one)
    lines = block(pen, shown(pen, one, dob=False))
    return letter(town, pen, lines, expect="HUMAN", about=one, show=[father, son])


def sons_letter_with_fathers_birthday(town: Town, pen: Pen) -> Letter:
    """The son isn't registered; a father of the same name is, and his birthday is printed as his."""
    father = town.settle(sex="M", dob=town.birthday(years=(1945, 1965)))
    relation = pen.pick(
        ("Père : {}, né le {}", "Assuré : {}, né le {}", "Father: {}, born {}", "Fils de {} né le {}")
    )
    lines = [
        f"{pen.name_label()} {pen.name(father)} (fils)",
        relation.format(pen.name(father), pen.date(father.born)),
    ]
    return letter(town, pen, lines, expect="NONE", about=None)


def twins(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    other = town.settle(last_name=one.last_name, first_name=_other_first(town, one), dob=one.dob)
    if pen.maybe(0.7):
        return letter(town, pen, block(pen, shown(pen, one)), expect="MATCH", about=one)
    lines = [
        f"{pen.pick(('Mme', 'M.', 'Famille'))} {one.last_name}",
        f"{pen.date_label()} {pen.date(one.born)}",
    ]
    return letter(town, pen, lines, expect="HUMAN", about=one, show=[one, other])


def _other_first(town: Town, one: Resident) -> str:
    """A first name that can't be taken for the other's, nor for a part of it."""
    while True:
        other = town.stranger(sex=one.sex).first_name
        if not {word[:3] for word in other.split()} & {word[:3] for word in one.first_name.split()}:
            return other


def twin_not_registered(town: Town, pen: Pen) -> Letter:
    """Surname and birthday are a registered twin's, the first name is not."""
    one = town.settle()
    twin = town.stranger(last_name=one.last_name, first_name=_other_first(town, one), dob=one.dob)
    return letter(town, pen, block(pen, shown(pen, twin)), expect="NONE", about=None)


def family_list(town: Town, pen: Pen) -> Letter:
    """A household: everybody with a birthday."""
    one = town.settle()
    family = [
        one,
        *(town.settle(last_name=one.last_name, first_name=_other_first(town, one)) for _ in range(2)),
    ]
    rows = pen.pick(
        (
            ["Composition du foyer", *[f"- {pen.name(it)}, né(e) le {pen.date(it.born)}" for it in family]],
            [
                "Nom et prénom          Né(e) le",
                *[f"{pen.name(it):<40} {pen.date(it.born)}" for it in family],
            ],
            [
                f"Membres de la famille : {', '.join(pen.name(it) for it in family)}",
                f"Né(e) le {pen.date(one.born)}",
            ],
            ["Family members:", *[f"{pen.name(it)} (DOB {pen.date(it.born)})" for it in family]],
        )
    )
    return letter(town, pen, rows, expect="HUMAN", about=one)


def family_history(town: Town, pen: Pen) -> Letter:
    """Relatives in the history are not the subject."""
    one = town.settle()
    other = town.settle(sex="F", last_name=one.last_name, first_name=_other_first(town, one))
    history = pen.pick(
        (
            "Antécédents familiaux : mère {} diabétique",
            "Mère : {}, hypertendue.",
            "Family history: mother {} had asthma",
            "Sœur : {}",
            "Conjoint : {}",
            "Personne à prévenir : {}",
        )
    ).format(pen.name(other))
    is_asking = history.startswith("Personne")
    lines = block(pen, shown(pen, one), LABELLED)
    return letter(town, pen, lines, [history], expect="EITHER" if is_asking else "MATCH", about=one)


def insured_and_beneficiary(town: Town, pen: Pen) -> Letter:
    """A form of an insurance: whoever pays, and whoever was ill."""
    insured = town.settle(dob=town.birthday(years=(1950, 1985)))
    kind = pen.pick(("registered", "registered", "stranger", "both dates"))
    make = town.settle if kind != "stranger" else town.stranger
    ill = make(
        last_name=insured.last_name,
        first_name=_other_first(town, insured),
        dob=town.birthday(years=(1990, 2015)),
    )
    payer = pen.pick(
        ("Assuré : {}", "Nom de l'assuré : {}", "Adhérent : {}", "Policyholder: {}", "Souscripteur : {}")
    )
    first = [payer.format(pen.name(insured)), f"N° d'assuré : {insured.insurance}"]
    if kind in ("both dates", "stranger"):
        first.append(f"Né(e) le {pen.date(insured.born)}")
    second = [f"{pen.pick(('Bénéficiaire :', 'Bénéficiaire des soins :', 'Patient :'))} {pen.name(ill)}"]
    if kind != "stranger" or pen.maybe():
        second.append(f"Né(e) le {pen.date(ill.born)}")
    if kind == "stranger":
        return letter(town, pen, first, second, expect="NONE", about=None)
    is_plain = kind == "registered" and not payer.startswith("Nom de")
    return letter(town, pen, first, second, expect="MATCH" if is_plain else "EITHER", about=ill)


def maiden_name(town: Town, pen: Pen) -> Letter:
    """A married woman, by both her names or by that of her birth alone."""
    one = town.settle(sex="F", birth_name=town.surnames.plain())
    date = f"{pen.date_label()} {pen.date(one.born)}"
    kind = pen.pick(("both", "née", "birth"))
    if kind == "both":
        lines = [
            f"Nom : {one.last_name}",
            f"Nom de naissance : {one.birth_name}",
            f"Prénom : {one.first_name}",
            date,
        ]
        return letter(town, pen, lines, expect="MATCH", about=one)
    if kind == "née":
        lines = [f"Patiente : {pen.name(one)} née {one.birth_name}", date]
        return letter(town, pen, lines, expect="EITHER", about=one)
    lines = [f"{pen.name_label()} {one.first_name} {one.birth_name}", date]
    return letter(town, pen, lines, expect="HUMAN", about=one, show=[one])


def newborn_of(town: Town, pen: Pen) -> Letter:
    """A newborn without a first name yet, named by its mother."""
    mother = town.settle(sex="F", dob=town.birthday(years=(1980, 2000)))
    text = pen.pick(
        (
            "Nouveau-né de {}, née le {}",
            "Bébé {}\nMère née le {}",
            "Baby of {}, born {}",
            "Nourrisson de Mme {} née le {}",
            "Accouchement de {}, née le {}\nNouveau-né vivant de sexe féminin",
            "NN {} (mère née le {})",
            "Enfant sans prénom, mère : {}, née le {}",
            "B/O {} DOB {}",
        )
    ).format(pen.name(mother), pen.date(mother.born))
    is_mothers = text.startswith("Accouchement")
    return letter(
        town,
        pen,
        text.split("\n"),
        expect="EITHER" if is_mothers else "NONE",
        about=mother if is_mothers else None,
    )


CASES = (
    childs_letter,
    childs_first_name_alone,
    surname_before_birthday,
    father_and_son,
    father_and_son_of_one_name,
    sons_letter_with_fathers_birthday,
    twins,
    twin_not_registered,
    family_list,
    family_history,
    insured_and_beneficiary,
    maiden_name,
    newborn_of,
)
