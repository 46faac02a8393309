"""An extra: everything that right answers about the design's own documents teach, confirmed, files nobody falsely."""

from pathlib import Path

import pytest

from agent.adapters.registry import RegistryIndex, read_csv
from agent.core import replay
from agent.core.lessons import what_it_teaches
from agent.core.rules import Rules
from agent.domain.decision import Match, Policy
from agent.domain.identity import RecordId
from agent.domain.lesson import Alias, Lesson, Teaching
from agent.evaluation.documents import GivenText, documents_at
from agent.evaluation.scoring import prediction_of, read_truth, score
from agent.workflow.deciding import judge
from agent.workflow.learning import refusal_of
from tests.builders import lesson

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "matching"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.security,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not DATA.is_dir(), reason="extra: the shared documents are not beside this clone"),
]


def test_all_that_right_answers_teach_leads_to_no_wrong_filing(tmp_path: Path) -> None:
    index = RegistryIndex(tmp_path / "registry.sqlite")
    index.replace(read_csv(DATA / "registry.csv").people, confirm_deletions=True)
    truth = read_truth(DATA / "truth.jsonl", Policy.TWO_IDENTIFIERS)
    texts = [it for it in documents_at(DATA / "docs.jsonl") if isinstance(it, GivenText)]
    taught: dict[Teaching, None] = {}
    for given in texts:
        judged = judge(given.text, index, Rules())
        true_id = truth[given.name].true_id
        person = None if true_id is None else index.person(RecordId(true_id))
        if person is not None and not isinstance(judged.decision, Match):
            vocabulary = replay.vocabulary_of(judged.inputs)
            for teaching in what_it_teaches(judged.evidence, person, vocabulary):
                if refusal_of(teaching, index, vocabulary) is None:
                    taught[teaching] = None
    lessons: list[Lesson] = [lesson(teaching, number) for number, teaching in enumerate(taught, start=1)]
    without = score([prediction_of(it.name, judge(it.text, index, Rules()).decision) for it in texts], truth)
    learned = score(
        [prediction_of(it.name, judge(it.text, index, Rules(), lessons).decision) for it in texts], truth
    )
    aliases = sum(isinstance(it.teaching, Alias) for it in lessons)
    print(
        f"{aliases} spellings, {len(lessons) - aliases} labels; {without.automatic} then {learned.automatic}"
    )
    assert lessons
    assert [it for it in learned.false_matches if it not in without.false_matches] == []
    assert learned.automatic.count >= without.automatic.count
