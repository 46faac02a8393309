"""docs/scanners.md, line by line on the machine: what a scanner sends by SMB and by SFTP is filed, once it is whole.

Where this system has no samba or no sshd, the machine gets those that `scripts/setup --dev` has fetched.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.demo.samples import Sample
from agent.domain.outcome import State
from tests.systemd.machine import CLONE, HOME, PROGRAM, UNIT, Machine
from tests.systemd.office import letter, rests, status

pytestmark = [pytest.mark.slow, pytest.mark.deployment, pytest.mark.timeout(300)]

SHARE = ("smbclient", "//localhost/scans", "secret-of-tests", "-U", "scanner")
TOOLS = ("smbd", "smbclient", "sshd", "sftp", "ssh-keygen")
UNITS = ("smbd.service", "ssh.service")
SERVERS = sorted((CLONE / ".venv" / "servers").glob("*.deb"))
PAUSE_SECONDS = "4"
"""Longer than the settle and the grace time of these tests together."""


@pytest.fixture(scope="module")
def scanner(machine: Machine) -> Iterator[Machine]:
    """The machine, with both recipes followed."""
    missing = [tool for tool in TOOLS if shutil.which(tool, path="/usr/sbin:/usr/bin") is None]
    if missing and not SERVERS:
        pytest.skip(
            f"there is no {', '.join(missing)} (as root, scripts/setup --dev fetches samba and openssh-server)"
        )
    if missing:
        _install_servers(machine)
    smb, ssh = re.findall(
        r"^```(?:ini)?\n(\[global.*?|Match .*?)^```", _page(), flags=re.MULTILINE | re.DOTALL
    )
    machine.path("/etc/samba/smb.conf").write_text(smb)
    machine.path("/etc/ssh/sshd_config.d").mkdir(parents=True, exist_ok=True)
    machine.path("/etc/ssh/sshd_config.d/scanner.conf").write_text(ssh)
    machine.type("ssh-keygen", "-q", "-N", "", "-t", "ed25519", "-f", "/root/key")
    machine.path("/etc/ssh/scanner_keys").write_text(machine.path("/root/key.pub").read_text())
    for unit in UNITS:  # the vendor's own, which the machine comes without
        vendors = Path("/usr/lib/systemd/system") / unit
        if vendors.exists():
            shutil.copy(vendors, machine.path("/etc/systemd/system"))
    machine.type("systemctl", "daemon-reload")
    for line in re.findall(r"^(?:sudo|echo) .*", _commands(), flags=re.MULTILINE):
        typed = line.replace("sudo ", "")
        if "smbpasswd" in typed:  # it asks twice, and -s lets nobody sit at a terminal
            typed += r" -s <<< $'secret-of-tests\nsecret-of-tests'"
        machine.type("bash", "-euc", typed)
    yield machine
    machine.type("systemctl", "stop", "smbd", "ssh")
    machine.type("umount", "/srv/scanner/incoming")


def _install_servers(machine: Machine) -> None:
    """Install them as apt would; they start when they are told to, and not by themselves after a reboot."""
    policy = machine.path("/usr/sbin/policy-rc.d")
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    packages = [f"{PROGRAM}/.venv/servers/{package.name}" for package in SERVERS]
    machine.type("env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--install", *packages)
    machine.type("systemctl", "disable", *UNITS, "nmbd.service", "samba-ad-dc.service", check=False)


def _page() -> str:
    return (CLONE / "docs" / "scanners.md").read_text(encoding="utf-8")


def _commands() -> str:
    return "".join(re.findall(r"^```sh\n(.*?)^```", _page(), flags=re.MULTILINE | re.DOTALL))


@pytest.fixture
def up(scanner: Machine) -> Machine:
    scanner.type("systemctl", "start", UNIT)
    return scanner


def _sftp(machine: Machine, *lines: str, limit: str = "100000") -> str:
    machine.path("/root/batch").write_text("".join(f"{line}\n" for line in lines))
    return machine.type(
        "sftp", "-q", "-l", limit, "-i", "/root/key", "-o", "StrictHostKeyChecking=no", "-b", "/root/batch",
        "scanner@localhost", check=False,
    )  # fmt: skip


def _filed(machine: Machine, name: str) -> bytes:
    """What was filed under this name, with the folder of `incoming/` that it came in."""
    machine.wait(lambda: rests(machine))
    found = [it for it in status(machine)["latest"] if it["original_name"] == name]
    assert [it["state"] for it in found] == [State.ARCHIVED], found
    return machine.path(f"{HOME}/{found[0]['location']}").read_bytes()


@pytest.mark.reliability
def test_a_scan_through_the_share_is_filed_once_the_scanner_has_closed_it(
    up: Machine, samples: tuple[Path, tuple[Sample, ...]]
) -> None:
    """It pauses in the midst of the file, longer than a damaged one would be waited for."""
    scan = letter(samples, "by smb", megabytes=20)  # smbclient waits for the first 16 or so
    most = len(scan) - 1000
    up.path("/root/first").write_bytes(scan[:most])
    up.path("/root/rest").write_bytes(scan[most:])
    look = f"stat --format=%s {HOME}/incoming/by-smb.pdf >/root/lying"
    slow = f"(cat /root/first; sleep {PAUSE_SECONDS}; {look}; cat /root/rest)"
    up.type("bash", "-euc", f"{slow} | {' '.join(SHARE)} -c 'put - by-smb.pdf'")
    assert 0 < int(up.path("/root/lying").read_text()) < len(scan)
    assert _filed(up, "by-smb.pdf") == scan


@pytest.mark.reliability
def test_a_scan_through_the_share_under_another_name_is_left_alone_until_it_is_renamed(
    up: Machine, samples: tuple[Path, tuple[Sample, ...]]
) -> None:
    scan = letter(samples, "renamed")
    up.path("/root/renamed.pdf").write_bytes(scan)
    up.type(*SHARE, "-c", f"put /root/renamed.pdf renamed.pdf.part; !sleep {PAUSE_SECONDS}")
    assert up.path(f"{HOME}/incoming/renamed.pdf.part").read_bytes() == scan
    up.type(*SHARE, "-c", "mkdir post; rename renamed.pdf.part post/renamed.pdf")
    up.wait(lambda: not list(up.path(f"{HOME}/incoming/post").iterdir()))
    up.type(*SHARE, "-c", "rmdir post")
    assert _filed(up, "post/renamed.pdf") == scan


@pytest.mark.security
def test_the_share_lets_nobody_at_what_is_under_way(up: Machine) -> None:
    assert "NT_STATUS" in up.type(*SHARE, "-c", "ls .claimed/*", check=False)
    assert "NT_STATUS" in up.type(*SHARE, "-c", "rename .claimed mine", check=False)
    assert "NT_STATUS" in up.type("smbclient", "-N", "//localhost/scans", "-c", "ls", check=False)
    assert up.path(f"{HOME}/incoming/.claimed").is_dir()


@pytest.mark.reliability
def test_a_scan_by_sftp_over_a_slow_line_is_filed_whole(
    up: Machine, samples: tuple[Path, tuple[Sample, ...]]
) -> None:
    scan = letter(samples, "by sftp", megabytes=0.06)
    up.path("/root/by-sftp.pdf").write_bytes(scan)
    with up.with_settings("Environment=DOSSIERD_DAMAGED_GRACE_SECONDS=30"):  # as it is without these tests
        up.type("systemctl", "restart", UNIT)
        told = _sftp(up, "put /root/by-sftp.pdf", limit="100")
        assert _filed(up, "by-sftp.pdf") == scan, told


@pytest.mark.security
def test_by_sftp_nothing_can_be_had_but_the_folder(up: Machine) -> None:
    told = _sftp(up, "-ls /", "-ls /incoming/.claimed", "-ls /etc", "-rename /incoming/.claimed /incoming/x")
    assert "incoming" in told
    assert 'Can\'t ls: "/etc" not found' in told
    assert "Permission denied" in told
    login = up.type(
        "ssh", "-o", "StrictHostKeyChecking=no", "-i", "/root/key", "scanner@localhost", "id", check=False
    )
    assert "uid=" not in login
    assert up.path(f"{HOME}/incoming/.claimed").is_dir()
