"""The weekly sample: filings by rule that people are asked about, in the chat, over HTTP, and at the command line."""

import dataclasses
import datetime
import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from agent.adapters.ledger import SqlDigests, SqlQuestions, open_engine
from agent.adapters.telegram.client import TelegramNotifier
from agent.app import build, make_home
from agent.cli import app
from agent.config import Settings, login_name
from agent.core.allowed import Allowed
from agent.core.presses import Verb, document_data
from agent.core.sampling import total
from agent.core.voice import Privacy, Voice
from agent.daemon.house import House
from agent.domain.anchor import Anchor
from agent.domain.document import DocumentId
from agent.domain.life import Action, Reply
from agent.domain.message import Message, MessageKind, recipient_of
from agent.domain.outcome import Archived, State
from agent.domain.sampling import Counts, Judged, Sampled, Verdict
from agent.erasing import WhyErased
from agent.errors import RequestRefused
from agent.workflow.conversation import Conversation
from agent.workflow.digest import write_digest
from agent.workflow.hearing import Hearing
from agent.workflow.intake import take_in
from agent.workflow.outbox import relay
from agent.workflow.process import process_document
from agent.workflow.review import perform
from agent.workflow.sampling import tend_sample
from tests import botapi
from tests.builders import text_of
from tests.custody_builders import ABOUT_ANNA, ANNA, BERTA, NAMES_ANNA_ONLY, Office
from tests.french import FRENCH, english_in
from tests.integration.test_conversation import DECIDER, SECOND, STRANGER, VIEWER, Chat, chat, office

__all__ = ["chat", "office"]
pytestmark = [pytest.mark.observability, pytest.mark.reliability]

D1 = DocumentId(1)
SIZE = 3
NOT_QUIET: Callable[[datetime.datetime], bool] = lambda _: False  # noqa: E731


def file_some(it: Office, count: int, text: str = ABOUT_ANNA) -> None:
    for _ in range(count):
        it.text_source.script = [text_of(*text.split("\n"))]
        name = f"{len(it.files())}.pdf"
        document_id = take_in(it.drop(f"%PDF-1.7 letter {name}".encode(), name), it.ports)
        assert document_id is not None
        process_document(document_id, it.ports)
        it.clock.advance(minutes=1)


def tend(it: Chat, size: int = SIZE) -> bool:
    return tend_sample(it.ports, size, is_quiet=NOT_QUIET)


def begin(it: Chat, count: int = 5) -> None:
    """Let samples begin, have some filed by rule, and let the week pass; NOON is a Sunday."""
    tend(it)
    it.office.clock.advance(days=1)
    tend(it)
    file_some(it.office, count)
    it.deliver()
    it.office.clock.advance(days=7)


def asked(it: Chat) -> list[Message]:
    return [message for message in it.deliver() if message.kind is MessageKind.SAMPLE]


def ask_one(it: Chat, count: int = 1) -> Sampled:
    begin(it, count)
    assert tend(it)
    assert [message.kind for message in it.deliver()] == [MessageKind.SAMPLE]
    return it.ports.samples.waiting()[0]


def press(
    it: Chat, verb: Verb, of: Sampled, *, user: int = DECIDER, key: str | None = None
) -> tuple[str, bool]:
    return it.press_data(document_data(of.document_id, verb, of.epoch), user=user, key=key)


def verdict(it: Chat, document_id: DocumentId = D1) -> tuple[Verdict | None, str | None]:
    found = it.ports.samples.of(document_id)
    assert found is not None
    return found.verdict, found.judged_by


def noted(it: Chat, event: str) -> list[Mapping[str, object]]:
    return [fields for name, _, fields in it.office.journal.entries if name == event]


# --- Choosing


def test_the_first_week_only_begins_and_what_was_filed_before_is_never_asked_about(chat: Chat) -> None:
    file_some(chat.office, 2)
    tend(chat)
    chat.office.clock.advance(days=7)
    tend(chat)
    assert chat.ports.samples.waiting() == []


def test_a_week_is_chosen_from_once_however_often_it_is_looked(chat: Chat) -> None:
    begin(chat)
    tend(chat)
    chosen = chat.ports.samples.waiting()
    assert len({one.document_id for one in chosen}) == SIZE
    assert [len(cast(list[str], fields["documents"])) for fields in noted(chat, "sample_drawn")] == [SIZE]
    file_some(chat.office, 3)
    tend(chat, 20)
    assert [one.document_id for one in chat.ports.samples.waiting()] == [one.document_id for one in chosen]


