"""Each run of a document that comes to rest is told to a collector of traces, where the settings name one.

What is told comes from the ledger once all is done, so that no step knows of it, and nothing waits on a collector.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from agent import __version__, errors
from agent.adapters.ledger import SqlLedger
from agent.domain.life import Document
from agent.domain.outcome import Archived, Duplicate, Failed, InReview, Outcome

if TYPE_CHECKING:
    from agent.adapters.tracing import Trace


@contextmanager
def traces_to(url: str, ledger: SqlLedger) -> Iterator[Callable[[Document], None]]:
    """Give what is to be called with each document that comes to rest; it never waits.

    Args:
        url: of the collector; empty where nothing is to be told.

    Raises:
        SettingInvalid: the extra that writes traces is not installed.
    """
    if not url:
        yield lambda _: None
        return
    from agent.adapters.tracing import TraceSender, is_installed  # with what asks over HTTP

    if not is_installed():
        raise errors.SettingInvalid(
            "DOSSIERD_OTLP_URL is set, but opentelemetry-proto, which writes traces, is not installed.",
            hint=f"Type: sudo {sys.executable} -m pip install 'opentelemetry-proto>=1.30'. Or empty the setting.",
        )
    sender = TraceSender(url, version=__version__)

    def tell(document: Document) -> None:
        trace = trace_of(document, ledger)
        if trace is not None:
            sender.offer(trace)

    try:
        yield tell
    finally:
        sender.close()


def trace_of(document: Document, ledger: SqlLedger) -> "Trace | None":
    """What is told of the run that a document rests after; None where the ledger can't say it now."""
    from agent.adapters.tracing import Trace

    try:
        steps = [step for epoch, step in ledger.steps(document.document_id) if epoch == document.epoch]
        reading = document.sha256 and ledger.reading(document.document_id, document.sha256)
    except errors.LedgerUnavailable:
        return None
    if not steps:
        return None
    traits: dict[str, str | int] = {"dossierd.document": document.reference, "dossierd.epoch": document.epoch}
    if document.outcome is not None:
        traits |= {"dossierd.outcome": document.outcome.state, "dossierd.reason": _code(document.outcome)}
    if reading:
        traits["dossierd.pages"] = reading.page_count
    return Trace(
        correlation_id=document.correlation_id,
        epoch=document.epoch,
        steps=steps,
        traits=traits,
        is_failure=isinstance(document.outcome, Failed),
    )


def _code(outcome: Outcome) -> str:
    """Why it came to an outcome, in a word that names nobody."""
    match outcome:
        case Archived():
            return "rule" if outcome.decided_by == "rule" else "human"
        case InReview():
            return outcome.decision.verdict
        case Failed():
            return outcome.reason
        case Duplicate():
            return "same_bytes"
