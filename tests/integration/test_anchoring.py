"""How far the audit trail reaches is noted in the ledger, where no digest is written too."""

import datetime
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import app, errors
from agent.config import Settings
from agent.daemon.anchoring import APART, Anchoring, head_of, note_end
from agent.daemon.house import House
from agent.domain.anchor import Anchor
from agent.health import Level
from agent.health.audit import whole_trail
from tests.custody_builders import NOON

pytestmark = [pytest.mark.observability, pytest.mark.security]

MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[app.Parts]:
    made = app.build(Settings(home=tmp_path / "home", allow_root=True, digest_at="none"))
    yield made
    made.close()


def _write(parts: app.Parts, times: int = 1) -> Anchor:
    for _ in range(times):
        parts.journal.append("claimed", NOON, document="D-1")
    return head_of(parts)


def _house(parts: app.Parts) -> House:
    stop = threading.Event()
    stop.set()  # no waiting between two turns
    return House(parts, stop, wellness=tuple, on_told=lambda: None)


def test_the_house_notes_the_first_line_without_any_digest(parts: app.Parts) -> None:
    house, anchors = _house(parts), parts.digests.anchors
    house.turn()
    assert list(anchors.all()) == []
    first = _write(parts)
    house.turn()
    _write(parts)
    house.turn()
    assert list(anchors.all()) == [first]
    assert parts.digests.last() is None


def test_the_end_is_noted_each_hour_and_when_the_clock_was_set_back(parts: app.Parts) -> None:
    anchors = parts.digests.anchors
    anchoring, noted = Anchoring(anchors), []
    for now in (NOON, NOON + APART - MINUTE, NOON + APART, NOON + MINUTE):
        anchoring.look(_write(parts), now)
        noted.append([it.entry for it in anchors.all()])
    assert noted == [[1], [1], [1, 3], [1, 3, 4]]


def test_a_place_that_was_noted_is_never_overwritten(parts: app.Parts) -> None:
    anchors = parts.digests.anchors
    for digit in "ab":
        anchors.note(Anchor(entry=1, hash=digit * 64), NOON)
    assert list(anchors.all()) == [Anchor(entry=1, hash="a" * 64)]


def test_a_ledger_that_is_away_is_asked_again_at_the_next_look() -> None:
    anchors = Away()
    anchoring = Anchoring(anchors)
    with pytest.raises(errors.LedgerUnavailable):
        anchoring.look(Anchor(entry=1, hash="a" * 64), NOON)
    anchors.is_away = False
    anchoring.look(Anchor(entry=2, hash="b" * 64), NOON)
    assert anchors.noted == [2]


def test_after_a_stop_one_line_less_is_bad(parts: app.Parts) -> None:
    _write(parts, 38)
    note_end(parts)
    path = parts.settings.home / "logs" / "audit.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:37]))
    found = whole_trail(parts.settings)
    assert found.level is Level.BAD
    assert found.sentence == "the end of the audit trail is gone, from line 38 of audit.jsonl on"


class Away:
    """Takes nothing while it is away."""

    def __init__(self) -> None:
        self.is_away = True
        self.noted: list[int] = []

    def note(self, anchor: Anchor, now: datetime.datetime) -> None:
        if self.is_away:
            raise errors.LedgerUnavailable("The ledger can't be used now.")
        self.noted.append(anchor.entry)
