"""A question as it looks in a chat: who may be meant, what tells them apart, and the buttons.

Candidates stand in the text with their number, and as a button each; four are shown at a time. A candidate whom the
document contradicts, or whom nothing printed names, is asked about once more before anything is filed.
"""

import datetime
from collections.abc import Sequence
from dataclasses import replace

from agent.core.alerts import alert_line
from agent.core.asking import MOST_OPEN
from agent.core.messages import file_line, for_and_against, headline, who, why_asked
from agent.core.presses import Option, only_looking, question_data
from agent.core.sample_cards import LOOK_FIRST
from agent.core.searching import MOST_FOUND
from agent.core.shortening import shortened
from agent.core.telling_apart import birth_date_shortly, in_parts
from agent.core.voice import Privacy, Voice
from agent.domain.decision import Candidate, Decision, Match
from agent.domain.document import DocumentId, reference
from agent.domain.identity import Person
from agent.domain.message import Button, Message, MessageKind
from agent.domain.question import Question

PER_PAGE = 4
"""Rows that fit on a telephone beside the other buttons."""

LONGEST_LABEL = 60
"""Characters of a button; of a longer one what tells people apart is shortened, never birth date or file's number."""
SHOWN_OF_LABEL = 40
"""Characters of a button that a telephone shows: a name that makes it longer is shortened."""
LEAST_OF_NAME = 8
"""Characters of a name that a button keeps: a shorter piece is no name any more."""

OF_SEVERAL = frozenset({"several_birth_dates", "several_identifiers", "somebody_else"})
"""Reasons against a person which say that the document may hold the papers of several."""

SPLIT_IT = "Papers of several people in one file? Press Split."
WHO_ELSE = "Somebody else? Reply to this message with a name, a birth date or a number."
WHO_IS_IT = "Who is it? Reply to this message with a name, a birth date or a number."
WAYS = (SPLIT_IT, WHO_ELSE, WHO_IS_IT, LOOK_FIRST)
"""What a question, or a sample, tells those to do who may decide."""

Choice = Candidate | Person
"""Somebody under a button: considered by the rules, or searched for by a human."""


def question_card(
    question: Question,
    decision: Decision,
    choices: Sequence[Choice],
    voice: Voice,
    *,
    original_name: str,
    document_kind: str | None = None,
    pages: int | None = None,
    taken_back_by: str | None = None,
    can_split: bool = False,
    has_snippet: bool = False,
    is_registry_empty: bool = False,
) -> Message:
    """Write the question with its buttons.

    Args:
        choices: whom the question offers, in its order.
        original_name: of the file, which is told at the highest level of privacy only.
        taken_back_by: who has undone its filing; None where it was not filed before.
        can_split: whether it is a PDF of several pages.
        is_registry_empty: whether there is nobody who could be searched for.
        has_snippet: whether there is a piece of a page to be shown.
    """
    if question.confirming is not None:
        return _confirmation(question, choices, voice)
    labels = _labels(choices, voice)
    shown = range(question.page * PER_PAGE, min(len(choices), (question.page + 1) * PER_PAGE))
    lines = [
        headline(question.document_id, document_kind, pages, voice=voice),
        *file_line(original_name, voice=voice),
        _found(choices, voice) if question.is_search else why_asked(decision, voice=voice),
    ]
    if taken_back_by is not None:
        lines.insert(1, voice.say("It was filed, and taken back by {user}.", user=who(taken_back_by)))
    for number in shown:
        lines += _described(number, choices[number], labels[number], voice)
    buttons = [
        _choice(question, number, choices[number], labels, voice)
        for number in shown
        if _is_known(choices[number])
    ]
    return Message(
        kind=MessageKind.QUESTION,
        document_id=question.document_id,
        title=voice.say("Is this right?")
        if isinstance(decision, Match) and not question.is_search
        else voice.say("Whose document is this?"),
        lines=(
            *lines,
            *(
                [nobody_to_find(voice)]
                if is_registry_empty
                else _what_else(choices, voice, can_split=can_split)
            ),
        ),
        buttons=(
            *buttons,
            *_turning(question, len(choices), voice),
            *_others(
                question,
                voice,
                bool(choices),
                can_search=not is_registry_empty,
                can_split=can_split,
                has_snippet=has_snippet,
            ),
        ),
    )


