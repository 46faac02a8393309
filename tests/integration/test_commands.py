"""Commands typed into a chat: a real ledger, real folders and the real desk."""

import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from structlog.testing import capture_logs

from agent import errors
from agent.adapters.ledger import SqlFinder, open_engine
from agent.adapters.ledger.questions import SqlQuestions
from agent.asked import Finder
from agent.core.allowed import Role, User
from agent.domain.document import DocumentId
from agent.domain.hearing import Said
from agent.domain.identity import Person, RecordId
from agent.domain.life import Action, Reply, Request
from agent.domain.message import MessageKind
from agent.domain.outcome import Archived, State
from agent.domain.wellness import PartState
from agent.workflow.commands import Commands, Inquiries, changes_something, is_for_us, order_of
from agent.workflow.finding import find
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.review import perform
from tests.builders import text_of
from tests.custody_builders import ABOUT_ANNA, ABOUT_NOBODY, ANNA, BERTA, NOON, Office, make_ports
from tests.fakes import FakeRegistry
from tests.french import FRENCH, english_in

pytestmark = pytest.mark.security

CHAT = "telegram:1"
DECIDER = User(number=11, name="anna", role=Role.DECIDER)
VIEWER = User(number=13, name="vera", role=Role.VIEWER)
NO_DOCUMENT = ["There is no such document.", "Its number looks like D-7."]
ONLY_LOOKING = ["You may look, but not decide."]
UNKNOWN = ["That is no command.", "What there is: /help"]
HOW_TO_REFILE = ["A refile needs a document and a record.", "Such as: /refile D-7 20817"]


class Away(FakeRegistry):
    """A registry that can't be asked."""

    def person(self, record_id: RecordId) -> Person | None:
        raise errors.RegistryUnavailable("The registry can't be asked now.")


class Chat:
    """A chat in which commands are typed.

    Attributes:
        asked: what the desk was given.
        desk_is_slow: it carries nothing out.
    """

    def __init__(self, office: Office, questions: SqlQuestions, finder: Finder) -> None:
        self.office, self.questions, self.ports = office, questions, office.ports
        self.finder = finder
        self.desk_is_slow = False
        self.asked: list[Request] = []
        self._typed = 0

    def type(
        self,
        text: str,
        user: User = DECIDER,
        key: str | None = None,
        at: datetime.datetime | None = None,
    ) -> list[str]:
        """Type a command, now or at another time; gives the title and the lines of the answer."""
        self._typed += 1
        said = Said(chat=1, user=user.number, text=text, message="m")
        order = order_of(
            said,
            user,
            key or f"telegram:bot:{self._typed}",
            at or self.office.clock.now(),
            asked_in=CHAT,
        )
        inquiries = Inquiries(
            status=lambda: "1 waits",
            health=lambda: [PartState(part="registry", is_bad=True, sentence="never read")],
            find=lambda wanted: find(wanted, self.finder, self.office.registry, 20),
            costs=lambda: (),
        )
        commands = Commands(self.ports, self.questions, inquiries, self._carry_out)
        (message,) = commands.answer(order)
        assert message.kind is MessageKind.REPLY
        return [message.title, *message.lines]

    def _carry_out(self, request: Request) -> Reply | None:
        self.asked.append(request)
        if self.desk_is_slow:
            return None
        self.office.requests.submit(request)
        for one in self.office.requests.open_requests():
            reply = perform(one, self.ports, lambda _: None)
            self.office.requests.close_request(one.key, reply, NOON)
        return self.office.requests.reply(request.key)

    def filed(self, text: str = ABOUT_ANNA) -> Self:
        """Take a document in."""
        self.office.text_source.script = [text_of(*text.split("\n"))]
        document_id = take_in(self.office.drop(b"%PDF-1.7"), self.ports)
        assert document_id == 1
        process_document(document_id, self.ports)
        self.office.clock.advance(minutes=1)
        return self

    @property
    def state(self) -> State:
        return self.office.row(DocumentId(1)).state

    @property
    def record(self) -> str:
        outcome = self.office.row(DocumentId(1)).outcome
        assert isinstance(outcome, Archived)
        return outcome.record_id


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = make_ports(tmp_path, people=(ANNA, BERTA))
    yield made
    made.ledger.close()


