"""What is said to people, in a chat and on the command line."""

import datetime

import pytest

from agent.domain.phrase import IN_CHATS, Command, Phrase, Place, in_utc, plain, sayable, worded

NOON = datetime.datetime(2026, 3, 1, 13, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
SHOW = Phrase("{document}: {command}", document="D-7", command=Command("show D-7"))
REFILE = Phrase("Type: {command}", command=Command("refile D-7", Phrase("RECORD")))
CHECK = Phrase("Well? {command}", command=Command("check", in_chat="/health"))
LESSONS = Phrase("More: {command}", command=Command("lessons"))
LIES_AT = Phrase("It lies at {place}.", place=Place("archive/x.pdf"))


@pytest.mark.parametrize(
    ("phrase", "at_the_machine"),
    [
        (SHOW, "D-7: dossierd show D-7"),
        (REFILE, "Type: dossierd refile D-7 RECORD"),
        (CHECK, "Well? dossierd check"),
        (LESSONS, "More: dossierd lessons"),
        (LIES_AT, "It lies at archive/x.pdf."),
        (Phrase("since {time}", time=NOON), "since 2026-03-01 12:00 UTC"),
        (Phrase("is {state}", state=Phrase("in {where}", where="review")), "is in review"),
        (plain("{words} as they are"), "{words} as they are"),
    ],
)
def test_the_command_line_says_what_can_be_typed_there(phrase: Phrase, at_the_machine: str) -> None:
    assert str(phrase) == at_the_machine


def test_a_chat_says_what_can_be_typed_there_in_its_language() -> None:
    texts = {"RECORD": "DOSSIER", "Type: {command}": "Tapez : {command}"}
    assert (
        worded(REFILE, lambda text: texts.get(text, text), in_utc, in_chat=True)
        == "Tapez : /refile D-7 DOSSIER"
    )
    assert worded(SHOW, str, in_utc, in_chat=True) == "D-7: /show D-7"
    assert worded(CHECK, str, in_utc, in_chat=True) == "Well? /health"
    assert worded(Phrase("{time}", time=NOON), str, lambda it: f"{it:%H:%M}", in_chat=True) == "13:00"


def test_what_only_the_machine_knows_is_not_said_in_a_chat() -> None:
    told = [SHOW, LESSONS, LIES_AT, CHECK]
    assert sayable(told, in_chat=True) == [SHOW, CHECK]
    assert sayable(told, in_chat=False) == told


@pytest.mark.parametrize("word", sorted(IN_CHATS))
def test_a_command_that_both_have_is_typed_with_a_slash_in_a_chat(word: str) -> None:
    assert Command(f"{word} D-7").chat_words == f"/{word} D-7"
