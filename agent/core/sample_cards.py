"""What people are told of the weekly sample; of a person no more than the privacy level allows."""

import math
from collections.abc import Sequence

from agent.core.messages import file_line, for_and_against, headline, who
from agent.core.presses import Verb, document_data
from agent.core.sampling import most_wrong, total
from agent.core.telling_apart import told_apart
from agent.core.voice import Voice
from agent.domain.decision import candidates_of
from agent.domain.document import reference
from agent.domain.life import Document
from agent.domain.message import Button, Message, MessageKind
from agent.domain.outcome import Archived
from agent.domain.sampling import Counts, Judged, Sampled, SampleWeek, Verdict

LOOK_FIRST = "Please look at the document itself before you press."


def sample_card(sampled: Sampled, document: Document, *, pages: int | None, voice: Voice) -> Message:
    """Ask whether a document is filed rightly, and say what that rests on. It makes no sound, and needs no answer.

    Args:
        document: filed by rule, in the epoch of the sample.
        pages: None when they are not known any more.
    """
    filed = document.outcome
    assert isinstance(filed, Archived)
    number = reference(sampled.document_id)
    considered = candidates_of(filed.decision) if filed.decision else ()
    chosen = [one for one in considered if one.person.record_id == filed.record_id][:1]
    return Message(
        kind=MessageKind.SAMPLE,
        document_id=sampled.document_id,
        title=voice.say("Sample of the week: is {document} filed rightly?", document=number),
        lines=(
            headline(sampled.document_id, filed.document_kind, pages, voice=voice),
            *file_line(document.original_name, voice=voice),
            voice.say(
                "Filed under file {record}, {time}, without anybody having been asked.",
                record=filed.record_id,
                time=voice.day_and_hour(document.rested_at or sampled.chosen_at),
            ),
            *told_apart([one.person for one in chosen], voice=voice),
            *(line for one in chosen for line in for_and_against(one.reasons, voice=voice)),
            voice.say(LOOK_FIRST),
        ),
        buttons=(
            (
                Button(
                    label=voice.say("Right"),
                    data=document_data(sampled.document_id, Verb.RIGHT, sampled.epoch),
                ),
                Button(
                    label=voice.say("Wrong"),
                    data=document_data(sampled.document_id, Verb.WRONG, sampled.epoch),
                ),
            ),
        ),
        is_silent=True,
        typed=(voice.say("Type: dossierd sample {document} right, or wrong", document=number),),
    )


def judged_card(sampled: Sampled, judged: Judged, voice: Voice) -> Message:
    """What stands in the place of that question once something came of it; nobody is named in it."""
    number = reference(sampled.document_id)
    lines: tuple[str, ...] = ()
    match judged.verdict:
        case Verdict.RIGHT:
            title = voice.say("{document}: {user} says: filed rightly", **_by(judged, number))
        case Verdict.WRONG:
            title = voice.say("{document}: {user} says: filed wrongly", **_by(judged, number))
            lines = (voice.say("It was taken back. More: /show {document}", document=number),)
        case _:
            title = voice.say("{document}: nobody said whether it is filed rightly", document=number)
            lines = (voice.say("It counts as unanswered. More: /show {document}", document=number),)
    return Message(
        kind=MessageKind.SAMPLE, document_id=sampled.document_id, title=title, lines=lines, is_silent=True
    )


def _by(judged: Judged, number: str) -> dict[str, str]:
    return {"document": number, "user": who(judged.by)}


def digest_line(weeks: Sequence[SampleWeek], voice: Voice) -> tuple[str, ...]:
    """Say in a line what came of the last sample that had anything in it, and what all of them prove."""
    newest = next((week.counts for week in weeks if week.counts.chosen), None)
    if newest is None:
        return ()
    whole = total(weeks)
    last = voice.say(
        "Sample of automatic filings: {chosen} chosen last, {right} right, {wrong} wrong, {unanswered} unanswered, "
        "{waiting} waiting",
        chosen=newest.chosen,
        right=newest.right,
        wrong=newest.wrong,
        unanswered=newest.unanswered,
        waiting=newest.waiting,
    )
    if not whole.judged:
        return (last,)
    return (
        last
        + " · "
        + voice.say(
            "in all {wrong} of {judged} wrong (with 95 % certainty at most {most} %)",
            wrong=whole.wrong,
            judged=whole.judged,
            most=most_percent(whole),
        ),
    )


def most_percent(counts: Counts) -> str:
    """The highest share of wrong filings that is to be reckoned with: `4.9`, rounded up."""
    thousandths = 1000 * most_wrong(counts.wrong, counts.judged)
    return f"{math.ceil(round(thousandths, 6)) / 10:.1f}"
