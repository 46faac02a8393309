"""What a child that was taken over can't do, though the same attempts succeed without the fence."""

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

import agent
from agent import health
from agent.adapters.reading import bubblewrap, fence, landlock, tools
from agent.adapters.reading.child import read_document
from agent.adapters.reading.sandbox import SandboxedReader
from agent.config import Settings
from agent.core.notices import unwell_notice
from agent.domain.outcome import FailureReason
from agent.domain.reading import Wanted
from agent.domain.wellness import labelled
from agent.errors import DocumentUnreadable, ReaderUnavailable
from agent.health import Level
from tests.integration import fence_jobs, pdfs
from tests.turns import read_whole

pytestmark = pytest.mark.security

STRENGTH = fence.strength("auto")
needs_landlock = pytest.mark.skipif(
    STRENGTH.landlock < 6 or not STRENGTH.seccomp, reason="needs a kernel with Landlock 6 and seccomp"
)


def has_bubblewrap() -> bool:
    try:
        return not subprocess.run(
            ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"], check=False
        ).returncode
    except FileNotFoundError:
        return False


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with something of each kind in it, as the daemon's user has it."""
    folder = tmp_path / "home"
    for name in ("incoming/.claimed", "archive/20817", "state/scratch/reading-other"):
        (folder / name).mkdir(parents=True)
    for name in (
        ".env",
        "state/ledger.sqlite",
        "incoming/.claimed/other.pdf",
        *(f"archive/20817/{word}.pdf" for word in ("letter", "emptied", "removed", "moved")),
    ):
        (folder / name).write_text("TOKEN=secret\n")
    Image.new("L", (60, 60), 255).save(folder / "archive" / "20817" / "scan.png")
    return folder


@pytest.fixture
def targets(tmp_path: Path, home: Path) -> Iterator[dict[str, object]]:
    """A stranger of the same user, and everything that can be connected to."""
    with contextlib.ExitStack() as stack:
        stranger = stack.enter_context(subprocess.Popen(["sleep", "300"], env={"TOKEN": "secret"}))
        stack.callback(stranger.kill)

        def listening(family: int, kind: int, address: object) -> socket.socket:
            opened = stack.enter_context(socket.socket(family, kind))
            opened.bind(address)  # type: ignore[arg-type] # one of several kinds
            if kind == socket.SOCK_STREAM:
                opened.listen()
            return opened

        name = str(tmp_path / "s")
        listening(socket.AF_UNIX, socket.SOCK_STREAM, name)
        listening(socket.AF_UNIX, socket.SOCK_DGRAM, f"{name}.dgram")
        abstract = f"dossierd-test-{os.getpid()}"
        listening(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{abstract}")
        ports = {
            "tcp": listening(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)).getsockname()[1],
            "udp": listening(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)).getsockname()[1],
            "tcp6": listening(socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)).getsockname()[1],
        }
        yield {
            "home": str(home),
            "stranger": stranger.pid,
            "daemon": os.getpid(),
            "ports": ports,
            "socket": name,
            "abstract": abstract,
        }


@contextlib.contextmanager
def reader_of(
    job: Callable[..., None],
    home: Path,
    *,
    fenced: fence.Mode = "auto",
    targets: dict[str, object] | None = None,
) -> Iterator[SandboxedReader]:
    class Misled(SandboxedReader):
        _job = f"{job.__module__}:{job.__name__}"

    reader = Misled(
        scratch=home / "state" / "scratch",
        languages="fra+eng",
        page_seconds=60.0,
        document_seconds=60.0,
        memory_megabytes=1024,
        max_pages=10,
        max_file_megabytes=10,
        render_megapixels=10,
        fenced=fenced,
        environment={fence_jobs.TARGETS: json.dumps(targets)},
    )
    planned = reader._server._plan
    tests = Path(fence_jobs.__file__).parents[1]  # where the job is
    reader._server._plan = replace(planned, readable=(*planned.readable, tests))
    reader.start()
    # after the start, which removes what a dead run left
    other = home / "state" / "scratch" / "reading-other"
    other.mkdir(parents=True, exist_ok=True)
    (other / "finding.json").write_text("secret")
    try:
        yield reader
    finally:
        reader.close()


def told(reader: SandboxedReader, path: Path) -> dict[str, str]:
    words = read_whole(reader, path).text.split()
    return dict(word.split(":") for word in words)


@pytest.fixture
def letter(home: Path) -> Path:
    return pdfs.letter(home / "incoming" / ".claimed" / "D-7")


REFUSALS = {"EPERM", "EACCES", "ENOSYS", "EXDEV"}


