"""One id leads through all stores to one document's story, also where twenty are worked on at once."""

import json
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from agent.adapters.dispatch import LocalDispatcher
from agent.adapters.home import LEDGER_FILE
from agent.adapters.ledger import open_engine, schema, sendings_about
from agent.adapters.telemetry import configure
from agent.app import Parts, build
from agent.beside import sidecar_of
from agent.cli import app
from agent.config import Settings
from agent.domain.document import DocumentId, DocumentText, reference
from agent.domain.life import Action, Request
from agent.domain.message import MessageKind
from agent.domain.outcome import FailureReason, State
from agent.errors import DocumentUnreadable, RequestRefused
from agent.ports import Ports
from agent.workflow.asking import Asking
from agent.workflow.deliveries import Deliveries
from agent.workflow.intake import take_in
from agent.workflow.outbox import relay
from agent.workflow.process import process_document
from agent.workflow.review import perform
from tests.builders import text_of
from tests.custody_builders import ANNA, BERTA, NAMES_ANNA_ONLY, seen_file
from tests.fakes import FakeRegistry, FakeTextSource
from tests.fakes_outbox import FakeNotifier

pytestmark = [pytest.mark.observability, pytest.mark.timeout(120)]

COUNT, WORKERS = 20, 4
ABOUT_ANNA = f"{NAMES_ANNA_ONLY}Date de naissance : 12/03/1980\n"
LETTER, UNSURE, LOCKED, COPY = range(4)


def content_of(number: int) -> bytes:
    """Letters that are filed, that are asked about, that fail, and copies of those that are filed, in turn."""
    if number % 4 == COPY:
        return content_of(number - COPY)
    return f"%PDF-1.7 {number % 4} of letter {number}".encode()


def read(path: Path) -> DocumentText:
    kind = int(path.read_bytes().split()[1])
    if kind == LOCKED:
        raise DocumentUnreadable(FailureReason.ENCRYPTED)
    return text_of(*(ABOUT_ANNA if kind == LETTER else NAMES_ANNA_ONLY).split("\n"))


class House:
    """A daemon's parts with as many threads as it has; reading, the registry and the channel are fakes."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.notifier = FakeNotifier(names=("office",))
        self.ports: Ports = replace(
            parts.ports,
            text_source=FakeTextSource(read),
            registry=FakeRegistry((ANNA, BERTA)),
            recipients=("office",),
            asks_in_chats=True,
            searchable=None,
            snippets=None,
        )
        self._deliveries = Deliveries(parts.journal, parts.clock, {"office": "chat 1"})
        self.asking = Asking(self.ports, parts.questions, ("office",))

    def work(self) -> None:
        """Take in and process all at once, and tell people meanwhile."""
        incoming = self.parts.settings.home / "incoming"
        for number in range(COUNT):
            (incoming / f"{number}.pdf").write_bytes(content_of(number))
        dispatcher = LocalDispatcher(lambda number: process_document(number, self.ports), WORKERS)
        dispatcher.start()

        is_over = threading.Event()
        telling = threading.Thread(target=self._tell_until, args=(is_over,))
        telling.start()
        try:
            for number in range(COUNT):
                document_id = take_in(seen_file(incoming / f"{number}.pdf", incoming), self.ports)
                assert document_id is not None
                dispatcher.submit(document_id)
            while dispatcher.known():
                is_over.wait(0.01)
            for asked in self.parts.ledger.in_states(frozenset({State.IN_REVIEW})):
                self._answer(asked.document_id)
        finally:
            is_over.set()
            telling.join()
        assert dispatcher.stop(5)

    def _answer(self, document_id: DocumentId) -> None:
        request = Request(
            key=f"answer {document_id}",
            action=Action.ANSWER,
            document_id=document_id,
            argument="none",
            actor="cli:anna",
            requested_at=self.parts.clock.now(),
        )
        assert perform(request, self.ports, lambda _: None).done

    def _tell_until(self, is_over: threading.Event) -> None:
        while not is_over.wait(0.01):
            self.tell()
        self.tell()

    def tell(self) -> None:
        self.asking.turn()
        while self.parts.outbox.due(self.parts.clock.now(), 1):
            relay(self.parts.outbox, self.notifier, self.parts.clock, told=self._deliveries)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """All is done in it once, and looked at by each test."""
    home = tmp_path_factory.mktemp("house") / "home"
    settings = Settings(home=home, allow_root=True, ocr_languages="fra")
    with closing(build(settings)) as parts:
        telemetry = configure("INFO", home / "logs", "json", stream=StringIO())
        try:
            made = House(parts)
            made.work()
        finally:
            telemetry.close()
        yield made


def runs(house: House) -> Mapping[str, str]:
    """Each document's correlation id by its number."""
    return {one.reference: one.correlation_id for one in house.parts.ledger.latest(1000)}


