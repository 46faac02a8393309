"""People of one name, registered or not."""

import datetime
from dataclasses import replace

from tests.generator.layouts import ANY, block, shown
from tests.generator.letters import Letter
from tests.generator.names import ALIKE
from tests.generator.town import Resident, Town, differing
from tests.generator.wording import Pen
from tests.generator.writing import letter


def surely_named(town: Town, pen: Pen) -> Letter:
    """Nobody else has that name."""
    one = town.settle()
    dob, card = pen.pick(((True, False), (False, True), (True, True)))
    return letter(town, pen, block(pen, shown(pen, one, dob=dob, card=card), ANY), expect="MATCH", about=one)


def name_alone(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    lines = block(pen, shown(pen, one, dob=False))
    return letter(town, pen, lines, expect="HUMAN", about=one, show=[one], expect_name="MATCH")


def same_name_other_birthday(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    town.homonym(one)
    return letter(town, pen, block(pen, shown(pen, one)), expect="MATCH", about=one)


def same_name_by_number(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    town.homonym(one)
    return letter(town, pen, block(pen, shown(pen, one, dob=False, card=True)), expect="MATCH", about=one)


def same_name_alone(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    other = town.homonym(one)
    lines = block(pen, shown(pen, one, dob=False))
    return letter(town, pen, lines, expect="HUMAN", about=one, show=[one, other])


def nearly_same_birthday(town: Town, pen: Pen) -> Letter:
    """A namesake born on a day that a slip turns into this one."""
    one = town.settle(dob=datetime.date(town.chance.randint(1940, 2005), town.chance.randint(2, 9), 5))
    town.homonym(one, dob=_near(pen, one.born))
    has_card = pen.maybe()
    lines = block(pen, shown(pen, one, card=has_card))
    return letter(town, pen, lines, expect="MATCH" if has_card else "EITHER", about=one)


def _near(pen: Pen, day: datetime.date) -> datetime.date:
    swapped = datetime.date(day.year, day.day, day.month)
    return pen.pick((swapped, day.replace(day=6), day.replace(year=day.year + 1), day.replace(day=15)))


def stranger_shares_name(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    return letter(town, pen, block(pen, shown(pen, one, dob=False)), expect="NONE", about=None)


def stranger_of_other_birthday(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    other = town.stranger(
        last_name=one.last_name, first_name=one.first_name, sex=one.sex, dob=town.birthday(unlike=one.dob)
    )
    lines = block(pen, shown(pen, other, card=pen.maybe(0.3)))
    return letter(town, pen, lines, expect="NONE", about=None)


def stranger_of_other_number(town: Town, pen: Pen) -> Letter:
    """Name and birthday are somebody's by chance, the number is not."""
    one = town.settle()
    other = replace(one, cin=town.card())
    return letter(town, pen, block(pen, shown(pen, other, card=True)), expect="NONE", about=None)


def stranger_with_foreign_card(town: Town, pen: Pen) -> Letter:
    """Name and birthday are somebody's by chance; a card of that form, under a label that nobody knows, is not."""
    one = town.settle()
    label = pen.pick(
        ("Kimlik no:", "Pièce présentée :", "Tarjeta :", "Document n°", "Ausweis:", "Justificatif n°")
    )
    lines = [*block(pen, shown(pen, one)), f"{label} {pen.card(town.card_like(one.cin))}"]
    return letter(town, pen, lines, expect="NONE", about=None)


def passport_beside(town: Town, pen: Pen) -> Letter:
    """A passport's number says nothing against a registered card."""
    one = town.settle()
    label = pen.pick(("Passeport n°", "Passport No:", "Titre de séjour :", "Permis n°"))
    number = f"{town.chance.randrange(10, 99)}XK{town.chance.randrange(10**4, 10**5)}"
    lines = [*block(pen, shown(pen, one)), f"{label} {number}"]
    return letter(town, pen, lines, expect="EITHER", about=one)


def exam_date_is_birthday(town: Town, pen: Pen) -> Letter:
    """The day of an examination is a namesake's, or a stranger's, birthday."""
    one = town.settle()
    other = town.homonym(one)
    what = pen.pick(
        ("Scanner du", "Examen du", "Consultation du", "Date de l'examen :", "Visit date:", "Prélevé le")
    )
    exam = f"{what} {pen.date(other.born)}"
    if pen.maybe():
        lines = [*block(pen, shown(pen, one)), exam]
        return letter(town, pen, lines, expect="MATCH", about=one)
    lines = [*block(pen, shown(pen, one, dob=False)), exam]
    return letter(town, pen, lines, expect="HUMAN", about=one, show=[one, other])


def strangers_exam_date_is_birthday(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    exam = f"{pen.pick(('Scanner du', 'Date :', 'Admis le', 'Sorti le', 'Facture du'))} {pen.date(one.born)}"
    return letter(town, pen, [*block(pen, shown(pen, one, dob=False)), exam], expect="NONE", about=None)


def blank_birthday(town: Town, pen: Pen) -> Letter:
    """The registry doesn't know when the person was born."""
    one = town.settle(dob=None)
    born = f"{pen.date_label()} {pen.date(town.birthday())}"
    if pen.maybe():
        return letter(town, pen, [*block(pen, shown(pen, one)), born], expect="HUMAN", about=one, show=[one])
    return letter(town, pen, block(pen, shown(pen, one, card=True)), expect="MATCH", about=one)


def homonym_with_blank_birthday(town: Town, pen: Pen) -> Letter:
    """Nothing tells a record without birthday apart but another number."""
    one = town.settle()
    if pen.maybe():
        other = town.homonym(one, dob=None, cin="")
        lines = block(pen, shown(pen, one, card=pen.maybe()))
        return letter(town, pen, lines, expect="HUMAN", about=one, show=[one, other])
    town.homonym(one, dob=None)
    return letter(town, pen, block(pen, shown(pen, one, card=True)), expect="MATCH", about=one)


def placeholder_birthday(town: Town, pen: Pen) -> Letter:
    """A first of January stands for a day that nobody knows."""
    one = town.settle(dob=datetime.date(town.chance.randint(1930, 1975), 1, 1))
    return letter(town, pen, block(pen, shown(pen, one)), expect="EITHER", about=one)


def order_swapped(town: Town, pen: Pen) -> Letter:
    """Last and first name are both first names: Omar Hassan and Hassan Omar."""
    first, last = town.surnames.plain(), town.surnames.plain()
    one = town.settle(last_name=last, first_name=first)
    other = town.settle(last_name=first, first_name=last, dob=town.birthday(unlike=one.dob))
    if pen.maybe(0.7):
        return letter(town, pen, block(pen, shown(pen, one)), expect="MATCH", about=one)
    lines = block(pen, shown(pen, one, dob=False))
    return letter(town, pen, lines, expect="HUMAN", about=one, show=[one, other])


def spelled_alike(town: Town, pen: Pen) -> Letter:
    """A namesake in another spelling."""
    mine, theirs = pen.pick(ALIKE)
    one = town.settle(first_name=mine)
    other = town.settle(last_name=one.last_name, first_name=theirs, dob=town.birthday(unlike=one.dob))
    kind = pen.pick(("dob", "alone", "stranger"))
    if kind == "dob":
        return letter(town, pen, block(pen, shown(pen, one)), expect="MATCH", about=one)
    if kind == "alone":
        lines = block(pen, shown(pen, one, dob=False))
        return letter(town, pen, lines, expect="HUMAN", about=one, show=[one, other])
    lines = block(pen, shown(pen, replace(one, dob=town.birthday(unlike=one.dob), cin=""), card=False))
    return letter(town, pen, lines, expect="NONE", about=None)


def name_within_name(town: Town, pen: Pen) -> Letter:
    """Mohamed Tazi, and Mohamed Amine Tazi or Mohamed Tazi Saïd."""
    short = town.settle(first_name="Mohamed", sex="M")
    longer = town.stranger(
        last_name=pen.pick((short.last_name, f"{short.last_name} {town.surnames.plain()}")),
        first_name="Mohamed Amine",
        dob=town.birthday(unlike=short.dob),
        sex="M",
    )
    if pen.maybe(0.4):
        lines = block(pen, shown(pen, longer, dob=pen.maybe()))
        return letter(town, pen, lines, expect="NONE", about=None)
    longer = town.register(longer)
    one = pen.pick((short, longer))
    return letter(town, pen, block(pen, shown(pen, one)), expect="MATCH", about=one)


def particle_of_another(town: Town, pen: Pen) -> Letter:
    """El Tazi and Tazi may be one, or two."""
    bare = town.surnames.plain()
    one = town.settle(last_name=f"{pen.pick(('El', 'Ben', 'Aït', 'Ould'))} {bare}")
    other = town.settle(
        last_name=bare, first_name=one.first_name, sex=one.sex, dob=town.birthday(unlike=one.dob)
    )
    chosen: Resident = pen.pick((one, other))
    assert differing(one.born, other.born) > 2
    return letter(town, pen, block(pen, shown(pen, chosen)), expect="MATCH", about=chosen)


CASES = (
    surely_named,
    name_alone,
    same_name_other_birthday,
    same_name_by_number,
    same_name_alone,
    nearly_same_birthday,
    stranger_shares_name,
    stranger_of_other_birthday,
    stranger_of_other_number,
    stranger_with_foreign_card,
    passport_beside,
    exam_date_is_birthday,
    strangers_exam_date_is_birthday,
    blank_birthday,
    homonym_with_blank_birthday,
    placeholder_birthday,
    order_swapped,
    spelled_alike,
    name_within_name,
    particle_of_another,
)
