"""Invented letters about invented people, drawn and scanned: a drawer of documents whose text is known.

French and English are drawn with the core fonts of every PDF reader. Arabic needs a font that has it, and Pillow's
layout engine for writing from right to left; without them there is none in the drawer.
"""

import csv
import datetime
import io
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from fpdf import FPDF
from fpdf.enums import TextMode
from PIL import Image, ImageDraw, ImageFont, features

from agent.demo.letters import Letter, draw
from benchmarks.reading import letter_texts
from benchmarks.reading.letter_texts import ARABIC, LANGUAGES, Language
from benchmarks.reading.truth import Drawer, Truth
from benchmarks.reading.wear import CLEAN, WEARS, Wear, scanned

_SEED = 20261121
_EACH = 2
"""Documents of a kind in each language."""
_FIRST_DAY = datetime.date(1931, 2, 3)
_NEIGHBOURS = 3
"""People in the registry who differ from each other by a day and a digit."""
FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
_INCH = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in the registry."""

    record_id: str
    last_name: str
    first_name: str
    birth_date: datetime.date
    number: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def printed_date(self) -> str:
        return f"{self.birth_date:%d/%m/%Y}"


def fill(folder: Path) -> Drawer:
    """Draw all documents into an empty folder, with their registry and their truth."""
    dice = random.Random(_SEED)
    somebody = people()
    kinds = (*(it.name for it in WEARS), *_SPECIAL)
    truths = [
        _one(folder, f"{kind}_{language.code}{number}", kind, language, next(somebody), dice)
        for kind, language, number in itertools.product(kinds, LANGUAGES, range(_EACH))
    ]
    if has_arabic():
        truths += [
            _arabic(folder, wear, next(somebody), dice) for wear in WEARS if wear.name in _ARABIC_WEARS
        ]
    (folder / "truth.jsonl").write_text("".join(it.line() for it in truths), encoding="utf-8")
    registry = folder / "registry.csv"
    with registry.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("id", "last_name", "first_name", "dob", "insurance"))
        for them in itertools.islice(_everybody(), _NEIGHBOURS * (len(truths) + 1)):
            writer.writerow((them.record_id, them.last_name, them.first_name, them.birth_date, them.number))
    return Drawer(folder=folder, registry=registry, truths=tuple(truths))


def has_arabic() -> bool:
    """Whether Arabic can be drawn here."""
    return FONT.is_file() and bool(features.check("raqm"))


def letter_about(them: Person, language: Language, dice: random.Random) -> Letter:
    """Write a letter; no two are alike."""
    day = f"{dice.randrange(1, 28):02}/0{dice.randrange(1, 9)}/2025"
    paragraphs = [" ".join(dice.sample(language.sentences, 3)) for _ in range(4)]
    return Letter(
        sender=language.sender,
        sender_lines=(language.address,),
        place_and_date=f"{language.place} {day}",
        subject=language.subject,
        details=(
            (language.patient, them.name),
            (language.born, them.printed_date),
            (language.number, them.number),
        ),
        body="\n\n".join((language.greeting, *paragraphs, language.farewell)),
        signature=(language.signature,),
    )


def text_of(letter: Letter) -> str:
    """Give what is printed, from top to bottom."""
    return f"{_head_of(letter)}\n{_body_of(letter)}"


def _head_of(letter: Letter) -> str:
    details = (f"{label} : {value}" for label, value in letter.details)
    return "\n".join((letter.sender, *letter.sender_lines, letter.place_and_date, letter.subject, *details))


def _body_of(letter: Letter) -> str:
    return "\n".join((letter.body.replace("\n\n", "\n"), *letter.signature))


def sheet_of(drawn: bytes, dots: int) -> Image.Image:
    """Print the first page: a grey picture without a flaw."""
    with pypdfium2.PdfDocument(drawn) as document:
        sheet = document[0].render(scale=dots / _INCH, grayscale=True).to_pil()
    assert isinstance(sheet, Image.Image)
    return sheet


def people() -> Iterator[Person]:
    """The middle one of each set of neighbours."""
    return itertools.islice(_everybody(), 1, None, _NEIGHBOURS)


def _everybody() -> Iterator[Person]:
    families = itertools.product(letter_texts.BEGINNINGS, letter_texts.ENDS)
    for count, (beginning, end) in enumerate(families):
        for neighbour in range(_NEIGHBOURS):
            first_names = letter_texts.FIRST_NAMES
            yield Person(
                record_id=f"P{_NEIGHBOURS * count + neighbour}",
                last_name=f"{beginning}{end}".upper(),
                first_name=first_names[(7 * count + neighbour // 2) % len(first_names)],
                birth_date=_FIRST_DAY + datetime.timedelta(days=97 * count + neighbour),
                number=f"{letter_texts.SERIES[count % len(letter_texts.SERIES)]}{203458 + 1371 * count + neighbour}",
            )


_SPECIAL = ("twocol", "garbage", "mixed", "born")
_ARABIC_WEARS = frozenset({"clean300", "skew2", "noise", "jpeg30"})


def _one(folder: Path, name: str, kind: str, language: Language, them: Person, dice: random.Random) -> Truth:
    letter = letter_about(them, language, dice)
    drawn = _columns(letter) if kind == "twocol" else draw(letter)
    (folder / f"{name}.pdf").write_bytes(drawn if kind == "born" else _scan(drawn, kind, language, dice))
    text = f"{language.cover}\n{text_of(letter)}" if kind == "mixed" else text_of(letter)
    return _truth(f"{name}.pdf", kind, language.code, them, text)


def _truth(doc: str, kind: str, language: str, them: Person, text: str) -> Truth:
    return Truth(
        doc=doc,
        variant=kind,
        language=language,
        true_id=them.record_id,
        name=them.name,
        dob=them.printed_date,
        insurance=them.number,
        text=text,
    )


def _scan(drawn: bytes, kind: str, language: Language, dice: random.Random) -> bytes:
    wear = next((it for it in WEARS if it.name == kind), CLEAN)
    document = FPDF(unit="pt")
    if kind == "mixed":
        document.add_page(format="A4")
        document.set_font("helvetica", size=12)
        document.multi_cell(0, 18, language.cover)
    scanned(sheet_of(drawn, wear.dots), wear, dice, document)
    if kind == "garbage":
        _lay_garbage(document, dice)
    return bytes(document.output())


def _lay_garbage(document: FPDF, dice: random.Random) -> None:
    """Lay text over a page that nobody sees and that says nothing, as a broken OCR program does."""
    document.set_font("helvetica", size=10)
    with document.local_context(text_mode=TextMode.INVISIBLE):
        for row in range(40):
            words = (
                "".join(dice.choices("bcdfghjklmnpqrstvwxz§¤¦|~^", k=dice.randrange(2, 9))) for _ in range(8)
            )
            document.text(50, 60 + 18 * row, " ".join(words))


def _columns(letter: Letter) -> bytes:
    """Set a letter in two columns, below a common head."""
    document = FPDF(format="A4", unit="mm")
    document.set_margin(18)
    document.add_page()
    document.set_font("times", size=11)
    document.multi_cell(0, 5.4, _head_of(letter), align="L", new_x="LMARGIN", new_y="NEXT")
    document.ln(6)
    with document.text_columns(ncols=2, gutter=9, text_align="L", balance=True) as columns:
        columns.write(_body_of(letter))
    return bytes(document.output())


def _arabic(folder: Path, wear: Wear, them: Person, dice: random.Random) -> Truth:
    """Write a letter in Arabic, with the person's particulars in Latin script, as offices of the Maghreb do."""
    sentences = [" ".join(dice.sample(ARABIC.sentences, 3)) for _ in range(4)]
    lines = [
        ARABIC.sender,
        f"{ARABIC.patient} : {them.name}",
        f"{ARABIC.born} : {them.printed_date}",
        f"{ARABIC.number} : {them.number}",
        ARABIC.subject,
        *itertools.chain.from_iterable(_folded(each, 62) for each in sentences),
        ARABIC.farewell,
    ]
    sheet = Image.new("L", (827 * wear.dots // 100, 1169 * wear.dots // 100), 255)
    pen = ImageDraw.Draw(sheet)
    size = wear.dots * 13 // _INCH
    font = ImageFont.truetype(FONT, size, layout_engine=ImageFont.Layout.RAQM)
    for row, line in enumerate(lines):
        is_latin = line[0].isascii()
        where = (
            (wear.dots, wear.dots + 2 * size * row)
            if is_latin
            else (sheet.width - wear.dots, wear.dots + 2 * size * row)
        )
        pen.text(where, line, fill=20, font=font, anchor="la" if is_latin else "ra")
    document = FPDF(unit="pt")
    scanned(sheet, wear, dice, document)
    name = f"{wear.name}_ar.pdf"
    (folder / name).write_bytes(bytes(document.output()))
    return _truth(name, wear.name, ARABIC.code, them, "\n".join(lines))


def _folded(text: str, width: int) -> Iterator[str]:
    line = io.StringIO()
    for word in text.split():
        if line.tell() and line.tell() + len(word) >= width:
            yield line.getvalue().rstrip()
            line = io.StringIO()
        line.write(f"{word} ")
    yield line.getvalue().rstrip()