def test_what_is_filed_in_a_week_is_chosen_from_in_the_next_alone(chat: Chat) -> None:
    begin(chat, 2)
    tend(chat)
    file_some(chat.office, 2)
    chat.office.clock.advance(days=7)
    tend(chat)
    assert [one.document_id for one in chat.ports.samples.waiting()[2:]] in ([3, 4], [4, 3])


def test_a_clock_that_was_ahead_for_a_year_keeps_no_later_week_from_its_sample(chat: Chat) -> None:
    begin(chat, 2)
    chat.office.clock.advance(days=365)
    tend(chat)
    chat.office.clock.advance(days=-365)
    file_some(chat.office, 2)
    tend(chat)
    chat.office.clock.advance(days=7)
    tend(chat)
    chosen = [one.document_id for one in chat.ports.samples.waiting()]
    assert (sorted(chosen[:2]), sorted(chosen[2:])) == ([1, 2], [3, 4])


def test_only_what_the_rules_filed_and_what_lies_there_still_is_chosen(chat: Chat) -> None:
    tend(chat)
    chat.office.clock.advance(days=1)
    tend(chat)
    file_some(chat.office, 4)
    file_some(chat.office, 1, NAMES_ANNA_ONLY)
    for action, number, argument in (
        (Action.UNDO, 1, ""),
        (Action.REFILE, 2, BERTA.record_id),
        (Action.FORGET, 3, WhyErased.ASKED),
        (Action.ANSWER, 5, f"record:{ANNA.record_id}"),
    ):
        assert at_the_desk(chat, action, number, argument).done
    chat.office.clock.advance(days=7)
    tend(chat, 20)
    assert [one.document_id for one in chat.ports.samples.waiting()] == [4]


def at_the_desk(it: Chat, action: Action, number: int, argument: str = "") -> Reply:
    return perform(it.office.request(action, DocumentId(number), argument), it.ports, lambda _: None)


def test_off_nothing_is_chosen_and_what_was_asked_is_closed_all_the_same(chat: Chat) -> None:
    ask_one(chat)
    chat.office.clock.advance(days=14)
    assert tend(chat, 0)
    assert verdict(chat) == (Verdict.UNANSWERED, "dossierd")
    file_some(chat.office, 2)
    chat.office.clock.advance(days=7)
    tend(chat, 0)
    assert chat.ports.samples.waiting() == []


def test_a_week_begins_on_the_office_s_monday_when_its_clocks_have_gone_on(chat: Chat) -> None:
    voice = Voice(timezone=ZoneInfo("Europe/Paris"))
    chat.ports = dataclasses.replace(chat.ports, voice=voice)
    for moment, mondays in (
        (datetime.datetime(2026, 3, 22, 23, 0, tzinfo=datetime.UTC), 1),  # Monday, 0:00 of winter
        (datetime.datetime(2026, 3, 29, 21, 59, tzinfo=datetime.UTC), 1),  # Sunday, 23:59 of summer
        (datetime.datetime(2026, 3, 29, 22, 0, tzinfo=datetime.UTC), 2),  # Monday, 0:00
        (datetime.datetime(2026, 3, 25, 22, 0, tzinfo=datetime.UTC), 2),  # a clock that was set back
    ):
        chat.office.clock.moment = moment
        tend(chat)
        assert len(chat.ports.samples.weeks()) == mondays


# --- Asking


def test_one_is_asked_about_at_a_time_two_hours_apart_and_without_a_sound(chat: Chat) -> None:
    begin(chat)
    for hours in (0, 1, 1, 1, 1):
        chat.office.clock.advance(hours=hours)
        tend(chat)
        tend(chat)
    messages = asked(chat)
    assert len(messages) == SIZE
    assert all(message.is_silent for message in messages)
    assert len(noted(chat, "sample_asked")) == SIZE


def test_nobody_is_asked_in_quiet_hours(chat: Chat) -> None:
    begin(chat)
    assert not tend_sample(chat.ports, SIZE, is_quiet=lambda _: True)
    assert len(chat.ports.samples.waiting()) == SIZE
    assert chat.deliver() == []


