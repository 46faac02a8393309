"""Whose is it? The steps from a text to a decision, for whoever asks: a document's life, a second look, an evaluation.

Nothing here changes anything: the same text, people and rules give the same decision.
"""

from dataclasses import dataclass

from agent.core.completeness import what_is_missing
from agent.core.decide import decide
from agent.core.extract import extract
from agent.core.match import compare
from agent.core.rules import Rules
from agent.domain.decision import Decision
from agent.domain.document import DocumentText
from agent.domain.evidence import Evidence
from agent.ports import People, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A decision, and what it was made of."""

    evidence: Evidence
    people: People
    decision: Decision


def judge(text: DocumentText, registry: Registry, rules: Rules) -> Judgement:
    """Decide whose a text is.

    Raises:
        RegistryUnavailable: it can't be searched now.
    """
    evidence = extract(text, rules.vocabulary)
    people = registry.candidates(evidence)  # a search, not a verdict
    decision = decide(
        compare(evidence, people.named),
        policy=rules.policy,
        confidence_floor=rules.confidence_floor,
        missing=what_is_missing(text),
        is_trustworthy=people.is_trustworthy,
    )
    return Judgement(evidence=evidence, people=people, decision=decision)
