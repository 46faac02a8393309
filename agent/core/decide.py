"""The verdict: match, ambiguous or unmatched. The only place where a `Match` is built.

A match needs positive evidence for exactly one person, and every rule below must hold; what is missing, tied or
in conflict goes to a human. The same input always gives the same decision. The rules are those of the design's
facts on matching, after the Joint Commission's two identifiers and FHIR's "only certain matches".

Accepted risk: a document that itself prints another registered person's exact name and birth date or number. Under the
policy `name` also a stranger who shares a registered person's name.
"""

from collections.abc import Iterable, Sequence

from agent.core.denials import denied
from agent.core.match import Assessment, Proof
from agent.core.names import are_compatible, display
from agent.domain.decision import (
    CANDIDATES_SHOWN,
    Ambiguous,
    Candidate,
    Decision,
    Denial,
    Match,
    Policy,
    Reason,
    Unmatched,
)

REGISTRY_UNTRUSTED = "registry_untrusted"
"""The reason of every decision that was taken by a copy which is empty or too old."""


def decide(
    assessments: Sequence[Assessment],
    *,
    policy: Policy,
    confidence_floor: int,
    missing: str,
    is_trustworthy: bool,
    is_blank: bool = False,
    denials: Sequence[Denial] = (),
) -> Decision:
    """Decide whose document it is.

    Args:
        confidence_floor: OCR confidence, 0 to 100, that every word a match rests on must reach.
        missing: what of the document could not be read; empty when every page was read to its end.
        is_trustworthy: the registry's copy is fresh and complete.
        is_blank: not one word was read in the document.
        denials: the records under which humans have said that it does not belong.
    """
    ordered = sorted(assessments, key=lambda one: (-one.score, one.person.record_id))
    obstacle = _obstacle_for_all(ordered, missing=missing, is_trustworthy=is_trustworthy, is_blank=is_blank)
    if obstacle is None:
        leads = [one for one in ordered if _is_lead(one, policy, confidence_floor)]
        if len(leads) == 1:
            obstacle = _obstacle_for(leads[0], ordered, confidence_floor)
            obstacle = obstacle or denied(leads[0].person.record_id, denials)
            if obstacle is None:
                return _match(leads[0], ordered, policy)
        else:
            obstacle = _several(leads) if leads else _why_nobody(ordered, confidence_floor)
    candidates = tuple(_candidate(one) for one in ordered if _is_supported(one))[:CANDIDATES_SHOWN]
    if any(_is_pointed_at(one) for one in ordered):
        return Ambiguous(candidates=candidates, reason=obstacle)
    return Unmatched(candidates=candidates, reason=obstacle)


def obstacle_of(
    one: Assessment,
    assessments: Sequence[Assessment],
    *,
    policy: Policy,
    confidence_floor: int,
    missing: str,
    is_trustworthy: bool,
    denials: Sequence[Denial] = (),
) -> Reason | None:
    """Say which rule keeps one person from being the match; None where no rule does.

    Args: those of `decide`.
    """
    for_all = _obstacle_for_all(assessments, missing=missing, is_trustworthy=is_trustworthy)
    if one.contradictions:
        return one.contradictions[0]
    if not _is_lead(one, policy, confidence_floor):
        return _why_not(one, confidence_floor)
    if for_all is not None:
        return for_all
    if any(_is_lead(it, policy, confidence_floor) for it in assessments if it is not one):
        return _against("several_fit", "Somebody else in the registry fits equally well.")
    return _obstacle_for(one, assessments, confidence_floor) or denied(one.person.record_id, denials)


def _why_not(one: Assessment, floor: int) -> Reason:
    if one.namings:
        return _why_nobody([one], floor)
    if one.is_mentioned:
        return _against("not_the_subject", "The name is printed, but nothing says that it is about them.")
    return _against("not_the_subject", "The exact name is not printed as that of the one whom it is about.")


def _match(lead: Assessment, ordered: Sequence[Assessment], policy: Policy) -> Match:
    rivals = [one for one in ordered if one is not lead and _is_pointed_at(one)]
    return Match(
        candidate=_candidate(lead), policy=policy, rivals=tuple(map(_candidate, rivals[:CANDIDATES_SHOWN]))
    )


def _candidate(one: Assessment) -> Candidate:
    return Candidate(person=one.person, reasons=one.reasons, is_vetoed=one.is_contradicted)


