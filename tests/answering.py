"""All questions of a corpus answered rightly, and all that is taught confirmed: what becomes of the corpus then?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.core import replay
from agent.core.lessons import what_it_teaches
from agent.core.rules import Rules
from agent.domain.decision import Match
from agent.domain.identity import RecordId
from agent.domain.lesson import Lesson, Teaching
from agent.evaluation.documents import GivenText
from agent.evaluation.scoring import FalseMatch, Score, Truth, prediction_of, score
from agent.ports import Registry
from agent.workflow.deciding import judge
from agent.workflow.learning import refusal_of
from tests.builders import lesson


@dataclass(frozen=True, kw_only=True)
class Schooled:
    """A corpus before and after its lessons."""

    lessons: tuple[Lesson, ...]
    before: Score
    after: Score

    @property
    def wrong(self) -> list[FalseMatch]:
        """What is filed now and was not to be; but a name at birth that was learned is to be filed under its bearer."""
        return [it for it in self.after.false_matches if it.kind != "maiden_name" or it.id != it.true_id]


def schooled(texts: Sequence[GivenText], registry: Registry, truth: Mapping[str, Truth]) -> Schooled:
    """Answer, confirm, and decide everything again."""
    taught: dict[Teaching, None] = {}
    before = []
    for given in texts:
        judged = judge(given.text, registry, Rules())
        before.append(prediction_of(given.name, judged.decision))
        true_id = truth[given.name].true_id
        person = None if true_id is None else registry.person(RecordId(true_id))
        if person is not None and not isinstance(judged.decision, Match):
            vocabulary = replay.vocabulary_of(judged.inputs)
            for teaching in what_it_teaches(judged.evidence, person, vocabulary):
                if refusal_of(teaching, registry, vocabulary) is None:
                    taught[teaching] = None
    lessons = tuple(lesson(teaching, number) for number, teaching in enumerate(taught, start=1))
    after = [
        prediction_of(given.name, judge(given.text, registry, Rules(), lessons).decision) for given in texts
    ]
    return Schooled(lessons=lessons, before=score(before, truth), after=score(after, truth))