@pytest.fixture
def chat(office: Office) -> Iterator[Chat]:
    engine = open_engine(office.home / "state" / "ledger.sqlite", may_upgrade=True)
    yield Chat(office, SqlQuestions(engine), SqlFinder(engine))
    engine.dispose()


# --- Reading what was typed


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("/show D-7", "show", ("D-7",)),
        ("/show@our_bot D-7", "show", ("D-7",)),
        ("/SHOW@Our_Bot  D-7\n 8", "show", ("D-7", "8")),
        ("/", "", ()),
        ("/@", "", ()),
        ("//show", "/show", ()),
    ],
)
def test_a_command_is_read_with_or_without_the_bots_name(
    text: str, name: str, words: tuple[str, ...]
) -> None:
    order = order_of(Said(chat=1, user=11, text=text, message="m"), DECIDER, "k", NOON, asked_in=CHAT)

    assert (order.name, order.words) == (name, words)


@pytest.mark.parametrize(
    ("text", "is_ours"),
    [
        ("/status", True),
        ("/status@our_bot", True),
        ("/status@Our_BOT now", True),
        ("/status@other_bot", False),
        ("/status@our_bot@other_bot", False),
        ("/status@", False),
        ("/@", False),
        ("/show our@other_bot", True),
    ],
)
def test_a_command_with_another_bots_name_is_not_for_us(text: str, is_ours: bool) -> None:
    assert is_for_us(text, lambda: "our_bot") is is_ours


@pytest.mark.parametrize("text", ["/undo D-1", "/Retry@our_bot", "/refile", "/pause 2h", "/resume"])
def test_what_changes_something_is_for_deciders(chat: Chat, text: str) -> None:
    assert changes_something(text)
    assert chat.type(text, VIEWER) == ONLY_LOOKING
    assert chat.asked == []


@pytest.mark.parametrize("text", ["/", "/status", "/show D-1", "/undoing", "/help"])
def test_what_only_asks_is_for_everybody(chat: Chat, text: str) -> None:
    assert not changes_something(text)
    assert chat.type(text, VIEWER) != ONLY_LOOKING


@pytest.mark.parametrize("text", ["/", "/@our_bot", "//show", "/delete D-1", "/show_all", "/\x00"])
def test_an_unknown_command_leads_to_the_help(chat: Chat, text: str) -> None:
    assert chat.type(text) == UNKNOWN


# --- What is


def test_what_the_house_can_tell_is_told(chat: Chat) -> None:
    assert chat.type("/status") == ["How it goes", "1 waits"]
    assert chat.type("/health") == ["Something needs you", "registry: never read", "The rest is well."]
    assert chat.type("/costs") == [
        "Nothing was spent",
        "No paid service is in use: all is read on this machine.",
    ]


@pytest.mark.parametrize("text", ["/help", "/start", "/start some_payload"])
def test_help_lists_for_each_what_they_may(chat: Chat, text: str) -> None:
    decider, viewer = chat.type(text), chat.type(text, VIEWER)

    assert decider[: len(viewer)] == viewer
    assert [line.partition(" ")[0] for line in decider[len(viewer) :]] == [
        "/undo",
        "/refile",
        "/retry",
        "/pause",
        "/resume:",
    ]


def test_open_questions_are_listed(chat: Chat) -> None:
    assert chat.type("/pending") == ["No question is open."]

    chat.filed(ABOUT_NOBODY)

    assert chat.type("/pending") == [
        "1 question is open",
        "D-1 · less than an hour: Nobody in the registry is named in full in it.",
    ]


FOUND = ["1 document", "D-1 · 2026-03-01 12:00 · filed under file R1 by rule"]
NOTHING = ["Nothing was found.", "Fewer words find more; a date or a number is typed whole."]
NO_NAMES = "Nobody's name was looked for: the registry can't be searched now. Please try again later."


@pytest.mark.parametrize(
    "text", ["/find Muller", "/find  D-1", '/find@our_bot "Clinique du Lac"', "/find 2026-03-01 Muller"]
)
def test_what_has_all_that_was_typed_is_listed(chat: Chat, text: str) -> None:
    assert chat.filed().type(text) == FOUND


def test_a_search_that_finds_nothing_while_the_registry_is_empty_says_who_can_fill_it(chat: Chat) -> None:
    chat.filed().office.registry.people = ()

    assert chat.type("/find Quintero") == [
        "Nothing was found.",
        "The registry is empty, so nobody can be found. Whoever looks after dossierd can fill it: see /health.",
    ]
    assert chat.type("/find Clinique") == FOUND


