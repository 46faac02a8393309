"""A page of our own making, which every reader must be able to read. Drawn by hand: it costs the daemon no library."""

import zlib

FONTS = ("Times-Roman", "Times-Bold", "Helvetica", "Helvetica-Bold")
"""Those that a file needn't bring along, and that letters are written in."""
WORDS = "The quick brown fox jumps over the lazy dog, 0123456789 times."


def draw() -> bytes:
    """A page with a line in each font, and a rule beneath."""
    lines = [f"BT /F{number} 12 Tf 72 {700 - 20 * number} Td ({WORDS}) Tj ET" for number in range(len(FONTS))]
    content = zlib.compress("\n".join([*lines, "72 600 400 1 re f"]).encode("ascii"))
    fonts = " ".join(
        f"/F{number} << /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
        for number, name in enumerate(FONTS)
    )
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << %b >> >> >>"
        % fonts.encode("ascii"),
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(content), content),
    )
    written, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    ending = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + ending
