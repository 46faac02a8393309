"""The reader's children when they misbehave: nothing gets out, nothing stays behind."""

import contextlib
import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.adapters.reading import finding, forkclient
from agent.adapters.reading.answer import collect
from agent.adapters.reading.child import read_document
from agent.adapters.reading.fence import Mode
from agent.adapters.reading.finding import Unavailable
from agent.adapters.reading.leftovers import remove
from agent.adapters.reading.sandbox import SandboxedReader
from agent.domain.document import DocumentText, PageProblem
from agent.domain.outcome import FailureReason
from agent.errors import DocumentUnreadable, ReaderUnavailable, ReadingStopped
from tests.integration import pdfs, reading_jobs
from tests.turns import read_whole

pytestmark = pytest.mark.reliability


@contextlib.contextmanager
def reader_of(
    job: Callable[..., None],
    folder: Path,
    *,
    page_seconds: float = 60.0,
    document_seconds: float = 60.0,
    at_once: int = 1,
    fenced: Mode = "auto",
) -> Iterator[SandboxedReader]:
    class Misled(SandboxedReader):
        _job = f"{job.__module__}:{job.__name__}"

    reader = Misled(
        scratch=folder / "scratch",
        languages="fra+eng",
        page_seconds=page_seconds,
        document_seconds=document_seconds,
        memory_megabytes=512,
        max_pages=20,
        max_file_megabytes=10,
        render_megapixels=10,
        at_once=at_once,
        fenced=fenced,
    )
    reader.start()
    try:
        yield reader
    finally:
        reader.close()


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    return pdfs.letter(tmp_path / "letter.pdf")


def read(reader: SandboxedReader, path: Path) -> DocumentText:
    return read_whole(reader, path)


def failure(reader: SandboxedReader, path: Path) -> tuple[FailureReason, str | None]:
    with pytest.raises(DocumentUnreadable) as caught:
        read(reader, path)
    return caught.value.failure, caught.value.detail


