"""The campaign against several hosts as a tool: a paused and a cut-off one, while the database goes away."""

import re
import subprocess
import sys

import pytest

from tests.faults.hosts.blows import KINDS
from tests.faults.hosts.network import is_possible

pytestmark = [pytest.mark.reliability, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.skipif(not is_possible(), reason="network namespaces can't be made here: be root")
def test_hosts_that_were_paused_or_cut_off_do_nothing_late_and_nothing_is_lost() -> None:
    command = [sys.executable, "-m", "tests.faults.hosts", "--once", "--workers", "2", "--seed", "20261127"]
    struck = ["--only", "paused,partitioned"]
    done = subprocess.run([*command, *struck], capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.search(
        r"^(\d+) documents were taken over, daemons were started (\d+) times$", done.stdout, re.MULTILINE
    )
    assert told is not None, done.stdout
    assert int(told[2]) in {4, 5}, "three hosts, and those that were held for dead"
    assert re.search(r"^2 rounds, \d+ documents, ", done.stdout, re.MULTILINE), done.stdout


def test_every_way_in_which_a_host_can_fall_is_in_the_campaign() -> None:
    assert {"killed", "paused", "partitioned", "stopped", "front-killed", "database"} <= set(KINDS)
