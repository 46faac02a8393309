"""A home on a small file system that is really full: nothing is lost, and all goes on by itself when there is room."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.mounts import way_to_mounts
from tests.faults.small_home import SCENARIOS

pytestmark = [pytest.mark.reliability, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_home_that_is_really_full(scenario: str, tmp_path: Path) -> None:
    way = way_to_mounts()
    if way is None:
        pytest.skip("nobody may mount a file system here, not even in a namespace")
    played = subprocess.run(
        [*way, sys.executable, "-m", "tests.faults.small_home", scenario, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 0, played.stderr[-8000:]
