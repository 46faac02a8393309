"""What is answered to those who type into a chat: short, and without anything of a person.

Documents are told by their numbers, states and times; records by the office's own numbers.
"""

import datetime
from collections.abc import Callable, Sequence

from agent.core.allowed import Role, User
from agent.core.asking import MOST_OPEN
from agent.core.cards import Choice, doubts, nobody_to_find
from agent.core.costs import dollars
from agent.core.history import history
from agent.core.messages import CHOSEN, headline, who, why_asked
from agent.core.pauses import LONGEST
from agent.core.searching import Meant
from agent.core.voice import Privacy, Voice
from agent.domain.cost import CostSum
from agent.domain.document import DocumentId, reference
from agent.domain.finding import Findings, Place
from agent.domain.identity import RecordId
from agent.domain.life import Document, Reply, Review
from agent.domain.message import Message, MessageKind
from agent.domain.outcome import FAILURES, Archived, Duplicate, Failed, State
from agent.domain.outcome import no_document as no_document_phrase
from agent.domain.settlement import Settled
from agent.domain.wellness import PartState, labelled

_HOUR = 3600


def _reply(title: str, *lines: str, document_id: DocumentId | None = None) -> Message:
    return Message(kind=MessageKind.REPLY, document_id=document_id, title=title, lines=lines)


def status(line: str, voice: Voice) -> Message:
    return _reply(voice.say("How it goes"), line)


def no_service_of_ours(voice: Voice) -> Message:
    return _reply(voice.say("Only dossierd is told of, and no other service."))


def pending(
    reviews: Sequence[Review],
    now: datetime.datetime,
    voice: Voice,
    *,
    listed: int,
    kind_of: Callable[[DocumentId], str | None] = lambda _: None,
) -> Message:
    """List the open questions, oldest first, each with what kind of document it is and why it is asked.

    Args:
        kind_of: gives a document's kind, a word of `core.kinds`.
    """
    if not reviews:
        return _reply(voice.say("No question is open."))
    lines = [
        voice.say(
            "{document} · {age}: {why}",
            document=headline(review.document_id, kind_of(review.document_id), None, voice=voice),
            age=_age(now - review.opened_at, voice),
            why=why_asked(review.decision, voice=voice),
        )
        for review in reviews[:listed]
    ]
    if len(reviews) > listed:
        lines.append(voice.say("and {number} more", number=len(reviews) - listed))
    if len(reviews) > MOST_OPEN:
        lines.append(
            voice.say(
                "At most {number} of them stand in the chat at once; each answer brings the next.",
                number=MOST_OPEN,
            )
        )
    return _reply(
        voice.count("{number} question is open", "{number} questions are open", len(reviews)), *lines
    )


def costs(sums: Sequence[CostSum], voice: Voice) -> Message:
    """Tell what was spent.

    Args:
        sums: of today, yesterday and this month; empty where no call was ever made.
    """
    if not sums:
        return _reply(
            voice.say("Nothing was spent"),
            voice.say("No paid service is in use: all is read on this machine."),
        )
    today, yesterday, month = sums
    lines = [
        voice.say("Today: ${cost}", cost=dollars(today.micros)),
        voice.say("Yesterday: ${cost}", cost=dollars(yesterday.micros)),
        voice.count(
            "This month: ${cost} for {number} call",
            "This month: ${cost} for {number} calls",
            month.calls,
            cost=dollars(month.micros),
        ),
    ]
    if unknown := month.open_calls:
        lines.append(
            voice.count(
                "The end of {number} call is not known: it counts what it may cost at most.",
                "The ends of {number} calls are not known: they count what they may cost at most.",
                unknown,
            )
        )
    return _reply(voice.say("What was spent"), *lines)


def health(remarks: Sequence[PartState], voice: Voice) -> Message:
    """Say whether all is well; of what isn't, in its own words.

    Args:
        remarks: the parts that are bad, or that somebody should know of.
    """
    if not remarks:
        return _reply(voice.say("All is well."))
    bad_first = sorted(remarks, key=lambda part: not part.is_bad)
    title = (
        voice.say("Something needs you") if bad_first[0].is_bad else voice.say("All works, but look at this")
    )
    lines = [voice.tell(labelled(part.part, part.sentence)) for part in bad_first]
    return _reply(title, *lines, voice.say("The rest is well."))


def found(findings: Findings, voice: Voice) -> Message:
    """List what was found, newest first, and say where nothing could be looked for."""
    left_out = [voice.say(LEFT_OUT[place]) for place in findings.left_out]
    if not findings.shown:
        fewer = voice.say("Fewer words find more; a date or a number is typed whole.")
        why = nobody_to_find(voice) if findings.has_nobody else fewer
        return _reply(voice.say("Nothing was found."), *(left_out or [why]))
    lines = [_line(one.document, voice) for one in findings.shown]
    if findings.count > len(lines):
        lines.append(voice.say("and {number} more", number=findings.count - len(lines)))
    return _reply(voice.count("{number} document", "{number} documents", findings.count), *lines, *left_out)


