"""From evidence and inputs to a decision, now or later: the same text and the same inputs give the same decision."""

import re

from agent.core.decide import decide
from agent.core.extract import extract
from agent.core.forms import form_of
from agent.core.identifiers import BY_NAME, IdentifierKind
from agent.core.labels import Phrase
from agent.core.learned import vocabulary_with
from agent.core.match import compare
from agent.core.proposals import with_proposals
from agent.core.vocabulary import Vocabulary
from agent.domain.decision import Decision
from agent.domain.document import DocumentText
from agent.domain.evidence import Evidence
from agent.domain.inputs import Inputs, KnownLabel, KnownNumber


def decide_from(evidence: Evidence, inputs: Inputs) -> Decision:
    """Decide whose the evidence is, among the people of the inputs."""
    decision = decide(
        compare(evidence, inputs.people),
        policy=inputs.policy,
        confidence_floor=inputs.confidence_floor,
        missing=inputs.missing,
        is_trustworthy=inputs.is_trustworthy,
        is_blank=not evidence.tokens,
        denials=inputs.denials,
    )
    return with_proposals(decision, evidence, inputs.near)


def evidence_of(text: DocumentText, inputs: Inputs) -> Evidence:
    """Find in a stored text what was found then."""
    return extract(text, vocabulary_of(inputs))


def vocabulary_of(inputs: Inputs) -> Vocabulary:
    """What was known of labels and numbers."""
    office = Vocabulary(kinds=tuple(map(_kind, inputs.numbers)), labels=tuple(map(_phrase, inputs.labels)))
    return vocabulary_with(office, inputs.lessons)


def known_numbers(vocabulary: Vocabulary) -> tuple[KnownNumber, ...]:
    return tuple(map(_known, vocabulary.kinds))


def known_labels(vocabulary: Vocabulary) -> tuple[KnownLabel, ...]:
    return tuple(
        KnownLabel(
            tokens=phrase.tokens,
            announces=phrase.kind,
            identifier=phrase.identifier,
            is_mirrored=phrase.is_mirrored,
        )
        for phrase in vocabulary.labels
    )


def _known(kind: IdentifierKind) -> KnownNumber:
    return KnownNumber(
        name=kind.name,
        title=kind.title,
        form=kind.pattern.pattern,
        stands_alone=kind.stands_alone,
        proves=kind.proves,
        is_of_insured=kind.is_of_insured,
        printed=tuple(form.text for form in kind.forms),
    )


def _kind(number: KnownNumber) -> IdentifierKind:
    """One of this program's own, with its checksum, where it is still the same; else what the office had written."""
    own = BY_NAME.get(number.name)
    if own is not None and _known(own) == number:
        return own
    return IdentifierKind(
        name=number.name,
        title=number.title,
        pattern=re.compile(number.form),
        stands_alone=number.stands_alone,
        proves=number.proves,
        is_of_insured=number.is_of_insured,
        forms=tuple(map(form_of, number.printed)),
    )


def _phrase(label: KnownLabel) -> Phrase:
    return Phrase(
        tokens=label.tokens,
        kind=label.announces,
        identifier=label.identifier,
        is_mirrored=label.is_mirrored,
    )