@pytest.mark.parametrize("text", ["/find", "/find ?!", '/find ""', "/find \N{THUMBS UP SIGN}"])
def test_a_search_without_a_letter_or_digit_asks_what_is_to_be_found(chat: Chat, text: str) -> None:
    assert chat.filed().type(text)[0] == "What is to be found?"


def test_a_search_that_finds_nothing_says_so(chat: Chat) -> None:
    assert chat.filed().type("/find Quintero") == NOTHING


def test_a_search_of_too_many_words_is_refused_as_that(chat: Chat) -> None:
    assert chat.filed().type(f"/find {' '.join(map(str, range(33)))}") == [
        "That is too much to look for at once.",
        "A few words find anything.",
    ]


def test_while_the_registry_can_not_be_searched_the_rest_is(chat: Chat) -> None:
    chat.filed()
    chat.office.registry.trouble = errors.RegistryUnavailable("It can't be asked now.")

    assert chat.type("/find Clinique") == [*FOUND, NO_NAMES]
    assert chat.type("/find Quintero") == ["Nothing was found.", NO_NAMES]


@pytest.mark.parametrize("number", ["D-1", "d-1", "D1", "1"])
def test_a_document_is_shown_by_its_number_however_it_is_written(chat: Chat, number: str) -> None:
    chat.filed()

    assert chat.type(f"/show {number}") == [
        "D-1",
        "Came 2026-03-01 12:00",
        "filed under file R1 by rule",
        "2026-03-01 12:00 · filed under file R1 by rule",
    ]


def test_a_filing_that_was_undone_and_filed_anew_is_told_with_all_its_times(chat: Chat) -> None:
    chat.filed()
    chat.type("/undo D-1")
    chat.office.clock.advance(minutes=1)
    chat.office.requests.submit(
        Request(
            key="k",
            action=Action.ANSWER,
            document_id=DocumentId(1),
            argument="record:R2",
            actor="cli:berta",
            requested_at=chat.office.clock.now(),
        )
    )
    chat.type("/retry D-9")  # the desk takes up what lies on it
    chat.office.clock.advance(minutes=1)
    chat.type("/refile D-1 R1")

    assert chat.type("/show D-1") == [
        "D-1",
        "Came 2026-03-01 12:00",
        "filed under file R1 by anna",
        "2026-03-01 12:00 · filed under file R1 by rule",
        "2026-03-01 12:01 · anna took the filing back",
        "2026-03-01 12:01 · asked",
        "2026-03-01 12:02 · berta answered: file R2",
        "2026-03-01 12:03 · filed under file R1 by anna",
    ]


JUNK = [
    " D-0",
    " D-01",
    " D-",
    " D-1x",
    " D--1",
    " -1",
    " ١",
    " 9999999999999999999",
    " '; DROP TABLE",
]


@pytest.mark.parametrize("junk", JUNK)
def test_what_is_no_documents_number_shows_nothing(chat: Chat, junk: str) -> None:
    chat.filed()

    assert chat.type(f"/show{junk}") == NO_DOCUMENT


# --- What changes something


@pytest.mark.parametrize("command", ["undo", "retry"])
@pytest.mark.parametrize("junk", [junk for junk in JUNK if junk != " D-2"])
def test_what_is_no_documents_number_asks_nothing_of_the_desk(chat: Chat, command: str, junk: str) -> None:
    chat.filed()

    assert chat.type(f"/{command}{junk}") == NO_DOCUMENT
    assert chat.asked == []


@pytest.mark.parametrize("command", ["show", "undo", "retry"])
def test_a_command_alone_asks_for_its_document(chat: Chat, command: str) -> None:
    assert chat.type(f"/{command}") == ["Which document?", f"Write for example: /{command} D-7"]
    assert chat.asked == []


@pytest.mark.parametrize("command", ["undo", "retry"])
def test_a_document_that_was_never_taken_in_is_refused_by_the_desk(chat: Chat, command: str) -> None:
    assert chat.type(f"/{command} D-2") == ["There is no document D-2"]


