"""An office whose hosts are under fire: a front that takes in and talks, workers behind it, one database."""

import datetime
import random
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import OperationalError

from agent.config import Settings, load
from agent.errors import LedgerUnavailable
from tests.botapi import BotApi
from tests.faults.campaign.office import UNCONDEMNED, Office, telegram_settings
from tests.faults.hosts.fleet import Fleet, Host, settings_for
from tests.faults.hosts.network import Place
from tests.faults.world import SETTINGS, Running, World
from tests.servers import Server

UP_SECONDS = 60.0
SCANS, BUSY_SECONDS = 2, 15.0
"""A letter is read too soon to be met by anything; a scan takes seconds."""


@dataclass
class HostsOffice(Office):
    """An office with several hosts.

    Attributes:
        must_have_done_nothing: hosts, and the spans in which others held them for dead.
    """

    fleet: Fleet = field(default_factory=Fleet)
    server: Server = field(kw_only=True)
    must_have_done_nothing: list[tuple[Host, datetime.datetime, datetime.datetime]] = field(
        default_factory=list
    )

    @classmethod
    def of_hosts(
        cls, folder: Path, api: BotApi, seed: int, *, server: Server, places: list[Place]
    ) -> "HostsOffice":
        ledger = server.owner.url
        settings = SETTINGS + UNCONDEMNED + telegram_settings(api) + settings_for(ledger)
        world = World.make(folder / "home", settings, database=ledger)
        office = cls(world, api, random.Random(seed), server=server)
        state = Path(shutil.move(world.home / "state", folder / "front"))
        front = Host("front", ("intake", "talker"), world.home, state, folder / "front.out")
        office.fleet.hosts.append(front)
        for place in places:
            state, log = folder / place.name, folder / f"{place.name}.out"
            office.fleet.hosts.append(Host(place.name, ("worker",), world.home, state, log, place))
        return office

    @property
    def front(self) -> Host:
        return self.fleet.hosts[0]

    @property
    def running(self) -> Running:
        return self.fleet

    def begin(self) -> None:
        """Start the front, which makes the ledger, then the others."""
        for host in self.fleet.hosts:
            host.start()
            self.wait_until_up(host)

    def wait_until_up(self, host: Host) -> None:
        """Until the daemon that was started last works; one that ends meanwhile is started again."""
        end = time.monotonic() + UP_SECONDS
        while not host.is_up():
            assert time.monotonic() < end, f"{host.name} did not come up: {host.log.read_text()[-3000:]}"
            host.tend()
            time.sleep(0.05)

    def busy_worker(self) -> Host:
        """Drop scans, and choose a worker that has begun one and not ended it; after a while, any worker."""
        for _ in range(SCANS):
            self.drop_scan()
        end = time.monotonic() + BUSY_SECONDS
        while time.monotonic() < end:
            self.fleet.poll()
            if busy := [it for it in self.fleet.workers() if it.is_up() and it.is_reading()]:
                self.hold(0.2, 0.6)  # past what it writes at the beginning
                return self.chance.choice(busy)
            time.sleep(0.02)
        return self.chance.choice([it for it in self.fleet.workers() if it.is_up()])

    def stands(self, host: Host, since: datetime.datetime) -> bool:
        """Whether a host's run gave a sign of life after a moment, and nobody had held it for dead."""
        try:
            runs = self.world.sql(f"SELECT fenced_at, beat_at FROM hosts WHERE host = '{host.name}'")
        except (OperationalError, LedgerUnavailable):
            return False
        return any(
            fenced_at is None and isinstance(beat_at, datetime.datetime) and beat_at > since
            for fenced_at, beat_at in runs
        )

    def taken_over(self) -> int:
        """How many documents a second worker, or a third, had to take."""
        ((count,),) = self.world.sql("SELECT COUNT(*) FROM documents WHERE take > 1")
        return int(str(count))

    def stop(self) -> None:
        for host in self.fleet.hosts:
            code = host.stop()
            assert code == 0, f"{host.name} ended with {code}"

    def all_settings(self) -> list[Settings]:
        common = load(home=self.world.home)
        return [common.model_copy(update={"host": it.name, "state": it.state}) for it in self.fleet.hosts]

    def close(self) -> None:
        self.fleet.kill()

    def come_up(self) -> None:
        """Nothing to do: whoever ended is started again while all is waited for."""

    def rest(self) -> float:
        """As of any office; and who was held for dead must have done nothing meanwhile."""
        for host in self.fleet.hosts:
            self.wait_until_up(host)
        seconds = super().rest()
        for host, since, until in self.must_have_done_nothing:
            done = host.effects_between(since, until)
            assert not done, f"{host.name} was held for dead, and did: {done}"
        self.must_have_done_nothing.clear()
        return seconds