def survivors(folder: Path) -> list[str]:
    """Processes that work in the scratch folder; every child does, and all that it starts."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes().decode(errors="replace")
            is_reader = (process / "oom_score_adj").read_text().strip() == "800"
            if (is_reader and str(folder / "scratch") in command) or _works_in(folder / "scratch", process):
                found.append(command)
    return found


def _works_in(folder: Path, process: Path) -> bool:
    """Whether its working folder is there; of a child itself only root can see that."""
    return (process / "cwd").readlink().is_relative_to(folder)


def assert_nothing_is_left(folder: Path) -> None:
    """A killed process takes a moment to disappear; two seconds are many moments."""
    wait_until(lambda: not survivors(folder), seconds=2.0)
    assert [entry.name for entry in (folder / "scratch").iterdir() if entry.is_dir()] == []


def wait_until(condition: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def test_a_child_that_hangs_is_ended_at_the_deadline(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.hang, tmp_path, document_seconds=1.0) as reader:
        assert failure(reader, letter) == (FailureReason.TIMED_OUT, "1 seconds, at page 0")
        assert_nothing_is_left(tmp_path)


def test_the_fork_server_reaps_what_a_dead_child_started(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.hang, tmp_path, document_seconds=0.5) as reader:
        assert failure(reader, letter)[0] is FailureReason.TIMED_OUT
        assert reader._server._process is not None
        server = reader._server._process.pid
        children = Path(f"/proc/{server}/task/{server}/children")
        wait_until(lambda: not children.read_text(), seconds=2.0)


def test_a_page_that_hangs_is_left_out_by_the_next_child(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.hang_at_the_second_page, tmp_path, page_seconds=0.1) as reader:
        assert read(reader, letter).text == "without (2,)"
        assert_nothing_is_left(tmp_path)


def test_a_page_that_crashes_is_left_out_by_the_third_child(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.crash_at_the_second_page, tmp_path) as reader:
        assert read(reader, letter).text == "without (2,)"
        assert_nothing_is_left(tmp_path)


def test_a_document_of_which_nothing_is_left_has_crashed_and_is_not_damaged(
    letter: Path, tmp_path: Path
) -> None:
    with reader_of(reading_jobs.find_nothing_else, tmp_path) as reader:
        assert failure(reader, letter) == (FailureReason.READER_CRASHED, "signal 6")


def test_a_document_that_crashes_at_every_page_is_given_up(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.crash_at_every_page, tmp_path) as reader:
        assert failure(reader, letter) == (FailureReason.READER_CRASHED, "signal 6")


def test_words_beyond_the_cap_are_left_out_and_their_pages_say_so(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.write_too_many_words, tmp_path) as reader:
        problems = [page.problem for page in read(reader, letter).pages]
    capped = [
        number for number, problem in enumerate(problems, start=1) if problem is PageProblem.TOO_MUCH_TEXT
    ]
    assert capped == [2, 12, 13, 14]
    assert set(problems) == {None, PageProblem.TOO_MUCH_TEXT}


def test_a_child_that_crashes_twice_is_told(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.crash, tmp_path) as reader:
        assert failure(reader, letter) == (FailureReason.READER_CRASHED, "signal 11")
        assert_nothing_is_left(tmp_path)


def test_a_child_that_the_kernel_kills_twice_had_no_memory(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.kill_itself, tmp_path) as reader:
        assert failure(reader, letter) == (FailureReason.OUT_OF_MEMORY, "signal 9")


def test_a_single_crash_is_forgiven(letter: Path, tmp_path: Path) -> None:
    with reader_of(
        reading_jobs.crash_the_first_time, tmp_path, fenced="off"
    ) as reader:  # it leaves a mark outside
        assert read(reader, letter).text == "read at last"


def test_an_error_of_our_own_in_the_child_is_a_crash(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.raise_an_error, tmp_path) as reader:
        assert failure(reader, letter) == (FailureReason.READER_CRASHED, "exit code 70")


def test_a_child_that_wants_all_memory_is_told(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.want_all_memory, tmp_path) as reader:
        assert failure(reader, letter) == (FailureReason.OUT_OF_MEMORY, None)


@pytest.mark.security
@pytest.mark.parametrize(
    "job",
    [
        reading_jobs.leave_nothing,
        reading_jobs.leave_garbage,
        reading_jobs.leave_a_link,
        reading_jobs.leave_a_fifo,
        reading_jobs.leave_no_number,
        reading_jobs.leave_too_long_a_page,
    ],
)
def test_a_result_that_can_not_be_believed_is_a_crash(
    job: Callable[..., None], letter: Path, tmp_path: Path
) -> None:
    """Without the fence, which would refuse links and FIFOs in the first place."""
    with reader_of(job, tmp_path, fenced="off") as reader:
        assert failure(reader, letter) == (FailureReason.READER_CRASHED, "no usable result")


@pytest.mark.security
def test_a_result_without_bounds_is_stopped_while_it_is_written(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.leave_too_much, tmp_path) as reader:
        reason, _ = failure(reader, letter)
        assert reason is FailureReason.READER_CRASHED
        assert_nothing_is_left(tmp_path)


@pytest.mark.security
@pytest.mark.parametrize("fenced", ["auto", "off"])
def test_however_a_child_lays_out_its_folder_it_is_removed(
    fenced: Mode, letter: Path, tmp_path: Path
) -> None:
    with reader_of(reading_jobs.leave_a_nest, tmp_path, fenced=fenced) as reader:
        assert read(reader, letter).text == "nested"
        assert_nothing_is_left(tmp_path)


@pytest.mark.security
def test_what_a_dead_run_left_does_not_prevent_the_start(tmp_path: Path) -> None:
    leftover = tmp_path / "scratch" / "reading-before"
    leftover.mkdir(parents=True)
    reading_jobs.nest(leftover, 1500)
    with reader_of(reading_jobs.leave_a_nest, tmp_path):
        assert_nothing_is_left(tmp_path)


@pytest.mark.security
def test_a_link_that_a_dead_run_left_is_removed_and_not_followed(tmp_path: Path) -> None:
    """A child without a fence could have laid it; what it leads to is not ours to empty."""
    (tmp_path / "kept").mkdir(mode=0o750)
    (tmp_path / "kept" / "letter.pdf").touch()
    link = tmp_path / "reading-before"
    link.symlink_to(tmp_path / "kept")
    remove(link)
    assert [path.name for path in tmp_path.rglob("*")] == ["kept", "letter.pdf"]
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o750


def test_what_the_machine_lacks_is_believed_however_many_packages_it_takes(tmp_path: Path) -> None:
    packages = " ".join(
        f"tesseract-ocr-{language}" for language in ("fra", "eng", "deu", "ita", "spa", "por")
    )
    lacking = Unavailable(sentence="Tesseract is not installed.", hint=f"Type: sudo apt install {packages}")
    finding.write(lacking, tmp_path)
    assert collect(tmp_path) == lacking


@pytest.mark.security
@pytest.mark.parametrize("forged", ["one\nanother", "\x1b[2J", "x" * 2000])
def test_a_sentence_that_is_none_is_not_believed(forged: str, tmp_path: Path) -> None:
    finding.write(Unavailable(sentence=forged, hint=""), tmp_path)
    assert collect(tmp_path) is None


def test_a_server_that_the_system_does_not_start_is_told_as_such(
    letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    with reader_of(reading_jobs.leave_nothing, tmp_path) as reader:
        reader._server._discard()
        monkeypatch.setattr(subprocess, "Popen", refuse)
        with pytest.raises(ReaderUnavailable, match="can't be started"):
            read(reader, letter)


@pytest.mark.security
def test_forged_messages_do_no_harm(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.forge_messages, tmp_path) as reader:
        assert read(reader, letter).text == "read all the same"


@pytest.mark.security
@pytest.mark.parametrize(("is_our_server", "expected"), [(True, [4321]), (False, [])])
def test_only_the_server_says_whom_to_kill_when_it_is_lost(
    is_our_server: bool, expected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child holds the same socket; killpg of 1 would kill everything that belongs to the daemon's user."""
    killed: list[int] = []
    monkeypatch.setattr(os, "killpg", lambda group, _signal: killed.append(group))
    ours, theirs = forkclient._pair()
    with forkclient.Child(ours, os.getpid() if is_our_server else 1):
        theirs.send(b"pid 4321")
        theirs.close()
    assert killed == expected


