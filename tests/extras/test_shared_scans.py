"""An extra: the design's scans through the whole daemon, with their registry. Skipped, and said so, where they are not.

One scan of each kind, and an Arabic one: a minute or two. All of them: `SCANS=all scripts/test -k shared_scans`.
"""

import json
import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from agent.adapters.home import REGISTRY_FILE
from agent.adapters.registry import RegistryIndex, read_csv
from agent.domain.outcome import Archived
from tests.faults.world import SETTINGS, World, stop

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "scans"
IS_WHOLE = os.environ.get("SCANS") == "all"
REST_SECONDS = 1500.0
BORN_DIGITAL = "born"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.security,
    pytest.mark.reliability,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not DATA.is_dir(), reason="extra: the shared documents are not beside this clone"),
]


def _truth() -> Mapping[str, str]:
    """Whose each scan is: one of each kind, the languages in turn, or all."""
    kinds = defaultdict[str, list[dict[str, str]]](list)
    for line in (DATA / "truth.jsonl").read_text().splitlines():
        it = json.loads(line)
        if it["variant"] != BORN_DIGITAL:
            kinds[it["variant"]].append(it)
    chosen = [
        it
        for place, each in enumerate(kinds.values())
        for it in (each if IS_WHOLE else [each[place % len(each)]])
    ]
    return {it["doc"]: it["true_id"] for it in chosen}


def test_no_scan_is_filed_under_a_wrong_person_and_four_in_five_by_rule(tmp_path: Path) -> None:
    truth = _truth()
    world = World.make(tmp_path / "home", SETTINGS.replace("fra+eng", "fra+eng+ara"))
    registry = RegistryIndex(world.home / "state" / REGISTRY_FILE)
    registry.replace(read_csv(DATA / "registry.csv").people, confirm_deletions=True)
    registry.close()
    scans = {doc: (DATA / doc).read_bytes() for doc in truth}
    for doc, content in scans.items():
        world.drop(doc, content)
    daemon = world.start("run", module="agent")
    try:
        world.wait_until_up(daemon)
        world.wait(
            lambda: world.rests() and len(world.documents()) == len(scans), daemon, seconds=REST_SECONDS
        )
        stop(daemon)
    finally:
        daemon.kill()
    world.check(scans)
    filed = {
        it.original_name: it.outcome.record_id for it in world.documents() if isinstance(it.outcome, Archived)
    }
    print("not filed:", sorted(truth.keys() - filed.keys()))
    assert {doc: record_id for doc, record_id in filed.items() if record_id != truth[doc]} == {}
    assert len(filed) >= 0.80 * len(truth)
