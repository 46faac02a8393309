"""How far the audit trail reaches is noted in the ledger, where no digest is written too."""

import contextlib
import datetime
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from agent import app, errors
from agent.config import Settings
from agent.daemon.anchoring import APART, Anchoring, head_of, note_end
from agent.daemon.house import House
from agent.domain.anchor import Anchor
from agent.domain.document import CorrelationId, DocumentId, SeenFile
from agent.health import Level
from agent.health.audit import end_of_trail, whole_trail
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
    assert parts.digests.last(datetime.date.max) is None


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


class TestAfterADeath:
    """What documents' transactions note shows a cut, though nothing was noted each hour or at a stop."""

    def test_the_lines_of_documents_can_not_be_cut_off_unseen(self, home: Path) -> None:
        with killed(home) as parts:
            _claim(parts, 1)
            _claim(parts, 2)
        assert whole_trail(parts.settings).level is Level.GOOD
        _cut(home, keep=3)
        found = whole_trail(parts.settings)
        assert found.level is Level.BAD
        assert found.sentence == "the end of the audit trail is gone, from line 4 of audit.jsonl on"
        assert end_of_trail(parts.settings).level is Level.BAD

    def test_nor_can_that_be_hidden_by_the_lines_that_come_after(self, home: Path) -> None:
        with killed(home) as parts:
            _claim(parts, 1)
            _claim(parts, 2)
        _cut(home, keep=3)
        with killed(home) as parts:
            _claim(parts, 3)
            _write(parts, 5)
            _claim(parts, 4)
        with killed(home) as parts:
            _claim(parts, 5)
        found = whole_trail(parts.settings)
        assert found.level is Level.BAD
        assert found.sentence == "the audit trail is not as it was written: line 4 of audit.jsonl"

    def test_nor_where_the_end_is_noted_before_any_document_comes(self, home: Path) -> None:
        with killed(home) as parts:
            _claim(parts, 1)
            _claim(parts, 2)
        _cut(home, keep=3)
        with killed(home) as parts:
            _write(parts, 5)
            note_end(parts)
            _claim(parts, 3)
        assert whole_trail(parts.settings).level is Level.BAD

    def test_a_torn_last_line_is_no_cut(self, home: Path) -> None:
        with killed(home) as parts:
            _claim(parts, 1)
        with (home / "logs" / "audit.jsonl").open("ab") as file:
            file.write(b'{"at":"2026')
        assert whole_trail(parts.settings).level is Level.GOOD

    def test_what_is_not_on_disk_yet_is_not_noted(self, home: Path) -> None:
        with killed(home) as parts:
            _claim(parts, 1)
            parts.journal.note("message_sent", NOON, message=1)
            parts.ledger.open_claim(_seen("2.pdf"), "2.pdf", CorrelationId("two"), NOON)
            assert [it.entry for it in parts.digests.anchors.all()] == [2]

    def test_what_is_taken_back_notes_nothing(self, home: Path) -> None:
        with killed(home) as parts:
            _write(parts)
            with pytest.raises(errors.RequestRefused):
                parts.ledger.confirm_claim(DocumentId(7), "incoming/.claimed/h/D-7", NOON)
            assert list(parts.digests.anchors.all()) == []

    def test_each_start_after_a_death_keeps_one_place_and_a_stop_its_own(self, home: Path) -> None:
        for number in range(1, 4):
            with killed(home) as parts:
                _claim(parts, number)
        assert [it.entry for it in parts_anchors(home)] == [2, 4, 6]
        with killed(home) as parts:
            _claim(parts, 4)
            note_end(parts)
        with killed(home) as parts:
            _claim(parts, 5)
        assert [it.entry for it in parts_anchors(home)] == [2, 4, 6, 8, 10]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@contextlib.contextmanager
def killed(home: Path) -> Iterator[app.Parts]:
    """Everything of a home, until it ends without a word."""
    parts = app.build(Settings(home=home, allow_root=True, digest_at="none"))
    try:
        yield parts
    finally:
        parts.close()


def parts_anchors(home: Path) -> Sequence[Anchor]:
    with killed(home) as parts:
        return parts.digests.anchors.all()


def _claim(parts: app.Parts, number: int) -> None:
    """Do what `workflow.intake` does to trail and ledger."""
    parts.journal.append("claiming", NOON, document=f"D-{number}")
    name = f"{number}.pdf"
    opened = parts.ledger.open_claim(_seen(name), name, CorrelationId(name), NOON)
    parts.journal.append("claimed", NOON, document=f"D-{number}")
    parts.ledger.confirm_claim(opened.document_id, f"incoming/.claimed/h/D-{number}", NOON)


def _seen(name: str) -> SeenFile:
    return SeenFile(name=name, device=1, inode=1, size=1, modified_ns=1)


def _cut(home: Path, *, keep: int) -> None:
    path = home / "logs" / "audit.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:keep]))


class Away:
    """Takes nothing while it is away."""

    def __init__(self) -> None:
        self.is_away = True
        self.noted: list[int] = []

    def note(self, anchor: Anchor, now: datetime.datetime) -> None:
        if self.is_away:
            raise errors.LedgerUnavailable("The ledger can't be used now.")
        self.noted.append(anchor.entry)
