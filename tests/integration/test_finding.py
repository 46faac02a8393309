"""Documents found again in a real ledger: by person, date, file name, number and words of the text."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, inspect, text

from agent import errors
from agent.adapters.ledger import SqlErasing, SqlFinder, SqlLedger, open_engine, shredding
from agent.adapters.ledger.shredding import shred
from agent.core.finding import phrases_in, sought
from agent.core.names import tokens
from agent.domain.document import CorrelationId, DocumentId, SeenFile, Sha256, text_of_plain
from agent.domain.finding import Findings, Place
from agent.domain.identity import RecordId
from agent.domain.message import Message, MessageKind
from agent.domain.outcome import Archived, Event, Failed, FailureReason, InReview, Outcome, State
from agent.domain.settlement import Settlement
from agent.workflow.finding import find
from tests.custody_builders import ANNA, BERTA, NOON, ambiguous, hash_of, new_ledger
from tests.fakes import FakeRegistry, turn_of
from tests.integration.test_ledger import _migrate

pytestmark = pytest.mark.reliability

DAY = datetime.timedelta(days=1)
UNDER_ANNA = Archived(record_id=ANNA.record_id, decided_by="rule")
BAIL = "Contrat de bail\nMadame Hélène Œuvray, dossier 4711, née le 12/03/1980"
ARABIC = "شهادة السكنى مُحَمَّد ٢٠٢٦"


class House:
    """A ledger, and documents at any point of their lives."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(new_ledger())
        self.path = path
        self.engine: Engine = open_engine(path, may_upgrade=True)
        self.ledger, self.finder = SqlLedger(self.engine), SqlFinder(self.engine)
        self.registry = FakeRegistry((ANNA, BERTA))

    def claimed(self, name: str = "scan.pdf", at: datetime.datetime = NOON) -> DocumentId:
        seen = SeenFile(name=f"{at.timestamp()}-{name}", device=1, inode=len(name), size=3, modified_ns=4)
        number = self.ledger.open_claim(seen, name, CorrelationId("c"), at).document_id
        self.ledger.confirm_claim(number, f"incoming/.claimed/home1/D-{number}", at)
        return number

    def read(self, words: str = "", name: str = "scan.pdf", at: datetime.datetime = NOON) -> DocumentId:
        number = self.claimed(name, at)
        self.ledger.start(number, self.hash(number), 3, at)
        if words:
            self.ledger.save_turn(number, self.hash(number), turn_of(text_of_plain(words)), at)
        return number

    def settled(
        self, outcome: Outcome, words: str = "", name: str = "scan.pdf", at: datetime.datetime = NOON
    ) -> DocumentId:
        number = self.read(words, name, at)
        settlement = Settlement(
            event=Event.SETTLED, outcome=outcome, target=f"somewhere/D-{number}.pdf", steps=(), messages=()
        )
        self.ledger.settle(number, settlement, at)
        self.ledger.complete(number, at)
        return number

    @staticmethod
    def hash(number: DocumentId) -> Sha256:
        return hash_of(str(number).encode())

    def found(self, typed: str, **span: datetime.date) -> Findings:
        wanted = sought(phrases_in(typed), datetime.UTC, **span)
        return find(wanted, self.finder, self.registry, 10)

    def numbers(self, typed: str, **span: datetime.date) -> list[int]:
        return [one.document.document_id for one in self.found(typed, **span).shown]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "ledger.sqlite")
    yield made
    made.engine.dispose()


NAMES = (
    "Relevé 2024.pdf",
    "scan_0017.PDF",
    "Œuvray Hélène.pdf",
    "شهادة السكنى.pdf",
    "a.b-c d.pdf",
    "ﷺ.pdf",
    "%_.pdf",
    "1.tif",
)
PIECES = st.one_of(st.sampled_from(NAMES), st.text(max_size=4))


