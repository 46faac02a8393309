"""Pictures of what a question rests on, over real HTTP and through every trouble: shown once, and always taken away."""

import dataclasses
import datetime
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select
from structlog.testing import capture_logs

from agent import errors
from agent.adapters.ledger import SqlQuestions, SqlShowings, open_engine
from agent.adapters.ledger.schema import showings
from agent.adapters.telegram.client import TelegramNotifier
from agent.adapters.telegram.pictures import TelegramPictures, blank
from agent.core import showing as words
from agent.core.allowed import Allowed, Role, User
from agent.core.voice import ENGLISH
from agent.domain.document import DocumentId
from agent.domain.life import Action, Reply
from agent.domain.message import one_way, recipient_of
from agent.domain.outcome import State
from agent.domain.snippet import Crop, Undrawn
from agent.workflow.asking import Asking
from agent.workflow.conversation import Conversation
from agent.workflow.hearing import Hearing
from agent.workflow.intake import take_in
from agent.workflow.outbox import relay
from agent.workflow.process import process_document
from agent.workflow.review import perform
from agent.workflow.showing import MOST_PLACES, MOST_TRIES, Snippets
from tests.botapi import (
    BLOCKED,
    CHAT,
    OTHER_CHAT,
    SERVER_ERROR,
    TOKEN,
    BotApi,
    Drop,
    Kept,
    Trouble,
    refusal,
    too_many_requests,
)
from tests.builders import text_of
from tests.custody_builders import ANNA, BERTA, NAMES_ANNA_ONLY, Office, make_ports

pytestmark = [
    pytest.mark.reliability,
    # python-telegram-bot warns about its own reading of its own attribute whenever it makes a RetryAfter.
    pytest.mark.filterwarnings("ignore:Deprecated since version v22.2"),
]

GROUP = OTHER_CHAT
VIEWER, STRANGER = 13, 666
RECIPIENTS = (recipient_of(CHAT), recipient_of(GROUP))
ALLOWED = Allowed(
    chats=frozenset({CHAT, GROUP}),
    users={
        CHAT: User(number=CHAT, name="anna", role=Role.DECIDER),
        VIEWER: User(number=VIEWER, name="vera", role=Role.VIEWER),
    },
)
COMES = "The picture comes in a moment."
STANDS = "The picture stands in this chat already, or is on its way."
CAPTION = (
    "D-1 · page 1\nThe printed lines that the question rests on. Shown until it is answered, a day at most."
)
PLACE = "D-1 · page 1\nThe picture comes here or further down, as long as the question is open."
D_1 = DocumentId(1)
BUTTON = "Show snippet"


def picture(shade: int = 7) -> bytes:
    written = io.BytesIO()
    Image.new("L", (120, 40), shade).save(written, format="PNG")
    return written.getvalue()


class Killed(BaseException):
    """The process dies here."""


def dies() -> bytes:
    raise Killed


class FakeDrawer:
    """Gives what its script says, in turn, and the last of it for ever; an error is raised, a function called."""

    def __init__(self) -> None:
        self.script: list[bytes | Undrawn | BaseException | Callable[[], bytes]] = [picture()]
        self.crops: list[Crop] = []

    def snippet(self, path: Path, crop: Crop, *, should_stop: Callable[[], bool]) -> bytes | Undrawn:
        assert path.is_file()
        assert not should_stop()
        self.crops.append(crop)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, BaseException):
            raise step
        return step() if callable(step) else step