def as_looked_at(message: Message, voice: Voice) -> Message:
    """Give what is told where nobody may decide: no button that does, and no line that asks to."""
    ways = {voice.say(way) for way in WAYS}
    lines = tuple(line for line in message.lines if line not in ways)
    return replace(only_looking(message), lines=lines)


def escalated(card: Message, question: Question, opened_at: datetime.datetime, voice: Voice) -> Message:
    """A question as those see it who are asked because nobody else has answered: since when it has been open."""
    if question.confirming is not None:
        return card
    waited = voice.say("Open since {time}, and not answered yet.", time=voice.day_and_hour(opened_at))
    return replace(card, lines=(*card.lines, waited, alert_line("escalation", voice)))


def skipped_card(question: Question, by: str, voice: Voice) -> Message:
    """What stands in the place of a question that was put off; nobody is named in it."""
    return Message(
        kind=MessageKind.QUESTION,
        document_id=question.document_id,
        title=voice.say("{document} was put off by {user}", document=_number(question), user=by),
        lines=(voice.say("It is asked again tomorrow. It waits in review/ until then."),),
        buttons=((_button(question, Option.BACK, voice.say("Ask now")),),),
    )


def closed_card(question: Question, voice: Voice) -> Message:
    """What stands in the place of a question that is open no longer; nobody is named in it."""
    return Message(
        kind=MessageKind.QUESTION,
        document_id=question.document_id,
        title=voice.say("{document} is no longer asked about here", document=_number(question)),
        lines=(
            voice.say(
                "It was changed meanwhile, or is asked about anew. More: /show {document}",
                document=_number(question),
            ),
        ),
    )


def moved_card(question: Question, voice: Voice) -> Message:
    """What stands in the place of a question that is asked anew further down."""
    return Message(
        kind=MessageKind.QUESTION,
        document_id=question.document_id,
        title=voice.say("{document} is asked about again further down", document=_number(question)),
    )


def taken_back(document_id: DocumentId, by: str, voice: Voice, *, asked: int) -> Message:
    """What stands in the place of a filing that was undone; nobody is named in it.

    Args:
        asked: how many questions wait in the chats already.
    """
    has_room = asked < MOST_OPEN
    return Message(
        kind=MessageKind.UNDONE,
        document_id=document_id,
        title=voice.say("{document} was taken back by {user}", document=reference(document_id), user=by),
        lines=(
            voice.say("It is asked about again further down, at once.")
            if has_room
            else voice.say(
                "It is asked about again when its turn comes: {number} questions wait here already.",
                number=asked,
            ),
        ),
    )


def reminder(question: Question, voice: Voice) -> Message:
    return Message(
        kind=MessageKind.REMINDER,
        document_id=question.document_id,
        title=voice.say("{document} still waits for your answer", document=_number(question)),
        lines=(voice.say("Its question stands above. All that is open: /pending"),),
    )


def nobody_to_find(voice: Voice) -> str:
    """Say that there is nobody to search for, and who can mend that."""
    return voice.say(
        "The registry is empty, so nobody can be found. Whoever looks after dossierd can fill it: see /health."
    )


def person_of(choice: Choice) -> Person:
    return choice.person if isinstance(choice, Candidate) else choice


def doubts(choice: Choice, voice: Voice) -> list[str]:
    """What to look at twice before a document is filed under somebody."""
    against = for_and_against(choice.reasons, voice=voice) if isinstance(choice, Candidate) else []
    return against or [voice.say("Nothing printed in the document names this person.")]


def _what_else(choices: Sequence[Choice], voice: Voice, *, can_split: bool) -> list[str]:
    """Say what can be done where the buttons of people do not help."""
    lines = []
    if can_split and any(isinstance(choice, Candidate) and _is_of_several(choice) for choice in choices):
        lines.append(voice.say(SPLIT_IT))
    return [*lines, voice.say(WHO_ELSE if choices else WHO_IS_IT)]


def _is_of_several(candidate: Candidate) -> bool:
    """Whether what is another's stands on a page on which nothing is this person's."""
    own = {reason.page for reason in candidate.reasons if reason.supports}
    return bool(own) and any(
        reason.code in OF_SEVERAL and reason.page not in own for reason in candidate.reasons
    )


def _found(choices: Sequence[Choice], voice: Voice) -> str:
    if len(choices) < MOST_FOUND:
        return voice.say("Found by your search:")
    return voice.say(
        "Up to {number} are shown; if yours is not among them, one more word narrows the search:",
        number=MOST_FOUND,
    )


