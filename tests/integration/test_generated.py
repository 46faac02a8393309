"""Letters made to mislead, of every class and with every noise, decided as the daemon decides.

A fixed sample. More of them: `python -m tests.generator --seed 7 --count 5000 --noise 5 --out FOLDER`,
then `dossierd eval`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import pytest

from agent.adapters.registry import RegistryIndex, read_csv
from agent.core.rules import Rules
from agent.domain.decision import Policy
from agent.evaluation.documents import documents_at
from agent.evaluation.reading import Judge
from agent.evaluation.scoring import Prediction, Score, Truth, prediction_of, read_truth, score
from tests.fakes import FakeTextSource
from tests.generator.corpus import CASES, generate

SEED = 20261126
NOISES = (0, 1, 3, 5, 10)
ROUNDS = 2
"""How many letters of each class there are with each noise."""

pytestmark = [pytest.mark.security, pytest.mark.slow, pytest.mark.timeout(300)]

Decided = Mapping[int, Sequence[tuple[Prediction, Truth]]]


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Decided:
    """Every letter with its truth, by the per cent of its characters that are damaged."""
    folder = tmp_path_factory.mktemp("generated")
    corpus = generate(SEED, ROUNDS * len(NOISES) * len(CASES), NOISES)
    corpus.write(folder)
    truth = read_truth(folder / "truth.jsonl", Policy.TWO_IDENTIFIERS)
    index = RegistryIndex(folder / "registry.sqlite")
    index.replace(read_csv(folder / "registry.csv").people)
    judge = Judge(text_source=FakeTextSource(), registry=index, rules=Rules())
    found: dict[int, list[tuple[Prediction, Truth]]] = defaultdict(list)
    for given, made in zip(documents_at(folder / "docs.jsonl"), corpus.made, strict=True):
        noise = made.truth["noise"] or 0
        found[noise].append((prediction_of(given.name, judge.decide(given)), truth[given.name]))
    index.close()
    return found


def scored(those: Sequence[tuple[Prediction, Truth]]) -> Score:
    return score([prediction for prediction, _ in those], {it.doc: truth for it, truth in those})


@pytest.mark.parametrize("noise", NOISES)
def test_nobody_is_matched_who_must_not_be(noise: int, decided: Decided) -> None:
    result = scored(decided[noise])
    assert result.documents == ROUNDS * len(CASES)
    assert result.false_matches == ()


def test_nearly_all_that_can_be_decided_is(decided: Decided) -> None:
    """What is printed without damage, and what OCR read rightly of a letter that is damaged elsewhere."""
    result = scored([one for those in decided.values() for one in those])
    assert result.automatic.of > 60
    assert result.automatic.percent >= 97.0


@pytest.mark.parametrize("noise", [0, 1])
def test_the_right_person_is_among_those_shown(noise: int, decided: Decided) -> None:
    assert scored(decided[noise]).shown.percent >= 97.0


def test_every_class_is_there_with_every_noise(decided: Decided) -> None:
    for those in decided.values():
        assert {truth.kind for _, truth in those} == {case.__name__ for case in CASES}


def test_one_seed_gives_the_same_letters_again() -> None:
    assert generate(3, 120, (0, 5)).made == generate(3, 120, (0, 5)).made
    assert generate(3, 120, (0, 5)).made != generate(4, 120, (0, 5)).made
