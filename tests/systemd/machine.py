"""One machine (`machine.sh`): commands typed in it, files and processes of it, what its systemd says of our service."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CLONE = HERE.parents[1]
PROGRAM = "/opt/dossierd"
HOME = "/var/lib/dossierd"
UNIT = "dossierd.service"

TOOLS = ("unshare", "nsenter", "setpriv", "pivot_root", "useradd", "runuser", "systemctl", "systemd-id128")
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "COLUMNS": "200",
    "SYSTEMD_PAGER": "",
}
UP_SECONDS = 20.0
WAIT_SECONDS = 60.0


def obstacle() -> str | None:
    """Why no machine can run here, in a sentence; None where one can."""
    if os.geteuid() != 0:
        return "only root can make namespaces for a systemd"
    if not Path("/usr/lib/systemd/systemd").exists():
        return "the package systemd is not installed (scripts/setup --dev installs it)"
    missing = [tool for tool in TOOLS if shutil.which(tool, path=ENVIRONMENT["PATH"]) is None]
    if missing:
        return f"there is no {', '.join(missing)}"
    made = subprocess.run(
        [
            "unshare",
            "--mount",
            "--pid",
            "--net",
            "--cgroup",
            "--fork",
            "mount",
            "-t",
            "tmpfs",
            "none",
            "/mnt",
        ],
        capture_output=True,
        check=False,
        timeout=30,
    )
    return "this system lets not even root make namespaces and mounts" if made.returncode else None


class Machine:
    """A booted machine; `close` ends it."""

    def __init__(self, scratch: Path) -> None:
        self._keeper = subprocess.Popen(
            [HERE / "machine.sh", scratch, CLONE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # so that it outlives, and cleans up after, whatever kills the tests
        )
        self._await_boot()

    def _await_boot(self) -> None:
        assert self._keeper.stdout is not None
        first = self._keeper.stdout.readline().strip()
        if not first:
            raise AssertionError(f"the machine does not start:\n{self._keeper.communicate()[1]}")
        self._first = first
        self.wait(lambda: self.type("systemctl", "is-system-running", check=False).strip() == "running")

    def reboot(self) -> None:
        """Let it go down in order and come up again, with the same disk; gives back when it is up."""
        self.type("systemctl", "--no-block", "reboot")
        self._await_boot()

    def close(self) -> None:
        _, said = self._keeper.communicate(timeout=30)  # it ends with its standard input
        assert "control groups are left" not in said, said

    def type(
        self, *command: str, as_user: str = "root", check: bool = True, answers: str | None = None
    ) -> str:
        """Type a command in the machine.

        Args:
            answers: typed at a terminal when the command asks; without it nobody is there.

        Returns:
            what it prints, errors included.
        """
        inside = command if as_user == "root" else ("runuser", "-u", as_user, "--", *command)
        whole = ["nsenter", "--target", self._first, "--all", "--root", "--wd", *inside]
        terminal, keyboard = os.openpty()
        try:
            if answers is not None:
                os.write(keyboard, answers.encode())
            done = subprocess.run(
                whole,
                stdin=subprocess.DEVNULL if answers is None else terminal,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=90,
                env=ENVIRONMENT,
            )
        finally:
            os.close(terminal)
            os.close(keyboard)
        if check:
            assert done.returncode == 0, f"{command} gave {done.returncode}:\n{done.stdout}\n{self.story()}"
        return done.stdout

    def path(self, inside: str) -> Path:
        """A file of the machine, as it is reached from outside."""
        return Path(f"/proc/{self._first}/root{inside}")

    def wait(self, condition: Callable[[], bool], seconds: float = WAIT_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"not within {seconds} s\n{self.story()}"
            assert self._keeper.poll() is None, "the machine has ended"
            time.sleep(0.1)

    def story(self) -> str:
        """What to look at when a test fails."""
        self.type("journalctl", "--sync", check=False)
        status = self.type("systemctl", "status", "--lines=0", UNIT, check=False)
        return status + self.type("journalctl", "--output=cat", "--lines=60", f"--unit={UNIT}", check=False)

    # --- The service, as its systemd sees it

    def shown(self, name: str) -> str:
        return self.type("systemctl", "show", "--value", f"--property={name}", UNIT).strip()

    def main_process(self) -> int:
        """Its number in the machine; 0 for none."""
        return int(self.shown("MainPID"))

    def is_active(self) -> bool:
        return self.shown("ActiveState") == "active"

    def processes(self) -> dict[int, str]:
        """Every process in the service's control group, by its number out here, with its command line."""
        group = self.path("/sys/fs/cgroup/system.slice") / UNIT / "cgroup.procs"
        found = {}
        try:
            for number in map(int, group.read_text().split()):
                line = Path(f"/proc/{number}/cmdline").read_bytes()
                found[number] = line.replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError, OSError):
            return found  # the group, or a process of it, has just gone
        return found

    def recognising(self) -> list[int]:
        """The processes of tesseract in the service."""
        return [number for number, line in self.processes().items() if line.startswith("tesseract ")]

    def journal(self, *options: str) -> list[dict[str, Any]]:
        """All that the service has said by now: journald takes lines up when it finds the time."""
        self.type("journalctl", "--sync")
        lines = self.type("journalctl", "--output=json", f"--unit={UNIT}", *options).splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def cursor(self) -> str:
        """Where the journal ends now: `journal(cursor)` gives what comes after."""
        shown = self.type("journalctl", "--lines=0", "--show-cursor")
        return f"--after-cursor={shown.rpartition('-- cursor: ')[2].strip()}"

    @contextmanager
    def with_settings(self, *lines: str) -> Iterator[None]:
        """Change the unit by a drop-in for the duration of a block, as `systemctl edit` would."""
        folder = self.path(f"/run/systemd/system/{UNIT}.d")
        folder.mkdir(parents=True)
        (folder / "test.conf").write_text("[Service]\n" + "".join(f"{line}\n" for line in lines))
        self.type("systemctl", "daemon-reload")
        try:
            yield
        finally:
            shutil.rmtree(folder)
            self.type("systemctl", "daemon-reload")


def install_program(machine: Machine) -> None:
    """Do in the machine what `scripts/setup` did in this clone, without downloading the packages again.

    The packages are this clone's; the paths in its .venv are made to say /opt/dossierd. `scripts/setup` then runs as it
    does for everybody: it checks the system and the .venv, and installs the command.
    """
    binaries = machine.path(f"{PROGRAM}/.venv/bin")
    for script in binaries.iterdir():
        if script.is_file() and not script.is_symlink():
            content = script.read_bytes()
            moved = content.replace(f"{CLONE}/.venv".encode(), f"{PROGRAM}/.venv".encode())
            if moved != content:
                script.write_bytes(moved)
    machine.path(f"{PROGRAM}/.venv/.project").unlink()
    assert "Ready" in machine.type(f"{PROGRAM}/scripts/setup")