class Room:
    """Two chats in which D-1 is asked about; what is pressed there is heard, drawn and delivered over real HTTP."""

    def __init__(self, office: Office, api: BotApi) -> None:
        self.office, self.api = office, api
        self.engine = open_engine(office.home / "state" / "ledger.sqlite", may_upgrade=True)
        self.drawer = FakeDrawer()
        self.ports = dataclasses.replace(
            office.ports, asks_in_chats=True, recipients=RECIPIENTS, snippets=self.drawer
        )
        self.questions, self.showings = SqlQuestions(self.engine), SqlShowings(self.engine)
        self.notifier = self.connected((CHAT, GROUP))
        self.snippets = self.restarted()
        self.asking = Asking(self.ports, self.questions, RECIPIENTS)
        self._offset: int | None = None

    def connected(self, chats: Sequence[int]) -> TelegramNotifier:
        return TelegramNotifier(TOKEN, chats, self.api.url, spacing_seconds=0, call_seconds=5, poll_seconds=0)

    def restarted(self) -> Snippets:
        """What a new process knows: the rows."""
        self.snippets = Snippets(
            self.ports,
            self.questions,
            self.showings,
            self.notifier.pictures,
            answers=self.notifier.answers,
            should_stop=lambda: False,
            jitter=lambda: 1.0,
        )
        return self.snippets

    def ask(self) -> None:
        """Take in a document that names somebody and no more, and ask about it in both chats."""
        self.office.text_source.script = [text_of(*NAMES_ANNA_ONLY.split("\n"))]
        document_id = take_in(self.office.drop(b"%PDF-1.7", "a.pdf"), self.ports)
        assert document_id is not None
        process_document(document_id, self.ports)
        assert self.asking.turn()
        self.deliver()

    def deliver(self) -> None:
        relay(self.office.outbox, self.notifier, self.office.clock)

    def press(self, wanted: str = BUTTON, *, chat: int = CHAT, user: int | None = None) -> str:
        """Press a button; gives what is shown to who pressed."""
        return self.answered(self.api.press(wanted, chat=chat, user=user))

    def forge(self, data: str) -> str:
        return self.answered(self.api.press(forge=data))

    def answered(self, query: str, *, times: int = 1) -> str:
        self.hear(times)
        answer = self.api.answer_to(query)
        assert answer is not None
        return answer.text

    def hear(self, times: int = 1) -> None:
        """Hear what was pressed and written, as often as a death in between makes it."""
        for update in self.notifier.updates(self._offset):
            self._offset = update["update_id"] + 1
            heard = self.notifier.heard_in(update)
            assert heard is not None
            for _ in range(times):
                hearing = Hearing(key=f"telegram:bot:{update['update_id']}", at=self.now, heard=heard)
                self.conversation().hear(hearing)

    def conversation(self) -> Conversation:
        return Conversation(
            self.ports,
            self.questions,
            self.asking,
            ALLOWED,
            recipient_of=recipient_of,
            tell=lambda press, text, is_alert: self.notifier.answer(press, text, is_alert=is_alert),
            carry_out=lambda _: Reply(done=False, sentence="The desk is not here."),
            known_reply=self.office.requests.reply,
            command=lambda *_: (),
            our_name=lambda: "our_bot",
            snippets=self.snippets,
        )

    def settle(self) -> None:
        """Have the question answered on the command line."""
        reply = perform(self.office.request(Action.ANSWER, D_1, "none"), self.ports, lambda _: None)
        assert reply.done
        assert self.office.row(D_1).state is State.FAILED

    def wait(self, seconds: float) -> None:
        """Let time go by, in the office and at Telegram."""
        self.office.clock.advance(seconds=seconds)
        self.api.advance(seconds)

    @property
    def now(self) -> datetime.datetime:
        return self.office.clock.now()

    @property
    def pictures(self) -> list[Kept]:
        """The messages that show more than grey."""
        return [kept for kept in self.photos if kept.photo is not None and kept.photo.content != blank()]

    @property
    def photos(self) -> list[Kept]:
        return [kept for kept in self.api.kept if kept.photo is not None]

    def errors(self) -> list[str | None]:
        """What is kept of why pictures could not be taken away."""
        with self.engine.connect() as connection:
            return list(connection.execute(select(showings.c.error)).scalars())

    def said(self) -> list[str]:
        """The texts that stand in the chats beside questions."""
        self.deliver()
        return [kept.text for kept in self.api.kept if kept.photo is None and "Whose" not in kept.text]


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as running:
        yield running


