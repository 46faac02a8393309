"""A home on a small file system that is really full: nothing is lost, and all goes on by itself when there is room."""

import functools
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.small_home import SCENARIOS

pytestmark = [pytest.mark.reliability, pytest.mark.slow, pytest.mark.timeout(300)]

NAMESPACES = (("unshare", "-m"), ("unshare", "-Urm"))
"""Root makes a mount of its own; anybody else does so as the root of a user namespace, where the kernel allows it."""


@functools.cache
def _namespace() -> tuple[str, ...] | None:
    """The first way to a mount of one's own that works here."""
    mount = ("mount", "-t", "tmpfs", "tmpfs", "/mnt")
    for way in NAMESPACES:
        if subprocess.run([*way, *mount], capture_output=True, check=False).returncode == 0:
            return way
    return None


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_home_that_is_really_full(scenario: str, tmp_path: Path) -> None:
    way = _namespace()
    if way is None:
        pytest.skip("nobody may mount a file system here, not even in a namespace")
    played = subprocess.run(
        [*way, sys.executable, "-m", "tests.faults.small_home", scenario, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 0, played.stderr[-8000:]
