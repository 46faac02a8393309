"""Mounts of one's own, which nobody else sees and which go with the process."""

import functools
import subprocess
from pathlib import Path

NAMESPACES = (("unshare", "-m"), ("unshare", "-Urm"))
"""Root makes a mount of its own; anybody else does so as the root of a user namespace, where the kernel allows it."""


@functools.cache
def way_to_mounts() -> tuple[str, ...] | None:
    """The first way to a mount of one's own that works here; None where there is none."""
    mount = ("mount", "-t", "tmpfs", "tmpfs", "/mnt")
    for way in NAMESPACES:
        if subprocess.run([*way, *mount], capture_output=True, check=False).returncode == 0:
            return way
    return None


def mount_memory(folder: Path, megabytes: int) -> None:
    """Put a small file system of its own on a folder."""
    _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder))


def mount_on_itself(folder: Path, *, is_read_only: bool = False) -> None:
    """Show a folder at its own place through a mount: the same files, across which nothing can be renamed."""
    _run("mount", "--bind", str(folder), str(folder))
    if is_read_only:
        _run("mount", "-o", "remount,ro,bind", str(folder))


def unmount(folder: Path, *, is_read_only: bool = False) -> None:
    """Take the mount away; files that are open through it stay so, and can be written to."""
    if is_read_only:
        _run("mount", "-o", "remount,rw,bind", str(folder))
    _run("umount", "--lazy", str(folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