@pytest.fixture
def room(tmp_path: Path, api: BotApi) -> Iterator[Room]:
    office = make_ports(tmp_path, people=(ANNA, BERTA))
    built = Room(office, api)
    built.ask()
    yield built
    built.notifier.close()
    built.engine.dispose()
    office.ledger.close()


# --- Asking for it


def test_it_comes_to_whoever_asks_in_reply_to_the_question_and_can_not_be_passed_on(
    api: BotApi, room: Room
) -> None:
    question = next(kept for kept in api.kept if kept.chat == GROUP)

    assert room.press(chat=GROUP, user=VIEWER) == COMES
    assert not room.snippets.turn()

    (kept,) = room.pictures
    assert (kept.chat, kept.reply_to, kept.caption) == (GROUP, question.message_id, CAPTION)
    assert (kept.protect, kept.is_covered, kept.silent) == (True, True, True)
    assert kept.photo is not None
    assert kept.photo.content == picture()
    assert api.calls.count("sendPhoto") == api.calls.count("editMessageMedia") == 1
    assert room.office.journal.events[-2:] == ["showing_picture", "picture_shown"]
    event, _, fields = room.office.journal.entries[-3]
    assert (event, fields) == (
        "snippet_asked",
        {
            "document": "D-1",
            "actor": "telegram:vera",
            "chat": GROUP,
            "key": "telegram:bot:700000001",
        },
    )
    assert room.office.row(D_1).state is State.IN_REVIEW


def test_pressing_twice_shows_one_picture_and_each_chat_has_its_own(room: Room) -> None:
    assert room.press() == COMES
    assert room.press() == STANDS
    room.snippets.turn()
    assert room.press() == STANDS
    assert room.press(chat=GROUP, user=CHAT) == COMES
    room.snippets.turn()
    room.snippets.turn()
    assert [kept.chat for kept in room.photos] == [CHAT, GROUP]


def test_a_press_that_is_heard_again_after_a_death_asks_once(api: BotApi, room: Room) -> None:
    assert room.answered(api.press(BUTTON), times=2) == COMES
    room.snippets.turn()
    room.wait(86_400)
    room.snippets.turn()
    assert room.photos == []
    assert len(api.deleted) == 1


@pytest.mark.security
def test_a_stranger_is_shown_nothing(api: BotApi, room: Room) -> None:
    assert room.press(chat=GROUP, user=STRANGER) == "You are not among those who may decide here."
    assert not room.snippets.turn()
    assert (room.photos, room.drawer.crops) == ([], [])
    assert room.office.journal.events[-1] == "press_refused"


@pytest.mark.security
@pytest.mark.parametrize(
    ("data", "answer"),
    [
        ("v1:q:99:i:00000000", "That button is none of ours."),
        ("v1:q:1:i:00000000", "The question has changed meanwhile. Please look at it again."),
        ("v1:q:1:i", "That button is none of ours."),
    ],
)
def test_a_forged_press_shows_nothing(room: Room, data: str, answer: str) -> None:
    assert room.forge(data) == answer
    assert not room.snippets.turn()
    assert (room.photos, room.drawer.crops) == ([], [])


def test_there_is_no_button_where_the_office_wants_none(tmp_path: Path, api: BotApi) -> None:
    office = make_ports(tmp_path, people=(ANNA, BERTA))
    room = Room(office, api)
    room.ports = dataclasses.replace(room.ports, snippets=None)
    room.asking = Asking(room.ports, room.questions, RECIPIENTS)
    room.ask()
    (question,) = room.questions.standing()
    assert BUTTON not in str([kept.labels for kept in api.kept])
    assert room.forge(f"v1:q:1:i:{question.revision}") == "That can't be done here."
    room.notifier.close()
    room.engine.dispose()
    office.ledger.close()


