"""The limits of a child, set before it touches a byte of the document. Tesseract inherits all of them.

RLIMIT_AS holds for each process; `memory` keeps a child and its tesseract within one. What a child that was taken over
starts beside is the business of the unit's MemoryMax.
"""

import contextlib
import os
import resource
import signal
import tempfile
from pathlib import Path

from agent.adapters.reading import kernel
from agent.adapters.reading.finding import MAX_FINDING_BYTES, Order

_OPEN_FILES = 64
_OOM_SCORE = "800"
"""The kernel, short of memory, ends a reader rather than the daemon (0)."""
_CPU_MARGIN_SECONDS = 30


def confine(order: Order) -> None:
    """Put this process into its own session and bounds; let it die with the process that forked it."""
    os.setsid()
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    _be_first_to_go()
    memory = order.memory_megabytes * 1024 * 1024
    file = max(order.render_megapixels * 1_000_000 + 1024 * 1024, order.file_megabytes * 1024 * 1024)
    processor = (
        int(min(order.document_seconds, order.turn_seconds + 2 * order.page_seconds)) + _CPU_MARGIN_SECONDS
    )
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_FSIZE, max(file, MAX_FINDING_BYTES, order.room(order.most_pages))),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        _lower(limit, value)
    os.chdir(order.scratch)
    tempfile.tempdir = str(order.scratch)  # pytesseract's files


def _lower(limit: int, value: int) -> None:
    _, hard = resource.getrlimit(limit)
    bounded = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(limit, (bounded, bounded))


def _be_first_to_go() -> None:
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # else /proc/self belongs to root
    with contextlib.suppress(OSError):  # a container may forbid it; then the kernel chooses by size
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
