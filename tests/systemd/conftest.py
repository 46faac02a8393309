"""The machine that all tests of the unit share, installed as the README says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.demo.samples import Sample, make_samples
from tests.systemd.machine import CLONE, HOME, UNIT, Machine, install_program, obstacle

SETTINGS = """\
DOSSIERD_OCR_LANGUAGES=fra
DOSSIERD_SETTLE_SECONDS=0.5
DOSSIERD_DAMAGED_GRACE_SECONDS=1
"""


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Sample, ...]]:
    folder = tmp_path_factory.mktemp("samples")
    return folder, make_samples(folder)


@pytest.fixture(scope="session")
def machine(
    tmp_path_factory: pytest.TempPathFactory, samples: tuple[Path, tuple[Sample, ...]]
) -> Iterator[Machine]:
    """A machine on which somebody has followed the README."""
    if (reason := obstacle()) is not None:
        pytest.skip(reason)
    machine = Machine(tmp_path_factory.mktemp("machine"))
    try:
        install_program(machine)
        machine.type("useradd", "--create-home", "anna")
        machine.path("/root/people.csv").write_bytes((samples[0] / "people.csv").read_bytes())
        for line in _steps():
            answers = "y\n" if "registry import" in line else None
            machine.type("bash", "-euc", f"cd /root; {line}", answers=answers)
        with machine.path(f"{HOME}/.env").open("a") as env:
            env.write(SETTINGS)
        machine.type("systemctl", "restart", UNIT)
        yield machine
    finally:
        machine.close()


def _steps() -> list[str]:
    """The README's lines, as root types them; the program is there already."""
    readme = (CLONE / "README.md").read_text(encoding="utf-8")
    section = readme.partition("### Install it as a service")[2]
    lines = "".join(re.findall(r"^```sh\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL)).splitlines()
    assert lines[0].startswith("sudo git clone")
    assert lines[1].startswith("sudo /opt/dossierd/scripts/install ")
    return [line.removeprefix("sudo ") for line in lines[1:]]


@pytest.fixture
def service(machine: Machine) -> Machine:
    """The machine with its service up."""
    machine.type("systemctl", "start", UNIT)
    return machine
