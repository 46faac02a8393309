"""The transition table: every pair of state and event is written out here, allowed or refused."""

import pytest

from agent.domain.document import DocumentId
from agent.domain.outcome import (
    ACCEPTED,
    AT_REST,
    FAILURES,
    IN_WORK,
    STATES,
    TRANSITIONS,
    AsSettled,
    Event,
    Failed,
    FailureReason,
    Refused,
    State,
    is_split,
    next_state,
    no_document,
)

pytestmark = pytest.mark.reliability


TABLE = """
             claiming  claimed reading moving  in_review archived  failed    duplicate missing   withdrawn forgotten
renamed      claimed   -       -       -       -         -         -         -         -         -         -
slipped_away withdrawn -       -       -       -         -         -         -         -         -         -
started      -         reading -       -       -         -         -         -         -         -         -
settled      -         moving  moving  -       -         -         -         -         -         -         -
stopped      -         -       claimed -       -         -         -         -         -         -         -
interrupted  -         -       claimed -       -         -         -         -         -         -         -
changed      -         -       claimed claimed -         -         -         -         -         -         -
moved        -         -       -       settled -         -         -         -         -         -         -
answered     -         -       -       -       moving    -         -         -         -         -         -
redecided    -         -       -       -       claimed   -         -         -         -         -         -
split        -         -       -       -       moving    -         -         -         -         -         -
undone       -         -       -       -       -         moving    -         -         -         -         -
refiled      -         -       -       -       -         moving    -         -         -         -         -
retried      -         -       -       -       -         -         claimed   claimed   claimed   -         -
vanished     -         missing missing missing missing   missing   missing   missing   -         -         -
restored     -         -       -       -       -         -         -         -         settled   -         -
forgotten    -         -       -       -       forgotten forgotten forgotten forgotten forgotten -         -
"""


def _cells() -> list[tuple[State, Event, str]]:
    header, *lines = [line.split() for line in TABLE.strip().splitlines()]
    return [
        (State(state), Event(event), cell)
        for event, *cells in lines
        for state, cell in zip(header, cells, strict=True)
    ]


def test_the_table_holds_every_pair_once() -> None:
    pairs = [(state, event) for state, event, _ in _cells()]
    assert len(pairs) == len(set(pairs)) == len(State) * len(Event)


@pytest.mark.parametrize(("state", "event", "expected"), _cells())
def test_each_pair_of_state_and_event(state: State, event: Event, expected: str) -> None:
    found = next_state(state, event, State.ARCHIVED)
    if expected == "-":
        assert isinstance(found, Refused)
        assert found.sentence.startswith(f"The document is {STATES[state]}: ")
        assert found.sentence.endswith(".")
    elif expected == "settled":
        assert found is State.ARCHIVED
        assert TRANSITIONS[state, event] is AsSettled.OUTCOME
    else:
        assert found is State(expected)


@pytest.mark.parametrize("settled", sorted(AT_REST))
@pytest.mark.parametrize(("state", "event"), [(State.MOVING, Event.MOVED), (State.MISSING, Event.RESTORED)])
def test_a_move_ends_where_the_outcome_says(state: State, event: Event, settled: State) -> None:
    assert next_state(state, event, settled) is settled


@pytest.mark.parametrize("settled", [None, *sorted(set(State) - AT_REST)])
@pytest.mark.parametrize(("state", "event"), [(State.MOVING, Event.MOVED), (State.MISSING, Event.RESTORED)])
def test_a_move_without_an_outcome_is_refused(state: State, event: Event, settled: State | None) -> None:
    found = next_state(state, event, settled)
    assert isinstance(found, Refused)
    assert found.sentence == f"'{event}' needs the outcome that was settled, and there is none."


def test_a_refusal_says_why_in_the_words_of_the_one_who_asked() -> None:
    found = next_state(State.IN_REVIEW, Event.UNDONE)
    assert isinstance(found, Refused)
    assert found.sentence == "The document is in review: only an archived document can be undone."
    found = next_state(State.ARCHIVED, Event.MOVED)
    assert isinstance(found, Refused)
    assert found.sentence == "The document is archived: 'moved' has no place there."


def test_the_groups_of_states_cover_each_state_that_was_accepted() -> None:
    assert not AT_REST & IN_WORK
    assert set(State) - ACCEPTED == {State.CLAIMING, State.WITHDRAWN}


@pytest.mark.parametrize("reason", FailureReason)
def test_every_failure_has_a_sentence_and_says_what_to_do(reason: FailureReason) -> None:
    text = FAILURES[reason]
    assert text.sentence.endswith(".")
    assert text.hint.endswith(".")


def test_what_an_earlier_version_called_no_pdf_is_of_an_unknown_format() -> None:
    """Ledgers and sidecars keep their words."""
    assert FailureReason("not_a_pdf") is FailureReason.UNKNOWN_FORMAT
    with pytest.raises(ValueError, match="not_a_reason"):
        FailureReason("not_a_reason")


def test_what_was_split_is_told_from_what_has_failed_otherwise() -> None:
    assert is_split(Failed(reason=FailureReason.SPLIT))
    assert not is_split(Failed(reason=FailureReason.DAMAGED))
    assert not is_split(None)


def test_a_number_that_no_document_has_is_said_as_people_write_it() -> None:
    assert str(no_document(DocumentId(9))) == "There is no document D-9."
