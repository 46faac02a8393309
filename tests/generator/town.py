"""The registry: who lives here, and who is easily taken for whom."""

import csv
import datetime
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.generator.names import (
    ARABIC_MEN,
    ARABIC_WOMEN,
    DOUBLE_MEN,
    DOUBLE_WOMEN,
    MEN,
    WOMEN,
    Surnames,
)

COLUMNS = ("id", "last_name", "first_name", "birth_name", "dob", "sex", "cin", "nir", "insurance", "phone")
_BACKGROUND = 150
_CARD_LETTERS = "ABCDEFGHJKLMPQRSTUWXYZ"


@dataclass(frozen=True, kw_only=True)
class Resident:
    """A record; what is empty is not registered."""

    id: str
    last_name: str
    first_name: str
    sex: str
    dob: datetime.date | None
    cin: str = ""
    nir: str = ""
    insurance: str = ""
    phone: str = ""
    birth_name: str = ""

    @property
    def born(self) -> datetime.date:
        assert self.dob is not None
        return self.dob

    @property
    def is_woman(self) -> bool:
        return self.sex == "F"


class Town:
    """People who are put into the registry as cases need them; a number of others live there too."""

    def __init__(self, seed: int, background: int = _BACKGROUND) -> None:
        """Let so many people live there whom no letter is about."""
        self.chance = random.Random(f"town {seed}")
        self.surnames = Surnames(self.chance)
        self.residents: dict[str, Resident] = {}
        self._numbers: set[str] = set()
        for _ in range(background):
            self.settle()

    def stranger(self, **known: Any) -> Resident:
        """Somebody whom the registry doesn't know."""
        sex = known.pop("sex", None) or self.chance.choice("MF")
        first = MEN if sex == "M" else WOMEN
        if self.chance.random() < 0.15:
            first = DOUBLE_MEN if sex == "M" else DOUBLE_WOMEN
        dob = known.pop("dob") if "dob" in known else self.birthday()
        cin = known.pop("cin", None)
        return replace(
            Resident(
                id="",
                last_name=known.pop("last_name", None) or self.surnames.next(),
                first_name=known.pop("first_name", None) or self.chance.choice(first),
                sex=sex,
                dob=dob,
                cin=self.card() if cin is None else cin,
                insurance=self._number(lambda: f"{self.chance.randrange(10**8, 10**9)}"),
                phone=f"06{self.chance.randrange(10**8):08}",
                nir=self._nir(sex, dob) if dob and self.chance.random() < 0.3 else "",
            ),
            **known,
        )

    def settle(self, **known: Any) -> Resident:
        """Somebody whom the registry knows."""
        return self.register(self.stranger(**known))

    def register(self, one: Resident) -> Resident:
        settled = replace(one, id=f"{4000 + 7 * len(self.residents)}")
        self.residents[settled.id] = settled
        return settled

    def homonym(self, of: Resident, **known: Any) -> Resident:
        """Another record of exactly that name, born on quite another day."""
        dob = known.pop("dob") if "dob" in known else self.birthday(unlike=of.dob)
        return self.settle(last_name=of.last_name, first_name=of.first_name, sex=of.sex, dob=dob, **known)

    def arabic(self, **known: Any) -> Resident:
        """Somebody registered in Arabic letters."""
        sex = self.chance.choice("MF")
        first = self.chance.choice(ARABIC_MEN if sex == "M" else ARABIC_WOMEN)
        return self.settle(last_name=self.surnames.arabic(), first_name=first, sex=sex, **known)

    def birthday(
        self, unlike: datetime.date | None = None, years: tuple[int, int] = (1935, 2012)
    ) -> datetime.date:
        """A day that is no placeholder, and differs from another one in the year and in more than a digit."""
        while True:
            day = datetime.date(
                self.chance.randint(*years), self.chance.randint(1, 12), self.chance.randint(2, 28)
            )
            if unlike is None or (abs(day.year - unlike.year) > 2 and differing(day, unlike) > 2):
                return day

    def card(self) -> str:
        """A Moroccan card number."""
        letters = self.chance.choice((1, 2))
        return self._number(
            lambda: (
                "".join(self.chance.choices(_CARD_LETTERS, k=letters))
                + f"{self.chance.randrange(10**5, 10**6)}"
            )
        )

    def card_like(self, number: str) -> str:
        """Another number of the same form."""
        letters = number.rstrip("0123456789")
        return self._number(lambda: letters + f"{self.chance.randrange(10**5, 10**6)}")

    def write(self, path: Path) -> None:
        """Write the registry as a CSV file, in an order of its own."""
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(COLUMNS)
            rows.writerows(_rows(self.residents.values()))

    def _number(self, make: Any) -> str:
        while (number := make()) in self._numbers:
            pass
        self._numbers.add(number)
        return str(number)

    def _nir(self, sex: str, dob: datetime.date) -> str:
        """A French social security number with its key."""
        body = f"{1 if sex == 'M' else 2}{dob:%y%m}{self.chance.randint(1, 95):02}{self.chance.randrange(10**6):06}"
        return f"{body}{97 - int(body) % 97:02}"


def differing(one: datetime.date, other: datetime.date) -> int:
    """In how many digits two days differ."""
    return sum(a != b for a, b in zip(f"{one:%d%m%Y}", f"{other:%d%m%Y}", strict=True))


def _rows(residents: Iterable[Resident]) -> Iterable[list[str]]:
    for one in sorted(residents, key=lambda one: one.last_name[::-1]):
        dob = one.dob.isoformat() if one.dob else ""
        yield [str(getattr(one, name)) if name != "dob" else dob for name in COLUMNS]
