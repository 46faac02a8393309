"""What a human is told of an outcome, at the privacy level `minimal`.

A message leaves the office: on Telegram it lies on a server that others run. So it holds the document's
reference, initials, the year of birth and the record's id; of the fields in which alike candidates differ just as
much as tells them apart; never a file's name, a full name, or a reason's own sentence: that quotes the document.
Nothing looks like a button: an answer is typed.
"""

from collections.abc import Mapping, Sequence
from typing import assert_never

from agent.core.telling_apart import told_apart
from agent.domain.decision import Ambiguous, Candidate, Decision, Match, Reason, Unmatched, candidates_of
from agent.domain.document import DocumentId, reference
from agent.domain.message import Message, MessageKind
from agent.domain.outcome import FAILURES, Archived, Duplicate, Failed, FailureReason, InReview, Outcome


def message_for(
    document_id: DocumentId,
    outcome: Outcome,
    *,
    original_name: str,  # noqa: ARG001 # names of files hold names of people: not told at this privacy level
    pages: int | None,
    document_kind: str | None,
) -> Message:
    """Say what became of a document, and what its reader can do about it.

    Args:
        original_name: as it was dropped; the other privacy levels will tell it.
        pages: None when they could not be counted.
        document_kind: a word of `core.kinds`, such as `discharge_letter`.
    """
    headline = _headline(document_id, document_kind, pages)
    match outcome:
        case Archived():
            return _filed(document_id, outcome, headline)
        case InReview():
            return _question(document_id, outcome.decision, headline)
        case Failed():
            return _failed(document_id, outcome)
        case Duplicate():
            return _duplicate(document_id, outcome)
        case _:
            assert_never(outcome)


def missing_message(document_id: DocumentId) -> Message:
    """Say that a person has moved or edited a document by hand, and how to make that good."""
    number = reference(document_id)
    return Message(
        kind=MessageKind.MISSING,
        document_id=document_id,
        title=f"{number} is no longer where it was put",
        lines=(
            "Somebody moved, removed or edited the file by hand. Nothing is done with it until that is solved.",
            f"Where it belongs: dossierd show {number}",
            f"Put it back there, then type: dossierd retry {number}",
        ),
    )


def _filed(document_id: DocumentId, outcome: Archived, headline: str) -> Message:
    chosen = _candidate(outcome)
    lines = [headline]
    if chosen is not None:
        lines += told_apart([chosen.person])
    if outcome.decided_by != "rule":
        lines.append(f"Chosen by {_who(outcome.decided_by)}.")
    elif chosen is not None:
        lines += _for_and_against(chosen.reasons)
    return Message(
        kind=MessageKind.FILED,
        document_id=document_id,
        title=f"Filed under file {outcome.record_id}",
        lines=(*lines, f"Not right? Within a day, type: dossierd undo {reference(document_id)}"),
    )


def _candidate(outcome: Archived) -> Candidate | None:
    """Find the record that was chosen among those that were considered; a human may choose another one."""
    considered = candidates_of(outcome.decision) if outcome.decision else ()
    return next((one for one in considered if one.person.record_id == outcome.record_id), None)


def _question(document_id: DocumentId, decision: Decision, headline: str) -> Message:
    candidates = candidates_of(decision)
    labels = told_apart([candidate.person for candidate in candidates])
    lines = [headline, _why_asked(decision)]
    for number, (candidate, label) in enumerate(zip(candidates, labels, strict=True), start=1):
        veto = " · contradicted by the document" if candidate.is_vetoed else ""
        lines.append(f"{number}.  {label} · file {candidate.person.record_id}{veto}")
        lines += [f"     {line}" for line in _for_and_against(candidate.reasons)]
    return Message(
        kind=MessageKind.QUESTION,
        document_id=document_id,
        title="Is this right?" if isinstance(decision, Match) else "Whose document is this?",
        lines=(*lines, *_how_to_answer(document_id, len(candidates))),
    )


def _why_asked(decision: Decision) -> str:
    match decision:
        case Match():
            return "The rules would file it here; nothing is filed before you say so."
        case Ambiguous() | Unmatched() if decision.reason.code == "document_incomplete":
            return decision.reason.sentence  # page numbers and settings; nothing that was read
        case Ambiguous() | Unmatched():
            return WHY_ASKED.get(decision.reason.code, "The document does not say clearly whose it is.")
        case _:
            assert_never(decision)


def _how_to_answer(document_id: DocumentId, count: int) -> tuple[str, ...]:
    """Say what to type; among several no number is written out, lest a copied example become an answer."""
    typed = f"dossierd answer {reference(document_id)}"
    if count == 0:
        return (f"It belongs to nobody in the registry? Type: {typed} none",)
    choice = f"Right? Type: {typed} 1" if count == 1 else f"Type the right one's number: {typed} NUMBER"
    return (choice, f"None of these? Type: {typed} none")


