"""The page that the fork server reads before it forks: both engines must be able to, or nobody is served."""

import io

import pdfplumber
import pypdfium2
import pytest

from agent.adapters.reading import own_page, warming

pytestmark = pytest.mark.reliability


def test_both_engines_read_the_page_alike() -> None:
    document = pypdfium2.PdfDocument(own_page.draw())
    seen = document[0].get_textpage().get_text_range().split()
    with pdfplumber.open(io.BytesIO(own_page.draw())) as plumbed:
        words = [word["text"] for word in plumbed.pages[0].extract_words()]
    assert seen == words
    assert len(words) == 11 * len(own_page.FONTS)
    warming.warm()


def test_libraries_that_cannot_read_it_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_page, "draw", lambda: b"%PDF-1.4\n")
    with pytest.raises(RuntimeError, match="simplest of pages"):
        warming.warm()