LEFT_OUT = {
    Place.PERSON: "Nobody's name was looked for: the registry can't be searched now. Please try again later.",
}


def shown(document: Document, reviews: Sequence[Review], settled: Sequence[Settled], voice: Voice) -> Message:
    """Tell where a document is and why, and what has happened to it."""
    lines = [voice.say("Came {time}", time=voice.day_and_hour(document.seen_at))]
    if voice.privacy is Privacy.FULL:
        lines.append(document.original_name)
    lines += [_state(document, voice), *history(reviews, settled, voice)]
    return _reply(document.reference, *lines, document_id=document.document_id)


def done(document_id: DocumentId | None, reply: Reply | None, voice: Voice) -> Message:
    """Tell what came of a request, about a document or the house; None where the desk has not come to it yet."""
    sentence = voice.say("Noted. It is done as soon as possible.") if reply is None else reply.sentence
    if document_id is None:
        is_refused = reply is not None and not reply.done
        return _reply(
            voice.say("Nothing was changed") if is_refused else voice.say("New documents"), sentence
        )
    number = reference(document_id)
    told, _, more = sentence.partition(". ")
    if number not in told:
        return _reply(number, sentence, document_id=document_id)
    return _reply(told.removesuffix("."), *([more] if more else []), document_id=document_id)


def really_refile(document_id: DocumentId, record_id: RecordId, choice: Choice, voice: Voice) -> Message:
    """Show what speaks against a record, and how to insist."""
    number = reference(document_id)
    return _reply(
        voice.say("Really file {document} under file {record}?", document=number, record=record_id),
        *doubts(choice, voice),
        voice.say("If so: /refile {document} {record} yes", document=number, record=record_id),
        document_id=document_id,
    )


def how_to_refile(voice: Voice) -> Message:
    return _reply(
        voice.say("A refile needs a document and a record."), voice.say("Such as: /refile D-7 20817")
    )


def lacks_words(voice: Voice) -> Message:
    return _reply(
        voice.say("What is to be found?"),
        voice.say("A person, a date, a number, or words of the text, such as: /find lettre 2026-03-01"),
    )


def too_many_words(voice: Voice) -> Message:
    return _reply(voice.say("That is too much to look for at once."), voice.say("A few words find anything."))


def which_document(command: str, voice: Voice) -> Message:
    """Ask for what is missing behind a command, such as `show`."""
    return _reply(
        voice.say("Which document?"), voice.say("Write for example: {command}", command=f"/{command} D-7")
    )


def no_document(voice: Voice) -> Message:
    return _reply(voice.say("There is no such document."), voice.say("Its number looks like D-7."))


def no_such_document(document_id: DocumentId, voice: Voice) -> Message:
    """Say that nothing has this number, in the desk's words."""
    return done(document_id, Reply(done=False, sentence=voice.tell(no_document_phrase(document_id))), voice)


def how_long(voice: Voice) -> Message:
    """What is told to somebody whose pause has an end that can't be read."""
    return _reply(
        voice.say("How long shall the pause last?"),
        voice.say("Write for example: /pause 2h (or 30m, or 1d; at most {days}d).", days=LONGEST.days),
    )


def only_looking(voice: Voice) -> Message:
    return _reply(voice.say("You may look, but not decide."))


def asked_no_longer(document_id: DocumentId, voice: Voice) -> Message:
    """What is told to somebody who answers a message that asks nothing any more."""
    return _reply(
        voice.say("{document} is not asked about in that message", document=reference(document_id)),
        voice.say("What is open: /pending"),
        document_id=document_id,
    )


def answers_nothing(voice: Voice) -> Message:
    """What is told to somebody who replies to a message of ours that shows no question that we know."""
    return _reply(
        voice.say("That message takes no answer in words: press one of its buttons, if it has any."),
        voice.say("To answer a question, reply to the question itself. What is open: /pending"),
    )


LONGEST_QUOTED = 40
"""Characters of what somebody wrote that an answer repeats: more were not meant to be searched for."""


def how_to_answer(text: str, role: Role, voice: Voice) -> Message:
    """What is told to somebody who writes words that answer nothing into a chat of their own.

    Args:
        text: what was written, which the answer repeats as a search where it is short.
    """
    words = " ".join(text.split())
    return _reply(
        voice.say("To answer a question, or to search for somebody, reply to the question itself.")
        if role is Role.DECIDER
        else voice.say("You may look, but not decide."),
        voice.say("To find documents: /find {words}", words=words)
        if 0 < len(words) <= LONGEST_QUOTED
        else voice.say("To find documents: /find WORDS"),
        voice.say("What is open: /pending"),
        voice.say("What there is: /help"),
    )


def found_the_same(document_id: DocumentId, voice: Voice) -> Message:
    line = voice.say("Your search finds those who stand in the question already.")
    return _asked_as_before(document_id, line, voice)


