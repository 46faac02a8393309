"""One suite for all sources of people: a list, a CSV file, and tables of real SQLite, PostgreSQL and MariaDB."""

import csv
import datetime
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import Column, Engine, MetaData, Table, create_engine, insert, text, update
from sqlalchemy.pool import NullPool

from agent import errors
from agent.adapters.registry import RegistryIndex, databases, read_csv
from agent.adapters.registry.copied import confirm
from agent.adapters.registry.databases import hash_of, read_url
from agent.adapters.registry.records import BAD_DATE, Record
from agent.adapters.registry.sql_source import SqlSource
from agent.adapters.registry.sync import Synced, sync
from agent.domain.identity import Identifier, Person, RecordId
from tests.servers import PASSWORD, QUOTED_PASSWORD, READER, Server

pytestmark = pytest.mark.timeout(180)  # a server's first start

COLUMNS = {"id": "patient_id", "last_name": "nom", "first_name": "prenom", "dob": "ne_le"}
ROWS: Sequence[Mapping[str, object]] = (
    {
        "patient_id": 7,
        "nom": "Côté",
        "prenom": "Agnès ",
        "ne_le": datetime.date(1958, 10, 5),
        "cin": "m 710997",
    },
    {"patient_id": 8, "nom": "الفاسي", "prenom": "هند", "ne_le": None, "cin": None},
    {"patient_id": 9, "nom": "O'Connor", "prenom": "Jean-Luc", "ne_le": datetime.date(2000, 1, 1), "cin": ""},
)
PEOPLE = [
    Person(
        record_id=RecordId("7"),
        last_name="Côté",
        first_name="Agnès",
        birth_date=datetime.date(1958, 10, 5),
        identifiers=(Identifier(kind="cin", value="M710997"),),
    ),
    Person(record_id=RecordId("8"), last_name="الفاسي", first_name="هند"),
    Person(
        record_id=RecordId("9"),
        last_name="O'Connor",
        first_name="Jean-Luc",
        birth_date=datetime.date(2000, 1, 1),
    ),
]
MANY = 150_000


class Database:
    """A database that a test may fill, with the address that its reader has."""

    def __init__(self, kind: str, owner: Engine, url: str, server: Server | None = None) -> None:
        self.kind, self.owner, self.url, self.server = kind, owner, url, server
        self.metadata = MetaData()

    def make(
        self,
        rows: Sequence[Mapping[str, object]] = ROWS,
        name: str = "patients",
        schema: str | None = None,
        **types: Any,
    ) -> Table:
        """Make a table of these rows; columns are texts of 80 letters unless said otherwise."""
        known = {"patient_id": sqlalchemy.Integer(), "ne_le": sqlalchemy.Date()} | types
        made = Table(
            name,
            self.metadata,
            *(Column(it, known.get(it, sqlalchemy.String(80)), nullable=True) for it in rows[0]),
            schema=schema,
        )
        self.metadata.create_all(self.owner)
        with self.owner.begin() as connection:
            connection.execute(insert(made), [dict(row) for row in rows])
        return made

    def source(
        self, table: str = "patients", columns: Mapping[str, str] = COLUMNS, **options: Any
    ) -> SqlSource:
        return SqlSource(self.url, table, columns, **options)

    def tell(self, *statements: str) -> None:
        with self.owner.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        path = tmp_path / "office 1.sqlite"
        made = Database("sqlite", create_engine(f"sqlite:///{path}", poolclass=NullPool), f"sqlite:///{path}")
    else:
        server: Server = request.getfixturevalue(f"{request.param}_server")
        made = Database(request.param, server.owner, server.url, server)
    yield made
    if made.kind == "postgresql":
        made.tell(
            "DROP SCHEMA public CASCADE", "DROP SCHEMA IF EXISTS office CASCADE", "CREATE SCHEMA public"
        )
    elif made.kind == "mariadb":
        made.tell(
            "DROP DATABASE clinic",
            "CREATE DATABASE clinic CHARACTER SET utf8mb4",
            "DROP DATABASE IF EXISTS office",
        )


def records(source: SqlSource, since: Any = None) -> list[Record]:
    with source.reading() as reading:
        return list(reading.records(since))


def people(source: SqlSource, since: Any = None) -> list[Person]:
    return [it.person for it in records(source, since) if it.person is not None]


