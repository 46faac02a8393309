"""Three daemons that share a home and a ledger, each with its own part of the work, as if each were a machine."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.adapters.home import REGISTRY_FILE
from agent.domain.host import Role
from tests.botapi import CHAT, TOKEN, BotApi
from tests.faults.world import SETTINGS, World, end, letter_about, stop
from tests.ledgers import LedgerDatabases

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180), pytest.mark.reliability]

TELEGRAM = (
    f"DOSSIERD_TELEGRAM_TOKEN={TOKEN}\nDOSSIERD_TELEGRAM_CHATS={CHAT}\nDOSSIERD_TELEGRAM_USERS=anna={CHAT}\n"
)
CHOICE = "1 · P. F. · born 1931 · file 101"
LETTERS = {"match.pdf": letter_about(100), "name-only.pdf": letter_about(101, name_only=True)}


@dataclass(frozen=True)
class Host:
    """A machine: its own settings and its own disk beside the home that all see."""

    world: World
    name: str

    @property
    def state(self) -> Path:
        return self.world.home.with_name(f"state-of-{self.name}")

    @property
    def log(self) -> Path:
        return self.world.home.with_name(f"{self.name}.out")

    def take_people(self) -> None:
        """Bring the people of the home to this host alone, as an office does that grows beyond one machine."""
        self.state.mkdir()
        shutil.move(self.world.home / "state" / REGISTRY_FILE, self.state)

    def start(self, *roles: Role) -> subprocess.Popen[bytes]:
        env = self.world.home.with_name(f"{self.name}.env")
        env.touch(mode=0o600)
        own = f"DOSSIERD_STATE={self.state}\nDOSSIERD_HOST={self.name}\nDOSSIERD_HTTP=none\n"
        env.write_text((self.world.home / ".env").read_text() + own)
        chosen = [word for role in roles for word in ("--role", role.value)]
        command = [sys.executable, "-m", "agent", "run", *chosen, "--env-file", str(env)]
        with self.log.open("ab") as said:
            return subprocess.Popen(
                [*command, "--home", str(self.world.home)],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, api: BotApi, ledger_databases: LedgerDatabases) -> Iterator[World]:
    with ledger_databases.new() as place:
        settings = f"{SETTINGS}DOSSIERD_CANARY_MINUTES=0\nDOSSIERD_LEASE_SECONDS=6\n{TELEGRAM}"
        yield World.make(
            tmp_path / "home", f"{settings}DOSSIERD_TELEGRAM_API_URL={api.url}\n", database=place
        )


def test_one_sees_one_files_and_one_asks(world: World, api: BotApi) -> None:
    hosts = {role: Host(world, role.value) for role in Role}
    hosts[Role.TALKER].take_people()
    running: Mapping[Role, subprocess.Popen[bytes]] = {role: host.start(role) for role, host in hosts.items()}
    talker = running[Role.TALKER]
    try:
        world.drop("match.pdf", LETTERS["match.pdf"])
        world.drop("name-only.pdf", LETTERS["name-only.pdf"])
        world.wait(lambda: len(world.documents()) == 2, talker)
        api.wait_until(lambda it: any([CHOICE] in kept.labels for kept in it.kept), 60)
        query = api.press(CHOICE)
        api.wait_until(lambda it: it.answer_to(query) is not None, 20)
        world.wait(world.rests, talker)
        assert all(process.poll() is None for process in running.values())
    finally:
        for process in running.values():
            stop(process)
        for process in running.values():
            end(process)
    assert world.outcomes() == {
        "match.pdf": "archived 100 by rule",
        "name-only.pdf": "archived 101 by telegram:anna",
    }
    world.check(LETTERS)
    assert world.sql("SELECT count(*) FROM hosts") == [(0,)]
    for role, host in hosts.items():
        lines = host.log.read_text().splitlines()
        assert all(f'"from_host": "{role.value}"' in line for line in lines if line.startswith("{"))
