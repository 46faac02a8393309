"""What a hand, a keyboard or a printer does to names, dates and numbers, and honest but unusual layouts."""

import datetime
import unicodedata
from dataclasses import replace

from tests.generator.layouts import (
    LABELLED,
    above,
    block,
    broken,
    dotted,
    shown,
    table,
    two_columns,
    unlabelled,
    whole_name_table,
)
from tests.generator.letters import Letter
from tests.generator.names import DOUBLE_MEN, DOUBLE_WOMEN
from tests.generator.town import Resident, Town
from tests.generator.wording import INSURANCE_LABELS, NIR_LABELS, Pen
from tests.generator.writing import letter

_CYRILLIC = str.maketrans("aeocpxyABEKMHOPCTX", "аеосрхуАВЕКМНОРСТХ")
_INVISIBLE = ("\u200b", "\u200d", "\u2060", "\u200f", "\ufeff", "\u00ad")


def digit_wrong_in_number(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    place = town.chance.randrange(len(one.cin) - 5, len(one.cin))
    digit = str((int(one.cin[place]) + town.chance.randint(1, 9)) % 10)
    printed = replace(one, cin=one.cin[:place] + digit + one.cin[place + 1 :])
    lines = block(pen, shown(pen, printed, dob=pen.maybe(), card=True))
    return letter(town, pen, lines, expect="HUMAN", about=one, show=[one])


def digit_wrong_in_date(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    wrong = pen.pick((one.born.replace(year=one.born.year + 1), one.born + datetime.timedelta(days=1)))
    lines = block(pen, shown(pen, replace(one, dob=wrong)))
    return letter(town, pen, lines, expect="HUMAN", about=one, show=[one])


def day_and_month_swapped(town: Town, pen: Pen) -> Letter:
    one = town.settle(dob=datetime.date(town.chance.randint(1940, 2005), town.chance.randint(1, 4), 9))
    wrong = datetime.date(one.born.year, one.born.day, one.born.month)
    lines = block(pen, shown(pen, replace(one, dob=wrong)))
    return letter(town, pen, lines, expect="HUMAN", about=one, show=[one])


def homoglyphs(town: Town, pen: Pen) -> Letter:
    """A name with letters of another script in it is not the name that it looks like."""
    one = town.settle(last_name=f"{town.surnames.plain()}acope")
    last = one.last_name[:-5] + one.last_name[-5:].translate(_CYRILLIC)
    lines = block(pen, shown(pen, replace(one, last_name=last)))
    return letter(town, pen, lines, expect="HUMAN", about=one)


def zero_width(town: Town, pen: Pen) -> Letter:
    """Characters without width within a name and a date are no part of them."""
    one = town.settle()
    it = shown(pen, one, card=True)
    at = len(it.name) // 2
    name = it.name[:at] + pen.pick(_INVISIBLE) + it.name[at:]
    date = it.dob[:4] + pen.pick(_INVISIBLE) + it.dob[4:]
    return letter(
        town, pen, block(pen, replace(it, name=name, dob=date), LABELLED), expect="MATCH", about=one
    )


def hyphen_at_line_end(town: Town, pen: Pen) -> Letter:
    """A name cut in two is not put together again."""
    one = town.settle(last_name=f"{town.surnames.plain()}elmandi")
    at = len(one.last_name) - 4
    lines = [
        f"{pen.name_label()} {one.first_name} {one.last_name[:at]}-",
        f"{one.last_name[at:]}, né(e) le {pen.date(one.born)}",
    ]
    return letter(town, pen, lines, expect="EITHER", about=one)


def line_breaks(town: Town, pen: Pen) -> Letter:
    """Values on the line below their labels, and a name over two lines."""
    one = town.settle()
    if pen.maybe(0.7):
        return letter(town, pen, broken(pen, shown(pen, one, card=pen.maybe())), expect="MATCH", about=one)
    lines = [
        f"{pen.name_label()} {one.first_name}",
        one.last_name,
        f"{pen.date_label()} {pen.date(one.born)}",
    ]
    return letter(town, pen, lines, expect="EITHER", about=one)


def capitals(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    lines = [line.upper() for line in block(pen, shown(pen, one, card=True), LABELLED)]
    return letter(town, pen, lines, expect="MATCH", about=one)


def accents_lost(town: Town, pen: Pen) -> Letter:
    """By a system that knows none, in labels and names alike."""
    first, last = pen.pick(("Hélène", "Gaëlle", "Inès", "Zoé")), town.surnames.plain() + "çébé"
    one = town.settle(first_name=first, last_name=last, sex="F")
    lines = [_bare(line) for line in block(pen, shown(pen, one), LABELLED)]
    return letter(town, pen, lines, expect="MATCH", about=one)


def _bare(text: str) -> str:
    return "".join(it for it in unicodedata.normalize("NFD", text) if not unicodedata.combining(it))


def decomposed(town: Town, pen: Pen) -> Letter:
    """Accents as characters of their own, as some systems write them."""
    one = town.settle(first_name=pen.pick(("Hélène", "Gaëlle", "Étienne")))
    lines = [unicodedata.normalize("NFD", line) for line in block(pen, shown(pen, one), LABELLED)]
    return letter(town, pen, lines, expect="MATCH", about=one)


def table_layout(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    lines = pen.pick((table, whole_name_table))(pen, shown(pen, one, card=pen.maybe()))
    return letter(town, pen, lines, expect="MATCH", about=one)


def label_above_value(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    return letter(town, pen, above(pen, shown(pen, one, card=pen.maybe())), expect="MATCH", about=one)


def columns_of_a_letter(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    return letter(town, pen, two_columns(pen, shown(pen, one, card=pen.maybe())), expect="MATCH", about=one)


def dotted_form(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    return letter(town, pen, dotted(pen, shown(pen, one, card=pen.maybe())), expect="MATCH", about=one)


def without_label(town: Town, pen: Pen) -> Letter:
    """A name that its own birthday or number alone makes the subject's."""
    one = town.settle()
    return letter(town, pen, unlabelled(pen, shown(pen, one, card=pen.maybe())), expect="EITHER", about=one)


def month_words(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    it = replace(shown(pen, one), dob=pen.month_word(one.born))
    return letter(town, pen, block(pen, it, LABELLED), expect="MATCH", about=one)


def compound_names(town: Town, pen: Pen) -> Letter:
    sex = pen.pick("MF")
    first = pen.pick(DOUBLE_MEN if sex == "M" else DOUBLE_WOMEN)
    last = pen.pick(("El {} {}", "{}-{}", "Ben {} {}", "de la {} {}", "Aït {} {}", "{} {}"))
    one = town.settle(
        sex=sex, first_name=first, last_name=last.format(town.surnames.plain(), town.surnames.plain())
    )
    return letter(town, pen, block(pen, shown(pen, one), LABELLED), expect="MATCH", about=one)


def arabic_labels(town: Town, pen: Pen) -> Letter:
    one = town.settle()
    arabic = Pen(pen.chance, "ar")
    return letter(
        town, arabic, block(arabic, shown(arabic, one, card=pen.maybe())), expect="MATCH", about=one
    )


def arabic_letters(town: Town, pen: Pen) -> Letter:
    one = town.arabic()
    arabic = Pen(pen.chance, "ar")
    lines = [
        f"{arabic.name_label()} {one.first_name} {one.last_name}",
        f"{arabic.date_label()} {arabic.date(one.born)}",
    ]
    return letter(town, arabic, lines, expect="MATCH", about=one)


def insurance_number(town: Town, pen: Pen) -> Letter:
    """A number of the insured's, who may be a parent, proves nothing."""
    one = town.settle()
    lines = [*block(pen, shown(pen, one, dob=False)), f"{pen.pick(INSURANCE_LABELS)} {one.insurance}"]
    return letter(town, pen, lines, expect="EITHER", about=one, show=[one])


def social_security_number(town: Town, pen: Pen) -> Letter:
    """The French one, with its key; or one digit of it wrong, so that the key doesn't fit."""
    one = _with_nir(town)
    groups = (1, 2, 2, 2, 3, 3, 2)
    number = one.nir
    if is_wrong := pen.maybe(0.4):
        place = town.chance.randrange(7, 13)
        number = number[:place] + str((int(number[place]) + 3) % 10) + number[place + 1 :]
    if pen.maybe():
        ends = [sum(groups[: at + 1]) for at in range(len(groups))]
        number = " ".join(number[end - size : end] for end, size in zip(ends, groups, strict=True))
    lines = [*block(pen, shown(pen, one, dob=False)), f"{pen.pick(NIR_LABELS)} {number}"]
    if is_wrong:
        return letter(town, pen, lines, expect="HUMAN", about=one, show=[one])
    return letter(town, pen, lines, expect="MATCH", about=one)


def _with_nir(town: Town) -> Resident:
    while not (one := town.stranger()).nir:
        pass
    return town.register(one)


CASES = (
    digit_wrong_in_number,
    digit_wrong_in_date,
    day_and_month_swapped,
    homoglyphs,
    zero_width,
    hyphen_at_line_end,
    line_breaks,
    capitals,
    accents_lost,
    decomposed,
    table_layout,
    label_above_value,
    columns_of_a_letter,
    dotted_form,
    without_label,
    month_words,
    compound_names,
    arabic_labels,
    arabic_letters,
    insurance_number,
    social_security_number,
)
