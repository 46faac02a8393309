"""Presses and words in the chats, heard one after the other: a real ledger, real folders and the real desk."""

import dataclasses
import datetime
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from agent import errors
from agent.adapters.ledger import open_engine
from agent.adapters.ledger.questions import SqlQuestions
from agent.app import Parts
from agent.core.allowed import Allowed, Role, User
from agent.core.presses import Option, Verb, document_data, question_data
from agent.daemon.desk import Desk
from agent.daemon.talking import asker
from agent.domain.document import DocumentId, DocumentText
from agent.domain.hearing import Press, Said
from agent.domain.identity import Person, RecordId
from agent.domain.life import Action, Reply, Request
from agent.domain.message import Message, MessageKind, recipient_of
from agent.domain.outcome import Archived, Failed, FailureReason, State
from agent.domain.question import Question
from agent.workflow.asking import Asking
from agent.workflow.conversation import Conversation
from agent.workflow.hearing import Hearing
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.review import perform
from tests.builders import text_of
from tests.custody_builders import ANNA, BERTA, NAMES_ANNA_ONLY, NOON, Office, make_ports
from tests.fakes import FakeRegistry
from tests.fakes_registry import FakeRegistry as KnownPeople
from tests.french import FRENCH, english_in

pytestmark = pytest.mark.security

CHAT, OFFICE = 1, "telegram:1"
DECIDER, SECOND, VIEWER, STRANGER = 11, 12, 13, 666
ALLOWED = Allowed(
    chats=frozenset({CHAT, DECIDER, VIEWER}),
    users={
        DECIDER: User(number=DECIDER, name="anna", role=Role.DECIDER),
        SECOND: User(number=SECOND, name="bert", role=Role.DECIDER),
        VIEWER: User(number=VIEWER, name="vera", role=Role.VIEWER),
    },
)
CONTRADICTS_ANNA = "Clinique du Lac\n\nPatient : Anna MULLER\nDate de naissance : 25/11/1951\n"
NOT_OURS = ("That button is none of ours.", True)
CHANGED = ("The question has changed meanwhile. Please look at it again.", True)
FILED = ("D-1 is filed under R1.", False)


class Away(FakeRegistry):
    """A registry that can't be searched."""

    def find(self, words: str, limit: int = 8) -> Sequence[Person]:
        raise errors.RegistryUnavailable("The registry can't be searched now.")


