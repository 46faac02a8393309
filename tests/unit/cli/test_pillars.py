"""What `selftest` says of a trial: each pillar that is sabotaged is named, and no other."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from agent.cli.pillars import AGAIN, DAMAGED, DROPPED, NAME_ONLY, PILLARS, SCAN, Seen
from agent.domain.document import DocumentId, TextOrigin
from agent.domain.identity import RecordId
from agent.domain.life import Document
from agent.domain.outcome import Archived, Duplicate, Failed, FailureReason, InReview, Outcome, State
from tests.custody_builders import a_document, ambiguous, unmatched

pytestmark = pytest.mark.reliability

OUTCOMES: Mapping[str, Outcome] = {
    SCAN: Archived(record_id=RecordId("1003"), decided_by="rule"),
    DAMAGED: Failed(reason=FailureReason.DAMAGED),
    NAME_ONLY: InReview(decision=ambiguous()),
    AGAIN: Duplicate(original=DocumentId(1)),
}


def rested(name: str, outcome: Outcome, number: int) -> Document:
    return replace(
        a_document(state=State(outcome.state), outcome=outcome),
        document_id=DocumentId(number),
        original_name=name,
    )


WELL = Seen(
    killed_in=State.READING,
    documents={
        name: rested(name, outcome, number) for number, (name, outcome) in enumerate(OUTCOMES.items(), 1)
    },
    rows=4,
    kept=frozenset(DROPPED),
    origins=frozenset({TextOrigin.OCR}),
    asked=frozenset({NAME_ONLY}),
    waiting=2,
)


def failing(seen: Seen) -> dict[str, str]:
    told = {pillar.name: pillar.problem(seen) for pillar in PILLARS}
    return {name: problem for name, problem in told.items() if problem is not None}


def but(name: str, outcome: Outcome) -> Seen:
    """All as it must be, but for what became of one document."""
    number = WELL.documents[name].document_id
    return replace(WELL, documents={**WELL.documents, name: rested(name, outcome, number)})


def being_read(*names: str) -> Seen:
    documents = {
        name: replace(it, state=State.READING, outcome=None) if name in names else it
        for name, it in WELL.documents.items()
    }
    return replace(WELL, documents=documents)


def test_every_pillar_holds_where_all_came_out_as_it_must() -> None:
    assert failing(WELL) == {}


@pytest.mark.parametrize(
    ("seen", "pillar", "problem"),
    [
        pytest.param(
            but(SCAN, Archived(record_id=RecordId("1002"), decided_by="rule")),
            "filing",
            "The scan is 1003's, and was filed under 1002.",
            id="another's",
        ),
        pytest.param(
            but(SCAN, InReview(decision=unmatched())),
            "filing",
            "The scan of a clear letter was not filed: it is in review.",
            id="asked",
        ),
        pytest.param(
            replace(WELL, origins=frozenset({TextOrigin.TEXT_LAYER})),
            "filing",
            "The scan was not read by OCR.",
            id="no OCR",
        ),
        pytest.param(
            replace(WELL, kept=frozenset(DROPPED) - {SCAN}),
            "filing",
            "The filed scan has other bytes than were dropped.",
            id="other bytes filed",
        ),
        pytest.param(
            but(DAMAGED, Failed(reason=FailureReason.UNKNOWN_FORMAT)),
            "failure",
            "The damaged PDF failed as unknown_format, not as damaged.",
            id="another reason",
        ),
        pytest.param(
            but(DAMAGED, InReview(decision=unmatched())),
            "failure",
            "The damaged PDF did not fail: it is in review.",
            id="damaged asked",
        ),
        pytest.param(
            replace(WELL, kept=frozenset(DROPPED) - {DAMAGED}),
            "failure",
            "The damaged file has other bytes than were dropped.",
            id="other bytes failed",
        ),
        pytest.param(
            but(NAME_ONLY, Archived(record_id=RecordId("1001"), decided_by="rule")),
            "ambiguity",
            "The letter that may be two people's is no question: it is archived.",
            id="guessed",
        ),
        pytest.param(
            replace(WELL, asked=frozenset()),
            "ambiguity",
            "The letter that may be two people's has no question.",
            id="not asked",
        ),
        pytest.param(
            but(AGAIN, Archived(record_id=RecordId("1003"), decided_by="rule")),
            "duplicate",
            "The scan's second copy is no duplicate: it is archived.",
            id="filed twice",
        ),
        pytest.param(
            but(AGAIN, Duplicate(original=DocumentId(2))),
            "duplicate",
            "The scan's second copy was taken for one of another document.",
            id="another's copy",
        ),
        pytest.param(
            replace(WELL, waiting=0),
            "outage",
            "No message waits, though nobody could be reached.",
            id="nothing waits",
        ),
        pytest.param(
            replace(WELL, killed_in=None),
            "kill",
            "The daemon could not be killed at its work: no document came to be read.",
            id="not killed",
        ),
        pytest.param(
            replace(WELL, rows=5), "kill", "4 files were dropped, and the ledger has 5.", id="one too many"
        ),
        pytest.param(replace(WELL, left=1), "kill", "1 file is left in incoming/.", id="left behind"),
        pytest.param(replace(WELL, left=2), "kill", "2 files are left in incoming/.", id="two left behind"),
    ],
)
def test_a_sabotaged_pillar_is_named_and_no_other(seen: Seen, pillar: str, problem: str) -> None:
    assert failing(seen) == {pillar: problem}


def test_work_that_stopped_is_told_of_what_it_was_about_and_of_the_outage() -> None:
    assert failing(being_read(NAME_ONLY)) == {
        "ambiguity": "The letter that may be two people's is no question: it is reading.",
        "outage": "The work came to a stop while nobody could be reached.",
    }


def test_a_scan_that_never_came_to_rest_is_not_filed_and_did_not_survive_the_kill() -> None:
    assert set(failing(being_read(SCAN))) == {"filing", "outage", "kill"}


def test_a_daemon_that_never_came_up_fails_every_pillar() -> None:
    assert set(failing(Seen())) == {"filing", "failure", "ambiguity", "duplicate", "outage", "kill"}
