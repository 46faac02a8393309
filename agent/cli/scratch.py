"""A folder that a command throws away at its end; it may hold what documents say, and who the people are."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.keeping.unfinished import HOLDER, held, remove_unheld


@contextmanager
def throwaway(prefix: str) -> Iterator[Path]:
    """Make one, for its owner's eyes only. Those of earlier calls that were killed go first.

    Args:
        prefix: of its name, by which the next call finds what this one leaves.
    """
    remove_unheld(it for it in Path(tempfile.gettempdir()).glob(f"{prefix}*") if _is_ours(it))
    with tempfile.TemporaryDirectory(prefix=prefix) as folder, held(Path(folder)):
        yield Path(folder)


def _is_ours(path: Path) -> bool:
    """Whether one of these calls made it: anybody may put there what they like, this user too, under any name."""
    try:
        found, holder = path.lstat(), (path / HOLDER).lstat()
    except OSError:
        return False
    own = os.geteuid()
    return (
        stat.S_ISDIR(found.st_mode) and stat.S_ISREG(holder.st_mode) and found.st_uid == holder.st_uid == own
    )
