"""The ledger: documents, texts, reviews, requests and the outbox, in one SQL database."""

from agent.adapters.ledger.engine import open_engine
from agent.adapters.ledger.ledger import SqlLedger
from agent.adapters.ledger.outbox import SqlOutbox
from agent.adapters.ledger.requests import SqlRequests

__all__ = ["SqlLedger", "SqlOutbox", "SqlRequests", "open_engine"]
