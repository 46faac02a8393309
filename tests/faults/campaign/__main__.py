"""Run a campaign: a line for each round, a table at the end.

    python -m tests.faults.campaign [--minutes 10] [--seed N] [--only KIND,...]

It asks for a mount namespace of its own, so that disks are really full and really read-only; where it gets none, it
says which kinds are left out. The exit code is 1 when something that must hold doesn't: then the seed and the folder
with the home and the daemon's log are printed, and the folder is kept. The seed chooses the faults and the letters; how
the threads of the daemon meet them, it can't choose.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from tests.botapi import BotApi
from tests.faults.campaign.blows import KINDS, usable
from tests.faults.campaign.holding import Broken
from tests.faults.campaign.office import Office
from tests.faults.campaign.options import begin_inside, parser_of, wanted
from tests.faults.campaign.rounds import Campaign
from tests.faults.mounts import mount_memory, way_to_mounts

HOME_MEGABYTES = 256
MODULE = "tests.faults.campaign"


def main() -> int:
    parser = parser_of(MODULE, "A daemon under fire.", KINDS)
    chosen = parser.parse_args()
    kinds = wanted(parser, chosen.only, KINDS)
    if not chosen.inside and (way := way_to_mounts()) is not None:
        begin_inside(way, MODULE, chosen.seed)
    reasons = usable(has_mounts=chosen.inside)
    for kind in kinds:
        if reasons[kind] is not None:
            print(f"left out: {kind} ({reasons[kind]})")
    return _run(chosen.minutes, chosen.seed, [it for it in kinds if reasons[it] is None], chosen.inside)


def _run(minutes: float, seed: int, kinds: list[str], has_mounts: bool) -> int:
    print(f"seed {seed}, {minutes:g} minutes: {', '.join(kinds)}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="dossierd-campaign-"))
    if has_mounts:
        (folder / "home").mkdir()
        mount_memory(folder / "home", HOME_MEGABYTES)
    with BotApi() as api:
        office = Office.make(folder, api, seed)
        campaign = Campaign(office, lambda line: print(line, flush=True), KINDS)
        try:
            campaign.begin()
            campaign.last(minutes * 60, kinds)
            campaign.finish()
        except Broken as broken:
            print(f"BROKEN with seed {seed}: {broken}", flush=True)
            kept = _kept(office, folder) if has_mounts else office.world.home
            print(f"the home: {kept}; the daemon's log: {office.world.log}", flush=True)
            return 1
        finally:
            office.close()
            print("\n".join(campaign.table()), flush=True)
    if not has_mounts:
        shutil.rmtree(folder)
    else:
        office.world.log.unlink()
    return 0


def _kept(office: Office, folder: Path) -> Path:
    """The home, where it stays when the mount goes with this process."""
    office.close()
    return Path(shutil.copytree(office.world.home, folder / "kept"))


if __name__ == "__main__":
    sys.exit(main())