def test_what_was_asked_for_before_the_office_switched_it_off_is_told_in_a_sentence(room: Room) -> None:
    room.press()
    room.ports = dataclasses.replace(room.ports, snippets=None)
    assert room.restarted().turn()
    assert room.photos == []
    assert room.said() == [
        "D-1 can't be shown as a picture\nThis machine can't draw it now. Press the button again later."
    ]


def test_a_reply_to_the_picture_is_a_reply_to_its_question(api: BotApi, room: Room) -> None:
    room.press()
    room.snippets.turn()
    api.say("Keller", reply_to=room.pictures[0].message_id)
    room.hear()
    (question,) = room.questions.standing()
    assert (question.is_search, question.offered) == (True, ("R2",))


def test_a_picture_that_is_gone_belongs_to_no_question(room: Room) -> None:
    room.press()
    room.snippets.turn()
    (question,) = room.questions.standing()
    receipt = str(room.pictures[0].message_id)
    assert room.questions.of_card(RECIPIENTS[0], receipt) == question.question_id
    room.wait(86_400)
    room.snippets.turn()
    assert room.questions.standing() == [question]
    assert room.questions.of_card(RECIPIENTS[0], receipt) is None


# --- Where no picture comes


@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        (Undrawn.DAMAGED, "The page is too damaged to be drawn."),
        (Undrawn.TIMED_OUT, "To draw the page took longer than is allowed."),
    ],
)
def test_what_can_not_be_drawn_is_told_once(room: Room, why: Undrawn, sentence: str) -> None:
    room.drawer.script = [why]
    room.press()
    assert room.snippets.turn()
    assert room.said() == [f"D-1 can't be shown as a picture\n{sentence}"]
    room.wait(600)
    assert not room.snippets.turn()
    assert (len(room.drawer.crops), room.photos) == (1, [])
    assert room.press() == COMES  # who wants to may try again


@pytest.mark.parametrize(
    "error",
    [
        errors.ReaderUnavailable("The reader can't be started."),
        errors.StorageUnavailable("The disk is full."),
        RuntimeError(),
    ],
    ids=["no_reader", "full_disk", "mistake_of_ours"],
)
def test_a_machine_that_can_not_draw_now_is_given_some_tries_and_no_more(
    room: Room, error: Exception
) -> None:
    room.drawer.script = [error]
    room.press()
    for _ in range(MOST_TRIES):
        assert not room.snippets.turn()
        assert not room.snippets.turn()  # it waits
        room.wait(64)
    assert room.snippets.turn()
    assert room.said() == [
        "D-1 can't be shown as a picture\nThis machine can't draw it now. Press the button again later."
    ]
    assert len(room.drawer.crops) == MOST_TRIES


def test_no_trouble_of_telegrams_makes_this_machine_one_that_can_not_draw(api: BotApi, room: Room) -> None:
    room.press()
    room.press(chat=GROUP, user=CHAT)
    for method in ("sendPhoto", "editMessageMedia"):
        api.suffer(SERVER_ERROR, method=method)
        for _ in range(MOST_TRIES + 1):
            assert not room.snippets.turn()
            room.wait(600)
        api.recover()
    assert (room.said(), room.pictures) == ([], [])
    assert not room.snippets.turn()
    assert len(room.pictures) == len(room.photos) == 2


@pytest.mark.parametrize("trouble", [SERVER_ERROR, Drop(keeps=True)], ids=["refused", "reply_lost"])
def test_where_telegram_answers_all_but_the_picture_eight_tries_end_in_a_sentence(
    api: BotApi, room: Room, trouble: Trouble
) -> None:
    room.press()
    api.suffer(trouble, method="sendPhoto")
    for _ in range(MOST_PLACES - 1):
        assert not room.snippets.turn()
        room.wait(600)
    assert room.snippets.turn()
    assert room.said() == ["D-1 can't be shown as a picture\nTelegram did not take the picture."]
    room.wait(600)
    assert not room.snippets.turn()
    assert api.calls.count("sendPhoto") == MOST_PLACES == 8