@pytest.fixture
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Files of many names."""
    made = House(tmp_path_factory.mktemp("named") / "ledger.sqlite")
    for name in NAMES:
        made.claimed(name)
    yield made
    made.engine.dispose()


@pytest.mark.parametrize(
    "typed",
    [
        *("bail", "BAIL", "helene", "HÉLÈNE", "oeuvray", "œuv", "4711", "contrat bail", "bail contrat cont"),
        *(
            '"de bail"',
            '"contrat de bail" helene',
            "12/03/1980",
            "1980",
            "dossier4711 bail".replace("r4", "r 4"),
        ),
    ],
)
def test_words_of_the_text_find_it_whatever_their_accents_case_and_order(house: House, typed: str) -> None:
    number = house.settled(UNDER_ANNA, BAIL)
    house.settled(UNDER_ANNA, "Facture")
    assert house.numbers(typed) == [number]


@pytest.mark.parametrize("typed", ["bai contrat", '"bail de"', "bail facture", "ail", '"de bai"'])
def test_only_the_last_word_may_be_cut_and_all_must_fit(house: House, typed: str) -> None:
    house.settled(UNDER_ANNA, BAIL)
    assert house.numbers(typed) == []


@pytest.mark.parametrize("typed", ["محمد", "مُحَمَّد", "2026", "شهادة السكنى", '"السكنى محمد"', "السك"])
def test_arabic_is_found_with_and_without_vowels_and_in_either_digits(house: House, typed: str) -> None:
    number = house.read(ARABIC)
    assert house.numbers(typed) == [number]


def test_words_on_different_pages_find_it_and_the_page_with_most_is_told(house: House) -> None:
    house.read("un\fun deux\ftrois")
    found = house.found("un deux trois").shown[0]
    assert (found.places, found.page) == ((Place.TEXT,), 2)


def test_words_may_be_found_each_in_another_place(house: House) -> None:
    number = house.settled(UNDER_ANNA, BAIL, name="scan 0815.pdf")
    house.settled(UNDER_ANNA, "Facture", name="scan 0816.pdf")
    found = house.found(f"Muller bail 0815 d{number}").shown
    assert [one.document.document_id for one in found] == [number]
    assert found[0].places == (Place.NUMBER, Place.PERSON, Place.NAME, Place.TEXT)


@pytest.mark.parametrize("typed", ["muller", "R1", "r1"])
def test_a_person_is_found_by_name_and_by_record_id(house: House, typed: str) -> None:
    number = house.settled(UNDER_ANNA)
    house.settled(InReview(decision=ambiguous()))
    assert house.numbers(typed) == [number]


def test_a_day_finds_what_came_or_was_filed_on_it(house: House) -> None:
    first, second = house.settled(UNDER_ANNA), house.read(at=NOON + DAY)
    assert house.numbers("01/03/2026") == [first]
    assert house.numbers("2026-03-02") == [second]
    assert house.found("2026-03-02").shown[0].places == (Place.DATE,)
    assert house.numbers("", since=datetime.date(2026, 3, 1)) == [second, first]
    assert house.numbers("", until=datetime.date(2026, 3, 1)) == [first]
    assert house.numbers("scan", since=datetime.date(2026, 3, 2), until=datetime.date(2026, 3, 2)) == [second]


def test_documents_of_every_state_are_found_by_the_names_of_their_files(house: House) -> None:
    expected = [
        house.claimed("Relevé.pdf"),
        house.read("x", name="Relevé 2.pdf"),
        house.settled(UNDER_ANNA, name="Relevé 3.pdf"),
        house.settled(InReview(decision=ambiguous()), name="Relevé 4.pdf"),
        house.settled(Failed(reason=FailureReason.DAMAGED, decided_by="rule"), name="Relevé 5.pdf"),
    ]
    missing = house.ledger.document(expected[2])
    assert missing is not None
    assert house.ledger.miss(missing, (), NOON)
    assert house.numbers("releve") == expected[::-1]
    assert {one.document.state for one in house.found("releve").shown} == {
        *(State.CLAIMED, State.READING, State.MISSING, State.IN_REVIEW, State.FAILED)
    }


@given(st.one_of(PIECES, PIECES.flatmap(lambda name: st.sampled_from([name[1:], name[:-1], name[1:3]]))))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_name_is_found_by_whatever_stands_together_in_it(named: House, typed: str) -> None:
    words = " ".join(tokens(typed))
    wanted = sought((typed,), datetime.UTC)
    assume(words and not wanted.terms[0].number and not wanted.terms[0].days)
    found = named.finder.find(wanted, [frozenset()], 100)
    expected = [number for number, name in enumerate(NAMES, 1) if words in " ".join(tokens(name))][::-1]
    assert [one.document.document_id for one in found.shown] == expected
    assert found.count == len(expected)


def test_a_name_that_was_erased_is_not_found_and_not_in_the_file(house: House) -> None:
    number = house.settled(UNDER_ANNA, name="Zwxqvsecret.pdf")
    document = house.ledger.document(number)
    assert document is not None
    erasing = SqlErasing(house.engine)
    erasing.erase(
        document, Message(document_id=number, kind=MessageKind.UNDONE, title="D-1 is erased."), NOON
    )
    erasing.shred()
    assert house.numbers("zwxqvsecret") == []
    assert house.numbers("erased") == [number]
    house.engine.dispose()
    assert b"wxqvsecret" not in house.path.read_bytes().lower()


def test_a_name_longer_than_any_file_has_finds_nothing(house: House) -> None:
    house.claimed("a" * 250)
    assert house.numbers("a" * 60_000) == []
    assert house.numbers("a" * 200) == [1]


def test_more_people_than_a_statement_takes_are_searched_for(house: House) -> None:
    number = house.settled(UNDER_ANNA)
    crowd = frozenset(RecordId(f"é-{it}") for it in range(40_000)) | {ANNA.record_id}
    found = house.finder.find(sought(("anna",), datetime.UTC), [crowd], 10)
    assert [(one.document.document_id, one.places) for one in found.shown] == [(number, (Place.PERSON,))]


def test_the_newest_are_shown_and_all_are_counted(house: House) -> None:
    numbers = [house.claimed(f"{place}.pdf") for place in range(12)]
    found = house.found("pdf")
    assert [one.document.document_id for one in found.shown] == numbers[:1:-1]
    assert found.count == 12


HOSTILE = (
    *(
        '"',
        '""',
        "*",
        "-",
        "^",
        ":",
        "(",
        "NEAR",
        "NEAR(a b)",
        "words:bail",
        "a AND",
        "OR",
        "NOT",
        "a*b",
        '"bail" *',
    ),
    *("' OR 1=1 --", "\0", "bail\0", "\ud800", "\u202ebail", "%", "_", "\\", "{words}: x", "+", "a + b", "١"),
)


@pytest.mark.parametrize("typed", HOSTILE)
def test_no_query_is_an_error_of_the_database(house: House, typed: str) -> None:
    house.read(BAIL)
    try:
        house.found(typed)
    except errors.RequestRefused as refused:
        assert refused.sentence == "There is nothing to search for."  # noqa: PT017 # most are searched for


@pytest.mark.parametrize("typed", ["a" * 10_000, "é" * 10_000])
def test_ten_thousand_letters_are_searched_for(house: House, typed: str) -> None:
    assert house.numbers(typed) == []


@pytest.mark.parametrize("typed", ["x1 " * 40 + " ".join(map(str, range(40))), "-".join(["a"] * 5_000)])
def test_too_much_is_refused(house: House, typed: str) -> None:
    with pytest.raises(errors.RequestRefused, match="too much"):
        house.found(typed)


def test_a_page_read_again_is_found_by_its_better_reading_alone(house: House) -> None:
    number = house.read("Conlrat\fannexe")
    page = text_of_plain("Contrat")
    house.ledger.save_turn(number, house.hash(number), turn_of(page), NOON)
    assert house.numbers("contrat") == [number]
    assert house.numbers("conlrat") == []
    assert house.numbers("annexe contrat") == [number]


def test_pages_of_other_bytes_are_not_found(house: House) -> None:
    number = house.read("Contrat\fannexe")
    house.ledger.save_turn(number, hash_of(b"other"), turn_of(text_of_plain("Facture")), NOON)
    assert house.numbers("annexe") == []
    assert house.numbers("facture") == [number]


def test_nothing_of_a_forgotten_text_is_left_in_the_file(house: House) -> None:
    number = house.read("Zwxqvsecret confidentiel")
    kept = house.read("Facture")
    house.ledger.forget_text(number)
    assert house.numbers("zwxqvsecret") == []
    assert shred(house.engine)
    assert not shred(house.engine)
    assert house.numbers("facture") == [kept]
    house.engine.dispose()
    assert b"wxqvsecret" not in house.path.read_bytes().lower()


def test_what_is_forgotten_while_words_are_shredded_is_shredded_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shredding, "PAGES", 1)
    numbers = [
        house.read(f"zwxqv{place} " + " ".join(f"mot{place}x{it}" for it in range(900))) for place in range(9)
    ]
    house.ledger.forget_text(numbers[0])
    assert shred(house.engine, 2)
    house.ledger.forget_text(numbers[1])  # the merge that is under way leaves it out
    house.engine.dispose()
    again = open_engine(house.path, may_upgrade=False)  # whatever is left goes on after a death
    assert shred(again)
    assert not shred(again)
    assert SqlFinder(again).find(sought(("zwxqv8",), datetime.UTC), [frozenset()], 10).count == 1
    with again.begin() as connection:
        connection.execute(text("INSERT INTO page_words (page_words) VALUES ('integrity-check')"))
    again.dispose()
    left = house.path.read_bytes()
    assert [f"zwxqv{place} ".encode() in left for place in (0, 1, 8)] == [False, False, True]


def test_a_beginning_is_looked_for_on_the_pages_of_what_is_shown_alone(house: House) -> None:
    number = house.read("Contrat de bail\fbail et annexe\fbailleur")
    others = [house.read(f"bail{place}") for place in range(3)]
    found = house.found("contrat bai")
    assert [(one.document.document_id, one.page) for one in found.shown] == [(number, 1)]
    assert [one.page for one in house.found("bail annexe bai").shown] == [2]
    assert house.numbers("bai") == [*others[::-1], number]
    assert [one.page for one in house.found("bailleu").shown] == [3]
    assert [one.page for one in house.found("leur").shown] == []


def test_the_index_is_sound_after_pages_came_and_went(house: House) -> None:
    for words in ("un deux", "deux trois", "trois"):
        house.ledger.forget_text(house.read(words))
        house.read(words)
    with house.engine.begin() as connection:
        connection.execute(text("INSERT INTO page_words (page_words) VALUES ('integrity-check')"))


def test_without_a_registry_all_but_people_is_searched_and_that_is_told(house: House) -> None:
    number = house.settled(UNDER_ANNA, "Muller")
    house.registry.trouble = errors.RegistryUnavailable("gone")
    found = house.found("muller")
    assert [one.document.document_id for one in found.shown] == [number]
    assert (found.shown[0].places, found.left_out) == ((Place.TEXT,), (Place.PERSON,))


def test_a_page_is_given_as_it_was_read_or_not_at_all(house: House) -> None:
    number = house.read("un\fDeux")
    page = house.finder.page(number, 2)
    assert page is not None
    assert page.text == "Deux"
    assert house.finder.page(number, 3) is None


def test_what_was_read_before_there_was_an_index_is_found_after_the_update(tmp_path: Path) -> None:
    house = House(tmp_path / "new.sqlite")
    house.read("Contrat de bail\fannexe")
    house.engine.dispose()
    old = create_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    _migrate(old, "0008")
    with old.connect() as connection:
        connection.execute(text("ATTACH DATABASE :path AS new"), {"path": str(house.path)})
        for table in ("documents", "readings", "pages"):
            columns = ", ".join(column["name"] for column in inspect(old).get_columns(table))
            connection.execute(
                text(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
            )
        connection.commit()
    old.dispose()
    engine = open_engine(tmp_path / "old.sqlite", may_upgrade=True)
    try:
        wanted = sought(("annexe", "contrat"), datetime.UTC)
        found = find(wanted, SqlFinder(engine), FakeRegistry(), 10)
        assert [one.document.document_id for one in found.shown] == [DocumentId(1)]
        assert find(sought(("scan.pdf",), datetime.UTC), SqlFinder(engine), FakeRegistry(), 10).count == 1
    finally:
        engine.dispose()
