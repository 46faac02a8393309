"""Whom else a human may want to choose: people whose name, birth date or number is nearly what is printed.

They stand behind those whom the document names, and never change the verdict.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agent.core import reasons
from agent.core.match import compare
from agent.core.nearness import Likeness, Sought, likeness, sought_in
from agent.domain.decision import CANDIDATES_SHOWN, Candidate, Decision, Match, Reason
from agent.domain.evidence import Evidence
from agent.domain.identity import Person

ASKED_FOR = 24
"""More than are shown: some of them are among the candidates already."""
_NAMING = frozenset({"name_printed", "name_learned", "name_similar", "identifier_same"})
_CONTRADICTED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """A candidate for a human, and how near; nearness 0 is none at all."""

    candidate: Candidate
    nearness: int

    @property
    def rank(self) -> tuple[int, int]:
        supports = (reason for reason in self.candidate.reasons if reason.supports)
        weight = sum(reasons.WEIGHTS[reason.code] for reason in supports)
        return _CONTRADICTED * self.candidate.is_vetoed - weight, -self.nearness


def with_proposals(decision: Decision, evidence: Evidence, near: Sequence[Person]) -> Decision:
    """Let a human choose from these people, too, where no rule found the one.

    Of candidates whom the document doesn't name, but whose birthday, say, is printed, it is told as well what else is
    nearly theirs; the best of them and of the near ones come first.

    Args:
        near: whom the registry found near; those of them who are not near, or are candidates already, are left out.
    """
    if isinstance(decision, Match):
        return decision
    known = {one.person.record_id for one in decision.candidates}
    assessments = compare(evidence, [person for person in near if person.record_id not in known])
    proposed = [
        Candidate(person=one.person, reasons=one.reasons, is_vetoed=one.is_contradicted)
        for one in assessments
    ]
    named = [one for one in decision.candidates if any(reason.code in _NAMING for reason in one.reasons)]
    touched = [one for one in decision.candidates if one not in named]
    sought = sought_in(evidence)
    choices = [
        *_choices(evidence, sought, touched),
        *(one for one in _choices(evidence, sought, proposed) if one.nearness),
    ]
    choices.sort(key=lambda one: one.rank)
    return replace(decision, candidates=(*named, *(one.candidate for one in choices))[:CANDIDATES_SHOWN])


def _choices(evidence: Evidence, sought: Sought, candidates: Sequence[Candidate]) -> Iterator[_Choice]:
    """The candidates with what is nearly printed of them."""
    for one in candidates:
        like = likeness(sought, one.person)
        if like is None:
            yield _Choice(candidate=one, nearness=0)
            continue
        told = tuple(_near_reasons(evidence, one.person, like))
        is_told = any(reason.code == "name_near" for reason in told)
        others = (reason for reason in one.reasons if not (is_told and reason.code == "name_in_part"))
        yield _Choice(candidate=replace(one, reasons=(*told, *others)), nearness=like.points)


def _near_reasons(evidence: Evidence, person: Person, like: Likeness) -> Iterator[Reason]:
    slips = [word for word in like.words if word.distance]
    if like.words and (slips or like.is_in_letters):
        yield reasons.name_near(evidence, person, slips or like.words)
    if like.number is not None:
        yield reasons.identifier_near(evidence, like.number)
