"""Where name, birth date and number stand on the page: beside, under or far from their labels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.generator.town import Resident
from tests.generator.wording import Pen


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a letter prints of somebody; what is empty isn't printed.

    Attributes:
        name: in one piece.
        dob, card: with their own labels where a layout has no place for these.
    """

    name: str
    last: str
    first: str
    dob: str = ""
    card: str = ""


def shown(pen: Pen, one: Resident, *, dob: bool = True, card: bool = False) -> Shown:
    """What is to be printed of a person, as registered."""
    return Shown(
        name=pen.name(one),
        last=pen.pick((one.last_name, one.last_name.upper())),
        first=one.first_name,
        dob=pen.date(one.born) if dob and one.dob else "",
        card=pen.card(one.cin) if card and one.cin else "",
    )


Layout = Callable[[Pen, Shown], list[str]]


def _pieces(pen: Pen, it: Shown) -> list[str]:
    """Date and number, each with its label."""
    pieces = []
    if it.dob:
        pieces.append(f"{pen.date_label()} {it.dob}")
    if it.card:
        pieces.append(f"{pen.card_label()} {it.card}")
    return pieces


def stacked(pen: Pen, it: Shown) -> list[str]:
    return [f"{pen.name_label()} {it.name}", *_pieces(pen, it)]


def in_a_line(pen: Pen, it: Shown) -> list[str]:
    return [pen.pick((", ", " - ", " | ", "   ", "      ")).join(stacked(pen, it))]


def two_lines(pen: Pen, it: Shown) -> list[str]:
    first, *rest = stacked(pen, it)
    return [first, pen.pick((" | ", "     ", ", ")).join(rest)]


def fields(pen: Pen, it: Shown) -> list[str]:
    if pen.language == "en":
        last, first = pen.pick((("Last name:", "First name:"), ("Surname:", "Given name:")))
    elif pen.language == "ar":
        last, first = "الاسم العائلي :", "الاسم الشخصي :"
    else:
        last, first = pen.pick(
            (("Nom :", "Prénom :"), ("NOM :", "PRÉNOM :"), ("Nom de famille :", "Prénom(s) :"))
        )
    names = [f"{last} {it.last}", f"{first} {it.first}"]
    if pen.maybe(0.3):
        names = [pen.pick(("     ", "          ")).join(names)]
    elif pen.maybe(0.2):
        names.reverse()
    return [*names, *_pieces(pen, it)]


def dotted(pen: Pen, it: Shown) -> list[str]:
    rows = [("Nom", it.last), ("Prénom", it.first), ("Date de naissance", it.dob), ("CIN", it.card)]
    return [f"{label} {'.' * (28 - len(label))} : {value}" for label, value in rows if value]


def table(pen: Pen, it: Shown) -> list[str]:
    """A head with labels, and a row under it."""
    heads = pen.pick((("Nom", "Prénom", "Né(e) le", "CIN"), ("NOM", "PRÉNOM", "DATE DE NAISSANCE", "N° CIN")))
    if pen.language == "en":
        heads = ("Last name", "First name", "Date of birth", "ID card")
    cells = [(heads[0], it.last), (heads[1], it.first), (heads[2], it.dob), (heads[3], it.card)]
    return _columns([(head, value) for head, value in cells if value])


def whole_name_table(pen: Pen, it: Shown) -> list[str]:
    head = (
        "Patient name" if pen.language == "en" else pen.pick(("Nom et prénom", "Patient", "Nom du patient"))
    )
    rows = [
        (head, it.name),
        ("DOB" if pen.language == "en" else "Date de naissance", it.dob),
        ("CIN", it.card),
    ]
    return _columns([(head, value) for head, value in rows if value])


def _columns(cells: Sequence[tuple[str, str]]) -> list[str]:
    widths = [max(len(head), len(value)) + 6 for head, value in cells]
    return [
        "".join(cell[row].ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for row in (0, 1)
    ]


def above(pen: Pen, it: Shown) -> list[str]:
    """Each label on a line of its own, and its value under it."""
    lines = [pen.name_label().rstrip(" :"), it.name]
    if it.dob:
        lines += [pen.pick(("Date de naissance", "DATE DE NAISSANCE", "Date of birth")), it.dob]
    if it.card:
        lines += [pen.pick(("CIN", "Carte nationale", "N° CIN")), it.card]
    return lines


def prose(pen: Pen, it: Shown) -> list[str]:
    if pen.language == "en":
        opening = pen.pick(("I saw your patient {}", "Patient {}", "Re: {}"))
        date, card = ", born on {}", ", national ID {}"
    else:
        opening = pen.pick(
            (
                "J'ai reçu en consultation {}",
                "Certificat médical concernant {}",
                "Je certifie avoir examiné ce jour {}",
                "Vu en consultation {}",
                "Compte rendu d'hospitalisation du patient {}",
            )
        )
        date, card = (
            pen.pick((", né(e) le {}", " né(e) le {}", " (né(e) le {})")),
            ", titulaire de la CIN n° {}",
        )
    text = opening.format(it.name)
    text += date.format(it.dob) if it.dob else ""
    text += card.format(it.card) if it.card else ""
    return [f"{text}."]


def unlabelled(pen: Pen, it: Shown) -> list[str]:
    """A name that nothing announces, with its birth date or number behind it."""
    if pen.maybe():
        return [it.name, *_pieces(pen, it)]
    return [", ".join([it.name, *_pieces(pen, it)])]


def two_columns(pen: Pen, it: Shown) -> list[str]:
    """The office on the left, the person on the right."""
    left = (
        "Service des admissions",
        "Bâtiment B, 2e étage",
        "Secrétariat : poste 214",
        "Télécopie : poste 215",
    )
    right = stacked(pen, it)
    return [f"{left[row]:<34}{text}" for row, text in enumerate(right)]


def broken(pen: Pen, it: Shown) -> list[str]:
    """The value opens the line below its label."""
    lines = [pen.name_label(), it.name]
    if it.dob:
        lines += [pen.pick(("Né(e) le", "Date de naissance :", "né(e) le :")), it.dob]
    if it.card:
        lines += [pen.pick(("CIN n°", "Carte nationale n° :")), it.card]
    return lines


LABELLED: Sequence[Layout] = (
    stacked,
    in_a_line,
    two_lines,
    fields,
    table,
    whole_name_table,
    above,
    prose,
    broken,
)
ANY: Sequence[Layout] = (*LABELLED, stacked, in_a_line, two_columns)


def block(pen: Pen, it: Shown, layouts: Sequence[Layout] = ANY) -> list[str]:
    """A person's data in one of the layouts."""
    return pen.pick(layouts)(pen, it)
