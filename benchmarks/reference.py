"""The reference: the same pages read in one warm process, without isolation, a decision, or any care for the file.

The child process of `Reference` is asked over its standard input, a folder a line; it answers with the processor
seconds that it took to read each PDF in it by pypdfium2 (text) and pdfplumber (words).
"""

import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import pdfplumber
import pypdfium2


class Reference:
    """A warm process that reads PDFs."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def cpu_seconds(self, folder: Path) -> float:
        """Read every PDF in a folder."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(folder, file=self._process.stdin, flush=True)
        return float(self._process.stdout.readline())


def read(path: Path) -> int:
    """Read the first page with both engines; gives how many characters and words they found."""
    document = pypdfium2.PdfDocument(path)
    page = document[0]
    text_page = page.get_textpage()
    text = text_page.get_text_range()
    text_page.close()
    page.close()
    document.close()
    with pdfplumber.open(path) as plumbed:
        words = plumbed.pages[0].extract_words()
    return len(text) + len(words)


def _serve() -> None:
    for line in sys.stdin:
        paths = sorted(Path(line.rstrip("\n")).glob("*.pdf"))
        began = time.process_time()
        for path in paths:
            if read(path) == 0:
                raise ValueError(f"{path.name} has no text")
        print(time.process_time() - began, flush=True)


if __name__ == "__main__":
    _serve()