def _is_known(choice: Choice) -> bool:
    """Somebody of whom nothing is left but the record's id has gone from the registry, and can't be chosen."""
    person = person_of(choice)
    return bool(person.last_name or person.first_name)


def _labels(choices: Sequence[Choice], voice: Voice) -> list[list[str]]:
    """What tells the people apart; the same on each page, and where one of them is asked about once more."""
    told = iter(in_parts([person_of(choice) for choice in choices if _is_known(choice)], voice=voice))
    return [
        next(told) if _is_known(choice) else [voice.say("no longer in the registry")] for choice in choices
    ]


def _described(number: int, choice: Choice, label: Sequence[str], voice: Voice) -> list[str]:
    person = person_of(choice)
    line = voice.say(
        "{number}.  {person} · file {record}",
        number=number + 1,
        person=" · ".join(label),
        record=person.record_id,
    )
    if not isinstance(choice, Candidate):
        return [line]
    veto = " · " + voice.say("contradicted by the document") if choice.is_vetoed else ""
    return [line + veto, *(f"     {told}" for told in for_and_against(choice.reasons, voice=voice))]


def _choice(
    question: Question, number: int, choice: Choice, labels: Sequence[Sequence[str]], voice: Voice
) -> tuple[Button, ...]:
    person = person_of(choice)
    name, born, *further = labels[number]
    if voice.privacy is Privacy.FULL and person.birth_date is not None:
        born = birth_date_shortly(person.birth_date, voice)

    def text(name: str, further: str) -> str:
        told = " · ".join(filter(None, (name, born, further)))
        values = {"number": number + 1, "person": told, "record": person.record_id}
        if voice.privacy is Privacy.FULL:
            return voice.say("{number} · {person} · {record}", **values)
        return voice.say("{number} · {person} · file {record}", **values)

    apart = " · ".join(further)
    room = max(LEAST_OF_NAME, len(name) - (len(text(name, apart)) - SHOWN_OF_LABEL))
    name = shortened(name, room, [label[0] for label in labels])
    room = max(0, len(apart) - (len(text(name, apart)) - LONGEST_LABEL))
    apart = shortened(apart, room, [" · ".join(label[2:]) for label in labels])
    return (_button(question, Option.CHOOSE, text(name, apart), number),)


def _turning(question: Question, count: int, voice: Voice) -> list[tuple[Button, ...]]:
    last = max(0, count - 1) // PER_PAGE
    if last == 0:
        return []
    turned = (question.page + 1) % (last + 1)
    words = voice.say("More people ({page} of {pages})", page=turned + 1, pages=last + 1)
    return [(_button(question, Option.PAGE, words, turned),)]


def _others(
    question: Question,
    voice: Voice,
    has_choices: bool,
    *,
    can_search: bool,
    can_split: bool,
    has_snippet: bool,
) -> list[tuple[Button, ...]]:
    nobody = voice.say("None of these") if has_choices else voice.say("Nobody in the registry")
    rows: list[tuple[Button, ...]] = [
        (_button(question, Option.NONE, nobody), _button(question, Option.SKIP, voice.say("Later")))
    ]
    more = [_button(question, Option.SEARCH, voice.say("Search"))] if can_search else []
    if has_snippet:
        more.append(_button(question, Option.SNIPPET, voice.say("Show snippet")))
    if can_split:
        more.append(_button(question, Option.SPLIT, voice.say("Split")))
    if more:
        rows.append(tuple(more))
    if question.is_search:
        rows.append((_button(question, Option.PROPOSALS, voice.say("Back to the proposals")),))
    return rows


def _confirmation(question: Question, choices: Sequence[Choice], voice: Voice) -> Message:
    assert question.confirming is not None
    choice = choices[question.confirming]
    label = _labels(choices, voice)[question.confirming]
    return Message(
        kind=MessageKind.QUESTION,
        document_id=question.document_id,
        title=voice.say("Really file {document} here?", document=_number(question)),
        lines=(
            *_described(question.confirming, choice, label, voice)[:1],
            *doubts(choice, voice),
        ),
        buttons=(
            (
                _button(question, Option.CONFIRM, voice.say("Yes, file it here"), question.confirming),
                _button(question, Option.BACK, voice.say("Back")),
            ),
        ),
    )


def _button(question: Question, option: Option, words: str, number: int | None = None) -> Button:
    return Button(label=words, data=question_data(question.question_id, option, question.revision, number))


def _number(question: Question) -> str:
    return reference(question.document_id)
