"""What is kept for a time only goes, at night where it can; a document and what was decided of it stay."""

import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.adapters.alive import Mark
from agent.adapters.ledger import SqlRetention, open_engine, page_words
from agent.adapters.ledger.engine import reading
from agent.daemon.keeping import Keeping
from agent.domain.document import DocumentId, Sha256, text_of_plain
from agent.domain.finding import Term
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from tests.custody_builders import ABOUT_ANNA, NAMES_ANNA_ONLY, NOON, Office, make_ports

pytestmark = pytest.mark.security

D1, D2 = DocumentId(1), DocumentId(2)
NIGHT = datetime.datetime(2026, 6, 1, 1, 30, tzinfo=datetime.UTC)
"""Half past three in Zurich."""
DAY = datetime.timedelta(days=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """D-1 is filed, D-2 a question; both were told on the first of March."""
    made = make_ports(tmp_path)
    made.text_source.script = [text_of_plain(it) for it in (ABOUT_ANNA, NAMES_ANNA_ONLY)]
    for content in (b"first", b"second"):
        document_id = take_in(made.drop(content), made.ports)
        assert document_id is not None
        process_document(document_id, made.ports)
    for parcel in made.due():
        made.outbox.mark_sent(parcel.parcel_id, f"receipt {parcel.parcel_id}", NOON)
    yield made
    made.ledger.close()


@pytest.fixture
def retention(office: Office) -> Iterator[SqlRetention]:
    engine = open_engine(office.home / "state" / "ledger.sqlite", may_upgrade=False)
    yield SqlRetention(engine)
    engine.dispose()


def _text(office: Office, number: DocumentId) -> object:
    return office.ledger.text(number, office.row(number).sha256 or Sha256(""))


def _ledger_bytes(office: Office) -> bytes:
    return b"".join(path.read_bytes() for path in sorted((office.home / "state").glob("ledger.sqlite*")))


class TestTexts:
    def test_go_once_they_are_old_and_their_document_stays(
        self, office: Office, retention: SqlRetention
    ) -> None:
        before = office.row(D1)
        assert retention.let_go_of_texts(NOON) == 0
        assert retention.let_go_of_texts(NOON + DAY) == 1
        assert _text(office, D1) is None
        assert office.ledger.inputs(D1) is None
        assert office.row(D1) == before
        assert office.bytes_of(D1) == b"first"
        assert retention.let_go_of_texts(NOON + DAY) == 0

    def test_of_a_question_stay_until_it_is_answered(self, office: Office, retention: SqlRetention) -> None:
        retention.let_go_of_texts(NOON + DAY)
        assert _text(office, D2) is not None
        assert office.ledger.inputs(D2) is not None

    def test_leave_nothing_in_the_index(self, office: Office, retention: SqlRetention) -> None:
        retention.let_go_of_texts(NOON + DAY)
        engine = open_engine(office.home / "state" / "ledger.sqlite", may_upgrade=False)
        with reading(engine) as connection:
            said = page_words.saying(connection, Term(typed="clinique", tokens=("clinique",)))
            assert connection.execute(said).scalars().all() == [D2]
        assert [retention.shred(), retention.shred()] == [True, False]
        engine.dispose()


class TestMessages:
    def test_lose_their_words_and_stay_known_as_told(self, office: Office, retention: SqlRetention) -> None:
        assert b"D-1" in _ledger_bytes(office)
        assert retention.let_go_of_messages(NOON) == 0
        assert retention.let_go_of_messages(NOON + DAY) == 2
        assert retention.let_go_of_messages(NOON + DAY) == 0
        assert _ledger_bytes(office).count(b"(no longer kept)") >= 2
        assert office.due() == []


class _Counting:
    """Has so many texts to let go, one at a time."""

    def __init__(self, texts: int, shreds: int = 0) -> None:
        self.texts = texts
        self.shreds = shreds
        self.asked: list[datetime.datetime] = []

    def let_go_of_texts(self, before: datetime.datetime) -> int:
        self.asked.append(before)
        self.texts -= 1
        return 1 if self.texts >= 0 else 0

    def shred(self) -> bool:
        self.shreds -= 1
        return self.shreds >= 0

    def let_go_of_messages(self, _: datetime.datetime) -> int:
        raise AssertionError("messages are kept for ever here")


def _keeping(retention: _Counting, logs: Path, *, text_days: int = 30, log_days: int = 0) -> Keeping:
    return Keeping(
        retention,
        logs,
        ZoneInfo("Europe/Zurich"),
        Mark(logs / "kept"),
        text_days=text_days,
        message_days=0,
        log_days=log_days,
    )


class TestTheNight:
    def test_lets_a_little_go_at_each_look_until_nothing_is_left(self, tmp_path: Path) -> None:
        retention = _Counting(2)
        keeping = _keeping(retention, tmp_path)
        assert [keeping.look(NIGHT) for _ in range(5)] == [True, True, False, False, False]
        assert retention.asked == [NIGHT - 30 * DAY] * 3
        assert keeping.look(NIGHT + DAY) is False
        assert len(retention.asked) == 4

    def test_lets_the_words_of_texts_go_once_no_text_is_left(self, tmp_path: Path) -> None:
        retention = _Counting(1, shreds=2)
        keeping = _keeping(retention, tmp_path)
        seen = [(keeping.look(NIGHT), retention.shreds) for _ in range(5)]
        assert seen == [(True, 2), (True, 1), (True, 0), (False, -1), (False, -1)]

    @pytest.mark.parametrize("hours", [-1, 1, 12])
    def test_by_day_nothing_goes_where_all_went_in_the_night_before(self, tmp_path: Path, hours: int) -> None:
        Mark(tmp_path / "kept").touch(NIGHT - DAY)
        assert _keeping(_Counting(0), tmp_path).look(NIGHT) is False
        retention = _Counting(2)
        assert not _keeping(retention, tmp_path).look(NIGHT + datetime.timedelta(hours=hours))
        assert retention.asked == []

    def test_by_day_it_goes_where_the_machine_was_off_at_night(self, tmp_path: Path) -> None:
        morning = NIGHT + datetime.timedelta(hours=5)
        retention = _Counting(1)
        assert [_keeping(retention, tmp_path).look(morning) for _ in range(3)] == [True, False, False]
        assert len(retention.asked) == 2
        retention.texts = 1
        evening = morning + datetime.timedelta(hours=12)
        assert [_keeping(retention, tmp_path).look(at) for at in (evening, morning + DAY)] == [False, False]
        later = morning + datetime.timedelta(hours=25, minutes=1)
        assert _keeping(retention, tmp_path).look(later) is True

    def test_a_clock_that_was_set_back_leaves_it_to_the_night(self, tmp_path: Path) -> None:
        Mark(tmp_path / "kept").touch(NIGHT + 400 * DAY)
        retention = _Counting(1)
        assert not _keeping(retention, tmp_path).look(NIGHT + datetime.timedelta(hours=8))
        assert _keeping(retention, tmp_path).look(NIGHT)

    def test_where_no_mark_can_be_left_it_is_done_once_all_the_same(self, tmp_path: Path) -> None:
        keeping = _keeping(retention := _Counting(0), tmp_path / "nowhere", text_days=30)
        assert [keeping.look(NIGHT) for _ in range(3)] == [False] * 3
        assert len(retention.asked) == 1

    def test_what_is_kept_for_ever_is_not_asked_for(self, tmp_path: Path) -> None:
        retention = _Counting(2)
        assert not _keeping(retention, tmp_path, text_days=0).look(NIGHT)
        assert retention.asked == []

    def test_old_rotated_logs_go_and_no_other_file(self, tmp_path: Path) -> None:
        for name, days in (
            ("dossierd.log", 40),
            ("dossierd.log.1", 20),
            ("dossierd.log.2", 40),
            ("audit.jsonl", 99),
        ):
            path = tmp_path / name
            path.touch()
            moment = (NIGHT - days * DAY).timestamp()
            os.utime(path, (moment, moment))
        assert _keeping(_Counting(0), tmp_path, text_days=0, log_days=30).look(NIGHT)
        assert {path.name for path in tmp_path.iterdir()} == {"dossierd.log", "dossierd.log.1", "audit.jsonl"}
