"""Printed pages that can't say who the document is about are skimmed: all their text, and nothing that is dear."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.adapters.reading.sandbox import SandboxedReader
from agent.core.vocabulary import STANDARD
from agent.domain.document import Box, DocumentText, TextOrigin
from tests.integration import pdfs
from tests.integration.test_reading import read, reader_in

PROSE = (
    "Les travaux se sont poursuivis pendant tout l'exercice sans incident notable.",
    "La Cour de cassation ne s'est pas encore prononc\u00e9e sur cette question,",
    "et le Conseil d'\u00c9tat non plus : il faudra donc attendre quelques mois.",
)


@pytest.fixture(scope="module")
def skimming(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedReader]:
    with reader_in(tmp_path_factory.mktemp("skimming"), labels=lambda: STANDARD.identifying_labels) as reader:
        yield reader


@pytest.fixture(scope="module")
def thorough(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedReader]:
    with reader_in(tmp_path_factory.mktemp("thorough")) as reader:
        yield reader


def is_skimmed(text: DocumentText) -> bool:
    """Skimmed words have no height of their own: it is their line's."""
    first = text.pages[0].lines[0].words
    widths = {round((word.box.right - word.box.left) / len(word.text), 1) for word in first}
    return len(widths) == 1


def test_a_skimmed_page_says_what_a_thorough_reading_says(
    skimming: SandboxedReader, thorough: SandboxedReader, tmp_path: Path
) -> None:
    path = pdfs.letter(tmp_path / "prose.pdf", PROSE)
    skimmed, known = read(skimming, path), read(thorough, path)
    assert skimmed.text == known.text == "\n".join(PROSE)
    assert is_skimmed(skimmed)
    assert not is_skimmed(known)
    assert [page.origin for page in skimmed.pages] == [TextOrigin.TEXT_LAYER]
    for ours, theirs in zip(skimmed.pages[0].lines, known.pages[0].lines, strict=True):
        assert hull(ours.words[0].box, ours.words[-1].box) == pytest.approx(
            hull(theirs.words[0].box, theirs.words[-1].box), abs=3.0
        )


def hull(first: Box, last: Box) -> tuple[float, ...]:
    return first.left, first.top, last.right, last.bottom


def test_a_letter_among_prose_is_read_thoroughly(skimming: SandboxedReader, tmp_path: Path) -> None:
    path = pdfs.letters(tmp_path / "both.pdf", PROSE, pdfs.LETTER, PROSE)
    text = read(skimming, path)
    assert [page.text for page in text.pages] == ["\n".join(each) for each in (PROSE, pdfs.LETTER, PROSE)]


@pytest.mark.security
@pytest.mark.parametrize("said", ["Patient : Jean PRETENDER", "patient jean pretender", "AB123456"])
def test_hidden_text_that_may_identify_is_looked_for_on_any_page(
    skimming: SandboxedReader, tmp_path: Path, said: str
) -> None:
    """Under a white shape: no colour and no mode gives it away."""
    document = pdfs.blank_document()
    pdfs.add_letter(document, (*PROSE, said))
    document.set_fill_color(255, 255, 255)
    document.rect(15, 48, 150, 10, style="F")
    document.output(str(tmp_path / "hidden.pdf"))
    assert read(skimming, tmp_path / "hidden.pdf").text == "\n".join(PROSE)


@pytest.mark.security
def test_hidden_text_under_a_label_that_was_learned_meanwhile_is_looked_for(tmp_path: Path) -> None:
    document = pdfs.blank_document()
    pdfs.add_letter(document, (*PROSE, "Versicherte : Jean PRETENDER"))
    document.set_fill_color(255, 255, 255)
    document.rect(15, 48, 150, 10, style="F")
    document.output(str(tmp_path / "hidden.pdf"))
    labels = list(STANDARD.identifying_labels)
    with reader_in(tmp_path, labels=lambda: tuple(labels)) as reader:
        assert "PRETENDER" in read(reader, tmp_path / "hidden.pdf").text
        labels.append("versicherte")
        assert read(reader, tmp_path / "hidden.pdf").text == "\n".join(PROSE)


@pytest.mark.security
def test_white_prose_is_left_out(skimming: SandboxedReader, tmp_path: Path) -> None:
    document = pdfs.blank_document()
    pdfs.add_letter(document, PROSE)
    document.set_text_color(255, 255, 255)
    document.text(20, 150, "Ce texte ne se voit pas sur le papier")
    document.output(str(tmp_path / "white.pdf"))
    text = read(skimming, tmp_path / "white.pdf")
    assert text.text == "\n".join(PROSE)
    assert text.pages[0].hidden_characters == len("Cetextenesevoitpassurlepapier")


@pytest.mark.security
def test_prose_over_a_scan_does_not_hide_it(skimming: SandboxedReader, tmp_path: Path) -> None:
    letter = pdfs.drawn(pdfs.letter(tmp_path / "letter.pdf", pdfs.LETTER * 2))
    path = pdfs.under_text(tmp_path / "over.pdf", letter, PROSE, top=200.0)
    assert "Patient : Jeanne DURAND" in read(skimming, path).text


@pytest.mark.security
def test_what_a_form_holds_beside_prose_is_read(skimming: SandboxedReader, tmp_path: Path) -> None:
    path = pdfs.form(tmp_path / "form.pdf", "Jeanne DURAND")
    question, prose = (
        b"Please write the name of the patient into this box",
        b"Please write here what was asked of you last month",
    )
    path.write_bytes(path.read_bytes().replace(question, prose))
    assert "Jeanne DURAND" in read(skimming, path).text


def test_columns_of_prose_are_kept_in_order(skimming: SandboxedReader, tmp_path: Path) -> None:
    document = pdfs.blank_document()
    pdfs.add_letter(document, PROSE[:1])
    for row, (left, right) in enumerate((("une colonne", "et une autre"), ("de mots", "de plus"))):
        document.text(20, 60 + 8 * row, left)
        document.text(120, 60 + 8 * row, right)
    document.output(str(tmp_path / "columns.pdf"))
    assert read(skimming, tmp_path / "columns.pdf").text.splitlines() == [
        PROSE[0],
        "une colonne et une autre",
        "de mots de plus",
    ]


def test_a_text_of_many_pages_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = pdfs.letters(tmp_path / "long.pdf", *[PROSE * 10] * 300)
    with reader_in(
        tmp_path, labels=lambda: STANDARD.identifying_labels, memory_megabytes=256, max_pages=300
    ) as reader:
        text = read(reader, path)
    assert text.is_complete
    assert {page.text for page in text.pages} == {"\n".join(PROSE * 10)}
