"""The scans that the reading benchmark draws: they hold what their truth says, and nothing gives it away."""

import csv
from pathlib import Path

import pypdfium2
import pytest

from benchmarks.reading import sheets
from benchmarks.reading.ready import pictures_of
from benchmarks.reading.truth import has_all, load
from tests.integration import pdfs

pytestmark = pytest.mark.observability


def layer(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


@pytest.mark.slow
def test_a_drawer_of_drawn_letters_holds_what_its_truth_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "_EACH", 1)
    drawer = sheets.fill(tmp_path)
    assert load(tmp_path, tmp_path / "truth.jsonl", tmp_path / "registry.csv") == drawer
    for truth in drawer.truths:
        assert has_all(truth, truth.text)
        assert has_all(truth, layer(drawer.path(truth))) is truth.is_born_digital
        assert len(pictures_of([drawer.path(truth)], tmp_path)) == (not truth.is_born_digital)
    with drawer.registry.open(encoding="utf-8", newline="") as stream:
        registered = {row["id"]: row for row in csv.DictReader(stream)}
    assert {truth.insurance for truth in drawer.truths} == {
        registered[truth.true_id]["insurance"] for truth in drawer.truths
    }
    assert len({row["insurance"] for row in registered.values()}) == len(registered)


@pytest.mark.parametrize(("dots", "expected"), [(100, 100), (200, 200), (400, 300)])
def test_a_ready_picture_has_the_dots_of_the_scan_and_no_more_than_help(
    dots: int, expected: int, tmp_path: Path
) -> None:
    page = pdfs.drawn(pdfs.letter(tmp_path / "letter.pdf"), dots)
    scan = pdfs.scan(tmp_path / "scan.pdf", page, dots_per_inch=dots)
    assert [picture.dots for picture in pictures_of([scan], tmp_path)] == [expected]