class Chat:
    """One chat in which a document is asked about; what is pressed and said there is heard at once.

    Attributes:
        desk_is_slow: requests are kept, and carried out by nobody.
        telegram_is_away: it does not say how our bot is called.
    """

    def __init__(self, office: Office, questions: SqlQuestions) -> None:
        self.office, self.questions = office, questions
        self.ports = dataclasses.replace(office.ports, asks_in_chats=True, recipients=(OFFICE,))
        self.asking = Asking(self.ports, questions, (OFFICE,))
        self.desk_is_slow = False
        self.telegram_is_away = False
        self.commands: list[str] = []
        self._told: list[tuple[str, bool]] = []
        self._heard = 0

    def conversation(self) -> Conversation:
        return Conversation(
            self.ports,
            self.questions,
            self.asking,
            ALLOWED,
            recipient_of=recipient_of,
            tell=lambda _, text, is_alert: self._told.append((text, is_alert)),
            carry_out=self._carry_out,
            known_reply=self.office.requests.reply,
            command=self._command,
            our_name=self._our_name,
        )

    def _carry_out(self, request: Request) -> Reply | None:
        if self.desk_is_slow:
            return asker(self.office.requests, lambda: False, self.office.clock.now)(request)
        self.office.requests.submit(request)
        for one in self.office.requests.open_requests():
            reply = perform(one, self.ports, lambda _: None)
            self.office.requests.close_request(one.key, reply, NOON)
        return self.office.requests.reply(request.key)

    def _our_name(self) -> str:
        if self.telegram_is_away:
            raise errors.NotifierUnavailable("Telegram can't be reached.")
        return "our_bot"

    def _command(self, hearing: Hearing, said: Said, user: User) -> Sequence[Message]:
        self.commands.append(f"{user.name}: {said.text}")
        return [Message(kind=MessageKind.REPLY, document_id=None, title=f"answer to {hearing.key}")]

    def take_up(self) -> list[str]:
        """Let the desk do what it has not done yet; gives what the chat is told of it."""
        parts = SimpleNamespace(requests=self.office.requests, ports=self.ports, clock=self.office.clock)
        stop = threading.Event()
        stop.set()
        nothing: Callable[[object], None] = lambda _: None  # noqa: E731
        Desk(cast(Parts, parts), stop, still=lambda: True, submit=nothing, on_done=lambda: None).turn()
        return [
            ". ".join((message.title, *message.lines))
            for message in self.deliver()
            if message.kind is MessageKind.REPLY
        ]

    def ask(self, text: str = NAMES_ANNA_ONLY, *, pages: int = 1, is_refused: bool = False) -> Question:
        """Take in a document that nobody can be told of for sure, and let the chat be asked.

        Args:
            is_refused: the chat takes no message.
        """
        self.take_in(text, pages=pages)
        assert self.asking.turn()
        if is_refused:
            for parcel in self.office.due():
                self.office.outbox.mark_dead(parcel.parcel_id, "blocked", NOON)
        self.deliver()
        return self.now()

    def take_in(self, text: str = NAMES_ANNA_ONLY, *, pages: int = 1) -> None:
        """Take in a document that nobody can be told of for sure."""
        page = text_of(*text.split("\n")).pages[0]
        read = DocumentText(pages=tuple(dataclasses.replace(page, number=n + 1) for n in range(pages)))
        self.office.text_source.script = [read]
        name = f"{len(self.office.files())}.pdf"
        document_id = take_in(self.office.drop(f"%PDF-1.7 {name}".encode(), name), self.ports)
        assert document_id is not None
        process_document(document_id, self.ports)

    def now(self) -> Question:
        return self.questions.standing()[-1]

    def press(
        self,
        option: Option,
        number: int | None = None,
        *,
        user: int = DECIDER,
        of: Question | None = None,
        key: str | None = None,
    ) -> tuple[str, bool]:
        """Press a button of a question; gives what is answered, and whether it must be clicked away."""
        question = of or self.now()
        data = question_data(question.question_id, option, question.revision, number)
        return self.press_data(data, user=user, key=key)

    def press_data(
        self, data: str, *, user: int = DECIDER, key: str | None = None, message: str | None = "r1"
    ) -> tuple[str, bool]:
        press = Press(press="p", chat=CHAT, user=user, message=message, data=data)
        self.conversation().hear(self._hearing(press, key))
        return self._told[-1]

    def say(
        self, text: str, *, user: int = DECIDER, replies_to: str | None = "r1", key: str | None = None
    ) -> None:
        said = Said(chat=CHAT, user=user, text=text, message="m", replies_to=replies_to)
        self.conversation().hear(self._hearing(said, key))

    def say_privately(self, text: str, user: int) -> None:
        said = Said(chat=user, user=user, text=text, message="m")
        self.conversation().hear(self._hearing(said, None))

    def _hearing(self, heard: Press | Said, key: str | None) -> Hearing:
        self._heard += 1
        return Hearing(key=key or f"telegram:bot:{self._heard}", at=self.office.clock.now(), heard=heard)

    def deliver(self) -> list[Message]:
        """Send what is due, as often as something is; gives it."""
        sent = []
        while due := self.office.due():
            for parcel in due:
                receipt = parcel.replaces or f"r{parcel.parcel_id}"
                self.office.outbox.mark_sent(parcel.parcel_id, receipt, self.office.clock.now())
                sent.append(parcel.message)
        return sent

    def said(self) -> list[str]:
        return [message.title for message in self.deliver()]

    @property
    def refused(self) -> list[tuple[str, str]]:
        """What was refused, and why, as the audit trail has it."""
        return [
            (event, str(fields["reason"]))
            for event, _, fields in self.office.journal.entries
            if event in {"press_refused", "words_refused"}
        ]

    @property
    def state(self) -> State:
        return self.office.row(DocumentId(1)).state


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = make_ports(tmp_path, people=(ANNA, BERTA))
    yield made
    made.ledger.close()


@pytest.fixture
def chat(office: Office) -> Iterator[Chat]:
    engine = open_engine(office.home / "state" / "ledger.sqlite", may_upgrade=True)
    yield Chat(office, SqlQuestions(engine))
    engine.dispose()


# --- Who may


def test_a_stranger_decides_nothing_and_is_written_down_by_number(chat: Chat) -> None:
    chat.ask()

    told = chat.press(Option.CHOOSE, 0, user=STRANGER)

    assert told == ("You are not among those who may decide here.", True)
    assert chat.state is State.IN_REVIEW
    assert chat.refused == [("press_refused", "stranger")]
    _, _, fields = chat.office.journal.entries[-1]
    assert fields == {"reason": "stranger", "chat": CHAT, "user": STRANGER, "key": "telegram:bot:1"}


def test_a_stranger_who_writes_is_neither_answered_nor_written_down(chat: Chat) -> None:
    chat.ask()

    chat.say("Muller", user=STRANGER)
    chat.say("/show D-1", user=STRANGER)

    assert chat.said() == chat.commands == []
    assert chat.refused == []


