"""Whose is it? The steps from a text to a decision, for whoever asks: a document's life, a second look, an evaluation.

Nothing here changes anything: the same text, people, rules and lessons give the same decision.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from agent.core import learned, replay, rules
from agent.core.completeness import TOO_MANY, what_is_missing
from agent.core.extract import extract
from agent.core.names import display
from agent.core.proposals import ASKED_FOR
from agent.core.rereading import pages_to_reread
from agent.core.rules import Rules
from agent.domain.decision import Decision, Denial, Match
from agent.domain.document import DocumentText, text_of_plain
from agent.domain.evidence import Evidence
from agent.domain.identity import People
from agent.domain.inputs import Inputs
from agent.domain.lesson import Lesson, LessonState
from agent.ports import Ports, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A decision, and what it was made of."""

    evidence: Evidence
    people: People
    inputs: Inputs
    decision: Decision


def judge(
    text: DocumentText,
    registry: Registry,
    office: Rules,
    lessons: Sequence[Lesson] = (),
    denials: Sequence[Denial] = (),
) -> Judgement:
    """Decide whose a text is.

    Args:
        lessons: the active ones.
        denials: of the document's bytes.

    Raises:
        RegistryUnavailable: it can't be searched now.
    """
    judged = judge_named(text, registry, office, lessons, denials)
    if isinstance(judged.decision, Match):
        return judged
    inputs = replace(judged.inputs, near=tuple(registry.proposals(judged.evidence, ASKED_FOR)))
    return replace(judged, inputs=inputs, decision=replay.decide_from(judged.evidence, inputs))


def judge_named(
    text: DocumentText,
    registry: Registry,
    office: Rules,
    lessons: Sequence[Lesson] = (),
    denials: Sequence[Denial] = (),
) -> Judgement:
    """Decide as `judge` does, without a search for those who are merely near: the verdict is the same.

    Args and Raises: those of `judge`.
    """
    evidence = extract(text, learned.vocabulary_with(office.vocabulary, lessons))
    people = _with_called(
        registry.candidates(evidence), evidence, registry, lessons
    )  # a search, not a verdict
    considered = learned.people_with(people.named, lessons)
    inputs = Inputs(
        people=considered,
        registry_version=people.version,
        is_trustworthy=people.is_trustworthy,
        policy=office.policy,
        mode=office.mode,
        confidence_floor=office.confidence_floor,
        missing=what_is_missing(text) or (TOO_MANY if people.is_cut else ""),
        numbers=replay.known_numbers(office.vocabulary),
        labels=replay.known_labels(office.vocabulary),
        lessons=learned.concerning(lessons, considered, evidence),
        denials=tuple(denials),
        rules_version=rules.VERSION,
    )
    decision = replay.decide_from(evidence, inputs)
    return Judgement(evidence=evidence, people=people, inputs=inputs, decision=decision)


def judge_well_read(
    text: DocumentText,
    *,
    decide: Callable[[DocumentText], Judgement],
    read_again: Callable[[DocumentText, Sequence[int]], DocumentText],
    confidence_floor: int,
) -> tuple[DocumentText, Judgement]:
    """Decide whose a text is, and read anew what OCR may have got wrong, until that can change nothing any more.

    Args:
        read_again: gives the text with the better readings of these pages; each call uses up a pass of one at least.
        confidence_floor: what OCR must be sure of, from 0 to 100.

    Returns:
        The text as it was read last, and its judgement.
    """
    while True:
        judged = decide(text)
        pages = pages_to_reread(text, judged.evidence, judged.decision, confidence_floor=confidence_floor)
        if not pages:
            return text, judged
        text = read_again(text, pages)


def active_lessons(ports: Ports) -> Sequence[Lesson]:
    """What people have confirmed, and not taken back."""
    return ports.ledger.lessons(frozenset({LessonState.ACTIVE}))


def _with_called(people: People, evidence: Evidence, registry: Registry, lessons: Sequence[Lesson]) -> People:
    """Add those whom a learned spelling names, with their namesakes: the registry's search doesn't know of it."""
    everybody = {person.record_id: person for person in people.named}
    is_cut = people.is_cut
    for record_id in learned.called(evidence, lessons):
        person = registry.person(record_id)
        if person is not None:
            namesakes = registry.candidates(extract(text_of_plain(display(person))))
            is_cut = is_cut or namesakes.is_cut
            for namesake in (person, *namesakes.named):
                everybody.setdefault(namesake.record_id, namesake)
    named = tuple(sorted(everybody.values(), key=lambda person: person.record_id))
    return replace(people, named=named, is_cut=is_cut)
