"""A worker of another host, for tests that kill it: it says what it begins, and never ends it."""

import os
import sys
import threading

from sqlalchemy.engine import make_url

from agent.adapters.dispatch import QueueDispatcher
from agent.adapters.ledger import SqlJobs, open_engine
from agent.domain.document import DocumentId


def main() -> None:
    jobs = SqlJobs(open_engine(make_url(os.environ["LEDGER"]), may_upgrade=False))
    QueueDispatcher(
        _begin,
        1,
        jobs=jobs,
        address=jobs.address(),
        is_suspect=lambda _: False,
        was_begun=lambda _: False,
        lease_seconds=float(sys.argv[1]),
    ).start()
    threading.Event().wait()


def _begin(document_id: DocumentId) -> None:
    sys.stdout.write(f"begun {document_id}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