@pytest.mark.security
@pytest.mark.parametrize("fenced", ["auto", "off"])
def test_a_child_sees_no_secret(
    fenced: Mode, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOSSIERD_TELEGRAM_TOKEN", "123:planted")
    with reader_of(reading_jobs.tell_what_it_sees, tmp_path, fenced=fenced) as reader:
        seen = read(reader, letter).text
    assert "OMP_THREAD_LIMIT=1" in seen
    assert "planted" not in seen
    assert {word.partition("=")[0] for word in seen.split()} <= {
        "PATH",
        "LC_ALL",
        "OMP_THREAD_LIMIT",
        "PYTHONPATH",
    }


@pytest.mark.security
def test_a_child_is_confined(letter: Path, tmp_path: Path) -> None:
    """Without the fence, behind which it could not look into /proc."""
    with reader_of(reading_jobs.tell_its_limits, tmp_path, fenced="off") as reader:
        assert read(reader, letter).text.split() == [str(512 * 1024 * 1024), "0", "64", "True", "800", "0"]


def test_a_stop_ends_the_reading_within_a_second(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.hang, tmp_path) as reader:
        asked_at = time.monotonic() + 0.3
        with pytest.raises(ReadingStopped):
            read_whole(reader, letter, should_stop=lambda: time.monotonic() > asked_at)
        assert time.monotonic() - asked_at < 1.0
        assert_nothing_is_left(tmp_path)


def test_a_stop_takes_tesseract_along(letter: Path, tmp_path: Path) -> None:
    page = pdfs.drawn(letter, 300)
    path = pdfs.scan(tmp_path / "scan.pdf", *[page] * 5, dots_per_inch=300)
    with reader_of(read_document, tmp_path) as reader, pytest.raises(ReadingStopped):
        read_whole(
            reader,
            path,
            should_stop=lambda: any("tesseract" in arguments for arguments in survivors(tmp_path)),
        )
    assert_nothing_is_left(tmp_path)


def test_a_closed_reader_ends_what_still_reads(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.hang, tmp_path) as reader:
        outcome = _read_aside(reader, letter)
        wait_until(lambda: len(survivors(tmp_path)) == 2, seconds=10.0)
        reader.close()
        assert isinstance(outcome(), ReaderUnavailable)
        assert_nothing_is_left(tmp_path)


def test_signals_for_the_daemon_do_not_reach_the_children(letter: Path, tmp_path: Path) -> None:
    """Systemd or a terminal may signal all processes at once; that is no crash of the document's."""
    with reader_of(reading_jobs.signal_itself_politely, tmp_path) as reader:
        assert read(reader, letter).text == "still here"


def test_a_dead_fork_server_is_our_fault_and_is_replaced(letter: Path, tmp_path: Path) -> None:
    with reader_of(reading_jobs.hang, tmp_path) as reader:
        outcome = _read_aside(reader, letter)
        wait_until(lambda: len(survivors(tmp_path)) == 2, seconds=10.0)
        assert reader._server._process is not None
        os.kill(reader._server._process.pid, signal.SIGKILL)
        assert isinstance(outcome(), ReaderUnavailable)
        assert_nothing_is_left(tmp_path)
        with pytest.raises(ReadingStopped):
            read_whole(reader, letter, should_stop=lambda: bool(survivors(tmp_path)))
        assert_nothing_is_left(tmp_path)


def test_a_killed_daemon_leaves_no_process(letter: Path, tmp_path: Path) -> None:
    daemon = subprocess.Popen([sys.executable, "-c", _DAEMON, str(tmp_path), str(letter)], cwd=_ROOT)
    try:
        wait_until(lambda: len(survivors(tmp_path)) == 2, seconds=20.0)
    finally:
        daemon.kill()
        daemon.wait()
    wait_until(lambda: not survivors(tmp_path), seconds=2.0)


def test_many_threads_read_at_once(tmp_path: Path) -> None:
    paths = [pdfs.letter(tmp_path / f"{number}.pdf", (f"Letter {number} of four",)) for number in range(12)]
    with reader_of(read_document, tmp_path) as reader:
        outcomes = [_read_aside(reader, path) for path in paths]
        texts = [outcome() for outcome in outcomes]
    assert [text.text for text in texts if isinstance(text, DocumentText)] == [
        f"Letter {number} of four" for number in range(12)
    ]


def test_the_daemon_loads_no_library_that_parses_documents() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, agent.adapters.reading.sandbox; print(*sys.modules)"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"pdfplumber", "pdfminer", "pypdfium2", "PIL", "pytesseract", "multiprocessing"} & set(loaded)


def _read_aside(reader: SandboxedReader, path: Path) -> Callable[[], DocumentText | Exception]:
    """Read in a thread; what is returned waits for the outcome."""
    found: list[DocumentText | Exception] = []

    def run() -> None:
        try:
            found.append(read(reader, path))
        except (DocumentUnreadable, ReaderUnavailable, ReadingStopped) as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()

    def outcome() -> DocumentText | Exception:
        thread.join(30.0)
        return found[0]

    return outcome


_ROOT = Path(__file__).parents[2]
_DAEMON = """
import sys
from pathlib import Path
from tests.integration import reading_jobs, test_reading_sandbox
from tests.turns import read_whole
with test_reading_sandbox.reader_of(reading_jobs.hang, Path(sys.argv[1])) as reader:
    read_whole(reader, Path(sys.argv[2]))
"""


def test_all_that_is_done_to_a_page_shares_its_seconds(tmp_path: Path, letter: Path) -> None:
    """Else a page that is slow in two ways would be taken for hung, and its document read once more."""
    with reader_of(reading_jobs.look_and_listen_slowly, tmp_path, page_seconds=2.0) as reader:
        [page] = read(reader, letter).pages
    assert page.problem is PageProblem.TIMED_OUT


def test_a_reader_proves_itself_with_a_page_of_its_own(tmp_path: Path) -> None:
    with reader_of(read_document, tmp_path) as reader:
        assert reader.prove()
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize(
    ("job", "sentence"),
    [
        (reading_jobs.crash, "can't read even a page of our own (reader_crashed)"),
        (reading_jobs.want_all_memory, "can't read even a page of our own (out_of_memory)"),
        (reading_jobs.lose_text, "loses text even of a page of our own"),
    ],
)
def test_a_reader_that_no_document_could_pass_says_so(
    tmp_path: Path, job: Callable[..., None], sentence: str
) -> None:
    with reader_of(job, tmp_path) as reader, pytest.raises(ReaderUnavailable) as caught:
        reader.prove()
    assert sentence in caught.value.sentence
    assert "DOSSIERD_READER_MEGABYTES" in caught.value.hint


def test_a_reader_without_room_proves_nothing_and_is_no_reason_to_stay_away(tmp_path: Path) -> None:
    with reader_of(read_document, tmp_path) as reader:
        (tmp_path / "scratch").rmdir()
        assert not reader.prove()
