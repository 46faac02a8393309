"""Jobs for the reader's children: each goes wrong in its own way, as a document would make it."""

import contextlib
import ctypes
import dataclasses
import json
import math
import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from agent.adapters.reading import finding
from agent.adapters.reading.child import read_document
from agent.adapters.reading.eye import Eye
from agent.adapters.reading.finding import FINDING, Order, Read
from agent.adapters.reading.pages import unread
from agent.adapters.reading.pdfium import PdfiumPage
from agent.adapters.reading.plumber import Plumber
from agent.domain.document import Box, Line, Page, PageProblem, TextOrigin, Word


def hang(_order: Order, _document: int, _reply: socket.socket) -> None:
    """Never come back, deaf to polite signals, and leave a grandchild as tesseract would be."""
    subprocess.Popen(["sleep", "300"])
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGALRM, signal.SIGINT})
    while True:
        time.sleep(60)


def act_out(order: Order, document: int, reply: socket.socket) -> None:
    """Do what the document's last line says, such as `%hang`; read it if it says nothing."""
    last_line = os.pread(document, os.fstat(document).st_size, 0).splitlines()[-1]
    job = globals().get(last_line[1:].decode("ascii", "replace"), read_document)
    job(order, document, reply)


def crash(_order: Order, _document: int, _reply: socket.socket) -> None:
    subprocess.Popen(["sleep", "300"])
    ctypes.string_at(0)


def crash_the_first_time(order: Order, _document: int, _reply: socket.socket) -> None:
    mark = order.scratch.parent / "crashed"
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    finding.write(said("read at last"), order.scratch)


def kill_itself(_order: Order, _document: int, _reply: socket.socket) -> None:
    """End the way the kernel ends what it has no memory for."""
    os.kill(os.getpid(), signal.SIGKILL)


def signal_itself_politely(order: Order, _document: int, _reply: socket.socket) -> None:
    for polite in (signal.SIGTERM, signal.SIGINT):
        os.kill(os.getpid(), polite)
        with contextlib.suppress(PermissionError):  # the fence
            os.kill(os.getppid(), polite)
    finding.write(said("still here"), order.scratch)


def raise_an_error(_order: Order, _document: int, _reply: socket.socket) -> None:
    raise LookupError("a bug of ours")


def want_all_memory(_order: Order, _document: int, _reply: socket.socket) -> None:
    bytearray(1 << 40)


def leave_nothing(_order: Order, _document: int, _reply: socket.socket) -> None:
    return


def leave_garbage(order: Order, _document: int, _reply: socket.socket) -> None:
    (order.scratch / FINDING).write_bytes(b"\x80\x04\x95 not json")


def leave_a_link(order: Order, _document: int, _reply: socket.socket) -> None:
    (order.scratch / FINDING).symlink_to("/etc/hostname")


def leave_a_link_as_copy(order: Order, _document: int, _reply: socket.socket) -> None:
    (order.scratch / finding.COPY).symlink_to("/etc/passwd")


def leave_one_part_and_a_link(order: Order, _document: int, _reply: socket.socket) -> None:
    (order.scratch / finding.part_file(0)).write_bytes(b"%PDF")
    (order.scratch / finding.part_file(1)).symlink_to("/etc/passwd")


def leave_no_picture(order: Order, _document: int, _reply: socket.socket) -> None:
    (order.scratch / finding.DRAWING).write_bytes(b"<html>")


def leave_too_large_a_picture(order: Order, _document: int, _reply: socket.socket) -> None:
    (order.scratch / finding.DRAWING).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(600_000))


def meet_a_full_disk(_order: Order, _document: int, _reply: socket.socket) -> None:
    raise finding.NoRoomError


def leave_a_fifo(order: Order, _document: int, _reply: socket.socket) -> None:
    os.mkfifo(order.scratch / FINDING)


def leave_too_much(order: Order, _document: int, _reply: socket.socket) -> None:
    with (order.scratch / FINDING).open("wb") as stream:
        stream.truncate(finding.MAX_FINDING_BYTES + 1)  # sparse, and above RLIMIT_FSIZE


def leave_a_nest(order: Order, _document: int, _reply: socket.socket) -> None:
    """Leave a thousand and a half folders in each other, and one that can't be listed."""
    nest(order.scratch, 1500)
    finding.write(said("nested"), order.scratch)


