"""bubblewrap round the fork server (bwrap(1)): for kernels without Landlock, where the office allows user namespaces.

One for the server and not one for each child: a new sandbox and interpreter for a document takes 750 ms (measured).
Children are kept from the home, the network and all other processes, but not from each other's scratch folders.
"""

import shutil
from pathlib import Path

from agent.adapters.reading.fence import Plan
from agent.adapters.reading.tools import ENVIRONMENT
from agent.domain.phrase import Phrase
from agent.errors import ReaderUnavailable

_MISSING = Phrase("DOSSIERD_READER_FENCE is bubblewrap, which is not installed.")
_HINT = Phrase("Type: sudo apt install bubblewrap. Or set DOSSIERD_READER_FENCE=auto.")
_LIBRARY_FINDER = Path("/sbin/ldconfig")
"""What Python's ctypes finds libseccomp with."""


def find() -> str:
    """Find the program.

    Raises:
        ReaderUnavailable: it is not installed.
    """
    program = shutil.which("bwrap", path=ENVIRONMENT["PATH"])
    if program is None:
        raise ReaderUnavailable(_MISSING, hint=_HINT)
    return program


def prefix(interpreter: Path, planned: Plan) -> list[str]:
    """Write what stands before a command so that it runs in a file system with nothing but what the plan names.

    Raises:
        ReaderUnavailable: bwrap is not installed.
    """
    return [
        find(),
        "--unshare-all",
        "--die-with-parent",
        "--cap-drop",
        "ALL",
        *("--proc", "/proc", "--dev", "/dev"),
        *(word for path in _visible(interpreter, planned) for word in ("--ro-bind", str(path), str(path))),
        *("--bind", str(planned.scratch), str(planned.scratch)),
        *("--chdir", "/", "--"),
    ]


def _visible(interpreter: Path, planned: Plan) -> list[Path]:
    """Name what the server needs to begin with: what children read, its own interpreter, and links to these."""
    links = [Path(name) for name in ("/bin", "/lib", "/lib64") if Path(name).is_symlink()]
    finders = [path for path in (_LIBRARY_FINDER,) if path.is_file()]
    return [*planned.readable, *links, *finders, interpreter, *_configuration(interpreter)]


def _configuration(interpreter: Path) -> list[Path]:
    """What makes an interpreter one of a virtual environment."""
    configuration = interpreter.parent.parent / "pyvenv.cfg"
    return [configuration] if configuration.is_file() else []
