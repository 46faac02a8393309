"""What a human is told of an outcome: in the office's language, and no more of a person than its privacy level allows.

A message leaves the office: on Telegram it lies on a server that others run. At the level `minimal` it holds the
document's reference, initials, the year of birth and the record's id; of the fields in which alike candidates differ
just as much as tells them apart; never a file's name or a full name. A reason's own sentence quotes the document: it is
told at no level. Once a human has chosen, nothing is told of the person any more.
What can be pressed can be typed too, which a chat needs not be told: not every channel has buttons.
"""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from agent.core import completeness, denials
from agent.core.alerts import alert_line
from agent.core.details import detail_words
from agent.core.presses import Verb, document_data
from agent.core.telling_apart import told_apart
from agent.core.voice import Privacy, Voice
from agent.domain.decision import Ambiguous, Candidate, Decision, Match, Reason, Unmatched, candidates_of
from agent.domain.document import DocumentId, reference
from agent.domain.message import Button, Message, MessageKind
from agent.domain.outcome import FAILURES, Archived, Duplicate, Failed, FailureReason, InReview, Outcome


def message_for(
    document_id: DocumentId,
    outcome: Outcome,
    *,
    epoch: int,
    original_name: str,
    pages: int | None,
    document_kind: str | None,
    voice: Voice,
    again_at: datetime.datetime | None = None,
) -> Message:
    """Say what became of a document, and what its reader can do about it.

    Args:
        epoch: that the outcome belongs to: what is pressed later is void once the document has gone on.
        original_name: as it was dropped.
        pages: None when they could not be counted.
        document_kind: a word of `core.kinds`, such as `discharge_letter`.
        again_at: when somebody had it tried again; None where this was the first time.
    """
    about = [headline(document_id, document_kind, pages, voice=voice), *file_line(original_name, voice=voice)]
    match outcome:
        case Archived():
            return _filed(document_id, outcome, about, epoch, voice)
        case InReview():
            return _question(document_id, outcome.decision, about, voice)
        case Failed():
            again = [voice.say("Tried again: {time}", time=voice.day_and_hour(again_at))] if again_at else []
            about = [*file_line(original_name, voice=voice), *again]
            return _failed(document_id, outcome, about, epoch, voice)
        case Duplicate():
            return _duplicate(document_id, outcome, voice)
        case _:
            assert_never(outcome)


def missing_message(document_id: DocumentId, *, voice: Voice) -> Message:
    """Say that a person has moved or edited a document by hand, and how to make that good."""
    number = reference(document_id)
    return Message(
        kind=MessageKind.MISSING,
        document_id=document_id,
        title=voice.say("{document} is no longer where it was put", document=number),
        lines=(
            voice.say(
                "Somebody moved, removed or edited the file by hand. Nothing is done with it until that is solved."
            ),
            voice.say("Put it back where it was, then type: dossierd retry {document}", document=number),
            alert_line("missing", voice),
        ),
        typed=(voice.say("Where that is: dossierd show {document}", document=number),),
    )


def headline(document_id: DocumentId, kind: str | None, pages: int | None, *, voice: Voice) -> str:
    """`D-7 · Discharge letter · 3 pages`.

    Args:
        kind: a word of `core.kinds`.
        pages: None when they could not be counted.
    """
    parts = [reference(document_id)]
    if kind:
        parts.append(voice.say(KINDS[kind]) if kind in KINDS else kind.replace("_", " ").capitalize())
    if pages:
        parts.append(voice.count("{number} page", "{number} pages", pages))
    return " · ".join(parts)


def file_line(original_name: str, *, voice: Voice) -> list[str]:
    """Name the file as it was dropped, where the office wants that to be told."""
    return [voice.say("File: {name}", name=original_name)] if voice.privacy is Privacy.FULL else []


def why_asked(decision: Decision, *, voice: Voice) -> str:
    """Say in a sentence why the rules did not decide."""
    match decision:
        case Match():
            return voice.say("The rules would file it here; nothing is filed before you say so.")
        case Ambiguous() | Unmatched() if decision.reason.code == "document_incomplete":
            return completeness.in_words(decision.reason.sentence, voice)  # nothing that was read
        case Ambiguous() | Unmatched() if decision.reason.code == denials.DENIED:
            return denials.in_words(decision.reason.sentence, voice)  # nothing that was read
        case Unmatched(reason=Reason(code="nobody_named")) if decision.candidates:
            return voice.say("Nobody in the registry is clearly named in it; it may be one of these.")
        case Ambiguous() | Unmatched():
            code = decision.reason.code
            return voice.say(WHY_ASKED.get(code, "The document does not say clearly whose it is."))
        case _:
            assert_never(decision)