def test_a_sample_takes_no_place_among_the_open_questions(chat: Chat) -> None:
    for _ in range(6):
        chat.take_in()
    chat.asking.turn()
    begin(chat)
    tend(chat)
    chat.asking.turn()
    assert len(chat.questions.standing()) == 5
    assert len(asked(chat)) == 1


def test_the_question_tells_no_more_of_a_person_than_the_privacy_level_allows(chat: Chat) -> None:
    begin(chat, 1)
    tend(chat)
    (message,) = chat.deliver()
    assert message.title == "Sample of the week: is D-1 filed rightly?"
    assert message.lines == (
        "D-1 · 1 page",
        "Filed under file R1, 2026-03-02 12:00, without anybody having been asked.",
        "A. M. · born 1980",
        "for: full name, named as the one it is about, same birth date (page 1)",
        "Please look at the document itself before you press.",
    )
    assert [[button.label for button in row] for row in message.buttons] == [["Right", "Wrong"]]
    told = " ".join((message.title, *message.lines, *message.typed))
    assert not {ANNA.last_name, ANNA.first_name, ".pdf"} & set(told.split())
    assert all(len(button.data) <= 64 for row in message.buttons for button in row)


def test_at_the_full_level_the_file_and_the_person_are_named(chat: Chat) -> None:
    chat.ports = dataclasses.replace(chat.ports, voice=Voice(privacy=Privacy.FULL))
    begin(chat, 1)
    tend(chat)
    (message,) = chat.deliver()
    assert "File: 0.pdf" in message.lines
    assert any(ANNA.last_name in line for line in message.lines)


def test_all_of_it_is_told_in_french(chat: Chat) -> None:
    chat.ports = dataclasses.replace(chat.ports, voice=FRENCH)
    of = ask_one(chat)
    told = [press(chat, Verb.RIGHT, of)[0], press(chat, Verb.WRONG, of)[0], *chat.said()]
    assert [english_in(text) for text in told] == [[] for _ in told]


def test_what_a_death_interrupted_between_choice_and_message_is_asked_once(
    chat: Chat, tmp_path: Path
) -> None:
    begin(chat)

    class Dies(Exception):
        pass

    def die(*_: object) -> bool:
        raise Dies

    samples = chat.ports.samples
    chat.ports = dataclasses.replace(
        chat.ports,
        samples=type("Dying", (), {"post": die, "__getattr__": lambda _, name: getattr(samples, name)})(),
    )
    with pytest.raises(Dies):
        tend(chat)
    chosen = samples.waiting()
    assert (len(chosen), chat.deliver()) == (SIZE, [])

    engine = open_engine(tmp_path / "state" / "ledger.sqlite", may_upgrade=True)
    again = Chat(chat.office, SqlQuestions(engine))
    assert tend(again)
    assert not tend(again)
    assert [one.sampled_id for one in samples.waiting()] == [one.sampled_id for one in chosen]
    assert [message.document_id for message in again.deliver()] == [chosen[0].document_id]
    engine.dispose()


# --- What people say


def test_right_is_noted_and_the_card_says_so(chat: Chat) -> None:
    of = ask_one(chat)
    assert press(chat, Verb.RIGHT, of) == ("Noted: D-1 is filed rightly.", False)
    assert verdict(chat) == (Verdict.RIGHT, "telegram:anna")
    (card,) = chat.deliver()
    assert (card.title, card.lines, card.buttons) == ("D-1: anna says: filed rightly", (), ())
    assert chat.state is State.ARCHIVED
    assert noted(chat, "sample_judged") == [
        {"document": "D-1", "epoch": 1, "week": "2026-03-09", "verdict": "right", "actor": "telegram:anna"}
    ]


def test_wrong_brings_the_document_back_to_review_however_long_ago_it_was_filed(chat: Chat) -> None:
    of = ask_one(chat)
    before = chat.office.bytes_of(D1)
    assert press(chat, Verb.WRONG, of) == ("Noted: D-1 was filed wrongly. It is back in review.", False)
    assert verdict(chat) == (Verdict.WRONG, "telegram:anna")
    assert chat.state is State.IN_REVIEW
    assert chat.office.bytes_of(D1) == before
    assert "D-1: anna says: filed wrongly" in chat.said()
    assert chat.asking.turn()
    assert chat.now().document_id == D1
    assert noted(chat, "settling")[-1]["actor"] == "telegram:anna"