def refusal(act: Callable[[], object]) -> errors.DossierdError:
    with pytest.raises(errors.DossierdError) as raised:
        act()
    told = f"{raised.value.sentence} {raised.value.hint} {raised.value}"
    assert PASSWORD not in told
    assert QUOTED_PASSWORD not in told
    assert "127.0.0.1" not in told
    return raised.value


def test_a_table_gives_its_people(database: Database) -> None:
    database.make()
    assert people(database.source()) == PEOPLE


def test_a_file_gives_the_same_people(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(ROWS[0])
        writer.writerows(row.values() for row in ROWS)
    assert list(read_csv(path, COLUMNS).people) == PEOPLE


def test_a_layout_says_what_is_taken_for_what_and_what_is_not_used(database: Database) -> None:
    database.make([{**row, "ville": "Oujda"} for row in ROWS])
    with database.source().reading() as reading:
        layout = reading.layout
    assert dict(layout.fields) == {**COLUMNS, "cin": "cin"}
    assert layout.unused == ("ville",)
    assert layout.table == "patients"
    assert "clinic" not in layout.place


def test_a_view_can_be_read_as_well_as_a_table(database: Database) -> None:
    database.make()
    database.tell("CREATE VIEW adultes AS SELECT * FROM patients WHERE patient_id < 9")
    assert people(database.source("adultes")) == PEOPLE[:2]


def test_names_that_need_quotes_are_taken_as_they_are(database: Database) -> None:
    rows = [{"N° dossier": "7", "select": "Côté", 'Prénom "usuel"': "Agnès"}]
    database.make(rows, "Fiches Patients")
    columns = {"id": "N° dossier", "last_name": "select", "first_name": 'Prénom "usuel"'}
    (one,) = people(database.source("Fiches Patients", columns))
    assert (one.record_id, one.last_name, one.first_name) == ("7", "Côté", "Agnès")


def test_a_table_may_be_named_with_its_schema(database: Database) -> None:
    match database.kind:
        case "sqlite":
            database.make()
            assert people(database.source("main.patients")) == PEOPLE
        case "postgresql":
            database.tell("CREATE SCHEMA office")
            database.make(schema="office")
            assert people(database.source("office.patients")) == PEOPLE
        case _:
            database.tell(
                "CREATE DATABASE office CHARACTER SET utf8mb4", "GRANT SELECT ON office.* TO reader@'%'"
            )
            database.make(schema="office")
            assert people(database.source("office.patients")) == PEOPLE


@pytest.mark.security
@pytest.mark.parametrize("name", ["patient", "patients; DROP TABLE patients", 'patients" --', "x.patients"])
def test_a_table_that_is_not_there_is_refused_and_near_ones_are_named(database: Database, name: str) -> None:
    database.make()
    error = refusal(lambda: records(database.source(name)))
    assert isinstance(error, errors.RegistryInvalid)
    assert error.sentence.startswith("There is no table or view")
    assert "DOSSIERD_REGISTRY_TABLE" in error.hint
    assert people(database.source()) == PEOPLE
    if name == "patient":
        assert "Did you mean patients?" in error.sentence


def test_a_column_that_was_renamed_is_refused_and_near_ones_are_named(database: Database) -> None:
    database.make()
    database.tell("ALTER TABLE patients RENAME COLUMN nom TO nom_usage")
    error = refusal(lambda: records(database.source()))
    assert isinstance(error, errors.RegistryInvalid)
    assert error.sentence.startswith("There is no column 'nom'. Did you mean ")
    assert "nom_usage" in error.sentence
    assert "DOSSIERD_REGISTRY_COLUMNS" in error.hint


def test_a_watermark_that_is_not_there_is_refused(database: Database) -> None:
    database.make([{**row, "modifie": 1} for row in ROWS], modifie=sqlalchemy.Integer())
    error = refusal(lambda: records(database.source(watermark="modifié")))
    assert error.sentence == "There is no column 'modifié'. Did you mean modifie?"
    assert "DOSSIERD_REGISTRY_WATERMARK" in error.hint


def test_two_rows_of_one_id_refuse_the_table(database: Database) -> None:
    database.make([*ROWS, {**ROWS[0], "nom": "Tazi"}])
    error = refusal(lambda: records(database.source()))
    assert isinstance(error, errors.RegistryInvalid)
    assert error.problems == (("record 7", "its id is that of an earlier row"),)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_two_rows_of_one_id_refuse_the_table_also_where_one_is_bad(database: Database) -> None:
    database.make([*ROWS, {**ROWS[0], "nom": ""}])
    assert isinstance(refusal(lambda: records(database.source())), errors.RegistryInvalid)


def test_a_bad_row_says_so_and_an_unreadable_birth_date_keeps_the_person(database: Database) -> None:
    rows: list[dict[str, object]] = [
        {"patient_id": "7", "nom": "Côté", "prenom": "Agnès", "ne_le": "5 octobre 58"},
        {"patient_id": "8", "nom": "", "prenom": "Hind", "ne_le": None},
        {"patient_id": "", "nom": "Vidal", "prenom": "Hind", "ne_le": None},
        {"patient_id": "a/b", "nom": "Vidal", "prenom": "Hind", "ne_le": None},
        {"patient_id": "9", "nom": "Vidal", "prenom": None, "ne_le": "16/08/1977"},
        {"patient_id": "10", "nom": "Vidal", "prenom": "Hind", "ne_le": "1977-08-15 23:00:00"},
    ]
    database.make(rows, patient_id=sqlalchemy.String(20), ne_le=sqlalchemy.String(20))
    found = records(database.source())
    assert [(it.place, it.problem) for it in found] == [
        ("record 7", f"{BAD_DATE}; it counts as unknown"),
        ("record 8", "the last name is empty"),
        ("row 3", "the id is empty"),
        ("record a/b", 'the id holds one of / \\ : * ? " < > |'),
        ("record 9", "the first name is empty"),
        ("record 10", f"{BAD_DATE}; it counts as unknown"),
    ]
    kept = [it.person for it in found if it.person is not None]
    assert [(one.record_id, one.birth_date) for one in kept] == [("7", None), ("10", None)]


def test_values_are_read_as_a_file_would_hold_them(database: Database) -> None:
    rows = [
        {
            "patient_id": Decimal("4711.00"),
            "nom": "Côté",
            "prenom": "Agnès",
            "ne_le": datetime.datetime(1958, 10, 5),  # noqa: DTZ001 # databases know moments without a zone
        }
    ]
    database.make(
        rows, patient_id=sqlalchemy.Numeric(12, 2), nom=sqlalchemy.CHAR(30), ne_le=sqlalchemy.DateTime()
    )
    if database.kind == "sqlite":  # it keeps moments as text, with parts of a second
        database.tell("UPDATE patients SET ne_le = '1958-10-05 00:00:00'")
    (one,) = people(database.source())
    assert (one.record_id, one.last_name, one.birth_date) == ("4711", "Côté", datetime.date(1958, 10, 5))


def test_a_watermark_asks_for_what_has_changed_since(database: Database) -> None:
    rows = [{**row, "version": place} for place, row in enumerate(ROWS)]
    database.make(rows, version=sqlalchemy.Integer())
    source = database.source(watermark="version")
    with source.reading() as reading:
        assert reading.watermark() == 2
        assert [it.person for it in reading.records(1)] == PEOPLE[1:]
    database.tell("UPDATE patients SET version = NULL")
    with source.reading() as reading:
        assert reading.watermark() is None


def test_a_watermark_may_be_a_whole_number_of_any_type_and_no_other_number(database: Database) -> None:
    database.make([{**row, "version": 7} for row in ROWS], version=sqlalchemy.Numeric(20, 0))
    with database.source(watermark="version").reading() as reading:
        assert reading.watermark() == 7
    database.make([{**ROWS[0], "version": 7.5}], "others", version=sqlalchemy.Float())
    with database.source("others", watermark="version").reading() as reading:
        error = refusal(reading.watermark)
    assert isinstance(error, errors.SettingInvalid)
    assert error.sentence.startswith("DOSSIERD_REGISTRY_WATERMARK: ")


def test_a_moment_as_watermark_overlaps_because_what_is_committed_late_is_dated_early(
    database: Database,
) -> None:
    noon = datetime.datetime(2026, 3, 1, 12, 0)  # noqa: DTZ001 # databases know moments without a zone
    rows = [
        {**row, "modifie": noon - datetime.timedelta(minutes=4 * place)} for place, row in enumerate(ROWS)
    ]
    database.make([*rows, {**ROWS[0], "patient_id": 1, "modifie": noon - datetime.timedelta(days=1)}], modifie=(
        sqlalchemy.DateTime()))  # fmt: skip
    with database.source(watermark="modifie").reading() as reading:
        mark = reading.watermark()
        found = [it.person for it in reading.records(mark)]
    if database.kind == "sqlite":  # a text: compared as it is
        assert (str(mark)[:19], found) == ("2026-03-01 12:00:00", PEOPLE[:1])
    else:
        assert (mark, found) == (noon, PEOPLE)


def test_a_reading_sees_one_moment_whatever_is_written_meanwhile(database: Database) -> None:
    database.make()
    if database.kind == "sqlite":
        database.tell("PRAGMA journal_mode = WAL")
    with database.source().reading() as reading:
        first = len(list(reading.records()))
        database.tell("DELETE FROM patients WHERE patient_id = 7")
        assert len(list(reading.records())) == first == 3
    assert people(database.source()) == PEOPLE[1:]


@pytest.mark.security
def test_nothing_can_be_written_even_by_an_owner(database: Database) -> None:
    database.make()
    url = database.url if database.server is None else str(database.owner.url.render_as_string(False))
    with SqlSource(url, "patients", COLUMNS).reading() as reading, pytest.raises(sqlalchemy.exc.DBAPIError):
        reading._connection.execute(text("DELETE FROM patients"))
    assert people(database.source()) == PEOPLE


def test_a_database_that_is_not_there_can_be_tried_again_later(database: Database, tmp_path: Path) -> None:
    if database.server is None:
        url = f"sqlite:///{tmp_path}/none.sqlite"
    else:
        url = database.url.replace("/clinic", "/clinique")
    error = refusal(lambda: records(SqlSource(url, "patients", COLUMNS)))
    assert isinstance(error, errors.RegistryUnavailable)
    assert error.retryable
    assert not (tmp_path / "none.sqlite").exists()


@pytest.mark.security
@pytest.mark.parametrize("database", ["postgresql", "mariadb"], indirect=True)
def test_a_wrong_password_says_which_setting_to_look_at(database: Database) -> None:
    url = database.url.replace(QUOTED_PASSWORD, "wrong")
    error = refusal(lambda: records(SqlSource(url, "patients", COLUMNS)))
    assert isinstance(error, errors.RegistryUnavailable)
    assert error.hint.startswith("The name or password in DOSSIERD_REGISTRY_URL is not accepted")


@pytest.mark.parametrize("database", ["postgresql", "mariadb"], indirect=True)
def test_a_server_that_goes_away_in_the_middle_is_no_end_of_the_table(database: Database) -> None:
    assert database.server is not None
    series = {
        "postgresql": f"generate_series(1, {MANY}) AS seq",
        "mariadb": f"seq_1_to_{MANY}",
    }[database.kind]
    database.make()
    database.tell(
        "DELETE FROM patients",
        f"INSERT INTO patients (patient_id, nom, prenom) SELECT seq, 'Vidal', 'Hind' FROM {series}",
    )
    try:

        def read_on() -> None:
            with database.source().reading() as reading:
                found = reading.records()
                next(found)
                assert database.server is not None
                database.server.stop()
                assert sum(1 for _ in found) < MANY - 1
                raise AssertionError("it ended as if it were whole")

        assert isinstance(refusal(read_on), errors.RegistryUnavailable)
    finally:
        database.server.start()


def test_a_database_that_hangs_is_not_waited_for_forever(database: Database) -> None:
    database.make()
    if database.kind == "sqlite":
        with closing(sqlite3.connect(database.url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            error = refusal(lambda: records(database.source(timeout_seconds=1)))
    else:
        sleep = {"postgresql": "pg_sleep(30)::text", "mariadb": "sleep(30)"}[database.kind]
        database.tell(
            f"CREATE VIEW slow AS SELECT patient_id, nom, prenom, ne_le, {sleep} AS cin FROM patients"
        )
        error = refusal(lambda: records(database.source("slow", timeout_seconds=1)))
    assert isinstance(error, errors.RegistryUnavailable)


@pytest.mark.reliability
@pytest.mark.parametrize("database", ["mariadb"], indirect=True)
def test_what_was_asked_in_vain_does_not_go_on_in_the_office(database: Database) -> None:
    database.make()
    database.tell(
        "CREATE VIEW slow AS SELECT patient_id, nom, prenom, ne_le, sleep(60) AS cin FROM patients WHERE nom > ''"
    )
    error = refusal(lambda: records(database.source("slow", timeout_seconds=1)))
    assert error.hint == "The database took too long. Is the table locked, or is the view a slow one?"
    deadline = time.monotonic() + 5
    while _is_asked(database):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_asked(database: Database) -> bool:
    with database.owner.connect() as connection:
        sessions = connection.execute(text("SHOW PROCESSLIST")).mappings().all()
    return any(it["User"] == READER for it in sessions)


@pytest.mark.parametrize("database", ["mariadb"], indirect=True)
def test_a_server_that_nobody_can_tell_to_end_ends_by_itself(database: Database) -> None:
    database.make()
    with database.source(timeout_seconds=6).reading() as reading:
        limit = reading._connection.execute(text("SELECT @@max_statement_time")).scalar()
    assert limit == 60


@pytest.mark.parametrize("kind", ["date", "timestamp", "timestamptz"])
@pytest.mark.parametrize("date", ["infinity", "-infinity", "0044-03-15 BC", "12000-01-01"])
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_date_that_only_postgresql_knows_is_a_bad_date_of_its_row(
    database: Database, date: str, kind: str
) -> None:
    database.make()
    database.tell(
        f"ALTER TABLE patients ALTER ne_le TYPE {kind}",
        f"UPDATE patients SET ne_le = '{date}' WHERE patient_id = 8",
    )
    found = {it.place: it for it in records(database.source())}
    assert found["record 8"].problem == f"{BAD_DATE}; it counts as unknown"
    assert found["record 8"].person == PEOPLE[1]
    if kind != "timestamptz":
        assert found["record 7"].person == PEOPLE[0]
    with database.source(watermark="ne_le").reading() as reading:
        if date in ("infinity", "12000-01-01"):
            assert isinstance(refusal(reading.watermark), errors.SettingInvalid)
        else:
            assert reading.watermark() is not None


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_value_that_a_view_fails_over_is_said_to_be_one(database: Database) -> None:
    database.make()
    database.tell(
        "CREATE VIEW cast_of AS SELECT patient_id, nom, prenom, CAST(nom AS date) AS ne_le FROM patients"
    )
    error = refusal(lambda: records(database.source("cast_of")))
    assert error.hint.startswith("A value of the table, or one that its view makes, can't be read")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_number_of_thousands_of_digits_is_a_bad_row_and_no_watermark(database: Database) -> None:
    database.make([{**row, "tel": 1} for row in ROWS], tel=sqlalchemy.Numeric())
    database.tell("UPDATE patients SET tel = 1e5000 WHERE patient_id = 8")
    source = database.source(columns={**COLUMNS, "phone": "tel"}, watermark="tel")
    assert {it.problem for it in records(source)} == {
        None,
        "what stands in phone is no text; it counts as unknown",
    }
    with source.reading() as reading:
        assert isinstance(refusal(reading.watermark), errors.SettingInvalid)


@pytest.mark.parametrize("database", ["sqlite", "mariadb"], indirect=True)  # PostgreSQL keeps no NUL
def test_a_text_with_a_nul_is_a_bad_row(database: Database) -> None:
    database.make([{**ROWS[0], "nom": "Cô\0té"}, ROWS[1]])
    assert [it.problem for it in records(database.source())] == ["what stands in last_name is no text", None]


def test_a_text_in_an_old_encoding_is_read_or_its_row_is_bad(database: Database) -> None:
    database.make()
    match database.kind:
        case "sqlite":
            database.tell("UPDATE patients SET nom = CAST(x'43F474E9' AS TEXT) WHERE patient_id = 7")
            assert records(database.source())[0] == Record(
                place="record 7", problem="what stands in last_name is no text", record_id=RecordId("7")
            )
        case "mariadb":
            database.tell("ALTER TABLE patients MODIFY nom VARBINARY(80)")
            database.tell("UPDATE patients SET nom = x'43F474E9' WHERE patient_id = 7")
            assert [it.problem for it in records(database.source())] == [
                "what stands in last_name is no text",
                None,
                None,
            ]
            database.tell("ALTER TABLE patients MODIFY nom VARCHAR(80) CHARACTER SET latin1")
            assert people(database.source())[0].last_name == "Côté"
        case _:
            database.tell("ALTER TABLE patients ALTER nom TYPE bytea USING decode('43F474E9', 'hex')")
            assert {it.problem for it in records(database.source())} == {
                "what stands in last_name is no text"
            }


@pytest.mark.parametrize("database", ["sqlite", "mariadb"], indirect=True)  # PostgreSQL keeps no such cells
def test_a_cell_that_nobody_needs_is_left_blank_where_it_is_no_text(database: Database) -> None:
    rows = [{"patient_id": 7, "nom": "Vidal", "prenom": "Hind", "ne_le": None, "phone": None, "sex": "F"}]
    database.make(rows, phone=sqlalchemy.LargeBinary(), ne_le=sqlalchemy.LargeBinary())
    database.tell("UPDATE patients SET phone = x'E93036', ne_le = x'E9'")
    (found,) = records(database.source())
    assert found == Record(
        place="record 7",
        person=Person(record_id=RecordId("7"), last_name="Vidal", first_name="Hind", sex="F"),
        problem="what stands in dob, phone is no text; it counts as unknown",
    )


def test_passes_follow_a_database_by_its_moments(database: Database, tmp_path: Path) -> None:
    dawn = datetime.datetime(2026, 3, 1, 6, 0, tzinfo=datetime.UTC)
    moment = sqlalchemy.DateTime(timezone=True)
    made = database.make(
        [{**row, "modifie": dawn + datetime.timedelta(hours=place)} for place, row in enumerate(ROWS)],
        modifie=moment,
    )
    source = database.source(watermark="modifie")

    def sync_at(hour: int) -> Synced:
        now = dawn + datetime.timedelta(hours=hour)
        return sync(source, index, now, max_age=datetime.timedelta(days=1))

    def write(hour: int, **values: object) -> None:
        changed = update(made).where(made.c.patient_id == 7)
        with database.owner.begin() as connection:
            connection.execute(changed.values(modifie=dawn + datetime.timedelta(hours=hour), **values))

    with closing(RegistryIndex(tmp_path / "registry.sqlite")) as index:
        with source.reading() as reading:
            confirm(index, reading.layout)
        assert (sync_at(3).is_full, sorted(one.record_id for one in index.everybody())) == (
            True,
            ["7", "8", "9"],
        )
        write(4, nom="Vidal")
        partial = sync_at(5)
        assert (partial.is_full, partial.imported.changed) == (False, 1)
        assert partial.rows < 3
        database.tell("DELETE FROM patients WHERE patient_id = 9")
        write(1, nom="Tazi")  # the clock of that machine was put back
        backwards = sync_at(6)
        assert (backwards.is_full, backwards.imported.changed, backwards.imported.removed) == (True, 1, 1)
        write(1000)  # a slip: nothing that is changed from now on would be above it
        assert [sync_at(7).is_full, sync_at(8).is_full] == [True, True]


@pytest.mark.parametrize("database", ["mariadb"], indirect=True)
def test_a_stop_lets_go_of_the_unread_rows_before_the_connection_is_closed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.make()
    let_go: list[bool] = []

    def abandon(connection: sqlalchemy.Connection, result: Any) -> None:
        let_go.append(not connection.closed)
        databases_abandon(connection, result)

    databases_abandon = databases.abandon
    monkeypatch.setattr(databases, "abandon", abandon)
    with closing(RegistryIndex(tmp_path / "registry.sqlite")) as index:
        with database.source().reading() as reading:
            confirm(index, reading.layout)
        with pytest.raises(errors.RegistryUnavailable) as raised:
            sync(
                database.source(),
                index,
                datetime.datetime.now(datetime.UTC),
                max_age=datetime.timedelta(days=1),
                should_stop=lambda: True,
            )
        assert raised.value.sentence == "A stop was asked for."
        assert let_go == [True]


@pytest.mark.security
@pytest.mark.parametrize(
    "url",
    ["", "people.csv", "oracle://reader:s3cret@host/db", "postgresql://reader:s3cret@host", "sqlite://", "http://x/y",
     "mariadb://reader:s3cret@host:port/db"],
)  # fmt: skip
def test_an_address_of_no_database_is_refused_without_being_told(url: str) -> None:
    with pytest.raises(errors.SettingInvalid) as raised:
        SqlSource(url, "patients", {})
    assert "DOSSIERD_REGISTRY_URL" in raised.value.sentence
    assert "s3cret" not in f"{raised.value} {raised.value.hint}"


@pytest.mark.security
@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("postgresql:///db?host=/a", "postgresql:///db?host=/b", False),
        ("postgresql:///db?host=/a&port=5433", "postgresql:///db?host=/a&port=5434", False),
        ("postgresql:///db?service=a", "postgresql:///db?service=b", False),
        ("mariadb:///db?unix_socket=/a", "mariadb:///db?unix_socket=/b", False),
        ("postgresql://h/db", "postgresql://h/other", False),
        ("postgresql://h/db?sslmode=require", "postgresql://reader:s3cret@h/db", True),
    ],
)
def test_two_places_are_told_apart_by_all_that_an_address_says_of_where_they_are(
    one: str, other: str, *, is_same: bool
) -> None:
    assert (hash_of(read_url(one)) == hash_of(read_url(other))) is is_same
