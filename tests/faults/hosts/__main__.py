"""Run a campaign against several hosts: a line for each round, a table at the end.

    python -m tests.faults.hosts [--minutes 10 | --once] [--workers 3] [--seed N] [--only KIND,...]

A front that takes in and talks, workers in network namespaces of their own, and a PostgreSQL that it starts
itself. The exit code is 1 when something that must hold doesn't: then the seed and the folder with the home and what
each host said are printed, and the folder is kept. It needs root, who may make namespaces and be `nobody` to the
database; without, it says so and does nothing (exit code 2).
"""

import shutil
import sys
import tempfile
from pathlib import Path

from tests.botapi import BotApi
from tests.faults.campaign.holding import Broken
from tests.faults.campaign.options import begin_inside, parser_of, wanted
from tests.faults.campaign.rounds import Campaign
from tests.faults.hosts.blows import KINDS
from tests.faults.hosts.network import ADDRESS, WAYS_IN, is_possible, network
from tests.faults.hosts.office import HostsOffice
from tests.servers import postgresql

MODULE = "tests.faults.hosts"


def main() -> int:
    parser = parser_of(MODULE, "Several hosts under fire.", KINDS)
    parser.add_argument("--once", action="store_true", help="each kind once, instead of for some minutes")
    parser.add_argument("--workers", type=int, default=3)
    chosen = parser.parse_args()
    kinds = wanted(parser, chosen.only, KINDS)
    if not chosen.inside:
        if not is_possible():
            print("nothing was done: network namespaces can't be made here; be root")
            return 2
        begin_inside(WAYS_IN, MODULE, chosen.seed)
    return _run(None if chosen.once else chosen.minutes, chosen.seed, chosen.workers, kinds)


def _run(minutes: float | None, seed: int, workers: int, kinds: list[str]) -> int:
    how_long = "each once" if minutes is None else f"{minutes:g} minutes"
    print(f"seed {seed}, {how_long}, {workers} workers: {', '.join(kinds)}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="dossierd-hosts-"))
    names = [f"worker{number}" for number in range(1, workers + 1)]
    with network(names) as places, postgresql(ADDRESS) as server, BotApi() as api:
        office = HostsOffice.of_hosts(folder, api, seed, server=server, places=places)
        campaign = Campaign(office, lambda line: print(line, flush=True), KINDS)
        try:
            campaign.begin()
            if minutes is None:
                for kind in kinds:
                    campaign.play([kind])
            else:
                campaign.last(minutes * 60, kinds)
            taken_over = office.taken_over()
            campaign.finish()
            starts = sum(it.starts for it in office.fleet.hosts)
            print(f"{taken_over} documents were taken over, daemons were started {starts} times")
        except Broken as broken:
            print(f"BROKEN with seed {seed}: {broken}", flush=True)
            print(f"the home, and what each host said: {folder}", flush=True)
            return 1
        finally:
            office.close()
            print("\n".join(campaign.table()), flush=True)
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
