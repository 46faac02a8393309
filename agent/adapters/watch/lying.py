"""What lies in a folder right now, for whoever asks without watching it."""

from dataclasses import dataclass
from pathlib import Path

from agent.adapters.watch.looking import Odd, Oddity, OddityKind, look
from agent.adapters.watch.names import is_accepted
from agent.adapters.watch.walking import walk
from agent.domain.document import printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """What the watcher would find.

    Attributes:
        files: those that may be taken, as paths below the folder.
        oddities: what nobody takes, by name.
    """

    files: tuple[str, ...]
    oddities: tuple[Oddity, ...]

    @property
    def waiting(self) -> int:
        """How many files may be taken."""
        return len(self.files)


def look_around(folder: Path, accepts: frozenset[str]) -> Lying:
    """Look at everything in a folder and below it, once.

    Raises:
        OSError: the folder can't be listed.
    """
    files, oddities = [], []
    for found in sorted(walk(folder, accepts), key=lambda it: it.name):
        seen = found.odd or (None if found.is_entered else look(folder, found.name, is_local=False))
        if seen is not None and not isinstance(seen, Odd) and not is_accepted(found.name, accepts):
            seen = Odd(kind=OddityKind.OTHER_FORMAT, inode=found.inode)
        if isinstance(seen, Odd):
            oddities.append(Oddity(name=printable(found.name), kind=seen.kind, inode=seen.inode))
        elif seen is not None:
            files.append(found.name)
    return Lying(files=tuple(files), oddities=tuple(oddities))
