"""Names put together from syllables, so that no two families share one unless a case wants it."""

import random
import re
import unicodedata
from collections.abc import Sequence

_MAGHREB = (
    (
        "Ze",
        "Ba",
        "Cha",
        "Dri",
        "Fa",
        "Gue",
        "Ha",
        "Ka",
        "La",
        "Ma",
        "Na",
        "Ra",
        "Sa",
        "Ta",
        "Ya",
        "Bou",
        "Mou",
        "Khe",
    ),
    (
        "rra",
        "ssou",
        "mmi",
        "lla",
        "bda",
        "chta",
        "ghri",
        "dda",
        "nna",
        "kri",
        "zza",
        "ttou",
        "hma",
        "qba",
        "jja",
        "rbi",
    ),
    ("oui", "di", "ni", "ri", "li", "mi", "che", "ne", "j", "f", "bi", "ki", "si", "zi"),
)
_FRENCH = (
    (
        "Bra",
        "Che",
        "Dau",
        "Fre",
        "Gau",
        "Lam",
        "Mon",
        "Per",
        "Rou",
        "Sau",
        "Tré",
        "Vau",
        "Cor",
        "Del",
        "Gri",
        "Plou",
    ),
    ("di", "mé", "ta", "vi", "go", "la", "ni", "que", "ssi", "bo", "ché", "pi", "ro", "tte"),
    ("ert", "eau", "ier", "on", "ault", "ot", "in", "el", "ard", "ois", "ec", "çon"),
)
_ENGLISH = (
    (
        "Whit",
        "Hol",
        "Ash",
        "Brad",
        "Cran",
        "Dun",
        "Ever",
        "Fair",
        "Gar",
        "Hart",
        "Kings",
        "Lang",
        "Nor",
        "Stan",
        "Thorn",
    ),
    ("ing", "le", "er", "wo", "mo", "ley", "den", "bu", "ca", "fo"),
    ("field", "ton", "son", "well", "ford", "ham", "gate", "worth", "by", "stone"),
)
_ARABIC = (
    ("بر", "سل", "خط", "شر", "فض", "قد", "نج", "وه"),
    ("ا", "ي", "و"),
    ("دي", "مي", "ني", "وي", "شي", "فة"),
)
_PARTICLES = (
    "El ",
    "Ben ",
    "Aït ",
    "Bel",
    "Ould ",
    "de ",
    "de la ",
    "Le ",
    "d'",
    "Van der ",
    "Al ",
    "O'",
    "Mac",
)

MEN: tuple[str, ...] = (
    "Karim",
    "Omar",
    "Youssef",
    "Brahim",
    "Tarik",
    "Nabil",
    "Rachid",
    "Soufiane",
    "Ilyas",
    "Anas",
    "Luc",
    "Antoine",
    "Étienne",
    "Gérôme",
    "Mathis",
    "Noël",
    "Benoît",
    "Loïc",
    "Edward",
    "Henry",
    "Simon",
    "Oliver",
    "George",
    "Martin",
    "Hugo",
    "Jean-Luc",
    "Pierre-Yves",
    "Marc-André",
)
WOMEN: tuple[str, ...] = (
    "Salma",
    "Nadia",
    "Imane",
    "Ghita",
    "Houda",
    "Zineb",
    "Meryem",
    "Loubna",
    "Asmae",
    "Inès",
    "Camille",
    "Aurélie",
    "Hélène",
    "Zoé",
    "Léa",
    "Chloé",
    "Gaëlle",
    "Emily",
    "Alice",
    "Grace",
    "Charlotte",
    "Ruth",
    "Nora",
    "Marie-Ange",
    "Anne-Lise",
    "Rose-Marie",
)
DOUBLE_MEN = ("Mohamed Amine", "Sidi Ahmed", "Moulay Driss", "Abdel Hakim", "Jean Baptiste", "Mohamed Reda")
DOUBLE_WOMEN = ("Fatima Zahra", "Lalla Khadija", "Marie Claire", "Oum Kaltoum", "Lalla Zineb", "Anne Sophie")
ARABIC_MEN = ("كريم", "يوسف", "طارق", "نبيل", "رشيد")
ARABIC_WOMEN = ("سلمى", "نادية", "ايمان", "هدى", "زينب")
ALIKE = (("Mohamed", "Mohammed"), ("Hussein", "Houssine"), ("Aicha", "Aïsha"), ("Youssef", "Yousouf"))
"""Two spellings of one name."""

_SAME_SOUND = str.maketrans(
    {"q": "k", "c": "k", "y": "i", "w": "u", "z": "s", "v": "f", "p": "b", "d": "t", "g": "k"}
)


def skeleton(name: str) -> str:
    """What is left of a name without accents, vowels and doubled letters: two that share it may be confused."""
    plain = "".join(it for it in unicodedata.normalize("NFKD", name.casefold()) if it.isalpha())
    consonants = re.sub(r"[aeiouhاويى]", "", plain.translate(_SAME_SOUND)) or plain
    return re.sub(r"(.)\1+", r"\1", consonants)


class Surnames:
    """Surnames of which no two can be confused."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._used: set[str] = set()

    def next(self) -> str:
        """A name of one word, or of two with a particle or a hyphen."""
        name = self.plain()
        kind = self._chance.random()
        if kind < 0.16:
            return self._chance.choice(_PARTICLES) + name
        if kind < 0.22:
            return f"{name}{self._chance.choice('- ')}{self.plain()}"
        return name

    def plain(self) -> str:
        """A name of one word."""
        return self._unused((_MAGHREB, _FRENCH, _ENGLISH))

    def arabic(self) -> str:
        return self._unused((_ARABIC,))

    def _unused(self, families: Sequence[tuple[Sequence[str], ...]]) -> str:
        while True:
            syllables = self._chance.choice(families)
            middle = self._chance.choice(syllables[1]) if self._chance.random() < 0.4 else ""
            name = "".join(map(self._chance.choice, syllables)) + middle
            name = name[:1] + name[1:].lower()
            if (bare := skeleton(name)) not in self._used and len(bare) > 1:
                self._used.add(bare)
                return name