def test_a_second_press_is_told_who_was_quicker_and_changes_nothing(chat: Chat) -> None:
    of = ask_one(chat)
    press(chat, Verb.RIGHT, of)
    sentence, is_alert = press(chat, Verb.WRONG, of, user=SECOND)
    assert sentence.startswith("anna has said already that D-1 is filed rightly.")
    assert is_alert
    assert verdict(chat) == (Verdict.RIGHT, "telegram:anna")
    assert chat.state is State.ARCHIVED


def test_a_press_that_is_heard_again_after_a_death_is_done_once(chat: Chat) -> None:
    of = ask_one(chat)
    first = press(chat, Verb.WRONG, of, key="telegram:bot:77")
    assert press(chat, Verb.WRONG, of, key="telegram:bot:77") == first
    assert len(noted(chat, "sample_judged")) == 1


@pytest.mark.parametrize("is_tended", [False, True], ids=["at once", "after a turn"])
def test_a_death_between_the_move_and_the_note_is_mended_by_the_same_request(
    chat: Chat, is_tended: bool
) -> None:
    of = ask_one(chat)
    request = chat.office.request(Action.JUDGE, D1, Verdict.WRONG)
    samples = chat.ports.samples

    def die(*_: object) -> bool:
        raise RuntimeError("died")

    dying = type("Dying", (), {"judge": die, "__getattr__": lambda _, name: getattr(samples, name)})()
    with pytest.raises(RuntimeError):
        perform(request, dataclasses.replace(chat.ports, samples=dying), lambda _: None)
    assert (chat.state, verdict(chat)) == (State.IN_REVIEW, (None, None))
    chat.office.clock.advance(minutes=1)
    if is_tended:
        tend(chat)
    assert perform(request, chat.ports, lambda _: None).done
    assert verdict(chat) == (Verdict.WRONG, "cli:anna")
    assert chat.office.row(D1).epoch == of.epoch + 1


def test_a_word_that_comes_in_the_moment_in_which_its_time_is_over_is_not_said_to_be_noted(
    chat: Chat,
) -> None:
    of = ask_one(chat)
    samples = chat.ports.samples

    def too_late(*_: object) -> bool:
        nobody = Judged(verdict=Verdict.UNANSWERED, by="dossierd", at=chat.office.clock.now())
        assert samples.judge(of, nobody, (), chat.office.clock.now())
        return False

    chat.ports = dataclasses.replace(
        chat.ports,
        samples=type(
            "Late", (), {"judge": too_late, "__getattr__": lambda _, name: getattr(samples, name)}
        )(),
    )
    sentence, is_alert = press(chat, Verb.RIGHT, of)
    assert sentence.startswith("The sample asks about D-1 no longer.")
    assert is_alert
    assert verdict(chat) == (Verdict.UNANSWERED, "dossierd")


def test_a_copy_that_telegram_has_kept_without_a_word_says_what_came_of_it_once_it_is_pressed(
    chat: Chat,
) -> None:
    of = ask_one(chat)
    data = document_data(of.document_id, Verb.RIGHT, of.epoch)
    chat.press_data(data, message="unknown")
    shown = {copy for parcel in chat.office.due() for copy in (parcel.replaces, *parcel.copies)}
    assert "unknown" in shown


def test_who_replies_with_words_is_told_of_the_buttons(chat: Chat) -> None:
    begin(chat, 1)
    tend(chat)
    (card,) = chat.office.due()
    assert asked(chat)
    chat.say("wrong", replies_to=f"r{card.parcel_id}")
    (answer,) = chat.deliver()
    assert answer.title == "That message takes no answer in words: press one of its buttons, if it has any."
    assert verdict(chat) == (None, None)


def test_viewers_strangers_and_forgers_judge_nothing(chat: Chat) -> None:
    of = ask_one(chat, 2)
    other = DocumentId(3 - of.document_id)
    assert press(chat, Verb.WRONG, of, user=VIEWER) == ("You may look, but not decide.", True)
    assert press(chat, Verb.RIGHT, of, user=STRANGER)[1]
    never_asked = chat.press_data(document_data(DocumentId(99), Verb.RIGHT, 1))
    assert never_asked == ("There is no document D-99.", True)
    file_some(chat.office, 1)
    unsampled = chat.press_data(document_data(DocumentId(3), Verb.WRONG, 1))
    assert unsampled == ("D-3 is in no sample. How it stands: /show D-3", True)
    assert chat.office.row(DocumentId(3)).state is State.ARCHIVED
    wrong_epoch = chat.press_data(document_data(of.document_id, Verb.WRONG, 7))
    assert wrong_epoch[1]
    assert (verdict(chat), verdict(chat, other)) == ((None, None), (None, None))


