"""From a decision to an outcome: only a match in mode `auto` is filed without a human."""

import pytest

from agent.core.outcomes import outcome_of
from agent.domain.decision import Decision, Mode
from agent.domain.outcome import Archived, InReview
from tests.custody_builders import ANNA, BERTA, a_match, ambiguous, unmatched

pytestmark = pytest.mark.security


def test_a_match_in_mode_auto_is_filed_under_its_person() -> None:
    decision = a_match(ANNA, BERTA)
    assert outcome_of(decision, mode=Mode.AUTO, document_kind="imaging") == Archived(
        record_id=ANNA.record_id, decided_by="rule", document_kind="imaging", decision=decision
    )


@pytest.mark.parametrize("mode", [Mode.PROPOSE, Mode.SHADOW])
def test_a_match_in_the_other_modes_is_asked_about_with_its_verdict(mode: Mode) -> None:
    decision = a_match()
    assert outcome_of(decision, mode=mode, document_kind=None) == InReview(decision=decision)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("decision", [ambiguous(), ambiguous(ANNA), unmatched()])
def test_what_is_no_match_is_never_filed(decision: Decision, mode: Mode) -> None:
    assert outcome_of(decision, mode=mode, document_kind="imaging") == InReview(
        decision=decision, document_kind="imaging"
    )
