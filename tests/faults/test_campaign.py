"""The campaign as a tool: some rounds of what needs no privileges, and that it notices what is wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.botapi import BotApi
from tests.faults.campaign.blows import KINDS, usable
from tests.faults.campaign.holding import Broken, check
from tests.faults.campaign.office import Office
from tests.faults.campaign.rounds import Campaign

pytestmark = [pytest.mark.reliability, pytest.mark.slow, pytest.mark.timeout(300)]

SEED = 20261127
ROUNDS = (
    ("storm", "clock", "replaced", "killed"),
    ("hostile", "telegram", "refused", "paused"),
    ("locked", "closed"),
)
"""All kinds that need no privileges, several at once: they must be over soon."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with BotApi() as api:
        made = Office.make(tmp_path, api, SEED)
        yield made
        made.close()


def test_a_short_campaign_loses_nothing_and_a_changed_byte_would_be_noticed(office: Office) -> None:
    able = usable(has_mounts=False)
    said: list[str] = []
    campaign = Campaign(office, said.append, KINDS)
    campaign.begin()
    for kinds in ROUNDS:
        campaign.play([it for it in kinds if able[it] is None], most_seconds=0.3, most=1)
    campaign.finish()
    assert len(said) == len(ROUNDS)
    assert campaign.table()[-1].startswith(f"{len(ROUNDS)} rounds, {len(office.dropped)} documents, ")
    filed = next((office.world.home / "archive").rglob("*_report.pdf"))
    filed.write_bytes(filed.read_bytes() + b"\n")
    with pytest.raises(Broken, match="the bytes have changed"):
        check(office, may_repeat=True, repeats_before=0)


def test_every_kind_that_needs_no_privileges_is_in_the_short_campaign() -> None:
    struck = {kind for kinds in ROUNDS for kind in kinds}
    assert struck == {name for name, kind in KINDS.items() if not kind.needs_mounts}