@needs_landlock
@pytest.mark.parametrize("job", [fence_jobs.try_everything, fence_jobs.try_everything_itself])
def test_a_child_can_do_nothing_but_read(
    job: Callable[..., None], home: Path, letter: Path, targets: dict[str, object]
) -> None:
    """Neither it, nor what it forks, nor the programs that it executes."""
    before = letter.read_bytes()
    with reader_of(job, home, targets=targets) as reader:
        attempts = told(reader, letter)
    assert set(attempts) == set(fence_jobs.NAMES)
    assert {name: word for name, word in attempts.items() if word not in REFUSALS} == {}
    assert letter.read_bytes() == before


def test_all_of_it_succeeds_without_the_fence(home: Path, letter: Path, targets: dict[str, object]) -> None:
    """Else the test above could not fail."""
    with reader_of(fence_jobs.try_everything, home, fenced="off", targets=targets) as reader:
        attempts = told(reader, letter)
    others = frozenset() if os.geteuid() == 0 else fence_jobs.ROOTS
    assert {name: word for name, word in attempts.items() if word != "done" and name not in others} == {}


@pytest.mark.parametrize("fenced", ["auto", "off"])
def test_a_child_can_do_what_engines_do(fenced: fence.Mode, home: Path, letter: Path) -> None:
    with reader_of(fence_jobs.do_what_engines_do, home, fenced=fenced) as reader:
        assert read_whole(reader, letter).text == "read written run"


@needs_landlock
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="x32 is a second set of calls of x86_64")
def test_calls_of_another_architecture_end_the_child(home: Path, letter: Path) -> None:
    job = fence_jobs.call_as_another_architecture
    with reader_of(job, home, fenced="off") as reader:
        assert read_whole(reader, letter).text == "went on"
    with reader_of(job, home) as reader, pytest.raises(DocumentUnreadable) as caught:
        read_whole(reader, letter)
    assert (caught.value.failure, caught.value.detail) == (FailureReason.READER_CRASHED, "signal 31")


@needs_landlock
def test_a_scan_reads_the_same_behind_the_fence(home: Path, letter: Path) -> None:
    paths = [letter, pdfs.scan(home / "incoming" / "scan.pdf", pdfs.drawn(letter, 200), dots_per_inch=200)]
    found = []
    for fenced in ("off", "auto"):
        with reader_of(read_document, home, fenced=fenced) as reader:
            found.append([read_whole(reader, path) for path in paths])
    assert found[0] == found[1]
    assert all(text.text for text in found[1])


@needs_landlock
def test_a_child_that_can_not_be_fenced_in_reads_nothing(home: Path) -> None:
    """Landlock has no rules for files that are in no folder, so this one's fence can't be put up."""
    nowhere = os.memfd_create("document")
    try:
        with (
            reader_of(fence_jobs.do_what_engines_do, home) as reader,
            pytest.raises(ReaderUnavailable, match="could not be put up") as caught,
        ):
            list(reader._turns(nowhere, Wanted(), lambda: False, lambda: False))
    finally:
        os.close(nowhere)
    assert caught.value.hint.startswith("Type: dossierd check. What the kernel")


def test_a_server_that_comes_back_with_another_fence_is_refused(home: Path, letter: Path) -> None:
    with reader_of(fence_jobs.do_what_engines_do, home) as reader:
        server = reader._server
        assert server._process is not None
        server._process.kill()
        server._process.wait()
        server._strength = fence.Strength(landlock=99, seccomp=True, bubblewrap=False)
        with pytest.raises(ReaderUnavailable, match="not what it was"):
            read_whole(reader, letter)
        server._strength = fence.strength("auto")
        assert read_whole(reader, letter).text == "read written run"


def test_the_fence_tells_what_it_is_made_of(home: Path) -> None:
    with reader_of(read_document, home, fenced="off") as reader:
        assert reader.start() == fence.Strength(landlock=0, seccomp=False, bubblewrap=False)
    with reader_of(read_document, home) as reader:
        assert reader.start() == fence.strength("auto")


def test_a_home_that_children_could_read_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "language data" / "home"
    home.mkdir(parents=True)
    planned = fence.plan("auto", home / "state" / "scratch", also=[tmp_path / "language data"])
    with pytest.raises(ReaderUnavailable, match="which those who read documents can look into") as refused:
        fence.refuse_gap(planned)
    assert str(tmp_path) in refused.value.sentence
    alert = unwell_notice(labelled("fence", refused.value.said), refused.value.advice)
    assert alert.lines == (
        "fence: The home lies in …, which those who read documents can look into.",
        "Move the home out of there, to /var/lib/dossierd for example.",
        "More: dossierd check",
    )
    fence.refuse_gap(replace(planned, scratch=tmp_path / "home" / "state" / "scratch"))


