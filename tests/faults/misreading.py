"""A daemon whose reader does what documents say, or finds another tesseract, or none.

`python -m tests.faults.misreading --home DIR [--tools FOLDER]`: the real daemon with its real reader. A document whose
last line is `%hang` makes the child that reads it hang, and so on (`reading_jobs.act_out`). With a folder of tools, the
reader finds programs there and nowhere else; a fence would not let it run them, so the home must have it off.
"""

import argparse
from pathlib import Path

from agent.adapters.reading import tools
from agent.adapters.reading.sandbox import SandboxedReader
from agent.adapters.telemetry import configure
from agent.app import build
from agent.config import load
from agent.daemon import Daemon
from tests.integration import reading_jobs


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--tools", type=Path)
    chosen = parser.parse_args()
    if chosen.tools is not None:
        tools.ENVIRONMENT["PATH"] = str(chosen.tools)
    SandboxedReader._job = f"{reading_jobs.__name__}:{reading_jobs.act_out.__name__}"
    settings = load(home=chosen.home)
    configure(settings.log_level, settings.home / "logs", console="json", to_journald=False)
    parts = build(settings)
    try:
        Daemon(parts).run()
    finally:
        parts.close()


if __name__ == "__main__":
    main()
