"""Draw letters, and make poor scans and photographs of them.

Everything is drawn here, with the core fonts of every PDF viewer: no font, picture or letter of anybody else
is needed. Core fonts know Latin-1 only, which is enough for French.
"""

import io
import random
import secrets
from dataclasses import dataclass

import pypdfium2
from fpdf import FPDF
from PIL import Image, ImageChops, ImageDraw, ImageFilter

SCAN_DPI = 150
"""What an office scanner's "small file" button gives; OCR wants 300."""
SKEW_DEGREES = 2.3
PAPER = 226
"""Grey of recycled paper under a tired lamp, 255 being white."""
JPEG_QUALITY = 38

PHOTO_DPI = 200
"""What a telephone makes of a sheet that it sees whole, in dots an inch of the sheet."""
TABLE = (96, 66, 40)
_TABLE_EDGE = 220
"""Dots of the table that the photograph shows round the sheet."""
_HELD_UPRIGHT = 6
"""The note (EXIF orientation) of a camera that was turned by a quarter: the picture is stored lying."""
_ORIENTATION = 0x0112

_POINTS_PER_INCH = 72
_MARGIN_MM = 24
_INK = (34, 34, 40)
_FAINT = (110, 110, 118)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What stands on one page, from top to bottom.

    Attributes:
        details: label and value pairs about the person concerned, printed as a small block.
        body: paragraphs, parted by empty lines; their line ends mean nothing.
        colour: of the letterhead, as red, green, blue.
    """

    sender: str
    sender_lines: tuple[str, ...]
    place_and_date: str
    subject: str
    details: tuple[tuple[str, str], ...]
    body: str
    signature: tuple[str, ...]
    colour: tuple[int, int, int] = (28, 74, 110)


def draw(letter: Letter) -> bytes:
    """Draw a letter as a born-digital PDF of one A4 page."""
    return bytes(_page_of(letter).output())


def draw_locked(letter: Letter) -> bytes:
    """Draw a letter that asks for a password which nobody knows."""
    page = _page_of(letter)
    page.set_encryption(owner_password=secrets.token_urlsafe(), user_password=secrets.token_urlsafe())
    return bytes(page.output())


def scan(letter: Letter, *, seed: int) -> bytes:
    """Draw a letter and scan it badly: a PDF that holds one grey, skewed, noisy picture and no text."""
    sheet = _sheet(letter, SCAN_DPI).convert("L")
    picture = _worn(sheet, random.Random(seed))  # noqa: S311 # nosec B311 # the same dust at each run, no secret
    scanned = io.BytesIO()
    picture.save(scanned, format="PDF", resolution=SCAN_DPI, quality=JPEG_QUALITY)
    return scanned.getvalue()


def photograph(letter: Letter) -> bytes:
    """Draw a letter and take a picture of it with a telephone: a JPEG, from the side, on a table, half in the shade."""
    seen = _from_the_side(_on_a_table(_sheet(letter, PHOTO_DPI)))
    light = Image.linear_gradient("L").resize(seen.size).point(lambda grey: 140 + grey * 115 // 255)
    shaded = ImageChops.multiply(seen, Image.merge("RGB", (light, light, light)))
    note = Image.Exif()
    note[_ORIENTATION] = _HELD_UPRIGHT
    photo = io.BytesIO()
    shaded.transpose(Image.Transpose.ROTATE_90).save(photo, format="JPEG", quality=80, exif=note)
    return photo.getvalue()


def _sheet(letter: Letter, dots_per_inch: int) -> Image.Image:
    """The letter on paper."""
    document = pypdfium2.PdfDocument(draw(letter))
    try:
        drawn: Image.Image = document[0].render(scale=dots_per_inch / _POINTS_PER_INCH).to_pil()
        return drawn.convert("RGB")
    finally:
        document.close()


def _on_a_table(sheet: Image.Image) -> Image.Image:
    width, height = sheet.size
    table = Image.new("RGB", (width + 2 * _TABLE_EDGE, height + 2 * _TABLE_EDGE), TABLE)
    table.paste(sheet, (_TABLE_EDGE, _TABLE_EDGE))
    return table


def _from_the_side(table: Image.Image) -> Image.Image:
    """Hold the camera a little askew, and not quite still."""
    width, height = table.size
    corners = (60, 40, 0, height - 70, width - 10, height - 20, width - 90, 0)
    seen = table.transform(table.size, Image.Transform.QUAD, corners, resample=Image.Resampling.BICUBIC)
    return seen.filter(ImageFilter.GaussianBlur(1))


def _page_of(letter: Letter) -> FPDF:
    page = FPDF(format="A4", unit="mm")
    page.set_margins(_MARGIN_MM, 18, _MARGIN_MM)
    page.set_auto_page_break(auto=False)
    page.c_margin = 0  # text starts where the rule under the letterhead starts
    page.add_page()
    _letterhead(page, letter)
    _opening(page, letter)
    _body(page, letter)
    _closing(page, letter)
    return page


def _letterhead(page: FPDF, letter: Letter) -> None:
    page.set_text_color(*letter.colour)
    page.set_font("times", style="B", size=19)
    page.cell(0, 9, letter.sender, new_x="LMARGIN", new_y="NEXT")
    page.set_text_color(*_FAINT)
    page.set_font("helvetica", size=9)
    for line in letter.sender_lines:
        page.cell(0, 4.6, line, new_x="LMARGIN", new_y="NEXT")
    page.set_draw_color(*letter.colour)
    page.set_line_width(0.6)
    page.line(_MARGIN_MM, page.get_y() + 3, page.w - _MARGIN_MM, page.get_y() + 3)
    page.ln(14)


def _opening(page: FPDF, letter: Letter) -> None:
    page.set_text_color(*_INK)
    page.set_font("times", size=12)
    page.cell(0, 6, letter.place_and_date, align="R", new_x="LMARGIN", new_y="NEXT")
    page.ln(8)
    page.set_font("times", style="B", size=12.5)
    page.multi_cell(0, 6, letter.subject, align="L", new_x="LMARGIN", new_y="NEXT")
    page.ln(4)
    page.set_font("times", size=12)
    for label, value in letter.details:
        page.cell(0, 6.4, f"{label} : **{value}**", markdown=True, new_x="LMARGIN", new_y="NEXT")
    page.ln(6)


def _body(page: FPDF, letter: Letter) -> None:
    page.set_font("times", size=12)
    for paragraph in letter.body.split("\n\n"):
        page.multi_cell(0, 6, paragraph.replace("\n", " "), align="J", new_x="LMARGIN", new_y="NEXT")
        page.ln(3.5)


def _closing(page: FPDF, letter: Letter) -> None:
    page.ln(8)
    left = page.w / 2 + 6
    for line in letter.signature:
        page.set_x(left)
        page.cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    _flourish(page, left, page.get_y() + 13)


def _flourish(page: FPDF, left: float, middle: float) -> None:
    """Sign with a pen stroke: no letters, so that no reader can take it for a name."""
    page.set_draw_color(38, 52, 120)
    page.set_line_width(0.45)
    for stroke in _STROKES:
        page.bezier([(left + right, middle + down) for right, down in stroke])


_STROKES = (
    ((0, 2), (9, -16), (13, -6), (5, 5)),
    ((5, 5), (12, -12), (17, -9), (14, 2)),
    ((14, 2), (19, -7), (22, -5), (20, 1)),
    ((20, 1), (27, -4), (31, 5), (46, -3)),
)
"""Cubic curves, in millimetres to the right and down."""


def _worn(sheet: Image.Image, dice: random.Random) -> Image.Image:
    """Lay a clean page crookedly on a dirty scanner."""
    faded = sheet.point(lambda grey: 58 + grey * (PAPER - 58) // 255)
    skewed = faded.rotate(SKEW_DEGREES, resample=Image.Resampling.BICUBIC, fillcolor=PAPER)
    lit = ImageChops.multiply(skewed, _lamp(skewed.size))
    soft = _dusted(lit, dice).filter(ImageFilter.GaussianBlur(0.55))
    return ImageChops.add(soft, _grain(soft.size, dice), scale=1, offset=-_GRAIN_MEAN)


def _lamp(size: tuple[int, int]) -> Image.Image:
    """Light that fades towards the right edge, where the lid stood open."""
    gradient = Image.linear_gradient("L").rotate(90).resize(size)
    return gradient.point(lambda grey: 255 - (255 - grey) * (255 - grey) // 2400)


_GRAIN_MEAN = 36


def _grain(size: tuple[int, int], dice: random.Random) -> Image.Image:
    """Noise of a cheap sensor: the mean of two even noises, about bell-shaped, between 0 and 72."""
    width, height = size
    first, second = (Image.frombytes("L", size, dice.randbytes(width * height)) for _ in range(2))
    return ImageChops.add(first, second, scale=2).point(lambda grey: grey * 2 * _GRAIN_MEAN // 255)


def _dusted(picture: Image.Image, dice: random.Random) -> Image.Image:
    """Specks, a fold across the middle, and two punched holes at the left."""
    dusty = picture.copy()
    pen = ImageDraw.Draw(dusty)
    width, height = dusty.size
    for _ in range(260):
        pen.point((dice.randrange(width), dice.randrange(height)), fill=dice.randrange(60, 150))
    fold = height * 62 // 100
    pen.line((0, fold, width, fold - 9), fill=PAPER - 34, width=2)
    for middle in (height * 40 // 100, height * 54 // 100):
        pen.ellipse((38, middle, 72, middle + 34), fill=70)
    return dusty
