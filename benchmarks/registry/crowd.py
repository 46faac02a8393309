"""Invented people by the million, and letters about some of them: the same ones in each run.

Names are as unequal as real ones: few are borne by very many, and most by few. Of a million about a third share first
and last name with another record, and some also the birthday (McCoy 2013: 16.5 to 40.7 %, and 0.16 to 15.5 %).
Some family names are also words of any letter, and a share of the birthdays is the first of January, or blank.
"""

import datetime
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from agent.core.names import tokens
from agent.domain.identity import Identifier, Person, RecordId

_SEED = 20261126
_LAST_NAMES = 40_000
_FIRST_NAMES = 5_000
_LAST_FLATNESS = 10
_FIRST_FLATNESS = 5
"""Zipf and Mandelbrot: the name of rank k is borne in proportion to 1 / (k + flatness)."""
_TWICE_SHARE = 0.02
_JANUARY_SHARE = 0.03
_BLANK_SHARE = 0.02
_PARTICLE_SHARE = 0.08
_SECOND_NAME_SHARE = 0.12
_BIRTH_NAME_SHARE = 0.15
_FIRST_DAY = datetime.date(1930, 1, 1).toordinal()
_LAST_DAY = datetime.date(2024, 12, 31).toordinal()
_PARTICLES = ("El", "Ben", "Aït", "De")
_WELL_KNOWN_LAST = (
    "Alaoui Idrissi Tazi Bennani Martin Bernard Petit Durand Blanc Rose Marin Page Roi Jour Grand Olive Noir Clair"
    " Lefort Pasteur Mois Juin Avril Tension Hassan Rami Saidi Amrani Chraibi Berrada Fassi Filali Naciri"
)
_WELL_KNOWN_FIRST = (
    "Mohamed Fatima Ahmed Khadija Youssef Aicha Hassan Karim Rachid Said Omar Ali Marie Jean Pierre Claire Rose Hind"
    " Nadia Samira Amine Leila Sara Paul Anne"
)
_ONSETS = (
    "b",
    "br",
    "d",
    "f",
    "g",
    "h",
    "k",
    "l",
    "m",
    "n",
    "r",
    "s",
    "t",
    "z",
    "ch",
    "kh",
    "dr",
    "v",
    "j",
    "st",
)
_NUCLEI = ("a", "i", "ou", "an", "ir", "al", "im", "as")
_CODAS = ("d", "l", "m", "n", "r", "s", "ch", "t", "k", "z")

_PROSE = tokens("""
    je vous remercie de m avoir adressé cette personne pour des palpitations survenues à l effort depuis le mois de
    juin l examen clinique est sans particularité et la tension artérielle est bonne le rythme est régulier au repos
    comme à l effort la marche est possible un jour sur deux le grand axe du cœur est normal une page de résultats est
    jointe le petit bassin est libre l aspect est clair et la bile est noire un traitement par olive et rose est inutile
    nous reverrons avec le résultat dans six semaines aucun médicament nouveau n est prescrit le marin du jour
""")


def crowd(count: int) -> Iterator[Person]:
    """Invent people one by one; a longer crowd begins with the shorter one."""
    chance = random.Random(_SEED)
    last_names, first_names = (
        _names(chance, _WELL_KNOWN_LAST, _LAST_NAMES),
        _names(chance, _WELL_KNOWN_FIRST, _FIRST_NAMES),
    )
    last_weights = _weights(_LAST_NAMES, _LAST_FLATNESS)
    first_weights = _weights(_FIRST_NAMES, _FIRST_FLATNESS)
    earlier: Person | None = None
    for number in range(count):
        last, birth = chance.choices(last_names, cum_weights=last_weights, k=2)
        first, second = chance.choices(first_names, cum_weights=first_weights, k=2)
        lot = chance.random()
        person = Person(
            record_id=RecordId(f"P{number:07}"),
            last_name=f"{chance.choice(_PARTICLES)} {last}" if chance.random() < _PARTICLE_SHARE else last,
            first_name=f"{first} {second}" if chance.random() < _SECOND_NAME_SHARE else first,
            birth_name=birth if chance.random() < _BIRTH_NAME_SHARE else None,
            birth_date=_birthday(chance),
            sex="FM"[number % 2],
            identifiers=_numbers(chance, number),
            phone=f"06{chance.randrange(10**8):08}" if lot < 0.5 else None,
        )
        if earlier is not None and lot > 1 - _TWICE_SHARE:
            person = replace(
                person,
                last_name=earlier.last_name,
                first_name=earlier.first_name,
                birth_date=earlier.birth_date,
            )
        yield person
        earlier = person


def letters(people: Sequence[Person], count: int, words: int) -> Iterator[str]:
    """Write letters of so many words: labels, a doctor, prose; every third is about a stranger to the registry."""
    chance = random.Random(_SEED + 1)
    for number in range(count):
        one, doctor, other = chance.sample(people, 3)
        name = f"{one.first_name} {one.last_name.upper()}"
        birthday = one.birth_date or datetime.date(1980, 1, 1)
        if number % 3 == 2:
            name, birthday = f"{other.first_name} {one.last_name.upper()}", birthday + datetime.timedelta(400)
        head = (
            f"Cabinet du Dr {doctor.first_name} {doctor.last_name}\nTél. 05 00 00 01 20\n"
            f"Patient : {name}\nNé(e) le {birthday:%d/%m/%Y}\n"
        )
        prose = itertools.islice(_prose(chance), words - len(head.split()))
        yield head + "\n".join(" ".join(line) for line in _lines(prose))


def _prose(chance: random.Random) -> Iterator[str]:
    while True:
        start = chance.randrange(len(_PROSE))
        sentence = _PROSE[start : start + 12]
        yield from (sentence[0].capitalize(), *sentence[1:])


def _lines(words: Iterator[str]) -> Iterator[list[str]]:
    while line := list(itertools.islice(words, 12)):
        yield line


def _names(chance: random.Random, well_known: str, count: int) -> list[str]:
    names = dict.fromkeys(well_known.split())
    while len(names) < count:
        parts = (chance.choice(_ONSETS) + chance.choice(_NUCLEI) for _ in range(chance.choice((1, 2, 2, 3))))
        names["".join((*parts, chance.choice(_CODAS))).capitalize()] = None
    return list(names)


def _weights(count: int, flatness: int) -> list[float]:
    return list(itertools.accumulate(1 / (rank + flatness) for rank in range(count)))


def _birthday(chance: random.Random) -> datetime.date | None:
    lot = chance.random()
    if lot < _BLANK_SHARE:
        return None
    day = datetime.date.fromordinal(chance.randint(_FIRST_DAY, _LAST_DAY))
    return day.replace(month=1, day=1) if lot < _BLANK_SHARE + _JANUARY_SHARE else day


def _numbers(chance: random.Random, number: int) -> tuple[Identifier, ...]:
    cards = (Identifier(kind="cin", value=f"Z{number:06}"),) if chance.random() < 0.8 else ()
    insured = (
        (Identifier(kind="insurance", value=f"{chance.randrange(10**9):09}"),)
        if chance.random() < 0.6
        else ()
    )
    return cards + insured
