"""Jobs in the ledger: there exactly when a document is anybody's to work on, whatever else happens."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL

from agent import errors
from agent.adapters.ledger import SqlJobs, SqlLedger, changes, job_tables, open_engine
from agent.adapters.ledger.engine import writing
from agent.domain.document import DocumentId, Sha256
from agent.domain.outcome import Event, Failed, FailureReason, State
from agent.jobs import JobLoad
from tests.custody_builders import NOON
from tests.ledger_builders import a_claimed, a_resting
from tests.ledgers import LedgerDatabases

pytestmark = pytest.mark.reliability

ONE, TWO = DocumentId(1), DocumentId(2)
BYTES = Sha256("1" * 64)


@pytest.fixture
def jobs(engine: Engine) -> SqlJobs:
    return SqlJobs(engine)


def rows(engine: Engine) -> list[tuple[object, ...]]:
    query = (
        "SELECT queue_name, task_name, lock, queueing_lock, args, status FROM procrastinate_jobs ORDER BY id"
    )
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def begin(engine: Engine, document_id: DocumentId) -> None:
    """Do what a worker does when it takes a job."""
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE procrastinate_jobs SET status = 'doing' WHERE lock = :lock AND status = 'todo'"),
            {"lock": f"D-{document_id}"},
        )


def test_a_claimed_document_has_a_job_that_holds_its_number_and_nothing_else(
    ledger: SqlLedger, engine: Engine
) -> None:
    assert a_claimed(ledger) == ONE
    assert rows(engine) == [("documents", "process_document", "D-1", None, {"document_id": 1}, "todo")]


def test_a_claim_that_is_not_written_leaves_no_job(ledger: SqlLedger, engine: Engine, jobs: SqlJobs) -> None:
    a_claimed(ledger)
    ledger.start(ONE, BYTES, 1, NOON)
    begin(engine, ONE)
    with writing(engine) as connection:
        changes.advance(connection, changes.require(connection, ONE), Event.INTERRUPTED)
        connection.rollback()
    assert [row[5] for row in rows(engine)] == ["doing"]
    document = ledger.document(ONE)
    assert document is not None
    assert document.state is State.READING


@pytest.mark.parametrize(
    ("event", "asks"), [(Event.INTERRUPTED, True), (Event.STOPPED, False), (Event.CHANGED, False)]
)
def test_who_dies_over_a_document_leaves_it_to_all_and_who_hands_it_back_goes_on_with_it(
    ledger: SqlLedger, engine: Engine, event: Event, asks: bool
) -> None:
    a_claimed(ledger)
    begin(engine, ONE)
    ledger.start(ONE, BYTES, 1, NOON)
    ledger.hand_back(ONE, event, NOON)
    assert [row[5] for row in rows(engine)] == ["doing", *(["todo"] if asks else [])]


def test_what_begins_anew_has_a_job_again(ledger: SqlLedger, engine: Engine, jobs: SqlJobs) -> None:
    document_id = a_resting(ledger, Failed(reason=FailureReason.DAMAGED, detail=""))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs"))
    ledger.retry(document_id, Event.RETRIED, "cli:anna", NOON)
    assert jobs.known() == {document_id}


def test_a_document_that_waits_is_not_queued_twice(ledger: SqlLedger, engine: Engine, jobs: SqlJobs) -> None:
    a_claimed(ledger)
    jobs.queue([ONE, TWO])
    jobs.put_back([ONE])
    assert [(row[2], row[5]) for row in rows(engine)] == [("D-1", "todo"), ("D-2", "todo")]


def test_what_somebody_works_on_is_not_queued_but_can_be_put_back(
    ledger: SqlLedger, engine: Engine, jobs: SqlJobs
) -> None:
    a_claimed(ledger)
    begin(engine, ONE)
    jobs.queue([ONE])
    assert [row[5] for row in rows(engine)] == ["doing"]
    jobs.put_back([ONE])
    assert [row[5] for row in rows(engine)] == ["doing", "todo"]


def test_who_was_not_heard_of_lately_is_no_worker(engine: Engine, jobs: SqlJobs) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO procrastinate_workers (last_heartbeat) "
                "VALUES (now()), (now() - interval '59 seconds'), (now() - interval '61 seconds')"
            )
        )
    jobs.queue([ONE])
    assert jobs.load(60) == JobLoad(jobs=1, workers=2)


def test_many_who_queue_the_same_raise_nothing(engine: Engine, jobs: SqlJobs) -> None:
    refused: list[errors.DossierdError] = []

    def queue() -> None:
        try:
            jobs.put_back([ONE, TWO])
        except errors.LedgerUnavailable as error:
            refused.append(error)

    threads = [threading.Thread(target=queue) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []
    assert [row[2] for row in rows(engine)] == ["D-1", "D-2"]


# --- Their tables


def test_a_ledger_without_jobs_gets_them_and_keeps_its_rows(
    ledger_databases: LedgerDatabases, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ledger_databases.new() as place:
        with monkeypatch.context() as before_there_were_jobs:
            before_there_were_jobs.setattr(job_tables, "bring_up_to_date", lambda connection: None)
            made = open_engine(place, may_upgrade=True)
        SqlLedger(made).found_home("home1")
        made.dispose()
        with pytest.raises(
            errors.LedgerUnavailable, match="The ledger's jobs are of an older version"
        ) as refused:
            open_engine(place, may_upgrade=False)
        assert refused.value.hint == "Restart the daemon: it brings the ledger up to date."
        open_engine(place, may_upgrade=True).dispose()
        opened = open_engine(place, may_upgrade=False)
        assert SqlLedger(opened).home_id() == "home1"
        assert SqlJobs(opened).known() == frozenset()
        opened.dispose()


def mark(engine: Engine, comment: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"COMMENT ON TABLE procrastinate_jobs IS {comment}"))


@pytest.fixture
def other_tables(place: URL, engine: Engine) -> Iterator[URL]:
    """A ledger whose tables of jobs a test calls something else."""
    with engine.connect() as connection:
        was = connection.execute(
            text("SELECT obj_description(to_regclass('procrastinate_jobs'), 'pg_class')")
        ).scalar()
    yield place
    mark(engine, f"'{was}'")


def test_jobs_of_a_newer_procrastinate_are_refused(other_tables: URL, engine: Engine) -> None:
    mark(engine, "'dossierd: 99.00.00_01_pre_more'")
    with pytest.raises(
        errors.LedgerUnavailable, match=r"newer procrastinate \(99.00.00_01_pre_more"
    ) as refused:
        open_engine(other_tables, may_upgrade=True)
    assert refused.value.hint == "Install the locked requirements again: scripts/setup"


def test_jobs_of_another_program_are_refused(other_tables: URL, engine: Engine) -> None:
    mark(engine, "NULL")
    with pytest.raises(errors.LedgerUnavailable, match="the jobs of another program") as refused:
        open_engine(other_tables, may_upgrade=True)
    assert refused.value.hint == "Give dossierd a database of its own."


def test_jobs_of_an_older_procrastinate_are_brought_up_to_date(ledger_databases: LedgerDatabases) -> None:
    with ledger_databases.new() as place:
        made = open_engine(place, may_upgrade=True)
        drop = "DROP TRIGGER procrastinate_trigger_status_events_update_v1 ON procrastinate_jobs"
        with made.begin() as connection:  # what the last migration makes
            connection.execute(text(drop))
        mark(made, "'dossierd: 03.04.00_01_pre_add_retry_failed_job_procedure'")
        made.dispose()
        opened = open_engine(place, may_upgrade=True)
        with opened.begin() as connection:
            assert job_tables.are_current(connection)
            connection.execute(text(drop))  # it is there again
        opened.dispose()
