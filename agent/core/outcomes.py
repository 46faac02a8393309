"""From a decision to an outcome: what the office's mode makes of a verdict."""

from agent.domain.decision import Decision, Match, Mode
from agent.domain.outcome import Archived, InReview


def outcome_of(decision: Decision, *, mode: Mode, document_kind: str | None) -> Archived | InReview:
    """File a match in mode `auto`; everything else goes to a human, with the verdict kept."""
    if isinstance(decision, Match) and mode is Mode.AUTO:
        return Archived(
            record_id=decision.candidate.person.record_id,
            decided_by="rule",
            document_kind=document_kind,
            decision=decision,
        )
    return InReview(decision=decision, document_kind=document_kind)
