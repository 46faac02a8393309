"""What is answered to those who type: numbers, states and times, and nobody's name."""

import datetime
from dataclasses import replace

import pytest

from agent.core import replies
from agent.core.allowed import Role, User
from agent.core.searching import Meant
from agent.core.voice import ENGLISH, Privacy, Voice
from agent.domain.document import DocumentId
from agent.domain.finding import Findings, Found, Place
from agent.domain.identity import RecordId
from agent.domain.life import Document, Reply, Review
from agent.domain.message import Message, MessageKind
from agent.domain.outcome import Archived, Duplicate, Failed, FailureReason, InReview, Outcome, State
from agent.domain.wellness import PartState
from tests.custody_builders import ANNA, NOON, a_document, ambiguous, candidate
from tests.french import FRENCH

ASKED = Review(document_id=DocumentId(7), epoch=2, decision=ambiguous(), opened_at=NOON)
BY_RULE = Archived(record_id=RecordId("R1"), decided_by="rule")
BY_ANNA = Archived(record_id=RecordId("R1"), decided_by="telegram:anna")


def findings(*documents: Document, count: int | None = None, left_out: tuple[Place, ...] = ()) -> Findings:
    return Findings(
        shown=tuple(Found(document=document) for document in documents),
        count=len(documents) if count is None else count,
        left_out=left_out,
    )


def text_of(message: Message) -> list[str]:
    assert message.kind is MessageKind.REPLY
    assert message.buttons == ()
    return [message.title, *message.lines]


def test_open_questions_are_listed_with_their_age_oldest_first() -> None:
    reviews = [
        replace(ASKED, document_id=DocumentId(number), opened_at=NOON - datetime.timedelta(minutes=minutes))
        for number, minutes in ((3, 26 * 60 + 59), (5, 60), (4, 59), (9, 1))
    ]
    assert text_of(
        replies.pending(reviews, NOON, ENGLISH, listed=3, kind_of={DocumentId(3): "invoice"}.get)
    ) == [
        "4 questions are open",
        "D-3 · Invoice · 26 hours: Several records fit equally well.",
        "D-5 · 1 hour: Several records fit equally well.",
        "D-4 · less than an hour: Several records fit equally well.",
        "and 1 more",
    ]
    assert (
        replies.pending(reviews[:1], NOON, FRENCH, listed=3)
        .lines[0]
        .startswith("D-3 · 26 heures\N{NO-BREAK SPACE}: ")
    )
    assert text_of(replies.pending(reviews[:1], NOON, ENGLISH, listed=3)) == [
        "1 question is open",
        "D-3 · 26 hours: Several records fit equally well.",
    ]


def test_more_open_questions_than_are_asked_at_once_say_how_to_get_to_the_next() -> None:
    reviews = [replace(ASKED, document_id=DocumentId(number)) for number in range(6)]
    assert text_of(replies.pending(reviews, NOON, ENGLISH, listed=3))[4:] == [
        "and 3 more",
        "At most 5 of them stand in the chat at once; each answer brings the next.",
    ]
    assert len(text_of(replies.pending(reviews[:5], NOON, ENGLISH, listed=5))) == 6


def test_no_open_question_is_said() -> None:
    assert text_of(replies.pending([], NOON, ENGLISH, listed=3)) == ["No question is open."]


def test_of_other_services_nothing_is_told() -> None:
    assert replies.no_service_of_ours(FRENCH).title == "Seul dossierd est montré, et aucun autre service."