@pytest.mark.parametrize("option", [Option.CHOOSE, Option.NONE, Option.SKIP, Option.PAGE, Option.BACK])
def test_a_viewer_presses_in_vain(chat: Chat, option: Option) -> None:
    question = chat.ask()

    assert chat.press(option, user=VIEWER) == ("You may look, but not decide.", True)

    assert chat.now() == question
    assert chat.said() == []
    assert chat.refused == [("press_refused", "viewer")]


def test_a_viewer_takes_no_filing_back(chat: Chat) -> None:
    chat.ask()
    assert chat.press(Option.CHOOSE, 0) == FILED

    told = chat.press_data(document_data(DocumentId(1), Verb.UNDO, 2), user=VIEWER)

    assert told == ("You may look, but not decide.", True)
    assert chat.state is State.ARCHIVED


def test_a_viewer_searches_in_vain_and_is_told_why(chat: Chat) -> None:
    question = chat.ask()

    chat.say("Keller", user=VIEWER)

    assert chat.said() == ["You may look, but not decide."]
    assert chat.now() == question
    assert chat.refused == [("words_refused", "viewer")]


def test_a_viewers_command_that_decides_is_written_down_and_one_that_asks_is_not(chat: Chat) -> None:
    chat.say("/show D-1", user=VIEWER)
    assert chat.refused == []

    chat.say("/undo@our_bot D-1", user=VIEWER)
    assert chat.refused == [("words_refused", "viewer")]
    assert chat.commands == ["vera: /show D-1", "vera: /undo@our_bot D-1"]


# --- What a press may hold


@pytest.mark.parametrize(
    "data",
    [
        "",
        "v1",
        "v1:q:1:c0:zzzzzzzz",
        "v1:q:0:c0:00000000",
        "v1:q:999999:c0:00000000",
        "'; DROP TABLE",
        "\x00" * 64,
    ],
)
def test_a_button_that_none_of_ours_holds_does_nothing(chat: Chat, data: str) -> None:
    question = chat.ask()

    assert chat.press_data(data) == NOT_OURS

    assert chat.now() == question
    assert chat.refused == [("press_refused", "forged")]


@pytest.mark.parametrize("option", [Option.CHOOSE, Option.CONFIRM])
@pytest.mark.parametrize("number", [None, 1, 99])
def test_nobody_stands_under_a_number_out_of_range(chat: Chat, option: Option, number: int | None) -> None:
    question = chat.ask()
    assert question.offered == (RecordId("R1"),)

    assert chat.press(option, number) == NOT_OURS

    assert chat.state is State.IN_REVIEW
    assert chat.refused == [("press_refused", "forged")]


@pytest.mark.parametrize("option", [Option.SNIPPET, Option.SPLIT, Option.PROPOSALS])
def test_a_button_that_was_not_shown_does_nothing_and_is_written_down(chat: Chat, option: Option) -> None:
    question = chat.ask()

    assert chat.press(option) == ("That can't be done here.", True)
    assert chat.now() == question
    assert chat.refused == [("press_refused", "not_shown")]


def test_a_press_on_buttons_that_meant_somebody_else_files_nothing_and_shows_what_stands(chat: Chat) -> None:
    before = chat.ask()
    chat.say("Keller")
    chat.deliver()

    assert chat.press(Option.CHOOSE, 0, of=before) == CHANGED

    assert chat.state is State.IN_REVIEW
    assert chat.said() == ["Whose document is this?"]
    assert chat.refused == [("press_refused", "stale")]


# --- Deciding


def test_a_choice_is_filed_and_told_in_the_questions_place(chat: Chat) -> None:
    chat.ask()

    assert chat.press(Option.CHOOSE, 0) == FILED

    outcome = chat.office.row(DocumentId(1)).outcome
    assert isinstance(outcome, Archived)
    assert (outcome.record_id, outcome.decided_by) == ("R1", "telegram:anna")
    assert chat.questions.standing() == []
    assert [message.kind for message in chat.deliver()] == [MessageKind.FILED]
    assert chat.refused == []


def test_none_of_these_sets_the_document_aside(chat: Chat) -> None:
    chat.ask()

    sentence, is_alert = chat.press(Option.NONE)

    assert sentence == "D-1 is set aside in failed/: it belongs to none of the people in the registry."
    assert not is_alert
    outcome = chat.office.row(DocumentId(1)).outcome
    assert isinstance(outcome, Failed)
    assert (outcome.reason, outcome.decided_by) == (FailureReason.REJECTED, "telegram:anna")


def test_of_two_who_press_the_second_is_told_who_was_first(chat: Chat) -> None:
    question = chat.ask()
    assert chat.press(Option.CHOOSE, 0) == FILED

    told = chat.press(Option.NONE, of=question, user=SECOND)

    assert told == ("Already answered by anna at 12:00.", True)
    assert chat.state is State.ARCHIVED
    assert chat.refused == [("press_refused", "late")]


