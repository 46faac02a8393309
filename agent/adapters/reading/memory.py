"""How a child keeps to its limit of memory: it asks before it draws, and shares what it has with tesseract.

RLIMIT_AS holds for each process, and what a child starts inherits it: two processes could take twice the limit. So a
child that calls tesseract must have become small before, and tesseract is given the rest.

Accepted: a child that was taken over may start as many processes as it likes; then the unit's MemoryMax is the limit.
"""

import ctypes
import gc
import mmap
import resource
from collections.abc import Iterator
from contextlib import contextmanager

_OWN_SHARE = 0.45
"""What the child may keep while tesseract works. Measured with 40 megapixels: 180 MB here, 240 MB there."""

_MARGIN = 48 * 1024 * 1024
"""What a page takes beside its images and its picture: measured 20 to 40 MB."""

_LIBC = ctypes.CDLL(None)

_M_ARENA_MAX = -8
"""From malloc.h."""
_ARENAS = 2


@contextmanager
def shared() -> Iterator[None]:
    """Hold the limit of what is started in the block at what this process leaves of its own.

    Raises:
        MemoryError: this process is still too large.
    """
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if most == resource.RLIM_INFINITY:
        yield
        return
    own = int(most * _OWN_SHARE)
    give_back()
    try:
        _lower(own, most)
        _try(mmap.PAGESIZE)  # refused when more than that is in use already
        _lower(most - own, most)
        yield
    finally:
        _lower(most, most)


def demand(size: int) -> None:
    """Make sure that so many bytes can be had, for what does not say when it gets none.

    Raises:
        MemoryError: they can't.
    """
    _try(size + _MARGIN)


def _try(size: int) -> None:
    try:
        mmap.mmap(-1, size).close()  # address space, not memory: nothing is touched
    except (OSError, OverflowError) as error:
        raise MemoryError from error


def keep_few_arenas() -> None:
    """Have all threads share two heaps of glibc: with one for each of many short ones, ten megabytes lie idle.

    Python's own lock lets one thread allocate at a time anyway.
    """
    tune = getattr(_LIBC, "mallopt", None)  # glibc's own; musl has one heap
    if tune is not None:
        tune(_M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Return to the system what nothing refers to any more."""
    gc.collect()
    trim = getattr(_LIBC, "malloc_trim", None)  # glibc's own; musl gives back without being asked
    if trim is not None:
        trim(0)


def _lower(limit: int, most: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limit, most))