def _is_pointed_at(one: Assessment) -> bool:
    """Whether the document names a person, or prints a number that is that person's alone."""
    return one.is_mentioned or any(reason.code == "identifier_same" for reason in one.reasons)


def _is_supported(one: Assessment) -> bool:
    return any(reason.supports for reason in one.reasons)


def _is_lead(one: Assessment, policy: Policy, floor: int) -> bool:
    """Rules 1 to 3 and 7: named as the subject, with a second identifier, nothing against it, and surely read."""
    is_named = any(_is_sure(naming.confidence, floor) for naming in one.namings)
    is_proven = policy is Policy.NAME or _has_second_identifier(one.agreements, floor)
    return is_named and is_proven and not one.contradictions


def _has_second_identifier(agreements: Iterable[Proof], floor: int) -> bool:
    return any(_is_sure(proof.confidence, floor) and not proof.is_weak for proof in agreements)


def _is_sure(confidence: int | None, floor: int) -> bool:
    return confidence is None or confidence >= floor


def _obstacle_for_all(
    ordered: Sequence[Assessment], *, missing: str, is_trustworthy: bool, is_blank: bool = False
) -> Reason | None:
    """Rule 8, and what was not read."""
    if not is_trustworthy:
        return _against(
            REGISTRY_UNTRUSTED, "The registry is empty, outdated or incomplete: nothing is filed by itself."
        )
    if missing:
        return _against("document_incomplete", missing)
    if is_blank:
        return _against("no_text", "No text could be read in it.")
    if not any(_is_pointed_at(one) for one in ordered):
        return _against("nobody_named", "Nobody in the registry is named as the one whom this is about.")
    return None


def _obstacle_for(lead: Assessment, ordered: Sequence[Assessment], floor: int) -> Reason | None:
    """Rules 4 to 6: nobody else is the subject, and everybody who may bear that name is told apart."""
    if lead.others:
        return lead.others[0]
    places = {naming.start for naming in lead.namings}
    is_labelled = any(naming.is_labelled for naming in lead.namings)
    for rival in ordered:
        if rival is lead:
            continue
        is_namesake = are_compatible(lead.person, rival.person)
        is_elsewhere = not {naming.start for naming in rival.namings} <= places
        is_listed = rival.is_read_by_ocr or (rival.is_mentioned and not is_labelled)
        is_numbered = any(proof.is_number for proof in rival.agreements)
        if is_elsewhere or is_numbered or (is_listed and not is_namesake):
            return _against(
                "somebody_else", f"The document also names {display(rival.person)} as its subject."
            )
        if is_namesake and not _is_excluded(rival, floor):
            sentence = (
                f"Nothing printed tells {display(rival.person)} (record {rival.person.record_id}) apart."
            )
            return _against("homonym_not_excluded", sentence)
    return None


def _is_excluded(rival: Assessment, floor: int) -> bool:
    """Rules 5 and 6: only what is printed, registered and different tells two people of one name apart."""
    return any(_is_sure(proof.confidence, floor) and not proof.is_weak for proof in rival.differences)


def _several(leads: Sequence[Assessment]) -> Reason:
    return _against("several_fit", f"{len(leads)} people in the registry fit equally well.")


def _why_nobody(ordered: Sequence[Assessment], floor: int) -> Reason:
    """Say which rule the best person failed, in the order in which a human would ask."""
    named = [one for one in ordered if one.namings]
    if not named:
        return _against("not_the_subject", "Nobody is clearly named as the one whom this is about.")
    open_to = [one for one in named if not one.contradictions]
    if not open_to:  # two people in one letter: what contradicts the one is the other's, and says less
        return (named[0].others or named[0].contradictions)[0]
    if not any(_is_sure(naming.confidence, floor) for one in open_to for naming in one.namings):
        return _against("unsure_reading", "The name was not read surely enough.")
    if any(_rests_on_unsure_words(one, floor) for one in open_to):
        return _against("unsure_reading", "The birth date or number was not read surely enough.")
    return _against(
        "no_second_identifier", "The name alone is no proof: no birth date or number confirms it."
    )


def _rests_on_unsure_words(one: Assessment, floor: int) -> bool:
    return any(not _is_sure(proof.confidence, floor) for proof in one.agreements)


def _against(code: str, sentence: str) -> Reason:
    return Reason(code=code, supports=False, sentence=sentence)
