"""What is said to people, in a chat and on the command line."""

import datetime
import json
from pathlib import PurePosixPath

import pytest

from agent.domain.phrase import (
    IN_CHATS,
    Command,
    OfficeTime,
    Paths,
    Phrase,
    Place,
    as_kept,
    in_a_row,
    in_utc,
    kept,
    listed,
    plain,
    sayable,
    worded,
)

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
        (plain("look at /srv/people.csv"), "look at /srv/people.csv"),
        (Phrase("look at {path}", path=PurePosixPath("/srv/people.csv")), "look at /srv/people.csv"),
        (Phrase("since {time}", time=OfficeTime(NOON)), "since 2026-03-01 13:00"),
        (in_a_row(Phrase("One."), Phrase("Two."), Phrase("Three.")), "One. Two. Three."),
        (listed(Phrase("one"), Phrase("two")), "one; two"),
        (listed(Phrase("one")), "one"),
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


@pytest.mark.parametrize(
    ("phrase", "in_chat"),
    [
        (plain("not there: /srv/anna durand/people.csv, /etc/x"), "not there: … durand/people.csv, …"),
        (plain("see https://a.test/b or archive/ or 1/2 or <b>a</b>"),) * 2,
        (Phrase("It lies in {path}.", path=PurePosixPath("/srv/anna durand")), "It lies in …."),
        (Phrase("Move it to /var/lib/dossierd."), "Move it to /var/lib/dossierd."),
    ],
    ids=["a sentence of the machine's", "what is no path", "a path with a space", "a path of our own"],
)
def test_a_chat_is_told_no_path_of_the_machine(phrase: Phrase, in_chat: str | Phrase) -> None:
    assert worded(phrase, str, in_utc, in_chat=True) == str(in_chat)


def test_a_chat_tells_a_moment_as_its_language_does() -> None:
    since = Phrase("{time}", time=OfficeTime(NOON))
    assert worded(since, str, lambda it: f"{it:%d/%m à %H:%M}", in_chat=True) == "01/03 à 13:00"


def test_what_only_the_machine_knows_is_not_said_in_a_chat() -> None:
    told = [SHOW, LESSONS, LIES_AT, CHECK]
    assert sayable(told, in_chat=True) == [SHOW, CHECK]
    assert sayable(told, in_chat=False) == told


@pytest.mark.parametrize("word", sorted(IN_CHATS))
def test_a_command_that_both_have_is_typed_with_a_slash_in_a_chat(word: str) -> None:
    assert Command(f"{word} D-7").chat_words == f"/{word} D-7"


def test_a_sentence_that_was_kept_is_told_in_the_language_of_whoever_hears_it() -> None:
    texts = {"It is down.": "C'est en panne.", "It can't be read ({why}).": "Illisible ({why})."}

    def told(sentence: str, *, has_stop: bool = True) -> str:
        phrase = plain(sentence, has_stop=has_stop)
        return worded(phrase, lambda text: texts.get(text, text), in_utc, in_chat=True)

    assert told("It is down.") == "C'est en panne."
    assert told("It is down.", has_stop=False) == "C'est en panne"
    assert told("It can't be read (EIO).") == "Illisible (EIO)."
    assert told("It can't be found (EIO).") == "It can't be found (EIO)."
    assert told("It is up, {so}.") == "It is up, {so}."
    assert told("") == ""


def test_what_botfather_is_to_be_told_is_no_path() -> None:
    hint = "Tell @BotFather /revoke, and /newbot; or look at /revoked/x"
    assert worded(plain(hint), str, in_utc, in_chat=True) == (
        "Tell @BotFather /revoke, and /newbot; or look at …"
    )


PATH = PurePosixPath("/srv/marie durand/people.csv")


@pytest.mark.parametrize(
    "phrase",
    [
        Phrase("{path} is odd: {count}, {name}", path=PATH, count=7, name="people"),
        in_a_row(Phrase("One."), plain("Two.", has_stop=False)),
    ],
    ids=["values", "sentences"],
)
def test_a_phrase_that_was_kept_is_the_same_in_each_language(phrase: Phrase) -> None:
    assert as_kept(json.loads(json.dumps(kept(phrase)))) == phrase


def test_a_moment_is_kept_as_the_text_it_is() -> None:
    assert str(as_kept(kept(Phrase("{at}", at=datetime.date(2026, 3, 1))))) == "2026-03-01"


def test_what_was_kept_as_a_text_is_a_sentence() -> None:
    assert as_kept("{Look} at /srv/x.") == plain("{Look} at /srv/x.")


@pytest.mark.parametrize("place", [PATH, Paths(f"{PATH}, /srv/anna keller/x")], ids=["one", "several"])
def test_a_path_with_a_space_is_left_out_whole_in_a_chat(place: object) -> None:
    said = Phrase("{path} can't be read.", path=place)
    assert str(said) == f"{place} can't be read."
    assert str(as_kept(kept(said))) == str(said)
    for told in (said, as_kept(kept(said))):
        assert worded(told, str, in_utc, in_chat=True) == "… can't be read."
