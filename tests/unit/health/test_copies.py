"""What `check --deep` says of searchable copies."""

import pytest

from agent.beside import CopyState
from agent.health.copies import finding_of

pytestmark = pytest.mark.observability


def test_commands_stand_at_the_end_where_no_further_sentence_runs_into_them() -> None:
    found = {CopyState.AS_MADE: ["D-1"], CopyState.MISSING: ["D-4"], CopyState.CHANGED: ["D-5"]}
    finding = finding_of(found, ["archive/100/2026/x.searchable.pdf"], without=1)
    assert finding.hint.endswith("leaves them alone. To make them again: dossierd retry D-4")
    assert "1 as they were made, 1 scan has none: dossierd show says why;" in finding.sentence


def test_many_scans_without_a_copy_are_told_as_many() -> None:
    found: dict[CopyState, list[str]] = {state: [] for state in CopyState}
    assert "0 as they were made, 2 scans have none" in finding_of(found, [], without=2).sentence