def for_and_against(reasons: Sequence[Reason], *, voice: Voice) -> list[str]:
    """Name what speaks for and what against a person: a line each, where there is something."""
    codes = {reason.code for reason in reasons}
    words = {code: _words(code, codes, voice) for code in codes}
    supporting = _named([reason for reason in reasons if reason.supports], words, voice)
    contradicting = _named([reason for reason in reasons if not reason.supports], words, voice)
    return [
        *([voice.say("for: {reasons}", reasons=supporting)] if supporting else []),
        *([voice.say("against: {reasons}", reasons=contradicting)] if contradicting else []),
    ]


def _words(code: str, codes: Collection[str], voice: Voice) -> str:
    """Say a reason; of two birth dates or numbers also whether one is the person's, which another reason tells."""
    if code in ONE_OF_TWO and SAME[code] in codes:
        return voice.say(ONE_OF_TWO[code])
    return voice.say(REASONS[code]) if code in REASONS else code.replace("_", " ")


def _named(reasons: Sequence[Reason], words: Mapping[str, str], voice: Voice) -> str:
    """Name the reasons page by page, each once: `full name, birth date (page 1); number (page 2)`.

    What takes two pages to be seen is named once, with both.
    """
    pages: dict[tuple[int, ...], list[str]] = {}
    for reason in reasons:
        seen_on = reasons if reason.code in ONE_OF_TWO else (reason,)
        on = tuple(sorted({one.page for one in seen_on if one.code == reason.code and one.page}))
        on_pages = pages.setdefault(on, [])
        if words[reason.code] not in on_pages:
            on_pages.append(words[reason.code])
    return voice.say("; ").join(_on_pages(", ".join(named), on, voice) for on, named in pages.items())


def _on_pages(named: str, pages: Sequence[int], voice: Voice) -> str:
    match pages:
        case ():
            return named
        case (page,):
            return voice.say("{reasons} (page {page})", reasons=named, page=page)
        case _:
            return voice.say("{reasons} (pages {pages})", reasons=named, pages=", ".join(map(str, pages)))


def _filed(
    document_id: DocumentId, outcome: Archived, about: Sequence[str], epoch: int, voice: Voice
) -> Message:
    chosen = _candidate(outcome)
    lines = [*about]
    if outcome.decided_by != "rule":
        lines.append(voice.say("Chosen by {name}.", name=who(outcome.decided_by)))
    elif chosen is not None:
        lines += [*told_apart([chosen.person], voice=voice), *for_and_against(chosen.reasons, voice=voice)]
    number = reference(document_id)
    return Message(
        kind=MessageKind.FILED,
        document_id=document_id,
        title=voice.say("Filed under file {record}", record=outcome.record_id),
        lines=tuple(lines),
        buttons=((Button(label=voice.say("Undo"), data=document_data(document_id, Verb.UNDO, epoch)),),),
        typed=(voice.say("Not right? Within a day, type: dossierd undo {document}", document=number),),
    )


def _candidate(outcome: Archived) -> Candidate | None:
    """Find the record that was chosen among those that were considered."""
    considered = candidates_of(outcome.decision) if outcome.decision else ()
    return next((one for one in considered if one.person.record_id == outcome.record_id), None)


def _question(document_id: DocumentId, decision: Decision, about: Sequence[str], voice: Voice) -> Message:
    candidates = candidates_of(decision)
    labels = told_apart([candidate.person for candidate in candidates], voice=voice)
    lines = [*about, why_asked(decision, voice=voice)]
    for number, (candidate, label) in enumerate(zip(candidates, labels, strict=True), start=1):
        record = voice.say("file {record}", record=candidate.person.record_id)
        veto = [voice.say("contradicted by the document")] if candidate.is_vetoed else []
        lines.append(f"{number}.  " + " · ".join([label, record, *veto]))
        lines += [f"     {line}" for line in for_and_against(candidate.reasons, voice=voice)]
    is_proposal = isinstance(decision, Match)
    return Message(
        kind=MessageKind.QUESTION,
        document_id=document_id,
        title=voice.say("Is this right?") if is_proposal else voice.say("Whose document is this?"),
        lines=(*lines, *_how_to_answer(document_id, len(candidates), voice)),
    )


def _how_to_answer(document_id: DocumentId, count: int, voice: Voice) -> tuple[str, ...]:
    """Say what to type; among several no number is written out, lest a copied example become an answer."""
    number = reference(document_id)
    if count == 0:
        return (
            voice.say(
                "It belongs to nobody in the registry? Type: dossierd answer {document} none", document=number
            ),
        )
    choice = (
        voice.say("Right? Type: dossierd answer {document} 1", document=number)
        if count == 1
        else voice.say("Type the right one's number: dossierd answer {document} NUMBER", document=number)
    )
    return (choice, voice.say("None of these? Type: dossierd answer {document} none", document=number))