def test_what_the_only_chat_has_refused_is_asked_again_a_day_later_without_a_word_on_the_first_time(
    chat: Chat,
) -> None:
    lost = chat.ask(is_refused=True)
    chat.office.clock.advance(hours=23)
    assert not chat.asking.turn()
    chat.office.clock.advance(hours=1)

    assert chat.asking.turn()

    (message,) = chat.deliver()
    assert message.kind is MessageKind.QUESTION
    assert message.buttons
    assert chat.now().question_id != lost.question_id
    assert not chat.asking.turn()


@pytest.mark.parametrize("user", [SECOND, VIEWER])
def test_a_late_press_on_a_copy_that_nobody_knew_of_makes_it_the_answer(chat: Chat, user: int) -> None:
    question = chat.ask()
    chat.press(Option.CHOOSE, 0)
    (filed,) = chat.deliver()
    data = question_data(question.question_id, Option.CHOOSE, question.revision, 0)

    told = chat.press_data(data, user=user, message="r99")

    assert told == ("Already answered by anna at 12:00.", True)
    assert chat.deliver() == [filed]
    assert chat.questions.of_card(OFFICE, "r99") == question.question_id


def test_a_strangers_press_teaches_nothing(chat: Chat) -> None:
    question = chat.ask()
    data = question_data(question.question_id, Option.CHOOSE, question.revision, 0)

    chat.press_data(data, user=STRANGER, message="r99")

    assert chat.questions.of_card(OFFICE, "r99") is None


def test_who_presses_twice_is_told_so_and_not_written_down(chat: Chat) -> None:
    question = chat.ask()
    assert chat.press(Option.CHOOSE, 0) == FILED

    assert chat.press(Option.CHOOSE, 0, of=question) == ("Already answered by anna at 12:00.", True)
    assert chat.refused == []


def test_a_press_that_is_heard_again_after_a_death_is_answered_as_at_first(chat: Chat) -> None:
    question = chat.ask()
    assert chat.press(Option.CHOOSE, 0, key="telegram:bot:77") == FILED

    assert chat.press(Option.CHOOSE, 0, of=question, key="telegram:bot:77") == FILED
    assert chat.refused == []


def test_a_press_on_a_question_that_nobody_answered_but_was_closed_says_so(chat: Chat) -> None:
    question = chat.ask()
    chat.questions.change(question, [], NOON, is_closed=True)

    assert chat.press(Option.CHOOSE, 0, of=question) == ("This question is open no longer.", True)
    assert chat.state is State.IN_REVIEW
    assert chat.refused == [("press_refused", "late")]


def test_a_press_that_the_desk_takes_up_later_is_noted(chat: Chat) -> None:
    chat.ask()
    chat.desk_is_slow = True

    assert chat.press(Option.CHOOSE, 0) == ("Noted. It is done as soon as possible.", False)
    assert chat.state is State.IN_REVIEW

    (request,) = chat.office.requests.open_requests()
    assert (request.argument, request.actor, request.epoch) == ("record:R1", "telegram:anna", 1)


def test_of_two_presses_that_wait_for_the_desk_the_first_is_carried_out(chat: Chat) -> None:
    chat.ask()
    chat.desk_is_slow = True
    chat.press(Option.CHOOSE, 0)
    chat.desk_is_slow = False

    sentence, is_alert = chat.press(Option.NONE, user=SECOND)

    assert (sentence, is_alert) == (
        "D-1 was already decided by anna on 2026-03-01 12:00. To change that: /undo D-1 or /refile D-1 RECORD",
        True,
    )
    assert chat.state is State.ARCHIVED
    assert chat.refused == [("press_refused", "not_possible")]


def test_a_press_that_is_refused_after_it_was_noted_is_told_in_the_chat_once(chat: Chat) -> None:
    chat.ask()
    chat.desk_is_slow = True
    chat.press(Option.CHOOSE, 0)
    chat.press(Option.NONE, user=SECOND)

    assert chat.take_up() == [
        "D-1 was already decided by anna on 2026-03-01 12:00. To change that: /undo D-1 or /refile D-1 RECORD"
    ]
    assert chat.take_up() == []
    assert chat.state is State.ARCHIVED


def test_a_press_that_is_carried_out_after_it_was_noted_is_told_by_what_comes_of_it(chat: Chat) -> None:
    chat.ask()
    chat.desk_is_slow = True
    chat.press(Option.CHOOSE, 0)

    assert chat.take_up() == []
    assert chat.state is State.ARCHIVED


