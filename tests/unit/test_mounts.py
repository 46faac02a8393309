"""The mount table: which file system lies under a path."""

import pytest

from agent.mounts import is_remote, type_under

TABLE = b"""\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:25 / /srv rw - nfs4 server:/export rw
31 30 8:2 / /srv/local rw shared:7 - xfs /dev/sdb1 rw
32 22 0:40 / /mnt/my\\040share rw - cifs //nas/in rw
33 22 0:41 / /mnt/twice rw - ext4 /dev/sdc rw
34 33 0:42 / /mnt/twice rw - fuse.sshfs host: rw
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (b"/home/in", "ext4"),
        (b"/", "ext4"),
        (b"/srv", "nfs4"),
        (b"/srv/in", "nfs4"),
        (b"/srvx/in", "ext4"),
        (b"/srv/local/in", "xfs"),
        (b"/mnt/my share/in", "cifs"),
        (b"/mnt/twice", "fuse.sshfs"),
    ],
)
def test_type_of_the_nearest_and_topmost_mount(path: bytes, kind: str) -> None:
    assert type_under(path, TABLE) == kind


def test_type_under_an_unknown_root_is_none() -> None:
    assert type_under(b"/in", b"") is None


@pytest.mark.parametrize(
    ("kind", "silent"),
    [
        ("nfs4", True),
        ("cifs", True),
        ("fuse.sshfs", True),
        ("9p", True),
        ("fuseblk", False),
        ("ext4", False),
        ("tmpfs", False),
    ],
)
def test_network_and_fuse_types_are_silent(kind: str, silent: bool) -> None:
    assert is_remote(kind) is silent
