"""Passes over an office's database, a file of SQLite here: what is taken over, what is refused, what is remembered."""

import datetime
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agent import errors
from agent.adapters.registry import Imported, RegistryIndex
from agent.adapters.registry.copied import (
    confirm,
    copy_of,
    from_file,
    is_ahead,
    is_confirmed,
    mark_of,
    trouble_of,
    written,
)
from agent.adapters.registry.sql_source import Mark, SqlSource
from agent.adapters.registry.sync import Synced, sync
from agent.core.extract import extract
from agent.domain.identity import Person
from tests.builders import person, text_of
from tests.fakes import FakeClock
from tests.french import FRENCH, english_in

pytestmark = pytest.mark.reliability

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
A_DAY = datetime.timedelta(days=1)
COLUMNS = {"id": "patient_id", "last_name": "nom", "first_name": "prenom", "dob": "ne_le"}


class Clinic:
    """An office's database, and the index that follows it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "clinic.sqlite"
        self.clock = FakeClock(NOON)
        self.index = RegistryIndex(folder / "registry.sqlite", self.clock)
        self.run(
            "CREATE TABLE patients (patient_id INTEGER, nom TEXT, prenom TEXT, ne_le TEXT, version INTEGER)"
        )
        self.watermark: str | None = "version"

    def run(self, statement: str, rows: Sequence[Sequence[object]] = ((),)) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.executemany(statement, rows)
            connection.commit()

    def admit(self, *ids: int, name: str = "Vidal", born: str = "1977-08-16", version: int = 1) -> None:
        self.run(
            "INSERT INTO patients VALUES (?, ?, 'Hind', ?, ?)",
            [(number, name, born, version) for number in ids],
        )

    @property
    def source(self) -> SqlSource:
        return SqlSource(f"sqlite:///{self.path}", "patients", COLUMNS, watermark=self.watermark)

    def confirm(self) -> None:
        with self.source.reading() as reading:
            confirm(self.index, reading.layout)

    def sync(self, **options: Any) -> Synced:
        return sync(self.source, self.index, self.clock.now(), max_age=A_DAY, **options)

    def refused(self, **options: Any) -> errors.DossierdError:
        """A pass that is refused: nothing is changed, and why is remembered, also for a French office."""
        before = (list(self.index.everybody()), self.index.version(), copy_of(self.index))
        with pytest.raises(errors.DossierdError) as raised:
            self.sync(**options)
        assert (list(self.index.everybody()), self.index.version(), copy_of(self.index)) == before
        trouble = trouble_of(self.index)
        assert trouble is not None
        assert (trouble.sentence, trouble.hint) == (raised.value.sentence, raised.value.hint)
        assert english_in(FRENCH.tell(trouble.said, trouble.advice)) == []
        return raised.value

    def ids(self) -> list[str]:
        return [one.record_id for one in self.index.everybody()]

    def is_trusted(self) -> bool:
        return self.index.candidates(extract(text_of("VIDAL Hind"))).is_trustworthy


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    made = Clinic(tmp_path)
    made.admit(1, 2, 3)
    made.confirm()
    yield made
    made.index.close()


def test_the_first_pass_takes_everybody(clinic: Clinic) -> None:
    done = clinic.sync()
    assert (done.imported.added, done.rows, done.is_full) == (3, 3, True)
    assert clinic.ids() == ["1", "2", "3"]
    copy = copy_of(clinic.index)
    assert copy == done.copy
    assert (copy.source, copy.synced_at, copy.full_at) == ("SQLite, patients", NOON, NOON)


def test_a_later_pass_reads_what_has_changed_since(clinic: Clinic) -> None:
    clinic.sync()
    clinic.run("UPDATE patients SET nom = 'Tazi', version = 2 WHERE patient_id = 2")
    clinic.admit(4, version=3)
    clinic.clock.advance(minutes=5)
    done = clinic.sync()
    assert (done.imported.added, done.imported.changed, done.rows, done.is_full) == (1, 1, 4, False)
    assert clinic.ids() == ["1", "2", "3", "4"]
    clinic.clock.advance(minutes=5)
    assert clinic.sync().rows == 1  # those of the highest version: more may have been given the same


def test_a_pass_that_changes_nothing_gives_no_new_version(clinic: Clinic) -> None:
    version = clinic.sync().imported.version
    assert clinic.sync(wants_full=True).imported.version == version


def test_deleted_rows_are_gone_after_the_daily_full_pass(clinic: Clinic) -> None:
    clinic.sync()
    clinic.run("DELETE FROM patients WHERE patient_id = 3")
    clinic.clock.advance(hours=23)
    clinic.sync()
    assert clinic.ids() == ["1", "2", "3"]
    clinic.clock.advance(hours=1)
    done = clinic.sync()
    assert (done.is_full, done.imported.removed) == (True, 1)
    assert clinic.ids() == ["1", "2"]


def test_a_clock_that_was_ahead_keeps_no_later_day_from_its_full_pass(clinic: Clinic) -> None:
    clinic.clock.advance(days=365)
    assert clinic.sync().is_full
    clinic.clock.advance(days=-365)
    assert clinic.sync().is_full
    clinic.clock.advance(hours=1)
    assert not clinic.sync().is_full


def test_without_a_watermark_each_pass_reads_everything(clinic: Clinic) -> None:
    clinic.watermark = None
    clinic.confirm()
    clinic.sync()
    clinic.run("DELETE FROM patients WHERE patient_id = 3")
    assert clinic.sync().is_full
    assert clinic.ids() == ["1", "2"]


def test_a_watermark_that_went_backwards_asks_for_everything(clinic: Clinic) -> None:
    clinic.run("UPDATE patients SET version = 900")
    clinic.sync()
    clinic.run("UPDATE patients SET version = 5, nom = 'Tazi'")
    done = clinic.sync()
    assert (done.is_full, done.imported.changed) == (True, 3)


@pytest.mark.parametrize(
    ("highest", "is_full"),
    [
        ("2099-01-01 00:00:00", True),
        ("2026-03-02T12:00:01+00:00", True),
        ("2026-03-03", True),
        ("2026-03-02 12:00:00", False),
        ("2026-03-02", False),
        ("version 9", False),
    ],
)
def test_a_watermark_in_the_future_asks_for_everything(clinic: Clinic, highest: str, is_full: bool) -> None:
    clinic.run("ALTER TABLE patients ADD COLUMN modified")
    clinic.watermark = "modified"
    clinic.confirm()
    clinic.run("UPDATE patients SET modified = ?", [(highest,)])
    clinic.sync()
    clinic.run("UPDATE patients SET nom = 'Tazi', modified = '2026-03-01 11:59:00' WHERE patient_id = 2")
    done = clinic.sync()
    assert (done.is_full, done.imported.changed) == (is_full, int(is_full))


@pytest.mark.parametrize("moment", [datetime.date(2026, 3, 3), datetime.datetime(2026, 3, 2, 12, 1)])  # noqa: DTZ001
def test_a_moment_and_a_day_may_be_ahead_and_a_number_may_not(moment: datetime.date) -> None:
    assert is_ahead(moment, NOON + A_DAY)
    assert not is_ahead(moment, NOON + 2 * A_DAY)
    assert not is_ahead(20990101, NOON)


@pytest.mark.parametrize("value", ["'2026-01-01'", "NULL"])
def test_a_watermark_of_another_kind_or_of_none_asks_for_everything(clinic: Clinic, value: str) -> None:
    clinic.sync()
    clinic.run(f"UPDATE patients SET version = {value}")
    assert clinic.sync().is_full


def test_nothing_is_taken_over_before_a_person_has_confirmed_the_columns(clinic: Clinic) -> None:
    clinic.watermark = None  # another layout than the confirmed one
    error = clinic.refused()
    assert isinstance(error, errors.RequestRefused)
    assert error.hint == "Look at them, and confirm: dossierd registry sync"


def test_another_layout_is_confirmed_anew_and_an_unused_column_is_not(clinic: Clinic) -> None:
    clinic.run("ALTER TABLE patients ADD COLUMN ville TEXT")
    clinic.sync()
    clinic.run("ALTER TABLE patients ADD COLUMN sexe TEXT")  # which would be taken for the sex
    with clinic.source.reading() as reading:
        assert not is_confirmed(clinic.index, reading.layout)
    clinic.refused()


def test_an_emptied_table_is_refused(clinic: Clinic) -> None:
    clinic.sync()
    clinic.run("DELETE FROM patients")
    error = clinic.refused(wants_full=True, confirm_deletions=True)
    assert error.sentence == "The table holds no people; nothing was changed."


def test_a_table_of_half_the_people_is_refused_until_it_is_confirmed(clinic: Clinic) -> None:
    clinic.sync()
    clinic.run("DELETE FROM patients WHERE patient_id > 1")
    error = clinic.refused(wants_full=True)
    assert error.sentence == "Of 3 people only 1 are left; nothing was changed."
    assert error.hint.endswith("dossierd registry sync --confirm-deletions")
    clinic.sync(wants_full=True, confirm_deletions=True)
    assert clinic.ids() == ["1"]
    assert trouble_of(clinic.index) is None


def test_many_deletions_are_refused_until_they_are_confirmed(clinic: Clinic) -> None:
    clinic.admit(*range(10, 310))
    clinic.sync()
    clinic.run("DELETE FROM patients WHERE patient_id > 280")
    error = clinic.refused(wants_full=True)
    assert error.sentence == "This would remove 29 of 303 people; nothing was changed."
    assert error.hint.endswith("dossierd registry sync --confirm-deletions")


@pytest.mark.security
@pytest.mark.parametrize("wants_full", [False, True])
def test_ids_that_were_given_anew_are_refused_until_that_is_confirmed(
    clinic: Clinic, wants_full: bool
) -> None:
    clinic.run(
        "INSERT INTO patients VALUES (?, ?, 'Hind', NULL, 1)",
        [(number, f"Tazi{chr(97 + number % 26)}{chr(97 + number // 26)}") for number in range(10, 110)],
    )
    clinic.sync()
    clinic.run("UPDATE patients SET patient_id = (patient_id + 1) % 110, version = 2 WHERE patient_id > 9")
    clinic.run("UPDATE patients SET patient_id = 10 WHERE patient_id = 0")
    error = clinic.refused(wants_full=wants_full)
    assert isinstance(error, errors.RequestRefused)
    assert error.sentence == (
        "100 of 103 ids would name somebody else, by name or birth date; nothing was changed."
    )
    assert error.hint == (
        "If each id still means the same person, type: dossierd registry sync --confirm-changes"
    )
    clinic.refused(wants_full=True, confirm_deletions=True)
    assert clinic.sync(wants_full=wants_full, confirm_changes=True).imported.changed == 100
    assert trouble_of(clinic.index) is None


def test_one_bad_row_is_told_and_keeps_nobody_else_out(clinic: Clinic) -> None:
    clinic.admit(4, name="")
    done = clinic.sync()
    assert clinic.ids() == ["1", "2", "3"]
    assert (done.copy.bad_rows, done.copy.problems) == (1, (("record 4", "the last name is empty"),))
    clinic.run("UPDATE patients SET nom = 'Tazi', version = 2 WHERE patient_id = 4")
    assert clinic.sync(wants_full=True).copy.bad_rows == 0


def test_an_unreadable_birth_date_is_told_and_the_person_stands_in_the_way_of_namesakes(
    clinic: Clinic,
) -> None:
    clinic.admit(4, born="16/08/19??")
    done = clinic.sync()
    (kept,) = [one for one in clinic.index.everybody() if one.record_id == "4"]
    assert kept.birth_date is None
    assert done.copy.problems == (
        ("record 4", "the birth date is no date like 1980-12-31 or 31/12/1980; it counts as unknown"),
    )


@pytest.mark.security
@pytest.mark.parametrize(("known", "new"), [("a1", "A1"), ("A1", "a1"), ("É1", "E\u03011"), ("ß", "SS")])
def test_somebody_new_whose_folder_is_taken_is_a_bad_row_also_of_a_partial_pass(
    clinic: Clinic, known: str, new: str
) -> None:
    clinic.run("UPDATE patients SET patient_id = ? WHERE patient_id = 1", [(known,)])
    clinic.admit(4, version=2)
    clinic.sync()
    clinic.run(
        "INSERT INTO patients VALUES (?, 'Tazi', 'Karim', NULL, 3), ('B7', 'Tazi', 'Sara', NULL, 3)", [(new,)]
    )
    clinic.run("UPDATE patients SET nom = 'Vidali', version = 3 WHERE patient_id = 2")
    done = clinic.sync()
    assert (done.is_full, done.imported.added, done.imported.changed) == (False, 1, 1)
    assert set(clinic.ids()) == {known, "2", "3", "4", "B7"}
    assert done.copy.problems == (
        (f"record {new}", f"its folder would be that of record {known}, who is known"),
    )
    assert isinstance(clinic.refused(wants_full=True), errors.RegistryInvalid)


@pytest.mark.security
def test_a_known_person_whose_row_went_bad_stays_as_last_known(clinic: Clinic) -> None:
    clinic.sync()
    clinic.run("UPDATE patients SET nom = CAST(x'56E9' AS TEXT), version = 2 WHERE patient_id = 2")
    for wants_full in (False, True):
        done = clinic.sync(wants_full=wants_full)
        assert (done.imported.removed, done.imported.changed, clinic.ids()) == (0, 0, ["1", "2", "3"])
        assert done.copy.problems == (
            ("record 2", "what stands in last_name is no text; who was known by this id stays as last known"),
        )


@pytest.mark.security
@pytest.mark.parametrize(
    ("row_id", "place", "problem"),
    [
        (None, "row 2", "the id is empty"),
        ("2/", "record 2/", 'the id holds one of / \\ : * ? " < > |'),
        (b"\xe9", "row 2", "what stands in id is no text"),
    ],
)
def test_a_known_person_whose_id_went_bad_stays_until_it_is_corrected(
    clinic: Clinic, row_id: object, place: str, problem: str
) -> None:
    clinic.sync()
    clinic.run("UPDATE patients SET patient_id = ? WHERE patient_id = 2", [(row_id,)])
    done = clinic.sync(wants_full=True)
    assert (done.imported.removed, done.imported.changed, clinic.ids()) == (0, 0, ["1", "2", "3"])
    assert (done.rows, done.copy.bad_rows) == (3, 1)
    stays = "; whoever is not in the table any more stays as last known until this is corrected"
    assert done.copy.problems == ((place, problem + stays),)
    clinic.run("UPDATE patients SET patient_id = 2 WHERE nom = 'Vidal' AND patient_id NOT IN (1, 3)")
    clinic.run("UPDATE patients SET patient_id = 2 WHERE patient_id IS NULL")
    done = clinic.sync(wants_full=True)
    assert (clinic.ids(), done.copy.bad_rows) == (["1", "2", "3"], 0)


def test_people_may_be_removed_beside_a_row_without_an_id_when_that_is_confirmed(clinic: Clinic) -> None:
    clinic.sync()
    clinic.run("UPDATE patients SET patient_id = NULL WHERE patient_id = 2")
    done = clinic.sync(confirm_deletions=True, wants_full=True)
    assert (done.imported.removed, clinic.ids()) == (1, ["1", "3"])
    assert done.copy.problems == (("row 2", "the id is empty"),)


def test_a_newcomer_without_an_id_keeps_nobody_where_all_are_there(clinic: Clinic) -> None:
    clinic.sync()
    clinic.run("INSERT INTO patients VALUES (NULL, 'Tazi', 'Sara', NULL, 2)")
    done = clinic.sync(wants_full=True)
    assert (clinic.ids(), done.copy.problems) == (["1", "2", "3"], (("row 4", "the id is empty"),))


def test_many_deletions_are_refused_also_beside_a_row_without_an_id(clinic: Clinic) -> None:
    clinic.admit(*range(10, 310))
    clinic.sync()
    clinic.run("DELETE FROM patients WHERE patient_id > 280")
    clinic.run("UPDATE patients SET patient_id = NULL WHERE patient_id = 2")
    error = clinic.refused(wants_full=True)
    assert error.sentence == "This would remove 30 of 303 people; nothing was changed."


@pytest.mark.security
def test_who_stays_takes_nobodys_folder(clinic: Clinic) -> None:
    clinic.run("UPDATE patients SET patient_id = 'a2' WHERE patient_id = 2")
    clinic.sync()
    clinic.run("UPDATE patients SET patient_id = 'A2' WHERE patient_id = 'a2'")
    clinic.run("UPDATE patients SET patient_id = NULL WHERE patient_id = 3")
    clinic.sync(wants_full=True)
    assert clinic.ids() == ["1", "3", "A2"]


def test_a_stop_is_heard_while_it_is_looked_who_stays(clinic: Clinic) -> None:
    clinic.sync()
    clinic.run("UPDATE patients SET patient_id = NULL WHERE patient_id = 2")
    answers = iter([False, False, False, True])
    with pytest.raises(errors.RegistryUnavailable):
        clinic.sync(wants_full=True, should_stop=lambda: next(answers, True))
    assert clinic.ids() == ["1", "2", "3"]


@pytest.mark.security
def test_somebody_whose_telephone_cannot_be_read_stands_in_the_way_of_namesakes(clinic: Clinic) -> None:
    clinic.run("ALTER TABLE patients ADD COLUMN phone")
    clinic.confirm()
    clinic.run("INSERT INTO patients VALUES (4, 'Vidal', 'Hind', NULL, 1, ?)", [(b"\xe906",)])
    done = clinic.sync()
    assert clinic.ids() == ["1", "2", "3", "4"]
    assert done.copy.problems == (("record 4", "what stands in phone is no text; it counts as unknown"),)


def test_bad_rows_are_remembered_between_full_passes(clinic: Clinic) -> None:
    clinic.admit(*range(10, 310))
    clinic.admit(4, name="")
    clinic.sync()
    clinic.admit(5, name="", version=2)
    done = clinic.sync()
    assert (done.is_full, done.copy.bad_rows) == (False, 2)
    assert [place for place, _ in done.copy.problems] == ["record 4", "record 5"]
    assert clinic.sync().copy.bad_rows == 2


def test_more_than_one_bad_row_of_a_hundred_refuses_the_pass(clinic: Clinic) -> None:
    clinic.sync()
    clinic.admit(*range(10, 160))
    clinic.admit(4, 5, name="")
    error = clinic.refused(wants_full=True)
    assert isinstance(error, errors.RegistryInvalid)
    assert error.sentence == "2 of 155 rows are bad; nothing was changed."
    assert error.problems == (
        ("record 4", "the last name is empty"),
        ("record 5", "the last name is empty"),
    )


def test_bad_rows_of_a_partial_pass_are_counted_against_what_it_read(clinic: Clinic) -> None:
    clinic.admit(*range(10, 310))
    clinic.admit(400, version=2)
    clinic.sync()
    clinic.admit(4, 5, name="", version=3)
    assert clinic.refused().sentence == "2 of 3 rows are bad; nothing was changed."
    assert clinic.sync(wants_full=True).copy.bad_rows == 2


def test_no_more_than_twenty_bad_rows_are_listed(clinic: Clinic) -> None:
    clinic.admit(*range(100, 150), name="")
    error = clinic.refused()
    assert isinstance(error, errors.RegistryInvalid)
    assert len(error.problems) == 20


def test_a_database_that_is_away_is_remembered_until_it_is_back(clinic: Clinic) -> None:
    clinic.sync()
    away = clinic.path.with_suffix(".away")
    clinic.path.rename(away)
    assert isinstance(clinic.refused(), errors.RegistryUnavailable)
    away.rename(clinic.path)
    clinic.sync()
    assert trouble_of(clinic.index) is None


@pytest.mark.security
def test_a_copy_that_grows_old_is_trusted_no_more(clinic: Clinic) -> None:
    clinic.sync()
    assert clinic.is_trusted()
    clinic.clock.advance(hours=24, minutes=1)
    assert not clinic.is_trusted()
    clinic.sync()
    assert clinic.is_trusted()


@pytest.mark.security
def test_passes_that_see_no_deletions_keep_a_copy_fresh_for_a_day_and_its_age_only(clinic: Clinic) -> None:
    clinic.sync()
    clinic.run("DELETE FROM patients WHERE patient_id > 1")
    for _ in range(5):
        clinic.clock.advance(hours=12)
        if clinic.clock.now() - NOON < A_DAY:
            clinic.sync()
        else:
            clinic.refused()  # full passes are due, and lose too many
    assert not clinic.is_trusted()


def test_a_stop_changes_nothing_and_is_no_trouble(clinic: Clinic) -> None:
    with pytest.raises(errors.RegistryUnavailable):
        clinic.sync(should_stop=lambda: True)
    assert (clinic.ids(), trouble_of(clinic.index)) == ([], None)


def test_people_of_a_file_take_the_place_of_a_copy_and_do_not_grow_old(clinic: Clinic) -> None:
    clinic.sync()
    clinic.index.replace(from_file(clinic.index, [person(record_id="7")], "numbers"))
    assert copy_of(clinic.index) is None
    clinic.clock.advance(days=400)
    assert clinic.is_trusted()


@pytest.mark.parametrize(
    "mark",
    [
        None,
        7,
        "2026-01-01 10:00:00",
        "",
        datetime.date(2026, 1, 2),
        datetime.datetime(2026, 1, 2, 3, 4, 5, 6),  # noqa: DTZ001 # databases know moments without a zone
        NOON,
    ],
)
def test_a_watermark_is_kept_as_it_was(mark: Mark | None) -> None:
    assert mark_of(written(mark)) == mark
    assert type(mark_of(written(mark))) is type(mark)


def test_an_index_that_somebody_else_writes_into_is_tried_again(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.adapters.registry.index._BUSY_SECONDS", 0.1)
    with closing(RegistryIndex(tmp_path / "registry.sqlite")) as other:
        with closing(sqlite3.connect(tmp_path / "registry.sqlite", isolation_level=None)) as writing:
            writing.execute("BEGIN IMMEDIATE")
            with pytest.raises(errors.RegistryUnavailable) as raised:
                sync(clinic.source, other, NOON, max_age=A_DAY)
            assert raised.value.hint == "Another import or sync is under way; try again when it is done."
        assert sync(clinic.source, other, NOON, max_age=A_DAY).imported.people == 3


class Watched(RegistryIndex):
    """An index that does something while it is written."""

    meanwhile: Callable[[], None]

    def replace(
        self, people: Iterable[Person], *, confirm_deletions: bool = False, confirm_changes: bool = False
    ) -> Imported:
        def watched() -> Iterator[Person]:
            for one in people:
                self.meanwhile()
                yield one

        return super().replace(
            watched(), confirm_deletions=confirm_deletions, confirm_changes=confirm_changes
        )


def test_the_office_may_write_while_the_index_is_written(clinic: Clinic) -> None:
    with closing(Watched(clinic.path.with_name("registry.sqlite"))) as index:
        index.meanwhile = lambda: clinic.run("UPDATE patients SET nom = nom || 'x'")
        assert sync(clinic.source, index, NOON, max_age=A_DAY).imported.added == 3
    assert {one.last_name for one in clinic.index.everybody()} == {"Vidal"}
    clinic.sync(wants_full=True)
    assert {one.last_name for one in clinic.index.everybody()} == {"Vidalxxx"}


def once(act: Callable[[], object]) -> Callable[[], bool]:
    """A question whether to stop, over which something happens when it is asked first: at the first row."""
    acts = iter([act])

    def should_stop() -> bool:
        for it in acts:
            it()
        return False

    return should_stop


def test_the_index_may_be_written_while_the_office_is_read(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.adapters.registry.index._BUSY_SECONDS", 0.1)
    with closing(RegistryIndex(clinic.path.with_name("registry.sqlite"))) as other:
        clinic.sync(should_stop=once(lambda: other.note("greeting", "hello")))
    assert clinic.index.noted("greeting") == "hello"


def test_an_older_look_does_not_undo_a_quicker_one(clinic: Clinic) -> None:
    with closing(RegistryIndex(clinic.path.with_name("registry.sqlite"))) as other:

        def overtake() -> None:
            sync(clinic.source, other, NOON + datetime.timedelta(seconds=1), max_age=A_DAY)

        with pytest.raises(errors.RegistryUnavailable) as raised:
            clinic.sync(should_stop=once(overtake))
    assert raised.value.sentence == "Another look at the database was quicker."
    copy = copy_of(clinic.index)
    assert copy is not None
    assert (copy.synced_at - NOON, clinic.ids()) == (datetime.timedelta(seconds=1), ["1", "2", "3"])


def test_a_stop_is_heard_also_while_the_index_is_written(clinic: Clinic) -> None:
    answers = iter([False] * 3)  # the three rows are read
    with pytest.raises(errors.RegistryUnavailable):
        clinic.sync(should_stop=lambda: next(answers, True))
    assert (clinic.ids(), trouble_of(clinic.index)) == ([], None)


def test_a_refusal_that_names_a_table_is_told_in_french_with_its_name(clinic: Clinic) -> None:
    source = SqlSource(f"sqlite:///{clinic.path}", "patient", COLUMNS)
    with pytest.raises(errors.RegistryInvalid):
        sync(source, clinic.index, clinic.clock.now(), max_age=A_DAY)
    trouble = trouble_of(clinic.index)
    assert trouble is not None
    assert FRENCH.tell(trouble.said).replace("\N{NO-BREAK SPACE}", " ") == (
        "Il n'y a ni table ni vue « patient ». Pensiez-vous à patients ?"
    )
