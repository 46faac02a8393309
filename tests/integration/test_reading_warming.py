"""The page that the fork server reads before it forks: both engines must be able to, or nobody is served."""

import io
import mmap
import subprocess
import sys
import tempfile
from pathlib import Path

import pdfplumber
import pypdfium2
import pytest

from agent.adapters.reading import own_page, warming

pytestmark = pytest.mark.reliability

_PR_SET_MDWE, _PR_MDWE_REFUSE_EXEC_GAIN = 65, 1
_UNDER_THE_UNIT = f"""
import ctypes, os, sys
if ctypes.CDLL(None).prctl({_PR_SET_MDWE}, {_PR_MDWE_REFUSE_EXEC_GAIN}, 0, 0, 0):
    sys.exit(77)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
_READING = """
import contextlib, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from agent.app import make_home
from agent.readers import build_reader
from agent.config import Settings
from agent.domain.reading import Wanted
home = Path(sys.argv[1])
make_home(home)
with contextlib.closing(build_reader(Settings(home=home, workers=2))) as reader, ThreadPoolExecutor(2) as pool:
    reader.start()
    read = lambda path: list(reader.read(path, Wanted(), should_stop=lambda: False))
    turns = [turn for turns in pool.map(read, [home / "letter.pdf"] * 40) for turn in turns]
print(len(turns), sum(turn.lost for turn in turns))
"""
_CALLED_BACK = """
import ctypes
from agent.adapters.reading import warming
callback = ctypes.CFUNCTYPE(None)(lambda: None)
warming.warm()
"""


def under_the_unit(program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a program where no memory may be both written and executed, as under the unit's MemoryDenyWriteExecute=."""
    command = (sys.executable, "-c", _UNDER_THE_UNIT, "-c", program, *arguments)
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode == 77:
        pytest.skip("needs a kernel that can refuse memory that is written and executed (Linux 6.3)")
    return done


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


def test_children_under_the_unit_do_not_spoil_each_others_memory(tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(own_page.draw())
    done = under_the_unit(_READING, str(tmp_path))
    assert (done.stdout, done.returncode) == ("40 0\n", 0), done.stderr


@pytest.mark.security
def test_memory_that_children_would_share_stops_the_start() -> None:
    done = under_the_unit(_CALLED_BACK)
    assert done.returncode == 1
    assert "RuntimeError: Children would share memory that they can write to: /memfd:libffi" in done.stderr


@pytest.mark.security
def test_any_shared_memory_stops_the_start() -> None:
    with mmap.mmap(-1, mmap.PAGESIZE), pytest.raises(RuntimeError, match="Children would share memory"):
        warming.warm()


def test_a_server_needs_no_folder_of_its_own_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nonexistent")
    warming.warm()
