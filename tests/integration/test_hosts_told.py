"""What `check`, `status` and the metrics say of the hosts that share a home."""

import datetime
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from agent import errors
from agent.adapters.ledger import SqlHosts, SqlRequests
from agent.adapters.ledger.engine import of_host, writing
from agent.adapters.ledger.published import SqlPublished
from agent.cli import app as cli
from agent.cli import shared
from agent.config import Settings
from agent.daemon.metrics import metrics_of
from agent.domain.host import Role, RunId
from agent.domain.life import Action
from agent.health import Level
from agent.health.hosts import hosts
from agent.health.registry import registry
from agent.ledgers import engine_of
from agent.membership import refuse_while_others_work
from agent.publishing import shared_people
from tests.builders import person
from tests.faults.world import told_as
from tests.findings import each_in_french
from tests.ledgers import LedgerDatabases

pytestmark = [pytest.mark.observability, pytest.mark.reliability]


@pytest.fixture(autouse=True)
def french(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with each_in_french(monkeypatch):
        yield


@pytest.fixture
def settings(tmp_path: Path, ledger_databases: LedgerDatabases) -> Settings:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "home.json").touch()
    return Settings(
        home=tmp_path / "home",
        state=tmp_path / "own",
        host="north",
        ledger_url=SecretStr(told_as(ledger_databases.emptied())),
    )


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    made = engine_of(settings)
    yield made
    made.dispose()


def join(engine: Engine, host: str, *roles: Role) -> SqlHosts:
    joined = SqlHosts(of_host(engine, host, RunId(host)), 60)
    joined.join(roles)
    return joined


def said(settings: Settings) -> str:
    """What is found, without how long ago each was heard of."""
    return re.sub(r", \d+ s\)", ")", hosts(settings).sentence)


def test_a_home_of_one_host_has_none_to_tell_of(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "ledger.sqlite").touch()
    found = hosts(Settings(home=tmp_path))
    assert (found.level, found.sentence) == (Level.GOOD, "this machine works alone")


def test_a_machine_that_is_set_to_work_alone_beside_hosts_is_told_so(
    settings: Settings, engine: Engine
) -> None:
    (settings.home / "state").mkdir(parents=True)
    (settings.home / "state" / "home.json").touch()
    forgotten = settings.model_copy(update={"state": settings.home / "state"})
    assert hosts(forgotten).sentence == "this machine works alone"
    join(engine, "south", Role.WORKER)
    found = hosts(forgotten)
    assert found.level is Level.BAD
    assert found.sentence == (
        "machines that share this home are at work (south), and this one is set to work alone"
    )


def test_a_part_of_the_work_that_nobody_does_is_bad(settings: Settings, engine: Engine) -> None:
    assert said(settings) == "nobody does: intake, worker, talker; at work: -"
    join(engine, "north", Role.INTAKE, Role.TALKER)
    found = hosts(settings)
    assert found.level is Level.BAD
    assert said(settings) == "nobody does: worker; at work: north (intake+talker)"


def test_one_that_was_relieved_is_worth_a_word_and_others_at_work_are_well(
    settings: Settings, engine: Engine
) -> None:
    north = join(engine, "north", *Role)
    join(engine, "south", Role.WORKER)
    assert hosts(settings).level is Level.GOOD
    assert said(settings) == "at work: north (all), south (worker)"
    with writing(engine) as connection:
        connection.execute(
            text("UPDATE hosts SET beat_at = beat_at - interval '2 minutes' WHERE run = 'south'")
        )
    assert said(settings) == "at work: north (all)"
    north.standing()
    found = hosts(settings)
    assert found.level is Level.NOTICE
    assert said(settings) == "at work: north (all); silent within the last hour, and relieved: south"


def test_metrics_count_who_does_what(settings: Settings, engine: Engine) -> None:
    join(engine, "north", *Role)
    join(engine, "south", Role.WORKER)
    told = metrics_of(engine, settings, datetime.datetime.now(datetime.UTC)).splitlines()
    assert 'dossierd_host_info{host="north"} 1.0' in told
    assert 'dossierd_hosts{role="worker"} 2.0' in told
    assert 'dossierd_hosts{role="talker"} 1.0' in told


def test_what_needs_the_home_alone_is_refused_while_a_host_works(settings: Settings, engine: Engine) -> None:
    refuse_while_others_work(engine, settings)
    join(engine, "south", Role.WORKER)
    with pytest.raises(errors.HomeLocked, match="Daemons work with this ledger: south"):
        refuse_while_others_work(engine, settings)


PEOPLE = ("id,last_name,first_name,dob", "1,Aubert,Lia,1970-01-02", "2,Blanc,Noe,1980-01-02")


def write_settings(settings: Settings) -> None:
    settings.home.mkdir()
    env = settings.home / ".env"
    env.touch(mode=0o600)
    env.write_text(
        f"DOSSIERD_ALLOW_ROOT=true\nDOSSIERD_LEDGER_URL={settings.ledger_url.get_secret_value()}\n"
        f"DOSSIERD_STATE={settings.state}\nDOSSIERD_HOST=north\n"
    )


def test_people_that_are_imported_on_one_host_are_published_for_all(
    settings: Settings, engine: Engine
) -> None:
    write_settings(settings)
    people = settings.home / "people.csv"
    for count in (1, 2):
        people.write_text("\n".join(PEOPLE[: count + 1]))
        done = CliRunner().invoke(
            cli, ["registry", "import", str(people), "--yes", "--home", str(settings.home)]
        )
        assert done.exit_code == 0, done.output
        published = SqlPublished(engine).latest()
        assert published is not None
        assert published.version == count
        assert (settings.home / published.file).is_file()


def test_what_is_asked_on_one_machine_is_left_to_the_host_that_works_elsewhere(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "REPLY_SECONDS", 0)
    join(engine, "south", *Role)
    reply = shared.ask(settings, Action.PAUSE, None)
    assert reply.sentence == "It is written down, and the daemon will do it as soon as it can."
    assert [it.action for it in SqlRequests(engine).open_requests()] == [Action.PAUSE]


def test_people_that_the_hosts_do_not_agree_on_are_told(settings: Settings, engine: Engine) -> None:
    with shared.open_registry(settings) as index:
        index.replace([person()])
        found = registry(settings)
        assert (found.level, found.sentence) == (
            Level.NOTICE,
            "1 person; they are not those that the hosts agree on: nothing is filed by them",
        )
        people = shared_people(settings, engine, index)
        assert people is not None
        people.follow()
    assert (registry(settings).level, registry(settings).sentence) == (Level.GOOD, "1 person")
