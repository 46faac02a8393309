"""What an ordinary user may not do: root may read, list and rename everything, so its tests run as somebody else."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.watching import PDF

pytestmark = [
    pytest.mark.reliability,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be another user"),
]

NOBODY = 65534

LOOK = """\
import sys
from pathlib import Path
from agent.adapters.watch import IncomingWatcher

watcher = IncomingWatcher(Path(sys.argv[1]), settle_seconds=0.1, damaged_grace_seconds=1, rescan_seconds=0.5)
watcher.start()
files = watcher.stable(20)
while len(files) < int(sys.argv[2]) or len(watcher.oddities) < int(sys.argv[3]):
    files += watcher.stable(0.1)
print(sorted(file.name for file in files), sorted((str(it.kind), it.name) for it in watcher.oddities))
watcher.close()
"""

CLAIM = """\
import sys
from pathlib import Path
from agent import errors
from agent.adapters.folders import HomeFolders, is_unclaimed
from agent.domain.document import DocumentId
from tests.custody_builders import seen_file

home = Path(sys.argv[1])
folders = HomeFolders(home, "home1")
seen = seen_file(home / "incoming" / sys.argv[2], home / "incoming")
try:
    folders.claim(seen, DocumentId(7))
except errors.StorageUnavailable as error:
    print(error.sentence, error.hint, is_unclaimed(home / "incoming", seen))
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """pytest's own folders are closed to other users."""
    made = Path(tempfile.mkdtemp(prefix="dossierd-test-"))
    (made / "incoming" / ".claimed" / "home1").mkdir(parents=True)
    for folder in (made, made / "incoming", made / "incoming" / ".claimed", made / "incoming/.claimed/home1"):
        folder.chmod(0o777)
        os.chown(folder, NOBODY, NOBODY)
    yield made
    shutil.rmtree(made)


def _as_nobody(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        env={"PYTHONDONTWRITEBYTECODE": "1"},
    )
    if "ModuleNotFoundError" in done.stderr or "Permission denied: " in done.stderr.partition("Traceback")[0]:
        pytest.skip("this checkout can't be read by other users")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_what_may_not_be_read_or_listed_is_shown_and_the_rest_is_taken(home: Path) -> None:
    incoming = home / "incoming"
    for name in ("good.pdf", "secret.pdf"):
        (incoming / name).write_bytes(PDF)
    (incoming / "secret.pdf").chmod(0)
    (incoming / "closed").mkdir(mode=0o700)
    said = _as_nobody(LOOK, str(incoming), "1", "2")
    assert said == "['good.pdf'] [('unreadable', 'closed'), ('unreadable', 'secret.pdf')]"


@pytest.mark.parametrize(
    ("mode", "word"),
    [(0o555, "EACCES"), (0o1777, "EPERM")],
    ids=["read_only_folder", "sticky_folder_of_somebody_else"],
)
def test_a_file_that_may_not_be_renamed_stays_and_says_what_to_look_at(
    home: Path, mode: int, word: str
) -> None:
    folder = home / "incoming" / "from_the_scanner"
    folder.mkdir()
    (folder / "scan.pdf").write_bytes(PDF)
    folder.chmod(mode)
    said = _as_nobody(CLAIM, str(home), "from_the_scanner/scan.pdf")
    assert said.startswith(f"The disk refuses ({word}). The daemon's user may not write there: look at the")
    assert said.endswith(" True")
    assert (folder / "scan.pdf").read_bytes() == PDF


NOTHING_TAKEN = """\
import sys
from pathlib import Path
from agent.config import Settings
from agent.health import examine_part

found = examine_part("incoming", Settings(home=Path(sys.argv[1])))
print(found.level, found.sentence, found.hint, sep="|")
"""


def test_check_names_a_file_that_may_not_be_read_and_what_lets_us(home: Path) -> None:
    """As when somebody moves a private file into the folder: it keeps its owner and its mode."""
    incoming = home / "incoming"
    (incoming / "moved.pdf").write_bytes(PDF)
    (incoming / "moved.pdf").chmod(0o600)
    level, sentence, hint = _as_nobody(NOTHING_TAKEN, str(home)).strip().split("|")
    assert (level, sentence) == ("notice", "nothing waits; 1 that nobody takes: moved.pdf (may not be read)")
    assert f"sudo chown -R dossierd: {incoming}." in hint


PROBED = """\
import sys
from pathlib import Path
from agent import errors
from agent.adapters.folders import HomeFolders

try:
    HomeFolders(Path(sys.argv[1]), "home1").probe()
except errors.StorageUnavailable as error:
    print(error.sentence)
"""


def test_a_folder_that_may_be_written_to_but_not_listed_shuts_the_gate(home: Path) -> None:
    """Nothing that lies in it would ever be found, and nobody would know why."""
    (home / "incoming").chmod(0o333)
    assert _as_nobody(PROBED, str(home)) == "incoming/ can't be read or written to (EACCES)."
