"""Why a decision came out as it did: what was read where, who was considered, which rule kept each from being it.

Everything is worked out anew from the stored text and inputs; where that gives another decision than the stored one,
the difference is told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from agent.core import learned, replay, rules
from agent.core.decide import obstacle_of
from agent.core.denials import DENIED
from agent.core.match import Assessment, compare
from agent.core.names import display
from agent.core.pieces import Piece, pieces_of, printed_subjects
from agent.core.reasons import AGE_UNCHECKED
from agent.domain.decision import Ambiguous, Candidate, Decision, Match, Reason, Unmatched, candidates_of
from agent.domain.document import DocumentText
from agent.domain.evidence import Evidence
from agent.domain.identity import Person
from agent.domain.inputs import Inputs
from agent.domain.lesson import Alias, Lesson

RULES: Mapping[str, str] = {
    "registry_untrusted": "the registry must be fresh and complete",
    "document_incomplete": "all of the document must be read",
    "no_text": "a text must be read",
    "nobody_named": "somebody must be named as the subject",
    "not_the_subject": "the exact name must stand where the document says whom it is about",
    "unsure_reading": "the words must be read surely enough",
    "no_second_identifier": "a birth date or number must confirm the name",
    "somebody_else": "nobody else may be named as the subject",
    "perhaps_somebody_else": "nobody else may be named as the subject",
    "homonym_not_excluded": "everybody who may bear that name must be told apart",
    AGE_UNCHECKED: "a printed age must be checked by a date",
    DENIED: "no human may have said that it does not belong there",
    "several_fit": "exactly one person may fit",
}
"""What a match asks for, by the code of the reason that says it is not given; any other code is a contradiction."""
_NO_CONTRADICTION = "nothing printed may contradict the record"
_PAGES_OF_SUBJECTS = 2
"""A letter names its subject there; a document may have thousands of pages, and hundreds of them may be listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """One person, and why the document is or is not filed under them by rule.

    Attributes:
        is_named: the document names the person, or prints a number that is theirs alone.
        obstacle: what keeps the person from being the one; None for the one who matched.
        rule: what a match asks for, and is not given here; empty for the one who matched.
    """

    person: Person
    reasons: tuple[Reason, ...]
    is_named: bool
    obstacle: Reason | None
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The whole reasoning behind one decision.

    Attributes:
        why: the verdict's reason in one sentence.
        used: the lessons that had a part in it: the spelling or the label is printed.
        outlived: the lessons whose spelling is printed, and did not count: the record had come to have another name.
        differences: how the decision that is made again differs; empty when it is the same.
    """

    why: str
    pieces: tuple[Piece, ...]
    considered: tuple[Considered, ...]
    used: tuple[Lesson, ...]
    outlived: tuple[Lesson, ...]
    differences: tuple[str, ...]


def explain_decision(text: DocumentText, inputs: Inputs, stored: Decision) -> Explanation:
    """Work out the reasoning from what is stored, and decide again."""
    evidence = replay.evidence_of(text, inputs)
    assessments = compare(evidence, inputs.people)
    again = replay.decide_from(evidence, inputs)
    printed = [lesson for lesson in inputs.lessons if _is_printed(lesson, evidence)]
    spelled = {spelling.lesson for person in inputs.people for spelling in person.spellings}
    return Explanation(
        why=why(stored),
        pieces=pieces_of(text, evidence, assessments),
        considered=tuple(_considered(assessments, inputs, stored)),
        used=tuple(it for it in printed if not isinstance(it.teaching, Alias) or it.number in spelled),
        outlived=tuple(it for it in printed if isinstance(it.teaching, Alias) and it.number not in spelled),
        differences=tuple(_differences(stored, again, inputs)),
    )


def why(decision: Decision) -> str:
    """Say in one sentence why the rules came to their verdict."""
    match decision:
        case Match(candidate=candidate):
            name = display(candidate.person)
            proofs = [
                words for code, words in _PROOFS.items() if any(it.code == code for it in candidate.reasons)
            ]
            confirmed = f"{' and '.join(proofs)} confirm{'s' if len(proofs) == 1 else ''} it"
            return (
                f"{name} is named as the one whom it is about, "
                f"{confirmed if proofs else 'which policy “name” takes for proof'}, and nobody else may be meant."
            )
        case Ambiguous() | Unmatched():
            return decision.reason.sentence
        case _:
            assert_never(decision)


_PROOFS = {"birth_date_same": "the birth date", "identifier_same": "the personal number"}


def held_against(text: DocumentText, inputs: Inputs, person: Person) -> Candidate:
    """What a stored text says for and against one person, whether the rules considered that person or not."""
    (known,) = learned.people_with([person], inputs.lessons)
    (found,) = compare(replay.evidence_of(text, inputs), [known])
    return Candidate(person=known, reasons=found.reasons, is_vetoed=found.is_contradicted)


def subjects_read(text: DocumentText, inputs: Inputs) -> tuple[str, ...]:
    """Give the names that stand on the first pages as those of the one whom it is about, with their labels."""
    first = replace(text, pages=text.pages[:_PAGES_OF_SUBJECTS])
    return printed_subjects(first, replay.evidence_of(first, inputs))


def _considered(assessments: Sequence[Assessment], inputs: Inputs, stored: Decision) -> Iterator[Considered]:
    matched = stored.candidate.person.record_id if isinstance(stored, Match) else None
    for one in assessments:
        obstacle = None
        if one.person.record_id != matched:
            obstacle = obstacle_of(
                one,
                assessments,
                policy=inputs.policy,
                confidence_floor=inputs.confidence_floor,
                missing=inputs.missing,
                is_trustworthy=inputs.is_trustworthy,
                denials=inputs.denials,
            )
        yield Considered(
            person=one.person,
            reasons=one.reasons,
            is_named=one.is_mentioned or any(reason.code == "identifier_same" for reason in one.reasons),
            obstacle=obstacle,
            rule="" if obstacle is None else RULES.get(obstacle.code, _NO_CONTRADICTION),
        )
    if not isinstance(stored, Match):
        assessed = {one.person.record_id for one in assessments}
        for near in stored.candidates:
            if near.person.record_id not in assessed:
                yield Considered(
                    person=near.person,
                    reasons=near.reasons,
                    is_named=False,
                    obstacle=stored.reason,
                    rule=RULES["not_the_subject"],
                )


def _is_printed(lesson: Lesson, evidence: Evidence) -> bool:
    """A label among the inputs is printed; of a spelling all words must be."""
    return not isinstance(lesson.teaching, Alias) or bool(learned.called(evidence, [lesson]))


def _differences(stored: Decision, again: Decision, inputs: Inputs) -> Iterator[str]:
    if stored == again:
        return
    if inputs.rules_version != rules.VERSION:
        yield f"The rules have changed since: version {inputs.rules_version} then, {rules.VERSION} now."
    if stored.verdict != again.verdict:
        yield f"The verdict was {stored.verdict}, now it is {again.verdict}."
    then, now = _people(stored), _people(again)
    if then != now:
        yield f"Shown were {', '.join(then) or 'nobody'}; now {', '.join(now) or 'nobody'}."
    if why(stored) != why(again):
        yield f"Then: {why(stored)} Now: {why(again)}"
    if (stored.verdict, then, why(stored)) == (again.verdict, now, why(again)):
        yield "The same verdict and people, but other reasons for or against them."


def _people(decision: Decision) -> list[str]:
    rivals = decision.rivals if isinstance(decision, Match) else ()
    return [candidate.person.record_id for candidate in (*candidates_of(decision), *rivals)]