def test_a_button_of_a_message_that_is_too_old_to_be_told_still_counts(chat: Chat) -> None:
    question = chat.ask()
    data = question_data(question.question_id, Option.CHOOSE, question.revision, 0)

    assert chat.press_data(data, message=None) == FILED


def test_a_press_for_somebody_who_has_left_the_registry_is_refused_by_the_desk(chat: Chat) -> None:
    chat.ask()
    chat.office.registry.people = ()

    sentence, is_alert = chat.press(Option.CHOOSE, 0)

    assert (sentence, is_alert) == ("There is no such record in the registry.", True)
    assert chat.state is State.IN_REVIEW
    assert chat.refused == [("press_refused", "not_possible")]


def test_what_was_put_off_does_not_wait_in_the_chats(chat: Chat) -> None:
    chat.ask()
    assert chat.ports.ledger.asked_in_chats() == 1
    chat.press(Option.SKIP)
    assert chat.ports.ledger.asked_in_chats() == 0
    chat.press(Option.BACK)
    chat.press(Option.CHOOSE, 0)
    assert chat.ports.ledger.asked_in_chats() == 0


def test_a_filing_is_taken_back_once_by_its_button(chat: Chat) -> None:
    chat.ask()
    chat.press(Option.CHOOSE, 0)
    undo = document_data(DocumentId(1), Verb.UNDO, chat.office.row(DocumentId(1)).epoch)

    assert chat.press_data(undo) == ("D-1 is back in review.", False)
    assert chat.state is State.IN_REVIEW
    assert chat.deliver()[-1].lines == ("It is asked about again further down, at once.",)
    chat.asking.turn()
    assert chat.deliver()[-1].lines[1] == "It was filed, and taken back by anna."

    chat.office.clock.advance(minutes=1)
    sentence, is_alert = chat.press_data(undo, user=SECOND)
    assert (sentence[:56], is_alert) == ("D-1 is in review: only an archived document can be undon", True)
    assert chat.refused == [("press_refused", "not_possible")]


def test_what_was_taken_back_waits_behind_those_that_have_waited_longer(chat: Chat) -> None:
    chat.ask()
    chat.press(Option.CHOOSE, 0)
    undo = document_data(DocumentId(1), Verb.UNDO, chat.office.row(DocumentId(1)).epoch)
    for _ in range(5):
        chat.ask()
    chat.take_in()
    chat.office.clock.advance(minutes=1)

    chat.press_data(undo)
    assert chat.deliver()[-1].lines == (
        "It is asked about again when its turn comes: 5 questions wait here already.",
    )
    chat.press(Option.CHOOSE, 0)
    chat.asking.turn()
    assert [question.document_id for question in chat.questions.standing()] == [2, 3, 4, 5, 7]


# --- Whom the document speaks against


def test_whom_the_document_contradicts_is_asked_about_once_more(chat: Chat) -> None:
    chat.ask(CONTRADICTS_ANNA)

    assert chat.press(Option.CHOOSE, 0) == ("Please look twice.", False)
    assert chat.state is State.IN_REVIEW
    assert chat.now().confirming == 0
    assert chat.said() == ["Really file D-1 here?"]

    assert chat.press(Option.CONFIRM, 0) == FILED


def test_what_was_not_asked_about_once_more_is_not_confirmed(chat: Chat) -> None:
    chat.ask(CONTRADICTS_ANNA)

    assert chat.press(Option.CONFIRM, 0) == CHANGED
    assert chat.state is State.IN_REVIEW
    assert chat.refused == [("press_refused", "stale")]


def test_whoever_goes_back_is_asked_about_once_more_again(chat: Chat) -> None:
    chat.ask(CONTRADICTS_ANNA)
    chat.press(Option.CHOOSE, 0)

    assert chat.press(Option.BACK) == ("", False)
    assert chat.now().confirming is None
    assert chat.press(Option.CONFIRM, 0) == CHANGED
    assert chat.press(Option.CHOOSE, 0) == ("Please look twice.", False)


def test_somebody_found_by_a_search_whom_the_document_does_not_name_is_asked_about_once_more(
    chat: Chat,
) -> None:
    chat.ask()
    chat.say("Keller")
    assert (chat.now().offered, chat.now().is_search) == ((RecordId("R2"),), True)

    assert chat.press(Option.CHOOSE, 0) == ("Please look twice.", False)
    assert chat.state is State.IN_REVIEW

    assert chat.press(Option.CONFIRM, 0) == ("D-1 is filed under R2.", False)


# --- Later, further pages


def test_what_is_put_off_says_by_whom_and_is_asked_again_on_request(chat: Chat) -> None:
    chat.ask()

    assert chat.press(Option.SKIP) == ("Put off until tomorrow.", False)
    assert chat.now().skipped_at == NOON
    assert chat.said() == ["D-1 was put off by anna"]

    assert chat.press(Option.BACK) == ("", False)
    assert chat.now().skipped_at is None
    assert chat.said() == ["Whose document is this?"]


