"""Deaths of the daemon, one after the other, while it chooses a sample, asks about it, and notes what people say."""

from pathlib import Path

import pytest

from agent.adapters.home import LEDGER_FILE
from agent.adapters.ledger import open_engine
from agent.domain.document import DocumentId
from agent.domain.life import Action
from agent.domain.sampling import Verdict
from tests.faults.world import World, end, letter_about, stop

pytestmark = [pytest.mark.slow, pytest.mark.reliability, pytest.mark.timeout(300)]


SENT = "SELECT count(*) FROM outbox WHERE card = 'sample:1' AND sent_at IS NOT NULL"
"""The question, and what takes its place."""


def die(world: World, point: str, side: str) -> None:
    doomed = world.start("--point", point, "--side", side)
    try:
        assert doomed.wait(60) == -9, world.said()
    finally:
        end(doomed)


def rows(world: World, query: str) -> list[tuple[object, ...]]:
    engine = open_engine(world.home / "state" / LEDGER_FILE, may_upgrade=False)
    try:
        with engine.begin() as connection:
            found = connection.exec_driver_sql(query)
            return [tuple(row) for row in found] if found.returns_rows else []
    finally:
        engine.dispose()


def test_deaths_at_each_step_of_a_sample_choose_ask_and_note_once(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home")
    env = world.home / ".env"
    env.write_text(env.read_text() + "DOSSIERD_QUIET_HOURS=none\n")
    content = letter_about(100)
    world.drop("letter.pdf", content)
    world.run_to_rest(1)
    rows(world, "UPDATE sample_weeks SET monday = '2020-01-06', until_at = '2020-01-06 00:00:00'")

    die(world, "sample_drawn", "after")
    assert rows(world, "SELECT document_id, posted_at FROM sampled_filings") == [(1, None)]
    die(world, "sample_posted", "after")
    doomed = world.start("--point", "sample_judged", "--side", "before")
    try:
        world.wait(lambda: rows(world, SENT) == [(1,)], doomed)  # what nobody has seen yet is taken back
        world.ask(Action.JUDGE, DocumentId(1), Verdict.WRONG)
        assert doomed.wait(60) == -9, world.said()
    finally:
        end(doomed)
    assert rows(world, "SELECT verdict FROM sampled_filings") == [(None,)]
    daemon = world.start()
    try:
        world.wait(lambda: world.rests() and rows(world, SENT) == [(2,)], daemon)
        stop(daemon)
    finally:
        end(daemon)

    assert rows(world, "SELECT count(*) FROM sample_weeks") == [(2,)]
    assert rows(world, "SELECT document_id, verdict, judged_by FROM sampled_filings") == [
        (1, "wrong", "cli:tester")
    ]
    assert world.outcomes() == {"letter.pdf": "in review: match"}
    assert [it.epoch for it in world.documents()] == [2]
    world.check({"letter.pdf": content})
