"""Names: their normal form, and which of them may belong to one person.

Only equality of normal forms can prove a name. The spelling key is much coarser: it finds homonyms and
proposals (Mohamed, Mohammed, Muhammad), and so errs on the side of finding too many.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from agent.domain.identity import Person

_RUN = re.compile(r"[^\W_]+")
_DROPPED_CATEGORIES = frozenset({"Cf", "Mn", "Me"})
_TATWEEL = "\u0640"
_LETTERS = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
    | {"ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ı": "i"}
)


def word_set(words: str) -> frozenset[str]:
    """The words of a text that is already in normal form."""
    return frozenset(words.split())


PARTICLES = word_set("""
    el al ben bin ibn bent bint ait ould oulad abou abu bou de du des d la le les l van von der den da di del dos
    dalla della san st ال بن ابن بنت ايت ولد ابو
""")
JOINERS = word_set("et and ou or و او")
_PREFIXES = word_set("abd abdel abdul abdal abdou عبد")
"""With the next word these make one name, written as one word or as two."""
HONORIFICS = word_set("sidi moulay my mly lalla haj hajj hadj سيدي مولاي لالة الحاج")
CIVILITIES = word_set(
    "m mr mme mlle mle mm monsieur madame mademoiselle mister mrs ms miss sr السيد السيدة الانسة"
)

_VARIANTS = {
    variant: family.split()[0]
    for family in (
        "muhamad mhamad mahamad mahmad muhmad muhamd",
        "iusaf iusuf iusif iusf iusaph",
        "fatima fatma fatuma fatim",
        "ahmad ahmid",
        "abdalah abdulah abdila abdala",
        "ibrahim brahim abraham",
        "husain husin husaan",
        "hasan hasn",
        "khadija khadidja khadija hadija",
        "aisa aisha aicha aiasha",
        "utman usman uthman utmana",
        "jamal djamal gamal",
        "jilali djilali",
        "said saiid",
    )
    for variant in family.split()
}
_LOOKALIKES = str.maketrans("авсеёнікмортухӏαβεηικμνορτυχ", "abceehikmoptyxlabehikmnoptyx")
_SOUNDS = (
    ("ph", "f"),
    ("ou", "u"),
    ("oo", "u"),
    ("ee", "i"),
    ("dj", "j"),
    ("ck", "k"),
    ("q", "k"),
    ("w", "u"),
    ("y", "i"),
    ("e", "a"),
    ("o", "u"),
)
_DOUBLED = re.compile(r"(.)\1+")
_SILENT_END = re.compile(r"(?<=..)h$")


def plain(text: str) -> str:
    """Drop invisible characters and accents, and write digits in ASCII; capitals stay."""
    if text.isascii():  # most words, and nothing of all this is in them
        return text
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text)).translate(_PLAIN)


def normalise(text: str) -> str:
    """The form in which texts are compared; normalising it again changes nothing."""
    return plain(plain(text).casefold())


def runs(text: str) -> list[re.Match[str]]:
    """The runs of letters and digits in a text that `plain` has cleaned."""
    return list(_RUN.finditer(text))


def tokens(text: str) -> tuple[str, ...]:
    """The normal forms of a text's runs of letters and digits."""
    return tuple(found[0] for found in runs(normalise(text)))


@lru_cache(maxsize=8_192)  # a document repeats its words, and a registry its names
def spelling_key(token: str) -> str:
    """Fold a token so that spellings of one name, and letters that only look alike, fall together."""
    key = token.translate(_LOOKALIKES)
    for sound, letter in _SOUNDS:
        key = key.replace(sound, letter)
    key = _SILENT_END.sub("", _DOUBLED.sub(r"\1", key))
    return _VARIANTS.get(key, key)


def core(name: Iterable[str]) -> tuple[str, ...]:
    """A name's tokens without particles and honorifics; all of them when nothing else remains."""
    every = tuple(name)
    return tuple(token for token in every if token not in PARTICLES | HONORIFICS) or every


def name_keys(person: Person) -> tuple[tuple[str, ...], ...]:
    """The spelling keys of each name that a person may go by.

    As registered, with the name at birth, and as learned; each also as it reads when words that are often written
    together are joined: BEN ALI is BENALI, Abdel Karim is Abdelkarim.
    """
    whole = (
        (person.last_name, person.first_name),
        (person.birth_name or "", person.first_name),
        *((spelling.last_name, spelling.first_name) for spelling in person.spellings),
    )
    return tuple(
        dict.fromkeys(
            tuple(sorted((*last, *first)))
            for last_name, first_name in whole
            for last in _ways(last_name)
            for first in _ways(first_name) or ((),)
        )
    )


@lru_cache(maxsize=4_096)
def _ways(name: str) -> tuple[tuple[str, ...], ...]:
    """The spelling keys of a name's words, parted in each way that is in use; the first way is its core."""
    every = tokens(name)
    if len(every) < 2:
        return (_spelled(every),) if every else ()
    return tuple(
        map(_spelled, dict.fromkeys((core(every), core(_prefixes_joined(every)), ("".join(every),))))
    )


def _spelled(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(spelling_key, words))


def _prefixes_joined(every: tuple[str, ...]) -> tuple[str, ...]:
    joined: list[str] = []
    prefix = ""
    for token in every:
        prefix += token
        if token not in PARTICLES | _PREFIXES:
            joined.append(prefix)
            prefix = ""
    return (*joined, prefix) if prefix else tuple(joined)


def are_compatible(one: Person, other: Person) -> bool:
    """Whether both could be meant by one printed name: all that one is called, the other is called too."""
    return any(
        Counter(mine) <= Counter(theirs) or Counter(theirs) <= Counter(mine)
        for mine in name_keys(one)
        for theirs in name_keys(other)
    )


def display(person: Person) -> str:
    """A person's name as the office wrote it."""
    return f"{person.first_name} {person.last_name}".strip()


class _Plain(dict[int, str]):
    """What becomes of each character, for `str.translate`; looked up once, for those that documents have."""

    def __missing__(self, code: int) -> str:
        found = _plain_of(chr(code))
        if len(self) < _MOST_CHARACTERS:
            self[code] = found
        return found


def _plain_of(character: str) -> str:
    """One decomposed character without its accent, as a digit of ASCII, or as the letter that it stands for."""
    if unicodedata.category(character) in _DROPPED_CATEGORIES or character == _TATWEEL:
        return ""
    value = unicodedata.decimal(character, None)
    return (character if value is None else str(value)).translate(_LETTERS)


_PLAIN = _Plain()
_MOST_CHARACTERS = 4_096
"""More than one office's languages have; a document of all signs there are must not fill the memory."""
