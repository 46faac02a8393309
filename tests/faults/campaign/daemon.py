"""The real daemon, whose disk refuses and whose clock is wrong for as long as files beside the home say so.

`python -m tests.faults.campaign.daemon --home DIR`. The file `refuse` names a write of `tests/faults/refusing.py` and
an error; the file `shift` says by how many seconds the clock is wrong. Nothing else on the machine has another time.
"""

import argparse
import contextlib
import dataclasses
import datetime
import errno
import json
import sys
from pathlib import Path

from agent.adapters.clock import SystemClock
from agent.adapters.telemetry import configure
from agent.app import build
from agent.config import load
from agent.daemon import Daemon, loop
from agent.errors import DossierdError
from tests.faults.refusing import PAUSE_SECONDS, Disk, guarded_parts

REFUSE, SHIFT = "refuse", "shift"


class OrderedDisk(Disk):
    """Refuses at the point, and with the error, that the file names now."""

    def __init__(self, beside: Path) -> None:
        super().__init__(beside, point="", number=0)

    def is_refusing(self) -> bool:
        with contextlib.suppress(FileNotFoundError):
            order = json.loads(self._order.read_text())
            self._point, self._number = order["point"], getattr(errno, order["errno"])
            return super().is_refusing()
        return False


def put_wrong(file: Path) -> None:
    """Have this process's clock be wrong by what the file says."""

    def now(_: SystemClock) -> datetime.datetime:
        shift = 0.0
        with contextlib.suppress(FileNotFoundError):
            shift = float(file.read_text())
        return datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=shift)

    SystemClock.now = now  # type: ignore[method-assign, assignment]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    chosen = parser.parse_args()
    loop.ERROR_PAUSE_SECONDS = PAUSE_SECONDS
    put_wrong(chosen.home.parent / SHIFT)
    settings = load(home=chosen.home)
    configure(settings.log_level, settings.home / "logs", console="json", to_journald=False)
    try:
        real = build(settings)
        parts = guarded_parts(real, OrderedDisk(settings.home.parent))
    except DossierdError as error:
        sys.exit(f"{error.sentence} {error.hint}")
    ports = dataclasses.replace(parts.ports, recipients=real.ports.recipients)
    parts = dataclasses.replace(parts, ports=ports, notifier=real.notifier)
    try:
        Daemon(parts).run()
    finally:
        parts.close()


if __name__ == "__main__":
    main()