def test_who_takes_up_what_was_put_off_is_not_reminded_at_once(chat: Chat) -> None:
    chat.ask()
    chat.press(Option.SKIP)
    chat.office.clock.advance(hours=23)
    chat.press(Option.BACK)
    chat.deliver()
    chat.office.clock.advance(hours=2)

    assert not chat.asking.turn()


def test_what_is_put_off_can_still_be_answered_by_its_earlier_buttons(chat: Chat) -> None:
    question = chat.ask()
    chat.press(Option.SKIP)

    assert chat.press(Option.CHOOSE, 0, of=question, user=SECOND) == FILED


@pytest.mark.parametrize(("wanted", "shown"), [(1, 1), (0, 0), (2, 1), (99, 1), (None, 0)])
def test_a_page_is_turned_no_further_than_there_are_people(
    chat: Chat, wanted: int | None, shown: int
) -> None:
    chat.ask()
    chat.office.registry.people = [
        dataclasses.replace(BERTA, record_id=RecordId(f"R{number}"), first_name=f"Berta{number}")
        for number in range(10, 16)
    ]
    chat.say("Keller")
    assert len(chat.now().offered) == 6

    assert chat.press(Option.PAGE, wanted) == ("", False)
    assert chat.now().page == shown


# --- Words


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Quintero", "Nobody in the registry has all that you wrote; fewer words find more."),
        ("thanks", "Nobody in the registry has all that you wrote; fewer words find more."),
        ("1", "To choose somebody, press the button with the number."),
        ("ok", "To search, write at least three letters or digits of a name, a birth date or a number."),
    ],
)
def test_a_reply_that_finds_nobody_is_answered_and_leaves_the_question_as_it_is(
    chat: Chat, text: str, told: str
) -> None:
    question = chat.ask()

    chat.say(text)

    (message,) = chat.deliver()
    assert (message.kind, message.title) == (MessageKind.REPLY, "D-1 is asked about as before")
    assert message.lines == (told,)
    assert chat.now() == question
    assert chat.state is State.IN_REVIEW


def test_who_was_searched_for_takes_the_place_of_the_proposals_until_they_are_wanted_back(chat: Chat) -> None:
    question = chat.ask()

    chat.say("Keller")
    assert (chat.now().offered, chat.now().is_search) == ((RecordId("R2"),), True)

    assert chat.press(Option.PROPOSALS) == ("", False)
    assert (chat.now().offered, chat.now().revision) == (question.offered, question.revision)


@pytest.mark.parametrize("words", ["1970", "née en 1970", "born 1970"])
def test_a_year_of_birth_alone_finds_those_born_in_it(chat: Chat, words: str) -> None:
    chat.ask()
    born = dataclasses.replace(BERTA, record_id=RecordId("R7"), birth_date=datetime.date(1970, 3, 2))
    chat.ports = dataclasses.replace(chat.ports, registry=KnownPeople([ANNA, born]))

    chat.say(words)

    assert (chat.now().offered, chat.now().is_search) == ((RecordId("R7"),), True)


def test_a_search_in_an_empty_registry_says_that_it_is_empty_and_who_can_fill_it(chat: Chat) -> None:
    chat.ask()
    chat.office.registry.people = ()

    chat.say("Keller")

    (message,) = chat.deliver()
    assert message.lines == (
        "The registry is empty, so nobody can be found. Whoever looks after dossierd can fill it: see /health.",
    )


def test_a_search_that_can_not_be_made_changes_nothing_and_says_so(chat: Chat) -> None:
    question = chat.ask()
    chat.ports = dataclasses.replace(chat.ports, registry=Away((ANNA,)))

    chat.say("Keller")

    assert chat.said() == ["The people can't be searched at the moment."]
    assert chat.now() == question


def test_words_in_a_group_that_answer_no_message_are_none_of_ours(chat: Chat) -> None:
    question = chat.ask()

    chat.say("Keller", replies_to=None)

    assert chat.said() == []
    assert chat.now() == question
    assert chat.refused == []


def test_words_that_answer_what_is_asked_no_longer_are_refused(chat: Chat) -> None:
    chat.ask()
    chat.press(Option.CHOOSE, 0)
    chat.deliver()

    chat.say("Keller")

    assert chat.said() == ["D-1 is not asked about in that message"]
    assert chat.refused == [("words_refused", "late")]


def test_a_command_is_answered_where_it_was_typed_even_as_a_reply(chat: Chat) -> None:
    question = chat.ask()

    chat.say("/show D-1", key="telegram:bot:9")

    assert chat.said() == ["answer to telegram:bot:9"]
    assert chat.commands == ["anna: /show D-1"]
    assert chat.now() == question


