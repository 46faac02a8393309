"""Send a canary the way that documents go, and say what became of it."""

import time

import structlog

from agent import errors
from agent.core.canary import problem_of
from agent.domain.canary import CanaryProblem, CanaryRun
from agent.domain.document import SeenFile
from agent.ports import Ports
from agent.workflow.intake import take_in
from agent.workflow.process import process_document

log = structlog.get_logger(__name__)


def send(seen: SeenFile, ports: Ports) -> CanaryRun | None:
    """Take in a canary, bring it to rest, and look where it rests.

    Args:
        seen: it, in `incoming/` of its own home.
        ports: of that home; what reads, the rules and the clock are the office's.

    Returns:
        None where a stop came first.
    """
    started = time.perf_counter()
    try:
        problem = _problem(seen, ports)
    except (errors.ReadingStopped, errors.ReadingYielded):
        return None
    duration_ms = round((time.perf_counter() - started) * 1000)
    if problem is None:
        log.info("canary_filed", duration_ms=duration_ms)
    else:
        log.warning("canary_failed", reason=problem, duration_ms=duration_ms)
    return CanaryRun(at=ports.clock.now(), duration_ms=duration_ms, problem=problem)


def _problem(seen: SeenFile, ports: Ports) -> CanaryProblem | None:
    try:
        document_id = take_in(seen, ports)
        if document_id is None:
            return CanaryProblem.UNKEPT
        process_document(document_id, ports)
        return problem_of(ports.ledger.document(document_id))
    except errors.ReaderUnavailable:
        return CanaryProblem.UNREAD
    except (errors.CustodyError, errors.LedgerUnavailable, errors.RegistryUnavailable):
        return CanaryProblem.UNKEPT
