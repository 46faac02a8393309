"""What the desk says of a document that somebody wanted to be changed: what stands in the way, and what can be done."""

import datetime

from agent.core.messages import who
from agent.domain.identity import RecordId
from agent.domain.life import Document
from agent.domain.outcome import STATES, State
from agent.domain.phrase import Command, Phrase
from agent.domain.sampling import Sampled, Verdict

MAY_TEACH = Phrase(
    "The answer may teach something for later documents: {command}", command=Command("lessons")
)


def filed(document: Document, record_id: RecordId) -> Phrase:
    return Phrase("{document} is filed under {record}.", document=document.reference, record=record_id)


def look(document: Document) -> Phrase:
    return Phrase("How it stands: {command}", command=Command(f"show {document.reference}"))


def filed_anew(document: Document) -> tuple[Phrase, ...]:
    return Phrase("{document} has been filed anew since.", document=document.reference), look(document)


def insisting(words: str) -> Phrase:
    """Say how something typed in a chat is done all the same: by what names the document as it is now."""
    typed = Command(words, in_chat=f"dossierd {words}")
    if words.startswith("refile"):  # no message has a button for that
        return Phrase("(to do it all the same: {command})", command=typed)
    return Phrase("(to do it all the same: the button of its message, or {command})", command=typed)


def changed(document: Document) -> tuple[Phrase, ...]:
    return Phrase("{document} has changed since.", document=document.reference), look(document)


def judged(document: Document, sampled: Sampled) -> tuple[Phrase, ...]:
    """Say what came of a filing in the sample before, and how the document is filed elsewhere."""
    number = document.reference
    match sampled.verdict:
        case Verdict.RIGHT:
            told = Phrase(
                "{user} has said already that {document} is filed rightly.",
                user=who(sampled.judged_by or ""),
                document=number,
            )
        case Verdict.WRONG:
            told = Phrase(
                "{user} has said already that {document} was filed wrongly.",
                user=who(sampled.judged_by or ""),
                document=number,
            )
        case _:
            told = Phrase("The sample asks about {document} no longer.", document=number)
    return (told, refiling(document)) if document.state is State.ARCHIVED else (told, look(document))


def not_sampled(document: Document) -> tuple[Phrase, ...]:
    return Phrase("{document} is in no sample.", document=document.reference), look(document)


def refiling(document: Document) -> Phrase:
    return Phrase("To file it under another record: {command}", command=_refile(document))


def not_undone(document: Document) -> tuple[Phrase, ...]:
    """Say that only what is filed can be taken back, and what can be done with this document."""
    told = Phrase(
        "{document} is {state}: only an archived document can be undone.",
        document=document.reference,
        state=Phrase(STATES[document.state]),
    )
    return told, *_instead(document)


def not_refiled(document: Document) -> tuple[Phrase, ...]:
    """Say that only what is filed can be filed otherwise, and what can be done with this document."""
    told = Phrase(
        "{document} is {state}: only an archived document can be refiled.",
        document=document.reference,
        state=Phrase(STATES[document.state]),
    )
    return told, *_instead(document)


def _instead(document: Document) -> tuple[Phrase, ...]:
    match document.state:
        case State.IN_REVIEW:
            return (Phrase("Its question is open: {command}", command=Command("pending")),)
        case State.FAILED | State.DUPLICATE:
            return (Phrase("To decide it again: {command}", command=_retry(document)),)
        case _:
            return ()


def decided(document: Document, by: str, at: datetime.datetime) -> tuple[Phrase, ...]:
    """Say who was quicker, and how that can be changed."""
    number = document.reference
    told = (
        Phrase("{document} was already decided by rule on {time}.", document=number, time=at)
        if by == "rule"
        else Phrase(
            "{document} was already decided by {user} on {time}.", document=number, user=who(by), time=at
        )
    )
    if document.state is not State.ARCHIVED:
        return (told,)
    change = Phrase(
        "To change that: {undo} or {refile}", undo=Command(f"undo {number}"), refile=_refile(document)
    )
    return told, change


def no_question(document: Document) -> tuple[Phrase, ...]:
    """Say that nobody is asked, and of a failed document how that can be changed."""
    told = Phrase(
        "{document} is {state}: no question is open.",
        document=document.reference,
        state=Phrase(STATES[document.state]),
    )
    if document.state is not State.FAILED:
        return (told,)
    why = Phrase("Why: {command}.", command=Command(f"show {document.reference}"))
    return told, why, Phrase("To try again: {command}", command=_retry(document))


def _refile(document: Document) -> Command:
    return Command(f"refile {document.reference}", Phrase("RECORD"))


def _retry(document: Document) -> Command:
    return Command(f"retry {document.reference}")