@pytest.mark.parametrize(("done", "refused"), [(True, []), (False, [("words_refused", "not_possible")])])
def test_a_command_that_the_desk_refuses_is_written_down(
    chat: Chat, done: bool, refused: list[tuple[str, str]]
) -> None:
    chat.ask()
    request = dataclasses.replace(chat.office.request(Action.UNDO, DocumentId(1)), key="telegram:bot:9")
    chat.office.requests.submit(request)
    chat.office.requests.close_request(request.key, Reply(done=done, sentence="So it is."), NOON)

    chat.say("/undo D-1", key=request.key)

    assert chat.refused == refused


@pytest.mark.parametrize("user", [DECIDER, VIEWER])
def test_a_command_to_another_bot_is_neither_answered_nor_written_down(chat: Chat, user: int) -> None:
    chat.say("/undo@other_bot D-1", user=user)

    assert chat.said() == chat.commands == []
    assert chat.refused == []


def test_a_command_by_name_is_heard_again_when_our_name_can_not_be_asked_for(chat: Chat) -> None:
    chat.telegram_is_away = True

    with pytest.raises(errors.NotifierUnavailable) as raised:
        chat.say("/status@our_bot")

    assert raised.value.retryable
    chat.say("/status")
    assert chat.commands == ["anna: /status"]


def test_how_to_search_is_told_by_its_button(chat: Chat) -> None:
    question = chat.ask()

    assert chat.press(Option.SEARCH) == ("Reply to this message with a name, a birth date or a number.", True)
    assert chat.now() == question
    assert chat.refused == []


def test_how_to_split_is_told_by_its_button(chat: Chat) -> None:
    chat.ask(pages=2)

    sentence, is_alert = chat.press(Option.SPLIT)

    assert sentence == "Reply to this message with the pages of each part, such as: split 1-2, 3"
    assert is_alert


@pytest.mark.parametrize(
    "text", ["split 1, 2", " SPLIT  1,2", "couper 1; 2", "diviser 1, 2", "1, 2", "Split: 1,2"]
)
def test_a_document_is_taken_apart_by_a_reply(chat: Chat, text: str) -> None:
    chat.ask(pages=2)

    chat.say(text)

    assert chat.questions.standing() == []
    assert chat.refused == []


def test_a_split_that_can_not_be_is_refused_beside_the_question(chat: Chat) -> None:
    question = chat.ask(pages=2)

    chat.say("split 1, 9")

    (message,) = chat.deliver()
    assert (message.kind, message.title) == (MessageKind.REPLY, "D-1 is not split")
    assert chat.now() == question
    assert chat.refused == [("words_refused", "not_possible")]


def test_a_split_that_the_desk_takes_up_later_is_noted(chat: Chat) -> None:
    chat.ask(pages=2)
    chat.desk_is_slow = True

    chat.say("split 1, 2")

    (message,) = chat.deliver()
    assert message.lines == ("Noted. It is done as soon as possible.",)
    assert chat.refused == []


def test_a_split_that_is_refused_after_it_was_noted_is_told_in_the_chat(chat: Chat) -> None:
    chat.ask(pages=2)
    chat.desk_is_slow = True
    chat.say("split 1, 3")
    chat.deliver()

    assert chat.take_up() == ["D-1 is not split. 3 is not in the document, whose pages are 1 to 2."]


def test_a_split_that_is_heard_again_after_a_death_is_not_called_late(chat: Chat) -> None:
    chat.ask(pages=2)
    chat.say("split 1, 2", key="telegram:bot:77")
    chat.deliver()

    chat.say("split 1, 2", key="telegram:bot:77")

    assert chat.said() == []
    assert chat.refused == []


def test_what_was_noted_and_could_not_be_done_is_told_when_it_is_heard_again(chat: Chat) -> None:
    chat.ask(pages=2)
    chat.desk_is_slow = True
    chat.say("split 1, 9", key="telegram:bot:77")
    chat.desk_is_slow = False
    chat.press(Option.CHOOSE, 0)
    chat.deliver()

    chat.say("split 1, 9", key="telegram:bot:77")

    (message,) = chat.deliver()
    assert message.title == "D-1 is not split"


# --- In French


