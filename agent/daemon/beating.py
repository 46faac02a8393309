"""The loop that keeps a run's lease alive. Once others have fenced the run off, the daemon ends."""

import threading
from collections.abc import Callable

import structlog

from agent import errors
from agent.adapters.lease import BeatenLease

log = structlog.get_logger(__name__)


class Beating:
    """Beats from the start of a run to its very end: what is given back at a stop is still ours.

    Args:
        on_lost: called once, with the error, where the run may act no more.
    """

    def __init__(self, lease: BeatenLease, on_lost: Callable[[errors.LeaseLost], None]) -> None:
        self._lease = lease
        self._on_lost = on_lost
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join(self._lease.interval_seconds)

    def _run(self) -> None:
        while not self._ended.wait(self._lease.interval_seconds):
            try:
                self._lease.beat()
            except errors.LeaseLost as error:
                log.error("lease_lost")  # noqa: TRY400 -- it says all that there is
                self._on_lost(error)
                return
            except errors.LedgerUnavailable as error:
                log.warning("beat_failed", reason=error.reason)
            except Exception:  # a supervised loop: it goes on
                log.exception("loop_raised", loop="lease")
