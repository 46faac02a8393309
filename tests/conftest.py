"""What holds for all tests: the same umask, whoever starts them and whatever ran before.

The daemon's composition root sets its process's umask; here that is the process of all tests.
"""

import os
from collections.abc import Iterator

import pytest

UMASK = 0o022


@pytest.fixture(scope="session", autouse=True)
def _umask_of_all() -> None:
    os.umask(UMASK)


@pytest.fixture(autouse=True)
def _umask_of_each() -> Iterator[None]:
    yield
    os.umask(UMASK)