def cannot_search(document_id: DocumentId, voice: Voice) -> Message:
    return _reply(
        voice.say("The people can't be searched at the moment."),
        voice.say(
            "Please send the search for {document} again in some minutes.", document=reference(document_id)
        ),
        document_id=document_id,
    )


def no_search(document_id: DocumentId, meant: Meant, voice: Voice) -> Message:
    """What is told to somebody whose reply to a question is none that can be searched for."""
    if meant is Meant.BUTTON:
        line = voice.say("To choose somebody, press the button with the number.")
    else:
        line = voice.say(
            "To search, write at least three letters or digits of a name, a birth date or a number."
        )
    return _asked_as_before(document_id, line, voice)


def no_person(document_id: DocumentId, written: DocumentId, voice: Voice) -> Message:
    """What is told to somebody who replies to a question with a document's number."""
    line = voice.say(
        "{number} is a document's number, and no person: write a name, a birth date or a file's number.",
        number=reference(written),
    )
    more = voice.say("What is known of that document: /show {number}", number=reference(written))
    title = voice.say("{document} is asked about as before", document=reference(document_id))
    return _reply(title, line, more, document_id=document_id)


def found_nobody(document_id: DocumentId, voice: Voice) -> Message:
    return _asked_as_before(
        document_id, voice.say("Nobody in the registry has all that you wrote; fewer words find more."), voice
    )


def empty_registry(document_id: DocumentId, voice: Voice) -> Message:
    """What is told to somebody who searches where there is nobody to be found."""
    return _asked_as_before(document_id, nobody_to_find(voice), voice)


def _asked_as_before(document_id: DocumentId, line: str, voice: Voice) -> Message:
    title = voice.say("{document} is asked about as before", document=reference(document_id))
    return _reply(title, line, document_id=document_id)


def unknown(voice: Voice) -> Message:
    return _reply(voice.say("That is no command."), voice.say("What there is: /help"))


def help_text(user: User, voice: Voice) -> Message:
    """List the commands that somebody may use."""
    lines = list(_commands(user.role, voice))
    return _reply(voice.say("What I understand"), *lines)


def menu(voice: Voice) -> dict[str, str]:
    """What each command does, by its name without the slash, as `help_text` says it to a decider."""
    return {
        line.split()[0].strip("/:"): line.partition(":")[2].strip() for line in _commands(Role.DECIDER, voice)
    }


def _commands(role: Role, voice: Voice) -> list[str]:
    lines = [
        voice.say("/status: how it goes"),
        voice.say("/pending: what waits for an answer"),
        voice.say("/find WORDS: documents by person, date, number or text"),
        voice.say("/show D-7: one document"),
        voice.say("/costs: what was spent"),
        voice.say("/health: whether all is well"),
    ]
    if role is Role.DECIDER:
        lines += [
            voice.say("/undo D-7: take a filing back, within a day"),
            voice.say("/refile D-7 20817: file under another record"),
            voice.say("/retry D-7: read and decide again"),
            voice.say("/pause 2h: take nothing new in, for a while or until /resume"),
            voice.say("/resume: take new documents in again"),
        ]
    return lines


def _line(document: Document, voice: Voice) -> str:
    return f"{document.reference} · {voice.day_and_hour(document.seen_at)} · {_state(document, voice)}"


def _state(document: Document, voice: Voice) -> str:
    outcome = document.outcome
    match outcome:
        case Archived() if document.state is State.ARCHIVED:
            if outcome.decided_by == "rule":
                return voice.say("filed under file {record} by rule", record=outcome.record_id)
            by = who(outcome.decided_by)
            return voice.say("filed under file {record} by {user}", record=outcome.record_id, user=by)
        case Failed() if document.state is State.FAILED:
            why = voice.say(FAILURES[outcome.reason].sentence)
            return why if outcome.reason in CHOSEN else voice.say("could not be filed: {why}", why=why)
        case Duplicate() if document.state is State.DUPLICATE:
            return voice.say("the same file as {document}", document=reference(outcome.original))
        case _:
            return voice.say(STATES[document.state])


STATES = {
    State.CLAIMING: "on its way in",
    State.CLAIMED: "waits to be read",
    State.READING: "is being read",
    State.MOVING: "is being moved",
    State.IN_REVIEW: "waits for an answer",
    State.ARCHIVED: "is filed",
    State.FAILED: "was set aside",
    State.DUPLICATE: "came twice",
    State.MISSING: "is no longer where it was put",
    State.WITHDRAWN: "was taken away before it was taken in",
    State.FORGOTTEN: "is forgotten",
}


def _age(waited: datetime.timedelta, voice: Voice) -> str:
    hours = int(waited.total_seconds() // _HOUR)
    if hours < 1:
        return voice.say("less than an hour")
    return voice.count("{number} hour", "{number} hours", hours)
