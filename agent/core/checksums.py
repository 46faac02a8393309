"""The check digits of national numbers, each with its source. All take numbers in compact form, of the right pattern.

A number whose check digits are wrong is still what is printed: it is never repaired, and proves nothing.
"""

_CENSUS_CODES = {"2A": "19", "2B": "18"}
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_NIE_LETTERS = "XYZ"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ODD_PLACES = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
"""What the digits 0 to 9, and the letters A to Z, count for in the odd places of a codice fiscale."""


def nir_key(body: str) -> str:
    """The two digits behind a French social security number's first thirteen.

    97 less the number modulo 97, where Corsica's 2A and 2B count as 19 and 18 (INSEE, "Numéro d'inscription au
    répertoire").
    """
    department = body[5:7]
    return f"{97 - int(body[:5] + _CENSUS_CODES.get(department, department) + body[7:]) % 97:02}"


def has_nir_key(value: str) -> bool:
    return value[13:] == nir_key(value[:13])


def has_niss_key(value: str) -> bool:
    """Whether the last two digits of a Belgian register number belong to the nine before them.

    97 less the nine digits modulo 97; for those born from 2000 on, a 2 is put before the nine (Belgian national
    register, instruction IT 000 of the IBZ). The number does not say which century it means, so that either will do;
    hence one slip goes unseen: the year's last digit, off by six.
    """
    body, key = value[:9], int(value[9:])
    return key in {97 - int(body) % 97, 97 - int(f"2{body}") % 97}


def has_dni_letter(value: str) -> bool:
    """Whether the last letter of a Spanish DNI or NIE belongs to its number.

    The number modulo 23 chooses the letter; the X, Y or Z that a NIE begins with counts as 0, 1 or 2 (Spanish Ministry
    of the Interior, "Cálculo del dígito de control del NIF/NIE").
    """
    first = value[0]
    number = f"{_NIE_LETTERS.index(first) if first in _NIE_LETTERS else first}{value[1:-1]}"
    return value[-1] == _DNI_LETTERS[int(number) % len(_DNI_LETTERS)]


def has_codice_fiscale_letter(value: str) -> bool:
    """Whether the last letter of an Italian codice fiscale belongs to the fifteen signs before it.

    Each sign counts by a table in odd places and by its rank in even ones; the sum modulo 26 is the letter (decree of
    the Italian Minister of Finance no. 13813 of 23 December 1976).
    """
    ranks = [_LETTERS.index(sign) if sign in _LETTERS else int(sign) for sign in value[:15]]
    total = sum(_ODD_PLACES[rank] for rank in ranks[::2]) + sum(ranks[1::2])
    return value[15] == _LETTERS[total % len(_LETTERS)]


def has_nhs_digit(value: str) -> bool:
    """Whether the last digit of a British NHS number belongs to the nine before it.

    They are weighted 10 down to 2; 11 less the sum modulo 11 is the digit, 11 is written 0, and a 10 is never issued
    (NHS Data Dictionary, "NHS NUMBER").
    """
    return (11 - _weighted(value[:9], 10)) % 11 == int(value[9])


def has_ahv_digit(value: str) -> bool:
    """Whether the last digit of a Swiss social insurance number makes the sum a multiple of 10.

    The digits are weighted 1 and 3 in turn: it is an EAN-13 (GS1 General Specifications, "Check digit calculations").
    """
    return (sum(map(int, value[::2])) + 3 * sum(map(int, value[1::2]))) % 10 == 0


def has_nif_digit(value: str) -> bool:
    """Whether the last digit of a Portuguese tax number belongs to the eight before it.

    They are weighted 9 down to 2; 11 less the sum modulo 11 is the digit, and both 10 and 11 are written 0 (the rule of
    python-stdnum's `pt.nif`). So a slip in a number that ends in 0 may go unseen.
    """
    return (11 - _weighted(value[:8], 9)) % 11 % 10 == int(value[8])


def _weighted(digits: str, first_weight: int) -> int:
    """The sum of the digits, each times a weight that falls by one, modulo 11."""
    return sum(int(digit) * (first_weight - place) for place, digit in enumerate(digits)) % 11
