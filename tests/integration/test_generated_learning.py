"""Letters made to mislead, after all their questions were answered rightly, and all that was taught was confirmed."""

from pathlib import Path

import pytest

from agent.adapters.registry import RegistryIndex, read_csv
from agent.domain.decision import Policy
from agent.evaluation.documents import GivenText, documents_at
from agent.evaluation.scoring import read_truth
from tests.answering import schooled
from tests.generator.corpus import CASES, generate

SEED = 20261127

pytestmark = [pytest.mark.security, pytest.mark.slow]


def test_lessons_lead_to_no_wrong_filing(tmp_path: Path) -> None:
    generate(SEED, 8 * len(CASES), (0, 3)).write(tmp_path)
    index = RegistryIndex(tmp_path / "registry.sqlite")
    index.replace(read_csv(tmp_path / "registry.csv").people)
    truth = read_truth(tmp_path / "truth.jsonl", Policy.TWO_IDENTIFIERS)
    texts = [it for it in documents_at(tmp_path / "docs.jsonl") if isinstance(it, GivenText)]
    done = schooled(texts, index, truth)
    index.close()
    assert done.lessons
    assert done.wrong == []
    assert done.after.automatic.count >= done.before.automatic.count