def _failed(document_id: DocumentId, outcome: Failed) -> Message:
    number = reference(document_id)
    text = FAILURES[outcome.reason]
    is_rejected = outcome.reason is FailureReason.REJECTED
    lines = [text.sentence]
    if is_rejected:
        lines.append(f"Said by {_who(outcome.decided_by)}.")
    if outcome.detail:
        lines.append(f"Detail: {outcome.detail}")
    return Message(
        kind=MessageKind.FAILED,
        document_id=document_id,
        title=f"{number} was set aside" if is_rejected else f"{number} could not be filed",
        lines=(
            *lines,
            text.hint_for(number),
            "It lies untouched in failed/.",
        ),
    )


def _duplicate(document_id: DocumentId, outcome: Duplicate) -> Message:
    return Message(
        kind=MessageKind.DUPLICATE,
        document_id=document_id,
        title=f"{reference(document_id)} is the same file as {reference(outcome.original)}",
        lines=("Nothing to do. The copy lies in archive/_duplicates/.",),
    )


def _headline(document_id: DocumentId, document_kind: str | None, pages: int | None) -> str:
    parts = [reference(document_id)]
    if document_kind:
        parts.append(document_kind.replace("_", " ").replace("-", " ").capitalize())
    if pages:
        parts.append("1 page" if pages == 1 else f"{pages} pages")
    return " · ".join(parts)


def _who(decided_by: str) -> str:
    """Name the human of `cli:anna`."""
    return decided_by.partition(":")[2] or decided_by


def _for_and_against(reasons: Sequence[Reason]) -> list[str]:
    sides = (("for", True), ("against", False))
    named = (
        (word, _named([reason for reason in reasons if reason.supports is side])) for word, side in sides
    )
    return [f"{word}: {reasons}" for word, reasons in named if reasons]


def _named(reasons: Sequence[Reason]) -> str:
    """Name the reasons page by page, each once: `full name, birth date (page 1); number (page 2)`."""
    pages: dict[int | None, list[str]] = {}
    for reason in reasons:
        words = REASONS.get(reason.code, reason.code.replace("_", " "))
        on_page = pages.setdefault(reason.page, [])
        if words not in on_page:
            on_page.append(words)
    return "; ".join(", ".join(named) + (f" (page {page})" if page else "") for page, named in pages.items())


REASONS: Mapping[str, str] = {
    "identifier_same": "same personal number",
    "name_printed": "full name",
    "name_learned": "a spelling that people have confirmed",
    "name_as_subject": "named as the one it is about",
    "name_in_other_role": "named, but as a doctor, a relative or a place",
    "name_similar": "a similar name",
    "name_near": "a name much like this one",
    "name_in_part": "part of the name",
    "birth_date_same": "same birth date",
    "birth_date_near": "a birth date close to this one",
    "identifier_near": "a personal number close to this one",
    "phone_same": "same telephone number",
    "birth_date_differs": "another birth date is printed",
    "birth_date_unread": "what may be another birth date can't be read",
    "identifier_differs": "another personal number is printed",
    "identifier_unread": "what may be another number can't be read",
    "age_differs": "the printed age does not fit",
    "several_birth_dates": "two birth dates are printed",
    "several_identifiers": "two personal numbers are printed",
    "somebody_else": "it names somebody else too",
    "perhaps_somebody_else": "it may be about somebody else",
}
"""The matcher's reasons for and against a person, without anything that was read."""

WHY_ASKED: Mapping[str, str] = {
    "registry_untrusted": "The list of people is empty or out of date, so nothing is filed by itself.",
    "nobody_named": "Nobody in the registry is named in it.",
    "not_the_subject": "It names people, but not clearly whom it is about.",
    "somebody_else": "It names more than one person.",
    "perhaps_somebody_else": "It names a person, but may be about somebody else.",
    "several_fit": "Several records fit equally well.",
    "homonym_not_excluded": "Nothing printed in it tells people of the same name apart.",
    "no_second_identifier": "The name alone is no proof: no birth date or number confirms it.",
    "unsure_reading": "The name, birth date or number is hard to read.",
    "birth_date_differs": "The name fits, but another birth date is printed.",
    "birth_date_unread": "The name fits, but what may be another birth date can't be read.",
    "identifier_differs": "The name fits, but another personal number is printed.",
    "identifier_unread": "The name fits, but what may be another personal number can't be read.",
    "age_differs": "The name fits, but the printed age does not fit the birth date.",
    "several_birth_dates": "Two different birth dates are printed in it.",
    "several_identifiers": "Two different personal numbers are printed in it.",
    "undone": "Its filing was undone.",
}
"""Why the rules did not decide, without anything that was read."""