def lines_of(house: House, name: str) -> list[dict[str, object]]:
    path = house.parts.settings.home / "logs" / name
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [line.get("fields", {}) | line for line in lines]


def by_run(lines: list[dict[str, object]]) -> dict[object, list[dict[str, object]]]:
    found = defaultdict(list)
    for line in lines:
        found[line.get("correlation_id")].append(line)
    return found


def test_twenty_documents_are_twenty_runs(house: House) -> None:
    states = [one.state for one in house.parts.ledger.latest(1000)]
    assert {state: states.count(state) for state in states} == {
        State.ARCHIVED: 5,
        State.FAILED: 10,
        State.DUPLICATE: 5,
    }
    assert len(set(runs(house).values())) == COUNT


@pytest.mark.parametrize("name", ["dossierd.log", "audit.jsonl"])
def test_no_line_has_the_ids_of_two_documents(house: House, name: str) -> None:
    told = [line for line in lines_of(house, name) if "document" in line or "correlation_id" in line]
    known = runs(house)
    assert len(told) > 4 * COUNT
    assert [line for line in told if known[str(line["document"])] != line.get("correlation_id")] == []


def test_the_log_tells_each_documents_story_under_its_id(house: House) -> None:
    stories = {
        run: [line["event"] for line in lines if line["event"] != "message_sent"]
        for run, lines in by_run(lines_of(house, "dossierd.log")).items()
    }
    assert {run for run in stories if run is not None} == set(runs(house).values())
    for document in house.parts.ledger.latest(1000):
        read = [] if document.state is State.DUPLICATE else ["reading_started"]
        settled = ["document_settled", "document_rested"] * document.epoch
        assert stories[document.correlation_id] == ["document_claimed", *read, *settled]


def test_the_audit_trail_tells_each_documents_story_under_its_id(house: House) -> None:
    trail = by_run(lines_of(house, "audit.jsonl"))
    for document in house.parts.ledger.latest(1000):
        story = [line["event"] for line in trail[document.correlation_id]]
        assert story[:2] == ["claiming", "claimed"]
        assert story.count("sending_message") == story.count("message_sent") > 0
        assert (story.count("settling"), story.count("rested")) == (document.epoch, document.epoch)


def test_the_file_beside_each_document_bears_its_id(house: House) -> None:
    home = house.parts.settings.home
    for document in house.parts.ledger.latest(1000):
        assert document.location is not None
        beside = json.loads(sidecar_of(home / document.location).read_text(encoding="utf-8"))
        told = (beside["document"], beside["correlation_id"])
        assert told == (document.reference, document.correlation_id)


def test_each_message_is_found_by_the_id_of_its_document_and_so_is_its_sending(house: House) -> None:
    engine = open_engine(house.parts.settings.home / "state" / LEDGER_FILE, may_upgrade=False)
    sent = by_run([it for it in lines_of(house, "dossierd.log") if it["event"] == "message_sent"])
    assert None not in sent
    for document in house.parts.ledger.latest(1000):
        sendings = sendings_about(engine, document.correlation_id)
        kinds = {one.kind for one in sendings}
        assert kinds
        assert kinds <= {*MessageKind}
        assert {one.receipt for one in sendings if one.attempts == 0} >= {
            line["receipt"] for line in sent[document.correlation_id]
        }
    with engine.connect() as connection:
        about = connection.execute(select(schema.outbox.c.message, schema.outbox.c.correlation_id)).all()
    engine.dispose()
    known = runs(house)
    assert len(about) >= COUNT
    for message, run in about:
        number = json.loads(message)["document_id"]
        assert run == (None if number is None else known[reference(number)])


def test_a_command_finds_a_document_by_its_id(house: House) -> None:
    for document in house.parts.ledger.latest(3):
        run = document.correlation_id
        for words in (["find", run, "--json"], ["find", run.replace("-", "").upper(), "--json"]):
            (found,) = json.loads(command(house, *words))
            assert (found["document"], found["found_in"]) == (document.reference, ["number"])
        shown = json.loads(command(house, "show", run, "--json"))
        assert (shown["document"], shown["correlation_id"]) == (document.reference, run)
        assert shown["messages"][0]["recipient"] == "office"
        assert set(shown["messages"][0]) == SENDING
        assert json.loads(command(house, "explain", run, "--json"))["document"] == document.reference
    with pytest.raises(RequestRefused, match="There is no document of that correlation id"):
        command(house, "show", "00000000-0000-4000-8000-000000000000")


SENDING = {
    "kind", "epoch", "recipient", "due_at", "attempts", "sent_at", "receipt", "given_up_at", "trouble",
}  # fmt: skip


def command(house: House, *words: str) -> str:
    home = str(house.parts.settings.home)
    ran = CliRunner().invoke(
        app, [*words, "--home", home], env={"DOSSIERD_ALLOW_ROOT": "true"}, catch_exceptions=False
    )
    assert ran.exit_code == 0
    return ran.output