def test_a_filing_is_taken_back(chat: Chat) -> None:
    chat.filed()

    assert chat.type("/undo D-1") == ["D-1 is back in review"]
    assert chat.state is State.IN_REVIEW
    (request,) = chat.asked
    assert (request.action, request.actor, request.key) == (Action.UNDO, "telegram:anna", "telegram:bot:1")


def test_a_document_is_read_again(chat: Chat) -> None:
    chat.filed(ABOUT_NOBODY)

    assert chat.type("/retry D-1") == ["D-1 will be read and decided again"]
    assert chat.state is State.CLAIMED


def test_a_command_that_is_heard_again_after_a_death_does_nothing_twice(chat: Chat) -> None:
    chat.filed()
    first = chat.type("/undo D-1", key="telegram:bot:77")
    epoch = chat.office.row(DocumentId(1)).epoch

    assert chat.type("/undo D-1", key="telegram:bot:77") == first
    assert chat.office.row(DocumentId(1)).epoch == epoch


@pytest.mark.parametrize(
    ("command", "way"),
    [
        ("/undo D-1", "the button of its message, or dossierd undo D-1"),
        ("/refile D-1 R1", "dossierd refile D-1 R1"),
    ],
)
def test_a_command_that_waited_while_the_document_was_filed_anew_is_refused(
    chat: Chat, command: str, way: str
) -> None:
    chat.filed()
    typed_at = chat.office.clock.now()
    chat.office.clock.advance(minutes=1)
    chat.type("/refile D-1 R2 yes")

    assert chat.type(command, at=typed_at) == [
        "D-1 has been filed anew since",
        f"How it stands: /show D-1 (to do it all the same: {way})",
    ]
    assert (chat.state, chat.record) == (State.ARCHIVED, "R2")


def test_a_command_that_waited_while_nothing_changed_is_carried_out(chat: Chat) -> None:
    chat.filed()
    typed_at = chat.office.clock.now()
    chat.office.clock.advance(hours=2)

    assert chat.type("/undo D-1", at=typed_at) == ["D-1 is back in review"]


@pytest.mark.parametrize("number", ["D-99", "d99", "99"])
@pytest.mark.parametrize("command", ["show", "undo", "retry", "refile"])
def test_each_command_says_the_same_of_a_number_that_no_document_has(
    chat: Chat, command: str, number: str
) -> None:
    words = f"/{command} {number}" + (" R1" if command == "refile" else "")
    assert chat.type(words) == ["There is no document D-99"]


def test_a_pause_whose_end_can_not_be_read_asks_for_it(chat: Chat) -> None:
    told = [
        "How long shall the pause last?",
        "Write for example: /pause 2h (or 30m, or 1d; at most 30d).",
    ]
    for span in ("xx", "0h", "31d"):
        assert chat.type(f"/pause {span}") == told
    assert chat.asked == []


def test_a_pause_that_is_refused_has_changed_nothing(chat: Chat) -> None:
    long_ago = chat.office.clock.now() - datetime.timedelta(hours=3)
    assert chat.type("/pause 2h", at=long_ago) == ["Nothing was changed", "That pause would be over by now."]


def test_what_the_desk_takes_up_later_is_noted(chat: Chat) -> None:
    chat.filed()
    chat.desk_is_slow = True

    assert chat.type("/undo D-1") == ["D-1", "Noted. It is done as soon as possible."]
    assert chat.type("/pause") == ["New documents", "Noted. It is done as soon as possible."]


def test_intake_is_paused_and_goes_on(chat: Chat) -> None:
    title, _ = chat.type("/pause")
    assert title == "New documents"
    assert chat.office.ports.pauses.standing(NOON) is not None

    assert chat.type("/resume")[0] == "New documents"
    assert chat.office.ports.pauses.standing(NOON) is None


def test_how_long_a_pause_lasts_may_be_written_in_two_words(chat: Chat) -> None:
    chat.type("/pause 2 h")

    assert [(one.action, one.document_id, one.argument) for one in chat.asked] == [(Action.PAUSE, None, "2h")]


# --- Filing under another record


@pytest.mark.parametrize("text", ["/refile", "/refile D-1", "/refile R2", "/refile R2 D-1", "/refile D-x R2"])
def test_a_refile_needs_a_document_and_a_record(chat: Chat, text: str) -> None:
    assert chat.filed().type(text) == HOW_TO_REFILE
    assert chat.asked == []


