"""Whom else a human may want to choose: people whose name, birth date or number is nearly what is printed.

They stand behind those whom the document names, and never change the verdict.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from agent.core import reasons
from agent.core.match import compare
from agent.core.nearness import Likeness, likeness, sought_in
from agent.domain.decision import CANDIDATES_SHOWN, Candidate, Decision, Match, Reason
from agent.domain.evidence import Evidence
from agent.domain.identity import Person

ASKED_FOR = 24
"""More than are shown: some of them are among the candidates already."""
_NAMING = frozenset({"name_printed", "name_learned", "name_similar", "identifier_same"})
_CONTRADICTED = 2


def with_proposals(decision: Decision, evidence: Evidence, near: Sequence[Person]) -> Decision:
    """Let a human choose from these people, too, where no rule found the one.

    Args:
        near: whom the registry found near; those of them who are not near, or are candidates already, are left out.
    """
    if isinstance(decision, Match):
        return decision
    named = [one for one in decision.candidates if any(reason.code in _NAMING for reason in one.reasons)]
    touched = [one for one in decision.candidates if one not in named]
    known = {one.person.record_id for one in decision.candidates}
    others = [person for person in near if person.record_id not in known]
    rest = sorted([*touched, *_proposed(evidence, others)], key=lambda one: -_weight(one))
    return replace(decision, candidates=(*named, *rest)[:CANDIDATES_SHOWN])


def _proposed(evidence: Evidence, people: Sequence[Person]) -> Iterator[Candidate]:
    """The near ones as candidates, the nearest first."""
    sought = sought_in(evidence)
    likenesses = {person.record_id: likeness(sought, person) for person in people}
    found = []
    for one in compare(evidence, people):
        like = likenesses[one.person.record_id]
        if like is not None:
            candidate = Candidate(
                person=one.person,
                reasons=(*_near_reasons(evidence, one.person, like), *one.reasons),
                is_vetoed=bool(one.contradictions),
            )
            found.append((like.points, candidate))
    found.sort(key=lambda one: (-one[0], one[1].person.record_id))
    return (candidate for _, candidate in found)


def _near_reasons(evidence: Evidence, person: Person, like: Likeness) -> Iterator[Reason]:
    slips = [word for word in like.words if word.distance]
    if slips:
        yield reasons.name_near(evidence, person, slips)
    if like.number is not None:
        yield reasons.identifier_near(evidence, like.number)


def _weight(candidate: Candidate) -> int:
    supports = sum(reasons.WEIGHTS[reason.code] for reason in candidate.reasons if reason.supports)
    return supports - _CONTRADICTED * candidate.is_vetoed
