"""A worker of another host, for tests that kill or pause it: it says what it begins, and what came of going on with it.

    python -m tests.queue_worker LEASE_SECONDS RUN

It reads the ledger's address from LEDGER, and goes on with a document when it is given a line.
"""

import os
import sys
import threading

from sqlalchemy.engine import make_url

from agent import errors
from agent.adapters.dispatch import QueueDispatcher
from agent.adapters.ledger import SqlHosts, SqlJobs, SqlLedger, open_engine
from agent.adapters.ledger.engine import of_host
from agent.domain.document import DocumentId
from agent.domain.host import Role, RunId
from tests.custody_builders import NOON
from tests.ledger_builders import FILED, HASH, a_settlement


def main() -> None:
    lease_seconds, run = float(sys.argv[1]), RunId(sys.argv[2])
    engine = of_host(open_engine(make_url(os.environ["LEDGER"]), may_upgrade=False), "other", run)
    hosts, jobs, ledger = SqlHosts(engine, lease_seconds), SqlJobs(engine), SqlLedger(engine)
    hosts.join([Role.WORKER])
    threading.Thread(target=_beat, args=(hosts, lease_seconds / 6), daemon=True).start()

    def work(document_id: DocumentId) -> None:
        assert ledger.take(document_id) is not None
        ledger.start(document_id, HASH, 3, NOON)
        _say(f"begun {document_id}")
        sys.stdin.readline()
        try:
            ledger.settle(document_id, a_settlement(document_id, FILED), NOON)
        except errors.LeaseLost as error:
            _say(error.reason)
        else:
            _say("settled")

    QueueDispatcher(
        work,
        1,
        jobs=jobs,
        address=jobs.address(),
        is_suspect=lambda _: False,
        was_begun=lambda _: False,
        probe=lambda: None,
        lease_seconds=lease_seconds,
    ).start()
    threading.Event().wait()


def _beat(hosts: SqlHosts, seconds: float) -> None:
    while hosts.beat():
        threading.Event().wait(seconds)


def _say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
