"""The ledger: documents, texts, reviews, requests, the inbox, questions, storms and the outbox, in one SQL database."""

from agent.adapters.ledger.canaries import SqlCanaries
from agent.adapters.ledger.costs import SqlCosts
from agent.adapters.ledger.digests import SqlDigests
from agent.adapters.ledger.engine import open_engine
from agent.adapters.ledger.erasing import SqlErasing
from agent.adapters.ledger.exporting import each_document
from agent.adapters.ledger.failed import SqlFailed
from agent.adapters.ledger.figures import SqlFigures
from agent.adapters.ledger.finding import SqlFinder
from agent.adapters.ledger.hosts import SqlHosts
from agent.adapters.ledger.inbox import SqlInbox
from agent.adapters.ledger.jobs import SqlJobs
from agent.adapters.ledger.ledger import SqlLedger
from agent.adapters.ledger.losses import SqlLosses
from agent.adapters.ledger.moments import SqlMoments
from agent.adapters.ledger.outbox import SqlOutbox
from agent.adapters.ledger.overrides import SqlOverrides
from agent.adapters.ledger.pauses import SqlPauses
from agent.adapters.ledger.pulse import SqlPulse
from agent.adapters.ledger.questions import SqlQuestions
from agent.adapters.ledger.rebuilding import SqlRebuilding
from agent.adapters.ledger.requests import SqlRequests
from agent.adapters.ledger.results import SqlResults
from agent.adapters.ledger.retention import SqlRetention
from agent.adapters.ledger.runs import SqlRuns
from agent.adapters.ledger.sampling import SqlSamples
from agent.adapters.ledger.sendings import sendings_about
from agent.adapters.ledger.showings import SqlShowings
from agent.adapters.ledger.storms import SqlStorms
from agent.adapters.ledger.trends import SqlTrends
from agent.adapters.ledger.undelivered import SqlUndelivered

__all__ = [
    "SqlCanaries",
    "SqlCosts",
    "SqlDigests",
    "SqlErasing",
    "SqlFailed",
    "SqlFigures",
    "SqlFinder",
    "SqlHosts",
    "SqlInbox",
    "SqlJobs",
    "SqlLedger",
    "SqlLosses",
    "SqlMoments",
    "SqlOutbox",
    "SqlOverrides",
    "SqlPauses",
    "SqlPulse",
    "SqlQuestions",
    "SqlRebuilding",
    "SqlRequests",
    "SqlResults",
    "SqlRetention",
    "SqlRuns",
    "SqlSamples",
    "SqlShowings",
    "SqlStorms",
    "SqlTrends",
    "SqlUndelivered",
    "each_document",
    "open_engine",
    "sendings_about",
]
