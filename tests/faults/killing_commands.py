"""A command that dies by SIGKILL at a named point, on one side of it, the n-th time it is reached.

`python -m tests.faults.killing_commands --point NAME --side before|after --nth N -- backup FOLDER --home DIR`: the real
command. Where it works in the home itself, as `forget` does while no daemon runs, its ports are those of `killing.py`.
"""

import argparse
import importlib
import sys

import agent.app
from agent.cli import main as dossierd
from tests.faults.killing import ERASURE_POINTS, Trap, trapped_parts

COMMAND_POINTS = {
    "database_kept": ("agent.keeping.backup", "sync_file"),
    "file_kept": ("agent.keeping.backup", "copy_hashed"),
    "lines_written": ("agent.keeping.manifest", "write"),
    "reread": ("agent.keeping.manifest", "verify"),
    "named": ("agent.keeping.backup", "_name"),
    "restore_marked": ("agent.keeping.restore", "replace_text"),
    "file_restored": ("agent.keeping.restore", "copy_file"),
    "restored_synced": ("agent.keeping.restore", "sync_folder"),
    "check_made": ("agent.health.home", "make_empty"),
    "written_out": ("agent.cli.exporting", "_write_table"),
    "home_copied": ("agent.cli.rehearsal", "build_reader"),
}
"""Steps of commands, by module and function: none of them is a call of a port."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--point", choices=(*ERASURE_POINTS, "request_closed", *COMMAND_POINTS, "never"))
    parser.add_argument("--side", choices=("before", "after"))
    parser.add_argument("--nth", type=int)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    chosen = parser.parse_args()
    trap = Trap(chosen.point, chosen.side, chosen.nth)
    build = agent.app.build
    setattr(agent.app, "build", lambda settings: trapped_parts(build(settings), trap))  # noqa: B010
    for point, (module, name) in COMMAND_POINTS.items():
        owner = importlib.import_module(module)
        setattr(owner, name, trap.around(point, getattr(owner, name)))
    sys.argv = ["dossierd", *chosen.command[1:]]
    dossierd()


if __name__ == "__main__":
    main()
