"""Asks for jobs of the queue: procrastinate's worker, in a thread and an event loop of its own.

Invariants
- A job is held from when it was fetched until `let_go`, and is then removed; the work itself happens elsewhere.
- Where the database is gone the worker is begun again, after growing pauses, until `stop`. What it held is let go:
  who works on a document doesn't need its job.
- Jobs of workers that were silent for a lease are removed by each worker that sees them. Who asks for them anew is the
  sweep (`workflow/recovery.py`), which knows what is left to do.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import procrastinate
import structlog
from procrastinate import exceptions, jobs, manager, worker

from agent.domain.document import DocumentId
from agent.jobs import QUEUE, TASK

log = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 1.0, 30.0
BEATS_A_LEASE, LOOKS_A_LEASE = 6, 3
LETTING_GO_SECONDS = 1.0
"""What a worker that ends waits for its jobs; their documents go on without them."""
POOL_SECONDS = 5.0
"""How long it waits for a connection: to fetch, to end a job, to beat."""
MOST_CONNECTIONS = 4
POLL_SECONDS = 5.0
"""How often it asks without having been notified of a job, and so finds that the database is gone."""
SELDOM_SECONDS = 600.0
"""How often procrastinate looks for jobs that somebody wants aborted. Nobody does."""


class _Worker(worker.Worker):
    """procrastinate's, which ends when its beats or its listening do: it looks after these until the first of its side
    tasks ends, and what defers periodic jobs would end at once, since there are none.
    """

    async def _periodic_deferrer(self) -> None:
        await asyncio.Event().wait()


class _Jobs(manager.JobManager):
    """procrastinate's, from which nothing is fetched while this host can't put away what it would work on."""

    def __init__(self, connector: procrastinate.PsycopgConnector, may_ask: Callable[[], bool]) -> None:
        super().__init__(connector)
        self._may_ask = may_ask

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> jobs.Job | None:
        if not await asyncio.to_thread(self._may_ask):
            return None
        return await super().fetch_job(queues=queues, worker_id=worker_id)


class JobListener:
    """Hands over documents as they are asked for, a few at once.

    Args:
        address: what `psycopg.connect` takes.
        take: called in a thread for each job, and may take a while; `let_go` ends the job.
        may_ask: asked in a thread before each job is fetched; after a no it is asked again a little later.
        at_once: how many jobs are held at most.
        lease_seconds: after how long a silence others remove the jobs of this one; by the database's clock.
    """

    def __init__(
        self,
        address: Mapping[str, Any],
        take: Callable[[DocumentId], None],
        *,
        may_ask: Callable[[], bool],
        at_once: int,
        lease_seconds: float,
    ) -> None:
        self._address = dict(address)
        self._take = take
        self._may_ask = may_ask
        self._at_once = at_once
        self._lease_seconds = lease_seconds
        self._held: dict[DocumentId, list[asyncio.Future[None]]] = {}
        self._state = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listening: asyncio.Task[None] | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def let_go(self, document_id: DocumentId) -> None:
        """End a document's jobs; one that none was held for is none of ours. From any thread."""
        self._soon(lambda: self._release(document_id))

    def stop(self) -> None:
        """Fetch nothing more; returns at once."""
        self._closing.set()
        self._soon(self._cancel)

    def join(self, timeout_seconds: float) -> bool:
        """Wait until the jobs are ended. True when they were in time."""
        if self._thread.ident is not None:  # it was started
            self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def _soon(self, what: Callable[[], None]) -> None:
        with self._state:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(what)

    def _release(self, document_id: DocumentId) -> None:
        for held in self._held.pop(document_id, ()):
            if not held.done():
                held.set_result(None)

    def _cancel(self) -> None:
        if self._listening is not None:
            self._listening.cancel()

    def _run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._closing.is_set():
            try:
                asyncio.run(self._listen())
            except Exception as error:  # noqa: BLE001 -- a supervised loop: it goes on
                log.warning("jobs_not_heard", reason=_reason_of(error))
                self._closing.wait(pause)
                pause = min(LAST_PAUSE_SECONDS, 2 * pause)
            else:
                pause = FIRST_PAUSE_SECONDS

    async def _listen(self) -> None:
        """Hold jobs until the database is gone, or a stop comes."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_note)
        self._listening = asyncio.create_task(self._work())
        with self._state:
            self._loop = loop
        try:
            if not self._closing.is_set():
                await self._listening
        except asyncio.CancelledError:
            if not self._closing.is_set():
                raise
        finally:
            with self._state:
                self._loop = None
            self._listening.cancel()
            self._held.clear()

    async def _work(self) -> None:
        connector = procrastinate.PsycopgConnector(
            kwargs=self._address, min_size=1, max_size=MOST_CONNECTIONS, timeout=POOL_SECONDS, name="jobs"
        )
        app = procrastinate.App(connector=connector)
        app.job_manager = _Jobs(connector, self._may_ask)
        app.task(name=TASK, queue=QUEUE)(self._job)
        async with app.open_async(), asyncio.TaskGroup() as together:
            together.create_task(self._remove_stalled(app))
            together.create_task(self._ask(app))

    async def _ask(self, app: procrastinate.App) -> None:
        """Fetch jobs and hold them, until cancelled.

        Raises:
            ConnectorException: the database is gone, wholly or for the beats or the listening alone.
        """
        asking = _Worker(
            app,
            queues=[QUEUE],
            concurrency=self._at_once,
            delete_jobs="always",
            install_signal_handlers=False,
            shutdown_graceful_timeout=LETTING_GO_SECONDS,
            fetch_job_polling_interval=POLL_SECONDS,
            abort_job_polling_interval=SELDOM_SECONDS,
            update_heartbeat_interval=self._lease_seconds / BEATS_A_LEASE,
            stalled_worker_timeout=self._lease_seconds,
        )
        await asking.run()  # type: ignore[no-untyped-call]
        raise exceptions.ConnectorException

    async def _job(self, document_id: int) -> None:
        """Hold one job until it is let go."""
        wanted, held = DocumentId(document_id), asyncio.get_running_loop().create_future()
        self._held.setdefault(wanted, []).append(held)
        await asyncio.to_thread(self._take, wanted)
        await held

    async def _remove_stalled(self, app: procrastinate.App) -> None:
        while True:
            stalled = await app.job_manager.get_stalled_jobs(
                queue=QUEUE, seconds_since_heartbeat=self._lease_seconds
            )
            for job in stalled:
                try:
                    await app.job_manager.finish_job(job, jobs.Status.FAILED, delete_job=True)
                except exceptions.ConnectorException:
                    continue  # another host was first, or the next round meets it too
                log.warning("stalled_job_removed", document=job.lock)
            await asyncio.sleep(self._lease_seconds / LOOKS_A_LEASE)


def _note(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what nobody waits for: a job that can't be ended, because it is gone, or the database is."""
    log.info("job_not_ended", reason=type(context.get("exception")).__name__)


def _reason_of(error: BaseException) -> str:
    """The type of the first thing that went wrong."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return type(error.__cause__ or error).__name__