def test_a_filing_that_people_took_back_by_themselves_counts_as_wrong(chat: Chat) -> None:
    ask_one(chat)
    assert at_the_desk(chat, Action.REFILE, 1, BERTA.record_id).done
    assert tend(chat)
    assert verdict(chat) == (Verdict.WRONG, "cli:anna")
    assert "D-1: anna says: filed wrongly" in chat.said()


def test_a_press_on_what_was_refiled_meanwhile_changes_nothing(chat: Chat) -> None:
    of = ask_one(chat)
    assert at_the_desk(chat, Action.REFILE, 1, BERTA.record_id).done
    assert press(chat, Verb.WRONG, of) == ("D-1 has changed since. How it stands: /show D-1", True)
    filed = chat.office.row(D1).outcome
    assert isinstance(filed, Archived)
    assert filed.record_id == BERTA.record_id


def test_unanswered_for_two_weeks_it_is_closed_and_never_taken_for_right(chat: Chat) -> None:
    of = ask_one(chat)
    chat.office.clock.advance(days=13)
    tend(chat)
    assert verdict(chat) == (None, None)
    chat.office.clock.advance(days=1)
    assert tend(chat)
    assert verdict(chat) == (Verdict.UNANSWERED, "dossierd")
    (card,) = asked(chat)
    assert (card.title, card.buttons) == ("D-1: nobody said whether it is filed rightly", ())
    sentence, is_alert = press(chat, Verb.WRONG, of)
    assert sentence.startswith(
        "The sample asks about D-1 no longer. To file it under another record: /refile D-1"
    )
    assert is_alert
    assert total(chat.ports.samples.weeks()) == Counts(unanswered=1)


def test_of_an_erased_document_nothing_is_asked_and_nothing_told_any_more(chat: Chat) -> None:
    ask_one(chat)
    assert at_the_desk(chat, Action.FORGET, 1, WhyErased.ASKED).done
    tend(chat)
    assert verdict(chat) == (Verdict.VOID, "dossierd")
    assert {message.title for message in chat.deliver()} == {"D-1 was erased."}
    with open_engine(chat.office.home / "state" / "ledger.sqlite", may_upgrade=False).connect() as connection:
        told = connection.exec_driver_sql("SELECT message FROM outbox").scalars().all()
    assert not any("R1" in one or "1951" in one for one in told)


def test_what_somebody_moved_by_hand_is_not_asked_about_meanwhile(chat: Chat) -> None:
    begin(chat, 1)
    tend_sample(chat.ports, SIZE, is_quiet=lambda _: True)
    location = chat.office.row(D1).location
    assert location is not None
    (chat.office.home / location).rename(chat.office.home / "elsewhere.pdf")
    at_the_desk(chat, Action.UNDO, 1)
    assert chat.state is State.MISSING
    tend(chat)
    assert asked(chat) == []
    assert verdict(chat) == (None, None)


def take_away_and_put_back(it: Chat, document_id: DocumentId) -> None:
    """Have somebody move the file by hand, the daemon notice it, and the file put back."""
    location = it.office.row(document_id).location
    assert location is not None
    (it.office.home / location).rename(it.office.home / "elsewhere.pdf")
    at_the_desk(it, Action.UNDO, document_id)
    assert it.office.row(document_id).state is State.MISSING
    (it.office.home / "elsewhere.pdf").rename(it.office.home / location)
    at_the_desk(it, Action.RETRY, document_id)
    assert it.office.row(document_id).state is State.ARCHIVED


@pytest.mark.parametrize("said", [Verb.RIGHT, Verb.WRONG])
def test_what_was_put_back_by_hand_can_be_judged_as_before(said: Verb, chat: Chat) -> None:
    of = ask_one(chat)
    take_away_and_put_back(chat, D1)
    told, must_be_clicked = press(chat, said, of)
    assert (told.startswith("Noted: D-1"), must_be_clicked) == (True, False)
    assert verdict(chat)[0] == Verdict(said)
    assert chat.state is (State.ARCHIVED if said is Verb.RIGHT else State.IN_REVIEW)