@pytest.mark.parametrize(
    ("state", "outcome", "told"),
    [
        (State.ARCHIVED, BY_RULE, "filed under file R1 by rule"),
        (State.ARCHIVED, BY_ANNA, "filed under file R1 by anna"),
        (
            State.FAILED,
            Failed(reason=FailureReason.DAMAGED),
            "could not be filed: The file is damaged or was cut off; it can't be opened.",
        ),
        (State.DUPLICATE, Duplicate(original=DocumentId(3)), "the same file as D-3"),
        (State.IN_REVIEW, InReview(decision=ambiguous()), "waits for an answer"),
        (State.CLAIMED, None, "waits to be read"),
        (State.MOVING, BY_ANNA, "is being moved"),
        (State.MISSING, BY_ANNA, "is no longer where it was put"),
        (State.CLAIMED, Failed(reason=FailureReason.DAMAGED), "waits to be read"),
        (State.READING, Duplicate(original=DocumentId(3)), "is being read"),
    ],
)
def test_a_document_is_told_by_where_it_is(state: State, outcome: Outcome | None, told: str) -> None:
    document = a_document(state=state, outcome=outcome)
    assert text_of(replies.found(findings(document), ENGLISH)) == [
        "1 document",
        f"D-7 · 2026-03-01 12:00 · {told}",
    ]


@pytest.mark.parametrize("state", State)
def test_every_state_has_words(state: State) -> None:
    (line,) = replies.found(findings(a_document(state=state)), ENGLISH).lines
    assert len(line) > len("D-7 · 2026-03-01 12:00 · ")


def test_more_than_can_be_listed_are_counted() -> None:
    told = text_of(replies.found(findings(a_document(outcome=BY_RULE), count=5), ENGLISH))
    assert (told[0], told[-1]) == ("5 documents", "and 4 more")


@pytest.mark.parametrize(
    ("left_out", "told"),
    [
        ((), ["Fewer words find more; a date or a number is typed whole."]),
        (
            (Place.PERSON,),
            ["Nobody's name was looked for: the registry can't be searched now. Please try again later."],
        ),
    ],
)
def test_nothing_that_was_found_is_told_from_what_could_not_be_looked_for(
    left_out: tuple[Place, ...], told: list[str]
) -> None:
    assert text_of(replies.found(findings(left_out=left_out), ENGLISH)) == ["Nothing was found.", *told]


def test_nothing_that_was_found_in_an_empty_registry_is_told_with_who_can_fill_it() -> None:
    assert text_of(replies.found(Findings(shown=(), count=0, has_nobody=True), ENGLISH)) == [
        "Nothing was found.",
        "The registry is empty, so nobody can be found. Whoever looks after dossierd can fill it: see /health.",
    ]


@pytest.mark.parametrize(
    ("part", "told"), [("fence", "isolation"), ("registry", "registre"), ("ocr", "reconnaissance de texte")]
)
def test_a_french_office_reads_the_french_name_of_a_part(part: str, told: str) -> None:
    state = PartState(part=part, is_bad=True, sentence="…")
    assert replies.health([state], FRENCH).lines[0] == f"{told}\N{NO-BREAK SPACE}: …"
    assert replies.health([state], ENGLISH).lines[0] == f"{part}: …"


def test_what_could_not_be_looked_for_is_told_beside_what_was_found() -> None:
    told = text_of(replies.found(findings(a_document(outcome=BY_RULE), left_out=(Place.PERSON,)), ENGLISH))
    assert [line[:20] for line in told] == ["1 document", "D-7 · 2026-03-01 12:", "Nobody's name was lo"]


def test_a_document_is_shown_with_what_has_happened_to_it() -> None:
    message = replies.shown(a_document(state=State.IN_REVIEW), [ASKED], [], ENGLISH)
    assert message.document_id == DocumentId(7)
    assert text_of(message) == [
        "D-7",
        "Came 2026-03-01 12:00",
        "waits for an answer",
        "2026-03-01 12:00 · asked; not answered yet",
    ]


def test_a_command_without_its_document_asks_for_it() -> None:
    assert text_of(replies.which_document("show", ENGLISH)) == [
        "Which document?",
        "Write for example: /show D-7",
    ]


def test_a_name_of_a_file_is_told_at_the_highest_level_only() -> None:
    for privacy in Privacy:
        message = replies.shown(a_document(outcome=BY_RULE), [], [], Voice(privacy=privacy))
        assert ("scan of Anna.pdf" in message.lines) == (privacy is Privacy.FULL)