def test_whatever_is_said_in_a_french_chat_holds_no_english(chat: Chat) -> None:
    chat.ports = dataclasses.replace(chat.ports, voice=FRENCH)
    chat.asking = Asking(chat.ports, chat.questions, (OFFICE,))
    told: list[str] = []

    def press(option: Option, number: int | None = None, **how: int) -> None:
        told.append(chat.press(option, number, user=how.get("user", DECIDER))[0])
        hear()

    def hear() -> None:
        for message in chat.deliver():
            labels = [button.label for row in message.buttons for button in row]
            told.extend((message.title, *message.lines, *labels))

    chat.ask(CONTRADICTS_ANNA, pages=2)
    press(Option.CHOOSE, 0, user=STRANGER)
    press(Option.CHOOSE, 0, user=VIEWER)
    told.append(chat.press_data("v1:x")[0])
    press(Option.SPLIT)
    press(Option.SEARCH)
    for words in ("split 1, 3", "split 2, 1", "split 1-2", "Keller", "nobody at all", "x", "1"):
        chat.say(words)
        hear()
    press(Option.PROPOSALS)
    press(Option.CHOOSE, 0)
    press(Option.BACK)
    press(Option.SKIP)
    chat.desk_is_slow = True
    press(Option.NONE)
    press(Option.NONE, user=SECOND)
    told += chat.take_up()
    chat.desk_is_slow = False
    for verb in (Verb.UNDO, Verb.RETRY):
        for epoch in (1, 2, 3):
            told.append(chat.press_data(document_data(DocumentId(1), verb, epoch))[0])
    told.append(chat.press_data(document_data(DocumentId(99), Verb.UNDO, 1))[0])
    hear()
    assert len(told) > 60
    assert [text for text in told if english_in(text)] == []


# --- Replies to other messages


def test_a_reply_to_a_reminder_is_a_reply_to_its_question(chat: Chat) -> None:
    chat.ask()
    chat.office.clock.advance(hours=25)
    assert chat.asking.turn()
    (reminder,) = chat.office.due()
    assert chat.said() == ["D-1 still waits for your answer"]

    chat.say("Keller", replies_to=f"r{reminder.parcel_id}")

    assert chat.now().offered == (BERTA.record_id,)
    assert chat.said() == ["Whose document is this?"]


def test_a_decider_who_replies_to_a_message_that_shows_no_known_question_is_told_where_to_reply(
    chat: Chat,
) -> None:
    question = chat.ask()

    chat.say("Keller", replies_to="r99")

    (answer,) = chat.deliver()
    assert answer.title == "That message takes no answer in words: press one of its buttons, if it has any."
    assert answer.lines == ("To answer a question, reply to the question itself. What is open: /pending",)
    assert chat.now() == question


def test_what_replies_to_nothing_of_ours_or_comes_from_a_viewer_is_left_alone(chat: Chat) -> None:
    chat.ask()

    chat.say("Keller", replies_to=None)
    chat.say("Keller", replies_to="r99", user=VIEWER)

    assert chat.said() == []


def test_none_of_these_after_a_search_denies_those_who_were_found_too(chat: Chat) -> None:
    question = chat.ask()
    chat.say("Keller")
    assert chat.now().offered == ("R2",)
    chat.press(Option.NONE)
    sha256 = chat.office.row(question.document_id).sha256
    assert sha256 is not None
    denials = chat.office.ledger.denials(sha256)
    assert [(one.record_id, one.said_by) for one in denials] == [("R1", "anna"), ("R2", "anna")]


# --- Words that change nothing


@pytest.mark.parametrize(
    ("user", "told"),
    [
        (DECIDER, "To answer a question, or to search for somebody, reply to the question itself."),
        (VIEWER, "You may look, but not decide."),
    ],
    ids=["decider", "viewer"],
)
def test_plain_words_in_a_private_chat_are_told_what_can_be_done_there(
    chat: Chat, user: int, told: str
) -> None:
    question = chat.ask()

    chat.say_privately("Moreau", user)

    (answer,) = chat.deliver()
    assert answer.title == told
    assert answer.lines == (
        "To find documents: /find Moreau",
        "What is open: /pending",
        "What there is: /help",
    )
    assert chat.now() == question


@pytest.mark.parametrize("text", ["D-1", " d-123 "])
def test_a_documents_number_in_the_place_of_a_person_is_told_for_what_it_is(chat: Chat, text: str) -> None:
    question = chat.ask()

    chat.say(text)

    number = text.strip().upper()
    (answer,) = chat.deliver()
    assert answer.title == "D-1 is asked about as before"
    assert answer.lines == (
        f"{number} is a document's number, and no person: write a name, a birth date or a file's number.",
        f"What is known of that document: /show {number}",
    )
    assert chat.now() == question


def test_a_search_that_finds_those_who_are_shown_says_so(chat: Chat) -> None:
    question = chat.ask()

    chat.say("Muller")

    (answer,) = chat.deliver()
    assert answer.title == "D-1 is asked about as before"
    assert answer.lines == ("Your search finds those who stand in the question already.",)
    assert chat.now() == question
