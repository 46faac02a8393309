"""What strikes hosts. Each strikes on entering, lasts, and is taken back on leaving; what it says is what was done.

A host that was held for dead must not have done anything for good between the moment when others could know it and
the end of its daemon: `Revived` is what a blow leaves behind for that look.
"""

import contextlib
import datetime
import signal
import time
from collections.abc import Iterator, Mapping

from tests.faults.campaign.blows import Kind, telegram
from tests.faults.hosts.fleet import LEASE_SECONDS, Host
from tests.faults.hosts.office import HostsOffice

PAST_THE_LEASE_SECONDS = LEASE_SECONDS * 2.5
"""So long nothing is heard of a host that is to be held for dead."""
NOTICED_SECONDS = 45.0


@contextlib.contextmanager
def killed(office: HostsOffice) -> Iterator[str]:
    """A worker host loses its power, and gets it back after its lease is over."""
    host = office.busy_worker()
    host.kill()
    try:
        yield f"{host.name} lost its power"
        _last_past_the_lease(office)
    finally:
        host.start()


@contextlib.contextmanager
def paused(office: HostsOffice) -> Iterator[str]:
    """A worker host stands still for longer than its lease, and goes on as if nothing had been."""
    host = office.busy_worker()
    host.send(signal.SIGSTOP)
    try:
        yield f"{host.name} stood still"
        _last_past_the_lease(office)
    finally:
        since = _now()
        before = host.starts
        host.send(signal.SIGCONT)
        _must_begin_anew(office, host, before, since)


@contextlib.contextmanager
def partitioned(office: HostsOffice) -> Iterator[str]:
    """A worker host reaches nothing but the disk for longer than its lease."""
    host = office.busy_worker()
    assert host.place is not None
    before = host.starts
    host.place.cut()
    try:
        yield f"{host.name} was cut off"
        time.sleep(LEASE_SECONDS)  # from here on others may hold it for dead
        since = _now()
        _last_past_the_lease(office)
    finally:
        host.place.join()
    _must_begin_anew(office, host, before, since)


@contextlib.contextmanager
def restarted(office: HostsOffice) -> Iterator[str]:
    """The database loses its power, and is back after a moment."""
    office.server.stop()
    try:
        yield "the database was away"
        office.hold(0.2, 2.0)
    finally:
        office.server.start()


@contextlib.contextmanager
def stopped(office: HostsOffice) -> Iterator[str]:
    """A worker host is stopped as for an update, and started again."""
    host = office.busy_worker()
    code = host.stop()
    assert code == 0, f"{host.name} ended with {code}"
    try:
        yield f"{host.name} was stopped"
        office.hold(0.2, 2.0)
    finally:
        host.start()


@contextlib.contextmanager
def front_killed(office: HostsOffice) -> Iterator[str]:
    """The host that takes in and talks loses its power, and gets it back at once or after its lease."""
    host = office.front
    host.kill()
    try:
        yield f"{host.name} lost its power"
        if office.chance.random() < 0.5:
            _last_past_the_lease(office)
    finally:
        host.start()


KINDS: Mapping[str, Kind[HostsOffice]] = {
    "stopped": Kind(strike=stopped, place="worker"),
    "killed": Kind(strike=killed, place="worker"),
    "paused": Kind(strike=paused, place="worker"),
    "partitioned": Kind(strike=partitioned, place="worker"),
    "front-killed": Kind(strike=front_killed, place="front", may_repeat=True),
    "database": Kind(strike=restarted, place="database", may_repeat=True),
    "telegram": Kind(strike=telegram, place="telegram", may_repeat=True),
}


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _last_past_the_lease(office: HostsOffice) -> None:
    """Let the others go on meanwhile, and be started again when they end."""
    end = time.monotonic() + PAST_THE_LEASE_SECONDS
    while time.monotonic() < end:
        office.fleet.poll()
        time.sleep(0.05)


def _must_begin_anew(office: HostsOffice, host: Host, before: int, since: datetime.datetime) -> None:
    """Where it was held for dead, its daemon must notice, end without having done anything, and be started again.

    It was not where it was struck in the middle of a transaction: nobody else could write, nor hold anybody for dead.
    """
    end = time.monotonic() + NOTICED_SECONDS
    while host.starts == before:
        assert time.monotonic() < end, f"{host.name} goes on although it was held for dead"
        office.fleet.poll()
        if office.stands(host, since):
            return
        time.sleep(0.02)
    office.must_have_done_nothing.append((host, since, _now()))