def test_what_came_of_a_request_is_told_or_that_it_is_noted() -> None:
    done = Reply(done=True, sentence="D-7 is back in review.")
    assert text_of(replies.done(DocumentId(7), done, ENGLISH)) == ["D-7 is back in review"]
    refused = Reply(done=False, sentence="D-7 has changed since. How it stands: /show D-7")
    assert text_of(replies.done(DocumentId(7), refused, ENGLISH)) == [
        "D-7 has changed since",
        "How it stands: /show D-7",
    ]
    assert text_of(replies.done(DocumentId(7), None, ENGLISH)) == [
        "D-7",
        "Noted. It is done as soon as possible.",
    ]


def test_what_came_of_a_request_about_the_house_names_no_document() -> None:
    resumed = Reply(done=True, sentence="New documents are taken in again.")
    assert text_of(replies.done(None, resumed, ENGLISH)) == [
        "New documents",
        "New documents are taken in again.",
    ]
    assert text_of(replies.done(None, None, ENGLISH)) == [
        "New documents",
        "Noted. It is done as soon as possible.",
    ]


def test_a_doubtful_refile_shows_what_speaks_against_it_and_how_to_insist() -> None:
    assert text_of(replies.really_refile(DocumentId(7), RecordId("R1"), candidate(ANNA), ENGLISH)) == [
        "Really file D-7 under file R1?",
        "for: full name (page 1)",
        "against: it names somebody else too (page 1)",
        "If so: /refile D-7 R1 yes",
    ]
    assert text_of(replies.really_refile(DocumentId(7), RecordId("R1"), ANNA, ENGLISH)) == [
        "Really file D-7 under file R1?",
        "Nothing printed in the document names this person.",
        "If so: /refile D-7 R1 yes",
    ]


def test_a_viewer_is_offered_what_a_viewer_may() -> None:
    viewer = replies.help_text(User(number=12, name="bert", role=Role.VIEWER), ENGLISH)
    decider = replies.help_text(User(number=11, name="anna", role=Role.DECIDER), ENGLISH)
    assert [line.partition(" ")[0].rstrip(":,") for line in viewer.lines] == [
        "/status",
        "/pending",
        "/find",
        "/show",
        "/costs",
        "/health",
    ]
    assert decider.lines[:6] == viewer.lines
    assert [line.partition(" ")[0].rstrip(":,") for line in decider.lines[6:]] == [
        "/undo",
        "/refile",
        "/retry",
        "/pause",
        "/resume",
    ]


def test_what_is_not_well_is_told_first_and_without_paths_of_the_machine() -> None:
    fence = PartState(part="fence", is_bad=False, sentence="not whole (see https://a.test/b or /etc/a b)")
    folders = PartState(part="folders", is_bad=True, sentence="missing: /srv/home/review, incoming")
    assert text_of(replies.health([fence], ENGLISH)) == [
        "All works, but look at this",
        "fence: not whole (see https://a.test/b or … b)",
        "The rest is well.",
    ]
    assert text_of(replies.health([fence, folders], ENGLISH)) == [
        "Something needs you",
        "folders: missing: …, incoming",
        "fence: not whole (see https://a.test/b or … b)",
        "The rest is well.",
    ]