def test_memory_that_is_kept_private_can_not_be_dumped() -> None:
    program = """
import ctypes, resource
from agent.adapters.reading.kernel import keep_memory_private
keep_memory_private()
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE))
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["0", "0", "0"]


@pytest.mark.observability
class TestCheck:
    def settings(self, home: Path, fenced: fence.Mode = "auto") -> Settings:
        return Settings(home=home, reader_fence=fenced)

    @needs_landlock
    def test_is_content_with_a_whole_fence(self, home: Path) -> None:
        found = self.ask(self.settings(home))
        assert (found.level, found.sentence) == (Level.GOOD, f"readers are behind {STRENGTH}")

    def test_tells_that_it_is_switched_off(self, home: Path) -> None:
        found = self.ask(self.settings(home, "off"))
        assert (found.level, found.hint) == (Level.NOTICE, "Set DOSSIERD_READER_FENCE=auto")

    @pytest.mark.parametrize(
        ("landlock", "seccomp", "told"),
        [(0, True, "(seccomp)"), (7, False, "(landlock 7)"), (0, False, "(none)")],
    )
    def test_tells_what_is_missing(
        self, landlock: int, seccomp: bool, told: str, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        strength = fence.Strength(landlock=landlock, seccomp=seccomp, bubblewrap=False)
        monkeypatch.setattr(fence, "strength", lambda _mode: strength)
        found = self.ask(self.settings(home))
        assert found.level is Level.NOTICE
        assert told in found.sentence
        assert "DOSSIERD_READER_FENCE=bubblewrap" in found.hint

    def test_is_unwell_when_what_is_set_is_not_there(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(tools.ENVIRONMENT, "PATH", str(home))
        found = self.ask(self.settings(home, "bubblewrap"))
        assert (found.level, "apt install bubblewrap" in found.hint) == (Level.BAD, True)

    @staticmethod
    def ask(settings: Settings) -> health.Finding:
        return health.examine_part("fence", settings)


def test_a_plan_names_single_folders_of_ours_and_none_twice(tmp_path: Path) -> None:
    planned = fence.plan("auto", tmp_path, also=[Path("/usr/share/fonts"), tmp_path / "not there"])
    project = Path(agent.__file__).resolve().parents[1]
    assert project / "agent" in planned.readable
    assert not any(project.is_relative_to(path) for path in planned.readable)
    assert Path("/usr/share/fonts") not in planned.readable
    assert tmp_path / "not there" not in planned.readable
    assert fence.Plan.decode(planned.encode()) == planned


@pytest.mark.parametrize(
    ("abi", "last"),
    [
        (1, landlock.Right.MAKE_SYM),
        (2, landlock.Right.REFER),
        (3, landlock.Right.TRUNCATE),
        (4, landlock.Right.TRUNCATE),
        (5, landlock.Right.IOCTL_DEV),
        (7, landlock.Right.IOCTL_DEV),
    ],
)
def test_an_older_kernel_is_asked_for_what_it_knows(abi: int, last: landlock.Right) -> None:
    assert int(landlock.rights_of(abi)) == 2 * last - 1


def test_bubblewrap_that_is_set_and_not_there_refuses_the_start(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tools.ENVIRONMENT, "PATH", str(home))
    with (
        pytest.raises(ReaderUnavailable, match="bubblewrap, which is not installed"),
        reader_of(read_document, home, fenced="bubblewrap"),
    ):
        pass


needs_bubblewrap = pytest.mark.skipif(
    not has_bubblewrap(), reason="needs bubblewrap and the right to make namespaces"
)


@needs_bubblewrap
def test_bubblewrap_alone_hides_the_home_and_all_processes(home: Path) -> None:
    scratch = home / "state" / "scratch"
    prefix = bubblewrap.prefix(Path(sys.executable), fence.plan("bubblewrap", scratch))
    command = 'cat "$1"; ls -A "$2"; ls /proc; echo written > "$3"'
    inside = subprocess.run(
        [*prefix, "/bin/sh", "-c", command, "sh", home / ".env", home, scratch / "mark"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "TOKEN=secret" not in inside
    assert inside[:2] == ["state", "1"]
    assert str(os.getpid()) not in inside
    assert (scratch / "mark").read_text() == "written\n"


@needs_bubblewrap
def test_documents_are_read_in_bubblewrap_and_nothing_else_succeeds(
    home: Path, letter: Path, targets: dict[str, object]
) -> None:
    with reader_of(fence_jobs.try_everything, home, fenced="bubblewrap", targets=targets) as reader:
        attempts = told(reader, letter)
    assert {name: word for name, word in attempts.items() if word == "done"} == {}
    with reader_of(read_document, home, fenced="bubblewrap") as reader:
        assert read_whole(reader, letter).text