def test_what_was_put_back_by_hand_before_anybody_was_asked_is_asked_about(chat: Chat) -> None:
    begin(chat, 1)
    tend_sample(chat.ports, SIZE, is_quiet=lambda _: True)
    take_away_and_put_back(chat, D1)
    tend(chat)
    assert len(asked(chat)) == 1


def test_what_was_put_back_by_hand_is_no_new_filing(chat: Chat) -> None:
    of = ask_one(chat)
    press(chat, Verb.RIGHT, of)
    take_away_and_put_back(chat, D1)
    chat.office.clock.advance(days=7)
    tend(chat)
    assert chat.ports.samples.waiting() == []


# --- Over HTTP


def test_a_press_over_http_takes_the_filing_back_and_the_message_says_so(office: Office) -> None:
    engine = open_engine(office.home / "state" / "ledger.sqlite", may_upgrade=True)
    with botapi.BotApi() as api:
        recipient = f"telegram:{botapi.CHAT}"
        it = Chat(office, SqlQuestions(engine))
        it.ports = dataclasses.replace(it.ports, recipients=(recipient,))
        telegram = TelegramNotifier(botapi.TOKEN, [botapi.CHAT], api.url, spacing_seconds=0, poll_seconds=1)
        begin(it, 1)
        assert tend(it)
        relay(office.outbox, telegram, office.clock)
        (kept,) = [one for one in api.kept if "Sample of the week" in one.text]
        assert kept.labels == [["Right", "Wrong"]]
        query = api.press("Wrong", message_id=kept.message_id)
        hear(it, telegram)
        answer = api.answer_to(query)
        assert answer is not None
        assert answer.text == "Noted: D-1 was filed wrongly. It is back in review."
        relay(office.outbox, telegram, office.clock)
        (edited,) = [one for one in api.kept if one.message_id == kept.message_id]
        assert edited.text.startswith("D-1: ")
        assert "filed wrongly" in edited.text
        assert edited.labels == []
        assert it.state is State.IN_REVIEW
        telegram.close()
    engine.dispose()


def hear(it: Chat, telegram: TelegramNotifier) -> None:
    """Take up what came in over HTTP, as a daemon does; the owner of the chat decides."""
    conversation = Conversation(
        it.ports,
        it.questions,
        it.asking,
        Allowed(chats=frozenset({botapi.CHAT}), users={}),
        recipient_of=recipient_of,
        tell=lambda press, text, is_alert: telegram.answer(press, text, is_alert=is_alert),
        carry_out=lambda request: perform(request, it.ports, lambda _: None),
        known_reply=lambda _: None,
        command=lambda *_: (),
        our_name=lambda: "our_bot",
    )
    for update in telegram.updates(None, waits=False):
        heard = telegram.heard_in(update)
        assert heard is not None
        conversation.hear(
            Hearing(key=f"telegram:bot:{update['update_id']}", at=it.office.clock.now(), heard=heard)
        )


# --- At the command line


@pytest.fixture
def at_home(chat: Chat) -> Callable[..., Result]:
    def run(*words: str) -> Result:
        environment = {"COLUMNS": "300", "DOSSIERD_ALLOW_ROOT": "true"}
        return CliRunner().invoke(app, [*words, "--home", str(chat.office.home)], env=environment)

    return run


def test_before_the_first_sample_the_command_says_when_it_comes(at_home: Callable[..., Result]) -> None:
    said = " ".join(at_home("sample").output.split())
    assert said == (
        "Nothing was chosen yet: the first sample is of what the rules file this week, and is chosen next week."
    )


