"""What several faults need."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder on another file system than the home."""
    with TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)
