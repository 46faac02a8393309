"""An extra: everything that right answers about the design's own documents teach, confirmed, files nobody falsely."""

from pathlib import Path

import pytest

from agent.adapters.registry import RegistryIndex, read_csv
from agent.domain.decision import Policy
from agent.evaluation.documents import GivenText, documents_at
from agent.evaluation.scoring import read_truth
from tests.answering import schooled

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
    done = schooled(texts, index, truth)
    index.close()
    assert done.lessons
    assert done.wrong == []
    assert done.after.automatic.count >= done.before.automatic.count
