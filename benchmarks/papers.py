"""Invented people, and papers about them: no two alike, and the same ones in each run."""

import csv
import datetime
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.demo.letters import Letter, draw

PEOPLE = 1000
"""In the registry: what a small practice has."""

_BEGINNINGS = ("Bra", "Cel", "Dur", "Fen", "Gal", "Hor", "Jus", "Kel", "Lam", "Mir")
_MIDDLES = ("ba", "de", "fi", "go", "lu", "ma", "ne", "ri", "so", "tu")
_ENDS = ("dat", "fel", "gan", "lor", "mic", "nard", "quin", "rel", "sal", "vet")
_FIRST_NAMES = ("Adèle", "Bruno", "Chloé", "Denis", "Elsa", "Fouad", "Gisèle", "Hamid", "Inès", "Jules")
_COLUMNS = ("id", "last_name", "first_name", "dob", "cin")

_BODY = """Cher confrère,

Je vous remercie de m'avoir adressé cette personne pour des palpitations survenues à l'effort depuis le mois de
juin. L'examen clinique est sans particularité et la tension artérielle est de 12/7.

L'électrocardiogramme montre un rythme sinusal régulier à 72 par minute. L'échographie retrouve un ventricule gauche de
taille et de fonction normales, sans anomalie des valves.

Je propose un enregistrement de 24 heures et je reverrai cette personne avec le résultat dans six semaines. D'ici là,
aucun traitement n'est nécessaire et l'activité sportive peut être poursuivie.

Avec mes sentiments les meilleurs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """One person of the registry."""

    record_id: str
    last_name: str
    first_name: str
    birth_date: datetime.date
    card_number: str


def people() -> tuple[Invented, ...]:
    """Invent everybody; each has a family name of their own."""
    family_names = ("".join(parts) for parts in itertools.product(_BEGINNINGS, _MIDDLES, _ENDS))
    return tuple(
        Invented(
            record_id=str(1000 + number),
            last_name=name,
            first_name=_FIRST_NAMES[number % len(_FIRST_NAMES)],
            birth_date=datetime.date(1940, 1, 1) + datetime.timedelta(days=27 * number),
            card_number=f"ZA{100000 + 7 * number}",
        )
        for number, name in enumerate(itertools.islice(family_names, PEOPLE))
    )


def write_registry(path: Path) -> None:
    """Write everybody as CSV."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(_COLUMNS)
        for them in people():
            writer.writerow(
                (them.record_id, them.last_name, them.first_name, them.birth_date, them.card_number)
            )


def letters() -> Iterator[tuple[Invented, bytes]]:
    """Draw one-page letters without end, each about the next person and none like another."""
    for visit in itertools.count(1):
        for them in people():
            yield them, draw(_letter(them, visit))


def _letter(them: Invented, visit: int) -> Letter:
    return Letter(
        sender="Cabinet de cardiologie du Phare",
        sender_lines=("4, quai des Mouettes, Port-Allune - Tél. 0500000120",),
        place_and_date="Port-Allune, le 17 septembre 2026",
        subject=f"Compte rendu de consultation n° {visit}",
        details=(
            ("Nom", f"{them.first_name} {them.last_name.upper()}"),
            ("Date de naissance", f"{them.birth_date:%d/%m/%Y}"),
            ("CIN", them.card_number),
        ),
        body=_BODY,
        signature=("Le cardiologue",),
    )


def note(number: int) -> bytes:
    """Write the smallest PDF that a reader shows a line of text in: about nobody, and unlike any other."""
    stream = f"BT /F1 12 Tf 72 720 Td (Note {number}) Tj ET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 612 792] >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    return file_of(objects)


def file_of(objects: tuple[bytes, ...]) -> bytes:
    """Write a PDF of these objects, the first of which is the catalogue."""
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        content
        + b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            len(objects) + 1,
            table,
            len(objects) + 1,
            len(content),
        )
    )
