"""What holds for all tests."""

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _same_umask() -> Iterator[None]:
    """Put back what the daemon's composition root sets for its process: here that is the process of all tests."""
    before = os.umask(0o022)
    yield
    os.umask(before)