def test_the_menu_says_of_each_command_what_the_help_says() -> None:
    menu = replies.menu(ENGLISH)
    assert list(menu) == [
        *("status", "pending", "find", "show", "costs", "health"),
        *("undo", "refile", "retry", "pause", "resume"),
    ]
    assert menu["find"] == "documents by person, date, number or text"
    assert replies.menu(FRENCH)["resume"] == "reprendre la prise en charge"


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (replies.status("12 filed", ENGLISH), ["How it goes", "12 filed"]),
        (replies.health([], ENGLISH), ["All is well."]),
        (
            replies.costs((), ENGLISH),
            ["Nothing was spent", "No paid service is in use: all is read on this machine."],
        ),
        (
            replies.how_to_refile(ENGLISH),
            ["A refile needs a document and a record.", "Such as: /refile D-7 20817"],
        ),
        (
            replies.lacks_words(ENGLISH),
            [
                "What is to be found?",
                "A person, a date, a number, or words of the text, such as: /find lettre 2026-03-01",
            ],
        ),
        (replies.no_document(ENGLISH), ["There is no such document.", "Its number looks like D-7."]),
        (replies.only_looking(ENGLISH), ["You may look, but not decide."]),
        (
            replies.answers_nothing(ENGLISH),
            [
                "That message takes no answer in words: press one of its buttons, if it has any.",
                "To answer a question, reply to the question itself. What is open: /pending",
            ],
        ),
        (
            replies.asked_no_longer(DocumentId(7), ENGLISH),
            ["D-7 is not asked about in that message", "What is open: /pending"],
        ),
        (
            replies.cannot_search(DocumentId(7), ENGLISH),
            [
                "The people can't be searched at the moment.",
                "Please send the search for D-7 again in some minutes.",
            ],
        ),
        (
            replies.no_search(DocumentId(7), Meant.BUTTON, ENGLISH),
            ["D-7 is asked about as before", "To choose somebody, press the button with the number."],
        ),
        (
            replies.no_search(DocumentId(7), Meant.TOO_SHORT, ENGLISH),
            [
                "D-7 is asked about as before",
                "To search, write at least three letters or digits of a name, a birth date or a number.",
            ],
        ),
        (
            replies.found_nobody(DocumentId(7), ENGLISH),
            [
                "D-7 is asked about as before",
                "Nobody in the registry has all that you wrote; fewer words find more.",
            ],
        ),
        (
            replies.too_many_words(ENGLISH),
            ["That is too much to look for at once.", "A few words find anything."],
        ),
        (replies.unknown(ENGLISH), ["That is no command.", "What there is: /help"]),
    ],
)
def test_what_else_is_answered(message: Message, told: list[str]) -> None:
    assert text_of(message) == told


def test_words_that_change_nothing_are_told_what_would() -> None:
    further = ("What is open: /pending", "What there is: /help")
    assert replies.how_to_answer(" Moreau\n 1961", Role.DECIDER, ENGLISH).lines == (
        "To find documents: /find Moreau 1961",
        *further,
    )
    for text in ("a" * 41, " "):
        assert replies.how_to_answer(text, Role.DECIDER, ENGLISH).lines == (
            "To find documents: /find WORDS",
            *further,
        )
    same = replies.found_the_same(DocumentId(7), ENGLISH)
    assert same.title == "D-7 is asked about as before"
    assert same.lines == ("Your search finds those who stand in the question already.",)


def test_a_documents_number_in_the_place_of_a_person_is_told_with_how_to_see_that_document() -> None:
    told = replies.no_person(DocumentId(7), DocumentId(9), ENGLISH)
    assert (told.title, told.lines) == (
        "D-7 is asked about as before",
        (
            "D-9 is a document's number, and no person: write a name, a birth date or a file's number.",
            "What is known of that document: /show D-9",
        ),
    )


def test_a_search_in_an_empty_registry_is_told_who_can_fill_it() -> None:
    told = replies.empty_registry(DocumentId(7), ENGLISH)
    assert told.lines == (
        "The registry is empty, so nobody can be found. Whoever looks after dossierd can fill it: see /health.",
    )


def test_a_number_that_no_document_has_is_named() -> None:
    assert text_of(replies.no_such_document(DocumentId(99), ENGLISH)) == ["There is no document D-99"]


def test_an_end_of_a_pause_that_can_not_be_read_is_asked_for() -> None:
    assert text_of(replies.how_long(ENGLISH)) == [
        "How long shall the pause last?",
        "Write for example: /pause 2h (or 30m, or 1d; at most 30d).",
    ]