def test_no_outage_ends_a_picture(api: BotApi, room: Room) -> None:
    room.press()
    api.suffer(SERVER_ERROR)
    for _ in range(2 * MOST_PLACES):
        assert not room.snippets.turn()
        room.wait(600)
    api.recover()
    assert not room.snippets.turn()
    assert len(room.pictures) == len(room.photos) == 1


@pytest.mark.parametrize("edited", [None, b"%PDF-1.7 of somebody else"])
def test_a_file_that_was_moved_or_edited_by_hand_is_not_shown(room: Room, edited: bytes | None) -> None:
    location = room.office.row(D_1).location
    assert location is not None
    (room.office.home / location).unlink()
    if edited is not None:
        (room.office.home / location).write_bytes(edited)
    room.press()
    assert room.snippets.turn()
    assert room.said() == [
        "D-1 can't be shown as a picture\nThe file is not where it was put, or was changed by hand."
    ]
    assert (room.photos, room.drawer.crops) == ([], [])


def test_without_the_stored_text_nobody_knows_which_lines_they_were(room: Room) -> None:
    room.office.ledger.forget_text(D_1)
    room.press()
    assert room.snippets.turn()
    assert room.said() == ["D-1 can't be shown as a picture\nWhat was read of it is not stored any more."]


def test_a_picture_that_the_chat_does_not_take_leaves_a_sentence_and_no_place(
    api: BotApi, room: Room
) -> None:
    room.drawer.script = [b"no picture"]
    room.press()
    assert room.snippets.turn()
    assert room.said() == ["D-1 can't be shown as a picture\nTelegram did not take the picture."]
    assert room.photos == []
    assert len(api.deleted) == 1
    told = ["showing_picture", "picture_refused", "removing_picture", "picture_removed"]
    assert room.office.journal.events[-4:] == told


def test_a_mistake_with_one_picture_keeps_no_other_from_being_shown(room: Room) -> None:
    room.drawer.script = [RuntimeError(), picture()]
    room.press()
    room.press(chat=GROUP, user=CHAT)
    with capture_logs() as logs:
        assert not room.snippets.turn()
    assert [kept.chat for kept in room.pictures] == [GROUP]
    assert [line["event"] for line in logs] == ["showing_raised", "snippet_shown"]
    room.wait(3)
    room.snippets.turn()
    assert [kept.chat for kept in room.pictures] == [GROUP, CHAT]


def test_a_stop_leaves_what_was_asked_for_to_the_next_start(room: Room) -> None:
    room.drawer.script = [errors.ReadingStopped("A stop was asked for."), picture()]
    room.press()
    assert not room.snippets.turn()
    assert room.photos == []
    room.restarted().turn()
    assert len(room.pictures) == 1


# --- The question is answered


def test_of_a_document_that_was_settled_before_nothing_is_sent(api: BotApi, room: Room) -> None:
    room.press()
    room.settle()
    assert not room.snippets.turn()
    assert (room.drawer.crops, "sendPhoto" in api.calls) == ([], False)


def test_of_a_document_that_was_settled_while_it_was_drawn_nothing_is_sent(api: BotApi, room: Room) -> None:
    def meanwhile() -> bytes:
        room.settle()
        return picture()

    room.drawer.script = [meanwhile]
    room.press()
    assert not room.snippets.turn()
    assert not room.snippets.turn()
    assert "sendPhoto" not in api.calls
    assert room.showings.due(room.now) == []