CHOSEN: Mapping[FailureReason, str] = {
    FailureReason.REJECTED: "{document} was set aside",
    FailureReason.SPLIT: "{document} was split",
}
"""What no rule does to a document, and a human did."""


def _failed(
    document_id: DocumentId, outcome: Failed, about: Sequence[str], epoch: int, voice: Voice
) -> Message:
    number = reference(document_id)
    text = FAILURES[outcome.reason]
    is_chosen = outcome.reason in CHOSEN
    lines = [*about, voice.say(text.sentence)]
    if is_chosen:
        lines.append(voice.say("Said by {name}.", name=who(outcome.decided_by)))
    if outcome.detail:
        lines.append(voice.say("Detail: {detail}", detail=detail_words(outcome.detail, voice)))
    is_rejected = outcome.reason is FailureReason.REJECTED
    again = voice.say("Ask again") if is_rejected else voice.say("Retry")
    retry = Button(label=again, data=document_data(document_id, Verb.RETRY, epoch))
    return Message(
        kind=MessageKind.FAILED,
        document_id=document_id,
        title=voice.say(CHOSEN.get(outcome.reason, "{document} could not be filed"), document=number),
        lines=(
            *lines,
            replace(text, hint=voice.say(text.in_chat or text.hint)).hint_for(number),
            voice.say("It lies untouched in failed/."),
            *(() if is_chosen else (alert_line("unfiled", voice),)),
        ),
        buttons=((retry,),) if text.may_retry else (),
    )


def _duplicate(document_id: DocumentId, outcome: Duplicate, voice: Voice) -> Message:
    return Message(
        kind=MessageKind.DUPLICATE,
        document_id=document_id,
        title=voice.say(
            "{document} is the same file as {original}",
            document=reference(document_id),
            original=reference(outcome.original),
        ),
        lines=(voice.say("Nothing to do. The copy lies in archive/_duplicates/."),),
    )


def who(decided_by: str) -> str:
    """Name the human of `cli:anna`."""
    return decided_by.partition(":")[2] or decided_by


KINDS: Mapping[str, str] = {
    "discharge_letter": "Discharge letter",
    "operative_report": "Operative report",
    "imaging": "Imaging",
    "lab_result": "Lab result",
    "prescription": "Prescription",
    "certificate": "Certificate",
    "invoice": "Invoice",
    "insurance": "Insurance",
    "report": "Report",
}
"""The words of `core.kinds`, as people say them."""

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
    "birth_date_short": "same birth date, printed without its century",
    "birth_date_near": "a birth date close to this one",
    "identifier_near": "a personal number close to this one",
    "phone_same": "same telephone number",
    "birth_date_differs": "another birth date is printed",
    "birth_date_unread": "what may be another birth date can't be read",
    "identifier_differs": "another personal number is printed",
    "identifier_unread": "what may be another number can't be read",
    "age_differs": "the printed age does not fit",
    "age_unchecked": "an age is printed that can't be checked without a date",
    "several_birth_dates": "two different birth dates are printed",
    "several_identifiers": "two different personal numbers are printed",
    "somebody_else": "it names somebody else too",
    "perhaps_somebody_else": "it may be about somebody else",
}
"""The matcher's reasons for and against a person, without anything that was read."""

ONE_OF_TWO: Mapping[str, str] = {
    "several_birth_dates": "two different birth dates are printed, one of them this person's",
    "several_identifiers": "two different personal numbers are printed, one of them this person's",
}
"""The same where one of the two is the person's."""

SAME: Mapping[str, str] = {
    "several_birth_dates": "birth_date_same",
    "several_identifiers": "identifier_same",
}
"""The reason that says so."""

WHY_ASKED: Mapping[str, str] = {
    "registry_untrusted": "The list of people is empty or out of date, so nothing is filed by itself.",
    "no_text": "No text could be read in it.",
    "nobody_named": "Nobody in the registry is named in full in it.",
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
    "age_unchecked": "The name fits, but an age is printed that can't be checked without a date.",
    "several_birth_dates": "Two different birth dates are printed in it.",
    "several_identifiers": "Two different personal numbers are printed in it.",
    "undone": "Its filing was undone.",
    "ledger_rebuilt": "The ledger was lost and made anew: who was considered is not known any more.",
}
"""Why the rules did not decide, without anything that was read."""
