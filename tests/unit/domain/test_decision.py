"""Decisions: whom a human may choose from."""

from agent.domain.decision import Unmatched, candidates_of
from tests.custody_builders import ANNA, BERTA, CLARA, a_match, ambiguous, candidate, unmatched


def test_a_match_offers_its_one_candidate_and_none_of_the_rivals() -> None:
    assert candidates_of(a_match(ANNA, BERTA, CLARA)) == (candidate(ANNA),)


def test_candidates_keep_the_order_in_which_they_are_numbered() -> None:
    assert [one.person.record_id for one in candidates_of(ambiguous(CLARA, ANNA, BERTA))] == [
        "R3",
        "R1",
        "R2",
    ]


def test_an_unmatched_document_may_offer_proposals_or_nobody() -> None:
    assert candidates_of(unmatched()) == ()
    proposal = Unmatched(reason=unmatched().reason, candidates=(candidate(BERTA),))
    assert candidates_of(proposal) == (candidate(BERTA),)
