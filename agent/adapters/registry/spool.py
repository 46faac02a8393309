"""People on their way out of a foreign database into the index, so that neither waits for the other.

They lie in a file without a name beside the index: whatever ends the program, nothing of it is left.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.adapters.registry.rows import person_of, row_of
from agent.domain.identity import Person
from agent.domain.phrase import Phrase
from agent.errors import RegistryUnavailable

LEAST_FREE_BYTES = 100 * 2**20
"""The index is written after this, and documents are filed meanwhile."""
_LOOK_EVERY = 1_000
_HINT = Phrase("Make room on the disk of the home's state folder; the next look begins anew.")


class Spool:
    """People in the order in which they were added."""

    def __init__(self, folder: Path, *, least_free_bytes: int = LEAST_FREE_BYTES) -> None:
        """Open an empty one.

        Args:
            least_free_bytes: what it leaves free on the folder's disk.

        Raises:
            RegistryUnavailable: nothing can be written there.
        """
        self._least_free_bytes = least_free_bytes
        self._count = 0
        with _translated():
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 # `close` closes it

    def close(self) -> None:
        """Give its room back; also when the disk was full."""
        with _translated():
            self._file.close()

    def add(self, person: Person) -> None:
        """Keep one more.

        Raises:
            RegistryUnavailable: the disk has no room.
        """
        with _translated():
            self._file.write(json.dumps(row_of(person)).encode() + b"\n")
            self._count += 1
            if self._count % _LOOK_EVERY == 0:
                self._refuse_full_disk()

    def people(self) -> Iterator[Person]:
        """Give all that were added.

        Raises:
            RegistryUnavailable: at any step.
        """
        with _translated():
            self._file.seek(0)
            for line in self._file:
                yield person_of(json.loads(line))

    def _refuse_full_disk(self) -> None:
        disk = os.fstatvfs(self._file.fileno())
        if disk.f_bavail * disk.f_frsize < self._least_free_bytes:
            raise RegistryUnavailable(
                Phrase("The disk has too little room for a copy of the people."), hint=_HINT
            )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RegistryUnavailable(Phrase("People can't be kept while they are read."), hint=_HINT) from error
