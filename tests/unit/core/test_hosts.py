import datetime

from agent.core.hosts import at_work, fallen, named, unmanned
from agent.domain.host import HostRun, Role, RunId
from tests.custody_builders import NOON

MINUTE = datetime.timedelta(minutes=1)


def run(host: str, *roles: Role, silent: float = 3, fenced: datetime.datetime | None = None) -> HostRun:
    beat = NOON - datetime.timedelta(seconds=silent)
    return HostRun(
        run=RunId(host), host=host, roles=frozenset(roles), joined_at=beat, beat_at=beat, fenced_at=fenced
    )


def test_who_is_fenced_off_or_was_silent_for_a_lease_is_not_at_work() -> None:
    runs = [
        run("a", Role.WORKER, silent=60),
        run("b", Role.WORKER, silent=61),
        run("c", Role.WORKER, fenced=NOON),
    ]
    assert [it.host for it in at_work(runs, NOON, MINUTE)] == ["a"]


def test_what_nobody_does_is_told_in_the_order_of_a_documents_life() -> None:
    assert unmanned([run("a", Role.WORKER)]) == [Role.INTAKE, Role.TALKER]
    assert unmanned([run("a", Role.WORKER, Role.INTAKE), run("b", Role.TALKER)]) == []


def test_a_run_that_was_fenced_off_is_remembered_for_an_hour() -> None:
    runs = [
        run("old", fenced=NOON - datetime.timedelta(minutes=61)),
        run("first", fenced=NOON - datetime.timedelta(minutes=60)),
        run("last", fenced=NOON - MINUTE),
        run("here"),
    ]
    assert [it.host for it in fallen(runs, NOON)] == ["last", "first"]


def test_a_run_is_named_with_what_it_does_and_when_it_was_heard_of() -> None:
    assert named(run("north", Role.WORKER, Role.INTAKE), NOON) == "north (intake+worker, 3 s)"
    assert named(run("", *Role, silent=-2), NOON) == "- (all, 0 s)"
