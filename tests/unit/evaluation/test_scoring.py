"""What counts as a false match, as filed by itself, and as shown."""

import pytest

from agent.domain.decision import Ambiguous, Candidate, Match, Policy, Reason
from agent.domain.outcome import FailureReason
from agent.evaluation.scoring import (
    Expectation,
    FalseMatch,
    Prediction,
    Share,
    Truth,
    prediction_of,
    score,
    truth_about,
)
from tests.builders import person


def matched(record_id: str) -> Prediction:
    return Prediction(doc="a1", decision="match", id=record_id, candidates=(record_id,))


def asked(*candidates: str) -> Prediction:
    return Prediction(doc="a1", decision="ambiguous", id=None, candidates=candidates)


def truth(expect: Expectation, true_id: str | None = "7") -> dict[str, Truth]:
    return {"a1": Truth(kind="twins", true_id=true_id, expect=expect)}


def test_another_persons_record_is_a_false_match_whatever_was_expected() -> None:
    for expect in Expectation:
        found = score([matched("8")], truth(expect))
        assert found.false_matches == (FalseMatch(doc="a1", kind="twins", id="8", true_id="7"),)
        assert found.automatic.count == 0


@pytest.mark.parametrize("expect", [Expectation.HUMAN, Expectation.NONE])
def test_the_right_record_is_a_false_match_where_a_human_must_decide(expect: Expectation) -> None:
    (lucky,) = score([matched("7")], truth(expect)).false_matches
    assert lucky.is_by_luck
    (wrong,) = score([matched("8")], truth(expect)).false_matches
    assert not wrong.is_by_luck


def test_each_document_counts_for_one_expectation() -> None:
    found = {it: score([asked("7")], truth(it)) for it in Expectation}
    assert {it: (one.automatic.of, one.either.of, one.to_ask.of) for it, one in found.items()} == {
        Expectation.MATCH: (1, 0, 0),
        Expectation.EITHER: (0, 1, 0),
        Expectation.HUMAN: (0, 0, 1),
        Expectation.NONE: (0, 0, 1),
    }
    assert [len(one.not_filed) for one in found.values()] == [1, 0, 0, 0]


@pytest.mark.parametrize("expect", [Expectation.MATCH, Expectation.EITHER])
def test_the_right_record_is_right_where_it_may_be_filed(expect: Expectation) -> None:
    assert score([matched("7")], truth(expect)).false_matches == ()


def test_only_what_must_be_filed_counts_for_automation() -> None:
    must = score([matched("7")], truth(Expectation.MATCH))
    assert (must.automatic, must.by_class) == (Share(count=1, of=1), {"twins": Share(count=1, of=1)})
    may = score([matched("7")], truth(Expectation.EITHER))
    assert (may.automatic, may.by_class) == (Share(), {})


def test_the_true_record_is_shown_when_it_is_among_the_first_eight() -> None:
    known = truth(Expectation.HUMAN)
    assert score([asked("1", "7")], known).shown == Share(count=1, of=1)
    assert score([asked(*"12345678")], known).shown == Share(count=1, of=1)
    assert score([asked(*"123456897")], known).shown == Share(count=0, of=1)


def test_where_nobody_is_right_nobody_need_be_shown() -> None:
    assert score([asked("1")], truth(Expectation.NONE, None)).shown == Share()


def test_a_scan_has_the_truth_of_the_document_that_it_shows() -> None:
    known = {"a1": Truth(kind="full", true_id="7", expect=Expectation.MATCH)}
    assert truth_about("a1_scan", known) == known["a1"]
    assert truth_about("a2_scan", known) is None
    own = Truth(kind="full", true_id="7", expect=Expectation.EITHER)
    assert truth_about("a1_scan", {**known, "a1_scan": own}) == own


def test_documents_without_a_truth_are_not_counted() -> None:
    assert score([matched("7")], {}).documents == 0


def test_no_documents_are_no_shortfall() -> None:
    assert Share().percent == 100.0
    assert Share(count=1, of=4).percent == 25.0


def test_a_prediction_holds_the_records_ids_best_first() -> None:
    one, other = person(record_id="7"), person(record_id="8")
    found = Match(candidate=Candidate(person=one, reasons=()), policy=Policy.TWO_IDENTIFIERS)
    assert prediction_of("a1", found) == matched("7")
    question = Ambiguous(
        candidates=(Candidate(person=other, reasons=()), Candidate(person=one, reasons=())),
        reason=Reason(code="several_fit", supports=False, sentence="Two fit."),
    )
    assert prediction_of("a1", question) == asked("8", "7")


def test_what_cannot_be_read_is_predicted_to_be_nobodys() -> None:
    assert prediction_of("a1", FailureReason.DAMAGED) == Prediction(
        doc="a1", decision="unmatched", id=None, candidates=()
    )