def test_a_document_that_was_never_taken_in_is_not_refiled(chat: Chat) -> None:
    assert chat.type("/refile D-2 R2") == ["There is no document D-2"]
    assert chat.asked == []


def test_a_refile_that_the_document_speaks_against_needs_a_second_word(chat: Chat) -> None:
    chat.filed()

    title, *lines = chat.type("/refile D-1 R2")
    assert title == "Really file D-1 under file R2?"
    assert len(lines) >= 2
    assert lines[-1] == "If so: /refile D-1 R2 yes"
    assert (chat.asked, chat.record) == ([], "R1")

    assert chat.type("/refile D-1 R2 YES") == ["D-1 is filed under R2"]
    assert chat.record == "R2"


def test_another_second_word_is_none(chat: Chat) -> None:
    chat.filed()

    assert chat.type("/refile D-1 R2 no")[0] == "Really file D-1 under file R2?"
    assert chat.record == "R1"


def test_a_refile_under_whom_the_document_names_needs_no_second_word(chat: Chat) -> None:
    chat.filed()
    chat.type("/refile D-1 R2 yes")

    assert chat.type("/refile D-1 R1") == ["D-1 is filed under R1"]


def test_a_refile_of_whose_text_nothing_is_left_needs_a_second_word(chat: Chat) -> None:
    chat.filed()
    chat.type("/refile D-1 R2 yes")
    chat.office.ledger.forget_text(DocumentId(1))

    assert chat.type("/refile D-1 R1") == [
        "Really file D-1 under file R1?",
        "Nothing printed in the document names this person.",
        "If so: /refile D-1 R1 yes",
    ]


def test_a_record_that_the_registry_does_not_have_is_refused(chat: Chat) -> None:
    chat.filed()

    title, line = chat.type("/refile D-1 R999 yes")

    assert (title, line) == ("D-1", "There is no such record in the registry.")
    assert chat.record == "R1"


def test_a_registry_that_can_not_be_asked_leaves_the_command_to_be_heard_again(chat: Chat) -> None:
    chat.filed()
    chat.ports = dataclasses.replace(chat.ports, registry=Away((ANNA, BERTA)))

    with pytest.raises(errors.RegistryUnavailable) as raised:
        chat.type("/refile D-1 R2")

    assert raised.value.retryable
    assert (chat.asked, chat.record) == ([], "R1")


def test_whatever_is_answered_to_commands_in_a_french_chat_holds_no_english(chat: Chat) -> None:
    chat.ports = dataclasses.replace(chat.ports, voice=FRENCH)
    chat.filed()
    told = [
        line
        for text in (
            "/pending",
            "/costs",
            "/find",
            "/find zzz",
            "/find Muller",
            "/show D-1",
            "/show D-9",
            "/show",
            "/refile",
            "/refile D-1 R2",
            "/refile D-1 R2 oui",
            "/refile D-1 R9 yes",
            "/undo D-1",
            "/undo D-1",
            "/pending",
            "/show D-1",
            "/retry D-1",
            "/retry D-9",
            "/undo D-1",
            "/pause 2h",
            "/pause soon",
            "/pause",
            "/resume",
            "/resume",
            "/help",
            "/dance",
        )
        for line in chat.type(text)
    ]
    told += chat.type("/undo D-1", VIEWER)
    chat.desk_is_slow = True
    told += chat.type("/resume")
    assert [text for text in told if english_in(text)] == []


# --- Other services of the machine


@pytest.mark.security
@pytest.mark.parametrize("typed", ["/status sshd", "/health nginx.service", "/status dossierd sshd"])
def test_other_services_are_refused_and_that_is_logged_without_a_word_of_it(chat: Chat, typed: str) -> None:
    with capture_logs() as lines:
        assert chat.type(typed) == ["Only dossierd is told of, and no other service."]
    told = [{key: line[key] for key in ("event", "action", "log_level")} for line in lines]
    assert told == [{"event": "service_refused", "action": typed.split()[0][1:], "log_level": "warning"}]
    assert not {"sshd", "nginx"} & set(str(lines).replace("'", " ").split())


def test_dossierd_itself_may_be_named(chat: Chat) -> None:
    assert chat.type("/status dossierd") == ["How it goes", "1 waits"]
    assert chat.type("/status Dossierd.service") == ["How it goes", "1 waits"]