def nest(folder: Path, depth: int) -> None:
    inner = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("nest", dir_fd=inner)
        outer, inner = inner, os.open("nest", os.O_RDONLY, dir_fd=inner)
        os.close(outer)
    os.close(inner)
    (folder / "closed").mkdir(mode=0o300)
    (folder / "closed" / "page.pgm").touch()


def leave_no_number(order: Order, _document: int, _reply: socket.socket) -> None:
    """Place a word nowhere: NaN is what Python's JSON knows beyond JSON."""
    page = {"number": 1, "width": math.nan, "height": 1.0, "origin": "ocr", "lines": [], "problem": None}
    (order.scratch / FINDING).write_text(f'{{"page_count": 1}}\n{json.dumps(page)}')


def forge_messages(order: Order, _document: int, reply: socket.socket) -> None:
    """Talk nonsense to the parent, then do the work."""
    for message in (b"exit", b"exit x", b"page -1", b"\xff\xfe", b"pid 1", b"exit 0"):
        reply.send(message)
    finding.write(said("read all the same"), order.scratch)


def tell_of_pages_for_ever(_order: Order, _document: int, reply: socket.socket) -> None:
    """Hold a slot as one that was taken over would: each page seems to go well."""
    for number in range(1, 1_000_000):
        reply.send(f"page {number}".encode())
        time.sleep(0.05)


def hang_at_the_second_page(order: Order, document: int, reply: socket.socket) -> None:
    reply.send(b"page 1")
    reply.send(b"page 2")
    if 2 not in order.hung:
        hang(order, document, reply)
    finding.write(said(f"without {order.hung}"), order.scratch)


def crash_at_the_second_page(order: Order, _document: int, reply: socket.socket) -> None:
    reply.send(b"page 1")
    reply.send(b"page 2")
    if 2 not in order.crashed:
        os.abort()
    finding.write(said(f"without {order.crashed}"), order.scratch)


def crash_at_every_page(order: Order, _document: int, reply: socket.socket) -> None:
    reply.send(f"page {len(order.crashed) + 1}".encode())
    os.abort()


def find_nothing_else(order: Order, _document: int, reply: socket.socket) -> None:
    """Crash at the only page, and have nothing without it."""
    reply.send(b"page 1")
    if 1 not in order.crashed:
        os.abort()
    finding.write(Read(pages=(unread(1, PageProblem.ENGINE_FAILED),), page_count=1), order.scratch)


def write_too_many_words(order: Order, _document: int, _reply: socket.socket) -> None:
    """Read ten pages that fit together, one with more words than any sheet, and more pages than the cap."""
    word = Word(text="a" * 200, box=Box(left=0.0, top=0.0, right=1.0, bottom=1.0))
    size = finding.MAX_FINDING_BYTES // 10 // 225

    def page(number: int, words: int) -> Page:
        lines = (Line(words=(word,) * words),)
        return Page(number=number, width=1.0, height=1.0, origin=TextOrigin.OCR, lines=lines)

    pages = [page(number, size) for number in range(1, 15)]
    pages[1] = page(2, finding.MAX_PAGE_BYTES // 200)
    finding.write(Read(pages=tuple(pages), page_count=len(pages)), order.scratch)


def leave_too_long_a_page(order: Order, _document: int, _reply: socket.socket) -> None:
    (order.scratch / FINDING).write_bytes(
        b'{"page_count": 1}\n{"number":1' + b" " * finding.MAX_PAGE_BYTES + b"}"
    )


def tell_what_it_sees(order: Order, _document: int, _reply: socket.socket) -> None:
    """Say everything of the environment: its own, which is the server's, and /proc's as far as it may look."""
    seen = [f"{name}={value}" for name, value in os.environ.items()]
    for process in (os.getpid(), os.getppid()):
        with contextlib.suppress(PermissionError):  # the fence; or root alone may look
            seen += map(os.fsdecode, Path(f"/proc/{process}/environ").read_bytes().split(b"\0"))
    finding.write(said(*seen), order.scratch)


def tell_its_limits(order: Order, _document: int, _reply: socket.socket) -> None:
    """Say the limits, whether it leads its session, how readily the kernel ends it, and who may look into it."""
    limits = [
        resource.getrlimit(limit)[0]
        for limit in (resource.RLIMIT_AS, resource.RLIMIT_CORE, resource.RLIMIT_NOFILE)
    ]
    is_leader = os.getsid(0) == os.getpid()
    adjustment = Path("/proc/self/oom_score_adj").read_text().strip()
    dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)  # PR_GET_DUMPABLE
    finding.write(said(*map(str, limits), str(is_leader), adjustment, str(dumpable)), order.scratch)


