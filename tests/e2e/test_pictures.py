"""A folder of pictures, as telephones, faxes and scanners bring them, through the real daemon."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from fpdf import FPDF
from PIL import Image

from agent.adapters.reading import heic
from tests.faults.world import SETTINGS, World, clean_scan_about, end, letter_about, person, stop

pytestmark = [pytest.mark.slow, pytest.mark.reliability, pytest.mark.timeout(180)]

PASSWORD = "von der Kasse"
OTHERS = {"notes.docx", "Thumbs.db", "half.jpg.part"}
"""What is left alone; people are told of the first."""


def drawn(number: int, dots_per_inch: int = 200) -> Image.Image:
    """A letter about a person of the test registry, on paper."""
    with pypdfium2.PdfDocument(letter_about(number)) as document:
        image = document[0].render(scale=dots_per_inch / 72).to_pil()
    assert isinstance(image, Image.Image)
    return image.convert("RGB")


def photographed(number: int) -> bytes:
    """The letter on a table: seen a little from the side, the telephone held upright, the light uneven."""
    letter = drawn(number)
    width, height = letter.size
    table = Image.new("RGB", (width + 200, height + 200), (96, 84, 72))
    table.paste(letter, (100, 100))
    corners = (12, 0, 0, table.height, table.width, table.height - 8, table.width - 10, 6)
    seen = table.transform(table.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)
    shade = Image.linear_gradient("L").resize(seen.size).point(lambda value: 175 + value // 4)
    seen = Image.composite(seen, Image.new("RGB", seen.size), shade)
    note = Image.Exif()
    note[0x0112] = 6
    written = io.BytesIO()
    seen.transpose(Image.Transpose.ROTATE_90).save(written, "JPEG", quality=85, exif=note, dpi=(72, 72))
    return written.getvalue()


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def faxed(number: int) -> bytes:
    """The letter in black and white, and an empty page."""
    letter = drawn(number).convert("L").point(lambda value: 255 * (value > 160)).convert("1")
    empty = Image.new("1", letter.size, 1)
    return saved(letter, "TIFF", save_all=True, append_images=[empty], compression="group4", dpi=(200, 200))


def locked(number: int) -> bytes:
    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=12)
    them = person(number)
    document.text(20, 30, f"Patient : {them['first_name']} {them['last_name'].upper()}")
    document.text(20, 40, f"CIN : {them['cin']}")
    document.text(20, 50, "Compte rendu de la consultation de ce jour, sans particularite.")
    document.set_encryption(owner_password="x", user_password=PASSWORD)
    return bytes(document.output())


def locked_scan(number: int) -> bytes:
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(clean_scan_about(number))) as scan:
        scan.save(written, encryption=pikepdf.Encryption(user=PASSWORD, owner="x"))
    return written.getvalue()


def test_a_folder_of_pictures_is_filed(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home", SETTINGS + f"DOSSIERD_PDF_PASSWORDS='not this\n{PASSWORD}'\n")
    dropped = {
        "IMG_0815.JPG": photographed(100),
        "scan.png": saved(drawn(101), "PNG", dpi=(200, 200)),
        "fax.TIF": faxed(102),
        "renamed.jpeg": letter_about(103),
        "locked.pdf": locked(104),
        "cut.png": saved(drawn(105), "PNG")[:20_000],
        "locked-scan.pdf": locked_scan(107),
    }  # fmt: skip
    expected = {
        "IMG_0815.JPG": "archived 100 by rule",
        "scan.png": "archived 101 by rule",
        "fax.TIF": "archived 102 by rule",
        "renamed.jpeg": "archived 103 by rule",
        "locked.pdf": "archived 104 by rule",
        "cut.png": "failed: damaged",
        "locked-scan.pdf": "archived 107 by rule",
    }
    if heic.is_installed():
        import pillow_heif

        dropped["IMG_4711.heic"] = _heic(pillow_heif, drawn(106))
        expected["IMG_4711.heic"] = "archived 106 by rule"
    daemon = world.start("run", module="agent")
    try:
        world.wait_until_up(daemon)
        for name, content in dropped.items():
            world.drop(name, content)
        world.wait(lambda: world.rests() and len(world.documents()) == len(dropped), daemon)
        world.check(dropped)
        for name in OTHERS:
            world.drop(name, b"x")
        world.wait(lambda: "notes.docx" in _typed(world, "status"), daemon)
        stop(daemon)
    finally:
        end(daemon)
    assert world.outcomes() == expected
    assert {it.name for it in (world.home / "incoming").iterdir()} >= OTHERS
    assert list((world.home / "archive" / "100").glob("*/*.jpg"))
    copied = {"scan.png", "fax.TIF", "IMG_0815.JPG", "IMG_4711.heic"} & set(expected)
    assert _searchable(world) == dict.fromkeys(copied) | {"locked-scan.pdf": "encrypted"}
    assert PASSWORD not in world.said() + "".join(it.read_text() for it in (world.home / "logs").iterdir())


def _searchable(world: World) -> dict[str, str | None]:
    """The reason why it has no copy to be searched, if any, by the name of each scan; `World.check` sees the copies."""
    sidecars = [json.loads(it.read_text()) for it in (world.home / "archive").rglob("*.json")]
    return {
        it["original_name"]: it["searchable_pdf"].get("reason") for it in sidecars if "searchable_pdf" in it
    }


def _heic(library: object, picture: Image.Image) -> bytes:
    written = io.BytesIO()
    library.from_pillow(picture).save(written, quality=80)  # type: ignore[attr-defined]
    return written.getvalue()


@pytest.mark.observability
def test_a_human_is_told_which_page_is_missing_and_why(tmp_path: Path) -> None:
    """A fax of two pages, of which the second was cut off."""
    world = World.make(tmp_path / "home")
    page = drawn(100).convert("L")
    whole = saved(page, "TIFF", save_all=True, append_images=[page], dpi=(200, 200))
    daemon = world.start("run", module="agent")
    try:
        world.wait_until_up(daemon)
        world.drop("fax.tiff", whole[: len(whole) * 3 // 4])
        world.wait(lambda: world.rests() and len(world.documents()) == 1, daemon)
        stop(daemon)
    finally:
        end(daemon)
    why = "Not everything could be read. Page 2: can't be read, damaged or cut off."
    for command in ("pending", "explain", "show"):
        assert why in _typed(world, command, *(() if command == "pending" else ("D-1",)))
    assert json.loads(_typed(world, "pending", "--json"))[0]["decision"]["reason"]["sentence"] == why


def _typed(world: World, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "agent", *arguments, "--home", str(world.home)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "COLUMNS": "200"},
    ).stdout
