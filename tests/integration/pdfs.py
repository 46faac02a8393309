"""PDFs made on the spot: letters, scans of them, and files that are wrong in one way each."""

from pathlib import Path

import pypdfium2
from fpdf import FPDF
from PIL import Image

LETTER = (
    "Centre Hospitalier Saint-Vincent",
    "Objet : compte rendu de consultation",
    "Patient : Jeanne DURAND",
    "Date de naissance : 12/03/1961",
    "Votre patiente a été vue ce jour pour un bilan de la fonction rénale.",
    "L'examen clinique est sans particularité et le traitement est poursuivi.",
)


def blank_document() -> FPDF:
    document = FPDF(format="A4")
    document.set_font("helvetica", size=12)
    return document


def add_letter(document: FPDF, lines: tuple[str, ...] = LETTER) -> None:
    document.add_page()
    for row, line in enumerate(lines):
        document.text(20, 30 + 8 * row, line)


def letter(path: Path, lines: tuple[str, ...] = LETTER) -> Path:
    return letters(path, lines)


def letters(path: Path, *pages: tuple[str, ...]) -> Path:
    document = blank_document()
    for lines in pages:
        add_letter(document, lines)
    document.output(str(path))
    return path


def drawn(path: Path, dots_per_inch: int = 150) -> Image.Image:
    """Draw the first page in grey, as a scanner would see it."""
    with pypdfium2.PdfDocument(path) as document:
        image = document[0].render(scale=dots_per_inch / 72, grayscale=True).to_pil()
    assert isinstance(image, Image.Image)
    return image


def scan(path: Path, *pages: Image.Image, dots_per_inch: int = 150) -> Path:
    first, *others = pages
    first.save(path, "PDF", resolution=float(dots_per_inch), save_all=True, append_images=others)
    return path


def poor(page: Image.Image, degrees: float) -> Image.Image:
    """Let a page lie askew on the glass of an old scanner."""
    leaning = page.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
    noise = Image.effect_noise(page.size, 40)
    return Image.blend(leaning, noise, 0.15)


def assembled(*objects: bytes) -> bytes:
    """Write a PDF of these objects, the first of which is the catalogue."""
    written, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        written
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(written))
    )


def without_pages(path: Path) -> Path:
    path.write_bytes(assembled(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"))
    return path


def of_content(path: Path, content: bytes, *, page: bytes = b"/MediaBox [0 0 595 842]") -> Path:
    """A page with this content stream and the font /F1."""
    path.write_bytes(
        assembled(
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R %s /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            % page,
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        )
    )
    return path


def bomb_between_letters(path: Path, deflated: bytes) -> Path:
    """Three pages: a sentence, a deflated content, and the sentence again."""
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
        b"/Resources << /Font << /F1 8 0 R >> >> >>"
    )
    path.write_bytes(
        assembled(
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R 4 0 R 5 0 R] /Count 3 >>",
            page % 6,
            page % 7,
            page % 6,
            _stream(b"", SENTENCE),
            _stream(b"/Filter /FlateDecode", deflated),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        )
    )
    return path


def form(path: Path, value: str) -> Path:
    """A page that asks for a name, and a field that answers."""
    content = b"BT /F1 12 Tf 50 700 Td (Please write the name of the patient into this box) Tj ET"
    path.write_bytes(
        assembled(
            b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] /DA (/F1 12 Tf 0 g) /DR << /Font << "
            b"/F1 5 0 R >> >> >> >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [6 0 R] "
            b"/Resources << /Font << /F1 5 0 R >> >> >>",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (%s) /Rect [50 650 300 670] /P 3 0 R /F 4 "
            b"/DA (/F1 12 Tf 0 g) >>" % value.encode(),
        )
    )
    return path


SENTENCE = b"BT /F1 12 Tf 0 g 50 700 Td (The patient Jeanne DURAND was seen today) Tj ET\n"
PRETENDER = b"BT /F1 12 Tf 50 500 Td (Jean PRETENDER) Tj ET\n"


def with_resources(
    path: Path, content: bytes, *, resources: bytes = b"", font: bytes = b"", layer: bytes = b""
) -> Path:
    """A page with this content, the font /F1, more of both, and what a layer of it says in the catalogue."""
    catalogue = b"/OCProperties << /OCGs [6 0 R] /D << %s >> >>" % layer if layer else b""
    path.write_bytes(
        assembled(
            b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue,
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << "
            b"/Font << /F1 5 0 R %s >> %s >> >>" % (font, resources),
            _stream(b"", content),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            b"<< /Type /OCG /Name (notes) >>",
            _stream(
                b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >>",
                PRETENDER,
            ),
        )
    )
    return path


def _stream(entries: bytes, content: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)


def under_text(
    path: Path,
    image: Image.Image,
    text: tuple[str, ...],
    *,
    top: float = 285.0,
    place: tuple[float, float, float, float] = (0.0, 0.0, 210.0, 297.0),
    is_hidden: bool = False,
) -> Path:
    """An image at a place (left, top, width, height in mm), and lines of text printed over it from a height on."""
    document = blank_document()
    document.add_page()
    left, upper, width, height = place
    document.image(image, x=left, y=upper, w=width, h=height)
    document.set_font("helvetica", size=8)
    with document.local_context(text_mode="INVISIBLE" if is_hidden else "FILL"):
        for row, line in enumerate(text):
            document.text(15, top + 8 * row, line)
    document.output(str(path))
    return path