def test_the_command_shows_weeks_the_rate_its_bound_and_what_waits(
    chat: Chat, at_home: Callable[..., Result]
) -> None:
    begin(chat, 3)
    tend(chat)
    for number, said in ((1, "right"), (2, "wrong")):
        assert at_the_desk(chat, Action.JUDGE, number, said).done
    told = " ".join(at_home("sample").output.split())
    assert "2026-03-09 3 1 1 0 1 0" in told
    assert (
        "1 of 2 that people looked at were filed wrongly: with 95 % certainty at most 97.5 % of all are."
        in told
    )
    assert "D-3 is filed under R1 (" in told
    assert "dossierd sample D-3 right, or: dossierd sample D-3 wrong" in told
    facts = json.loads(at_home("sample", "--json").output)
    assert facts["total"]["wrong"] == 1
    assert facts["total"]["most_wrong"] == pytest.approx(0.9747, abs=0.0001)
    assert facts["weeks"][0]["week"] == "2026-03-09"
    assert facts["waiting"] == [
        {"document": "D-3", "record": "R1", "asked_at": facts["waiting"][0]["asked_at"]}
    ]


def test_the_command_judges_as_a_press_does_and_once(chat: Chat, at_home: Callable[..., Result]) -> None:
    begin(chat, 2)
    tend(chat)
    wrong = at_home("sample", "D-1", "wrong")
    assert (wrong.exit_code, " ".join(wrong.output.split())) == (
        0,
        "Noted: D-1 was filed wrongly. It is back in review.",
    )
    assert chat.state is State.IN_REVIEW
    assert verdict(chat) == (Verdict.WRONG, f"cli:{login_name()}")
    again = at_home("sample", "D-1", "right")
    assert again.exit_code == 1
    assert f"{login_name()} has said already that D-1 was filed wrongly." in " ".join(again.stderr.split())
    assert at_home("sample", "D-2", "right").exit_code == 0


@pytest.mark.parametrize("said", ["", "maybe"], ids=["nothing", "maybe"])
def test_the_command_takes_right_or_wrong_and_nothing_else(
    chat: Chat, at_home: Callable[..., Result], said: str
) -> None:
    ask_one(chat)
    refused = at_home("sample", "D-1", said)
    assert isinstance(refused.exception, RequestRefused)
    assert refused.exception.hint == "Such as: dossierd sample D-1 right, or wrong"
    assert verdict(chat) == (None, None)


# --- Told elsewhere


def test_the_story_of_a_document_tells_what_people_said_of_it(
    chat: Chat, at_home: Callable[..., Result]
) -> None:
    of = ask_one(chat)
    open_yet = " ".join(at_home("show", "D-1").output.split())
    assert "sample of the week of 2026-03-09: nobody has said yet whether it is filed rightly" in open_yet
    press(chat, Verb.RIGHT, of)
    said = " ".join(at_home("show", "D-1").output.split())
    assert "sample of the week of 2026-03-09: filed rightly, says anna" in said
    facts = json.loads(at_home("show", "D-1", "--json").output)
    assert facts["sample"] == {"epoch": 1, "verdict": "right", "by": "telegram:anna"}


def test_the_first_digest_of_a_week_alone_tells_of_the_samples(chat: Chat) -> None:
    of = ask_one(chat)
    press(chat, Verb.RIGHT, of)
    engine = open_engine(chat.office.home / "state" / "ledger.sqlite", may_upgrade=True)
    chat.office.clock.moment = datetime.datetime(2026, 3, 13, 12, tzinfo=datetime.UTC)  # a Friday
    lines = []
    for _ in range(6):
        chat.deliver()
        write_digest(
            SqlDigests(engine),
            datetime.time(8),
            datetime.UTC,
            recipients=("telegram:1",),
            clock=chat.office.clock,
            audit_head=lambda: Anchor(entry=1, hash="ab"),
            samples=chat.ports.samples.weeks,
        )
        lines.append([line for message in chat.deliver() for line in message.lines if "Sample" in line])
        chat.office.clock.advance(days=1)
    engine.dispose()
    told = (
        "Sample of automatic filings: 1 chosen last, 1 right, 0 wrong, 0 unanswered, 0 waiting · "
        "in all 0 of 1 wrong (with 95 % certainty at most 95.0 %)"
    )
    assert lines == [[], [], [], [told], [], []]


def test_the_daemon_s_loop_tends_the_sample_when_it_begins(tmp_path: Path) -> None:
    make_home(tmp_path / "home")
    parts = build(Settings(home=tmp_path / "home", allow_root=True))
    stop = threading.Event()
    stop.set()
    try:
        House(parts, stop, wellness=tuple, on_told=lambda: None).turn()
        assert len(parts.ports.samples.weeks()) == 1
    finally:
        parts.close()
