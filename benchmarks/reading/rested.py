"""What a daemon's ledger says of its documents."""

from collections.abc import Sequence

from agent.adapters.home import LEDGER_FILE
from agent.adapters.ledger import SqlLedger, open_engine
from agent.domain.document import DocumentText
from agent.domain.life import Document
from agent.domain.outcome import State
from benchmarks.running import RunningDaemon


def rested(daemon: RunningDaemon) -> Sequence[tuple[Document, DocumentText | None]]:
    """Give every document with its text, or None for one that could not be read."""
    ledger = SqlLedger(open_engine(daemon.home / "state" / LEDGER_FILE, may_upgrade=False))
    try:
        return [
            (
                document,
                None if document.sha256 is None else ledger.text(document.document_id, document.sha256),
            )
            for document in ledger.in_states(frozenset(State))
        ]
    finally:
        ledger.close()