def test_the_picture_goes_when_the_question_is_answered(api: BotApi, room: Room) -> None:
    room.press()
    room.snippets.turn()
    room.settle()
    room.snippets.turn()
    assert room.photos == []
    assert len(api.deleted) == 1
    room.snippets.turn()
    assert api.calls.count("deleteMessage") == 1
    assert room.office.journal.events[-2:] == ["removing_picture", "picture_removed"]
    assert "Muller" not in str(room.office.journal.entries)


def test_that_a_place_is_taken_away_before_its_picture_came_is_told_with_its_intent(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise errors.NotifierUnavailable("Telegram can't be reached.", hint="It is tried again.")

    monkeypatch.setattr(TelegramPictures, "show", down)
    room.press()
    room.snippets.turn()
    room.settle()
    room.wait(600)
    room.snippets.turn()
    assert room.photos == []
    assert room.office.journal.events[-2:] == ["removing_picture", "picture_removed"]


def test_a_picture_that_somebody_deleted_by_hand_is_fine(api: BotApi, room: Room) -> None:
    room.press()
    room.snippets.turn()
    room.settle()
    missing = refusal(400, "Bad Request: message to delete not found")
    api.order(missing, method="deleteMessage")
    with capture_logs() as logs:
        room.snippets.turn()
    assert [line["event"] for line in logs] == ["snippet_taken_away"]
    assert room.showings.due(room.now) == []


# --- A day has gone by


def test_the_picture_goes_after_a_day_and_can_be_asked_for_again(room: Room) -> None:
    room.press()
    room.snippets.turn()
    room.wait(86_399)
    room.snippets.turn()
    assert len(room.pictures) == 1
    room.wait(1)
    room.snippets.turn()
    assert room.photos == []
    assert room.press() == COMES
    room.snippets.turn()
    assert len(room.pictures) == 1


@pytest.mark.security
def test_after_an_outage_of_three_days_a_grey_picture_takes_its_place(api: BotApi, room: Room) -> None:
    room.press()
    room.snippets.turn()
    api.down()
    room.wait(86_400)
    room.snippets.turn()
    room.wait(2 * 86_400)
    assert len(room.pictures) == 1
    api.up()
    room.restarted().turn()
    assert room.pictures == []
    assert [kept.caption for kept in room.photos] == ["D-1\nThe picture was taken away."]
    assert room.showings.due(room.now) == []


def test_a_picture_in_a_chat_that_has_blocked_the_bot_goes_once_it_is_unblocked(
    api: BotApi, room: Room
) -> None:
    room.press()
    room.snippets.turn()
    api.block()
    room.settle()
    for _ in range(5):
        room.snippets.turn()
        room.wait(600)
    assert len(room.pictures) == 1
    api.say("/start")
    room.snippets.turn()
    assert (room.photos, len(api.deleted)) == ([], 1)
    assert room.showings.due(room.now) == []


@pytest.mark.parametrize("trouble", ["blocked", "moved", "off_the_list"])
def test_a_picture_in_a_closed_chat_is_given_up_after_two_days_and_that_is_logged_once(
    api: BotApi, room: Room, trouble: str
) -> None:
    room.press(chat=GROUP, user=CHAT)
    room.snippets.turn()
    room.settle()
    match trouble:
        case "blocked":
            api.block(GROUP)
        case "moved":
            api.move(GROUP, -1_001_234_567_890)
        case _:
            room.notifier.close()
            room.notifier = room.connected((CHAT,))
            room.restarted()
    with capture_logs() as logs:
        for seconds in (2 * 86_400 - 60, 60, 600):
            room.snippets.turn()
            room.wait(seconds)
        room.snippets.turn()
    assert [line["event"] for line in logs] == [
        "showing_postponed",
        "showing_postponed",
        "snippet_left_standing",
    ]
    assert room.errors() != [None]
    assert room.showings.due(room.now) == []
    assert room.office.journal.events[-2:] == ["removing_picture", "picture_left"]


def test_a_picture_of_which_telegram_wants_to_hear_nothing_is_given_up_at_once(
    api: BotApi, room: Room
) -> None:
    room.press()
    room.snippets.turn()
    room.settle()
    api.order(refusal(400, "Bad Request: MESSAGE_ID_INVALID"), method="deleteMessage")
    with capture_logs() as logs:
        room.snippets.turn()
    assert [line["event"] for line in logs] == ["snippet_left_standing"]
    assert room.errors() == ["Telegram refused the message: no known reason."]


def test_of_a_place_that_stays_beside_the_sentence_the_reason_is_kept(api: BotApi, room: Room) -> None:
    room.drawer.script = [b"no picture"]
    room.press()
    api.order(refusal(400, "Bad Request: MESSAGE_ID_INVALID"), method="deleteMessage")
    assert room.snippets.turn()
    assert len(room.photos) == 1
    assert room.errors() == ["Telegram refused the message: no known reason."]


def test_a_chat_that_blocks_the_bot_before_the_picture_is_in_its_place_gets_it_once_it_is_unblocked(
    api: BotApi, room: Room
) -> None:
    def meanwhile() -> bytes:
        api.order(BLOCKED, method="editMessageMedia")
        api.order(BLOCKED, method="deleteMessage")
        return picture()

    room.drawer.script = [meanwhile, picture()]
    room.press()
    assert not room.snippets.turn()
    assert (len(room.photos), room.pictures) == (1, [])
    room.wait(2)
    assert not room.snippets.turn()
    assert len(room.photos) == len(room.pictures) == 1


# --- Deaths and lost replies


def test_a_death_after_the_drawing_draws_again(room: Room) -> None:
    room.drawer.script = [dies, picture()]
    room.press()
    with pytest.raises(Killed):
        room.snippets.turn()
    assert room.photos == []
    room.restarted().turn()
    assert len(room.pictures) == len(room.photos) == 1


@pytest.mark.security
def test_a_death_before_the_receipt_is_kept_leaves_no_picture_that_nobody_can_take_away(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.press()
    with monkeypatch.context() as patched:
        patched.setattr(room.showings, "place", lambda *_: dies())
        with pytest.raises(Killed):
            room.snippets.turn()
    assert (len(room.photos), len(room.pictures)) == (1, 0)
    room.restarted().turn()
    assert (len(room.photos), len(room.pictures)) == (2, 1)
    room.settle()
    room.snippets.turn()
    assert (len(room.photos), len(room.pictures)) == (1, 0)


def test_a_death_before_it_is_known_as_shown_shows_it_again_in_its_place(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.press()
    with monkeypatch.context() as patched:
        patched.setattr(room.showings, "draw", lambda *_: dies())
        with pytest.raises(Killed):
            room.snippets.turn()
    assert len(room.pictures) == 1
    room.restarted().turn()
    assert len(room.photos) == len(room.pictures) == 1
    room.settle()
    room.snippets.turn()
    assert room.photos == []


def test_a_death_before_it_is_known_as_gone_deletes_again(
    api: BotApi, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.press()
    room.snippets.turn()
    room.settle()
    with monkeypatch.context() as patched:
        patched.setattr(room.showings, "end", lambda *_, **__: dies())
        with pytest.raises(Killed):
            room.snippets.turn()
    room.restarted().turn()
    assert room.photos == []
    assert api.calls.count("deleteMessage") == 2
    assert room.showings.due(room.now) == []


@pytest.mark.security
@pytest.mark.parametrize("method", ["sendPhoto", "editMessageMedia", "deleteMessage"])
@pytest.mark.parametrize("keeps", [True, False])
def test_a_lost_reply_shows_no_second_picture_and_leaves_none(
    api: BotApi, room: Room, method: str, keeps: bool
) -> None:
    api.order(Drop(keeps=keeps), method=method)
    room.press()
    for _ in range(3):
        assert len(room.pictures) <= 1
        room.snippets.turn()
        room.wait(3)
    assert len(room.pictures) == 1
    room.settle()
    for _ in range(3):
        room.snippets.turn()
        room.wait(3)
    assert room.pictures == []
    assert len(room.photos) == (1 if keeps and method == "sendPhoto" else 0)  # the grey one, if any


def test_a_full_disk_leaves_one_place_for_the_picture_and_it_comes_once_there_is_room(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise errors.LedgerUnavailable("The ledger's disk is full.")

    room.press()
    room.press(chat=GROUP, user=CHAT)
    with monkeypatch.context() as patched:
        patched.setattr(room.showings, "place", full)
        for _ in range(10):
            with pytest.raises(errors.LedgerUnavailable):
                room.snippets.turn()
            room.wait(5)
    assert (len(room.photos), room.pictures) == (1, [])
    room.snippets.turn()
    assert [kept.chat for kept in room.pictures] == [kept.chat for kept in room.photos] == [CHAT, GROUP]
    room.settle()
    room.snippets.turn()
    assert room.photos == []


@pytest.mark.security
def test_an_outage_in_which_each_reply_is_lost_leaves_one_grey_picture(api: BotApi, room: Room) -> None:
    room.press()
    api.suffer(Drop(keeps=True))
    for _ in range(10):
        room.snippets.turn()
        room.wait(600)
    assert len(room.photos) == 1
    api.recover()
    room.snippets.turn()
    assert (len(room.photos), len(room.pictures)) == (2, 1)
    room.settle()
    room.snippets.turn()
    assert [kept.caption for kept in room.photos] == [PLACE]


def test_telegrams_wish_for_patience_is_heeded(api: BotApi, room: Room) -> None:
    api.order(too_many_requests(60), method="sendPhoto")
    room.press()
    room.snippets.turn()
    room.wait(59)
    room.snippets.turn()
    assert room.photos == []
    room.wait(2)
    room.snippets.turn()
    assert len(room.pictures) == 1


def test_patience_begins_anew_with_each_step_that_has_come_about(api: BotApi, room: Room) -> None:
    api.order(*[SERVER_ERROR] * 3, method="sendPhoto")
    api.order(*[SERVER_ERROR] * 3, method="editMessageMedia")
    api.order(SERVER_ERROR, method="deleteMessage")
    room.press()
    for seconds in (2, 4, 8, 16, 4, 8):  # the fourth failure comes in the turn in which the place does
        room.snippets.turn()
        assert room.pictures == []
        room.wait(seconds)
    room.snippets.turn()
    assert len(room.pictures) == 1
    room.settle()
    room.snippets.turn()
    assert len(room.pictures) == 1
    room.wait(2)
    room.snippets.turn()
    assert room.photos == []


# --- What is kept, and where it never goes


@pytest.mark.security
def test_the_ledger_holds_no_picture(room: Room) -> None:
    room.press()
    room.snippets.turn()
    kept = b"".join(path.read_bytes() for path in (room.office.home / "state").iterdir() if path.is_file())
    assert kept
    assert b"PNG" not in kept


@pytest.mark.security
def test_nothing_of_it_goes_by_a_channel_on_which_nobody_can_answer() -> None:
    assert one_way(words.caption(D_1, 1, ENGLISH)) is None
    assert one_way(words.not_shown(D_1, Undrawn.DAMAGED, ENGLISH)) is None


@pytest.mark.parametrize("when", ["shown", "taken_away"])
def test_a_disk_that_takes_no_line_of_the_trail_shows_no_picture_and_lets_none_stand(
    room: Room, when: str
) -> None:
    room.press()
    if when == "taken_away":
        room.snippets.turn()
        room.settle()
    room.office.journal.trouble = errors.StorageUnavailable("The disk is full.")
    with capture_logs() as logs:
        room.snippets.turn()
    assert room.photos == []
    expected = ["showing_postponed"] if when == "shown" else ["picture_untold", "picture_untold"]
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == expected
