"""The journal (`audit.jsonl`): what was decided and why, appended for ever, each line bound to the one before."""

from agent.adapters.journal.chain import Head
from agent.adapters.journal.segments import JOURNAL_NAME, journal_in
from agent.adapters.journal.verifying import Problem, ProblemKind, Survey, glance, survey, verify
from agent.adapters.journal.writing import Journal

__all__ = [
    "JOURNAL_NAME",
    "Head",
    "Journal",
    "Problem",
    "ProblemKind",
    "Survey",
    "glance",
    "journal_in",
    "survey",
    "verify",
]