def lose_text(order: Order, _document: int, _reply: socket.socket) -> None:
    [page] = said("half").pages
    lost = dataclasses.replace(page, problem=PageProblem.TEXT_DROPPED)
    finding.write(Read(pages=(lost,), page_count=1), order.scratch)


def said(*words: str) -> Read:
    box = Box(left=0.0, top=0.0, right=1.0, bottom=1.0)
    line = Line(words=tuple(Word(text=word, box=box) for word in words))
    page = Page(number=1, width=1.0, height=1.0, origin=TextOrigin.OCR, lines=(line,))
    return Read(pages=(page,), page_count=1)


def look_and_listen_slowly(order: Order, document: int, reply: socket.socket) -> None:
    """Read for real, but with an eye and two engines that each take most of a page's time."""
    look, words, slow = PdfiumPage.look, PdfiumPage.words, 0.7 * order.page_seconds

    def look_slowly(page: PdfiumPage) -> Eye | None:
        time.sleep(slow)
        return look(page)

    def words_slowly(plumber: Plumber, number: int, eye: Eye | None, seconds: float) -> None:
        time.sleep(min(slow, max(0.0, seconds)))

    def words_of_pdfium_slowly(page: PdfiumPage, eye: Eye | None) -> tuple[list[Word], int]:
        time.sleep(slow)
        return words(page, eye)

    PdfiumPage.look, Plumber.words = look_slowly, words_slowly  # type: ignore[assignment, method-assign]
    PdfiumPage.words = words_of_pdfium_slowly  # type: ignore[assignment, method-assign]
    read_document(order, document, reply)


def _hand(order: Order) -> list[int]:
    return list(range(1, 9)) if order.pages is None else list(order.pages)


def _read_hand(order: Order, pages: list[int]) -> None:
    read = tuple(unread(number, PageProblem.TEXT_DROPPED) for number in pages)
    finding.write(Read(pages=read, page_count=8), order.scratch)


def _await(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30.0
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)


def read_in_company(order: Order, _document: int, reply: socket.socket) -> None:
    """Read a hand of eight pages, and end only after another hand has begun."""
    pages = _hand(order)
    reply.send(b"of 8")
    reply.send(f"page {pages[0]}".encode())
    (order.scratch.parent / f"met-{pages[0]}").touch()
    _await(lambda: len(list(order.scratch.parent.glob("met-*"))) > 1)
    halt = order.scratch / finding.HALT
    _read_hand(order, [page for page in pages if not halt.exists() or page < int(halt.read_text())])


def read_up_to_the_halt(order: Order, _document: int, reply: socket.socket) -> None:
    """Take time at the first of eight pages, and leave to others what they are to have."""
    _linger(reply, "of 8", "page 1")
    halt = order.scratch / finding.HALT
    _read_hand(order, [n for n in _hand(order) if not halt.exists() or n < int(halt.read_text())])


def end_slowly(order: Order, _document: int, reply: socket.socket) -> None:
    """Take time behind the last page; whoever is told to halt there crashes."""
    _linger(reply, "of 8", "page 9")
    if (order.scratch / finding.HALT).exists():
        os.abort()
    _read_hand(order, _hand(order))


def _linger(reply: socket.socket, *messages: str) -> None:
    for message in messages:
        reply.send(message.encode())
    time.sleep(0.5)


def read_the_first_page(order: Order, _document: int, _reply: socket.socket) -> None:
    """Read the first page of a hand: the turn is over then."""
    _read_hand(order, _hand(order)[:1])


def hang_but_for_the_first(order: Order, document: int, reply: socket.socket) -> None:
    """Read the hand with page 1 as soon as another one hangs."""
    mark = order.scratch.parent / "hanging"
    if 1 in _hand(order):
        _await(mark.exists)
        _read_hand(order, _hand(order))
    else:
        mark.touch()
        hang(order, document, reply)
