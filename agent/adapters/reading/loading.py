"""Opens a PDF with pdfium by its place, never through a stream.

For a stream pdfium calls back into Python, and each callback is a piece of machine code that libffi makes. Where
memory may not be written and executed (the unit's MemoryDenyWriteExecute=), libffi puts it into a file in memory that
is mapped *shared*: the fork server and all its children would write to the same pages, spoil each other's lists of free
ones (libffi then ends the process, SIGABRT), and a child that was taken over could change what the server executes.
"""

import errno
from pathlib import Path

import pypdfium2
from pypdfium2 import raw

_SHARED_AND_WRITABLE = "ws"


def load(path: Path, password: str | None = None) -> pypdfium2.PdfDocument:
    """Open the PDF at a path, which may be one of /proc/self/fd and is not resolved.

    Raises:
        pypdfium2.PdfiumError: it is no PDF that can be opened, or has no pages; `err_code` says why.
        OSError: the system refuses to open it.
    """
    secret = None if password is None else f"{password}\0".encode()
    handle = raw.FPDF_LoadDocument(f"{path}\0".encode("utf-8", "surrogateescape"), secret)
    if not handle:
        code = raw.FPDF_GetLastError()
        if code == raw.FPDF_ERR_FILE:
            raise OSError(errno.EIO, "pdfium can't open the file")
        raise pypdfium2.PdfiumError("pdfium can't open it.", err_code=code)
    if raw.FPDF_GetPageCount(handle) < 1:
        raw.FPDF_CloseDocument(handle)
        raise pypdfium2.PdfiumError("It has no pages.", err_code=raw.FPDF_ERR_SUCCESS)
    return pypdfium2.PdfDocument(handle)


def shared_memory() -> list[str]:
    """Name what this process could write to and would share with those that it forks."""
    lines = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines()
    mapped = [line.split(maxsplit=5) for line in lines]
    return [each[-1] for each in mapped if each[1][1] + each[1][3] == _SHARED_AND_WRITABLE]
