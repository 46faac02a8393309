"""Whom the ledger holds messages for, where some are told of trouble only."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.core.voice import Privacy, Voice
from agent.domain.document import DocumentId, text_of_plain
from agent.domain.message import MessageKind, Topic
from agent.domain.outcome import Failed, FailureReason
from agent.errors import DocumentUnreadable
from agent.workflow.custody import in_custody, miss
from agent.workflow.intake import take_in
from agent.workflow.notices import Announcer, Leftovers
from agent.workflow.process import process_document
from tests.custody_builders import ABOUT_ANNA, NAMES_ANNA_ONLY, Office, make_ports

pytestmark = pytest.mark.security

PDF = b"%PDF-1.7 a letter about somebody"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = make_ports(tmp_path, recipients=("anna",), onlookers=("mail",), voice=Voice(privacy=Privacy.FULL))
    made.text_source.script = [text_of_plain(ABOUT_ANNA)]
    yield made
    made.ledger.close()


def _process(office: Office, content: bytes = PDF) -> DocumentId:
    document_id = take_in(office.drop(content, "A. N. Other.pdf"), office.ports)
    assert document_id is not None
    process_document(document_id, office.ports)
    return document_id


def _told(office: Office) -> list[tuple[str, MessageKind]]:
    return [(parcel.recipient, parcel.message.kind) for parcel in office.due()]


def test_what_was_filed_what_is_asked_and_what_came_twice_is_told_to_no_onlooker(office: Office) -> None:
    _process(office)
    _process(office)
    office.text_source.script = [text_of_plain(NAMES_ANNA_ONLY)]
    _process(office, PDF + b" of another day")
    assert _told(office) == [
        ("anna", MessageKind.FILED),
        ("anna", MessageKind.DUPLICATE),
        ("anna", MessageKind.QUESTION),
    ]


def test_a_failure_is_told_to_onlookers_without_the_name_of_its_file(office: Office) -> None:
    office.text_source.script = [DocumentUnreadable(FailureReason.ENCRYPTED)]
    _process(office)
    told = {parcel.recipient: parcel.message for parcel in office.due()}
    assert told["anna"].lines[0] == "File: A. N. Other.pdf"
    assert told["mail"].lines[0] == "The PDF is protected by a password."
    assert (told["mail"].title, told["mail"].buttons) == ("D-1 could not be filed", ())


def test_what_a_human_set_aside_is_told_to_no_onlooker(office: Office) -> None:
    document_id = take_in(office.drop(PDF), office.ports)
    assert document_id is not None
    with in_custody(document_id, office.ports) as custody:
        custody.begin()
        custody.settle(Failed(reason=FailureReason.REJECTED, decided_by="cli:anna"))
    assert _told(office) == [("anna", MessageKind.FAILED)]


def test_a_document_that_is_missing_is_told_to_onlookers(office: Office) -> None:
    document_id = _process(office)
    assert miss(office.row(document_id), office.ports)
    assert _told(office)[1:] == [("anna", MessageKind.MISSING), ("mail", MessageKind.MISSING)]


def test_onlookers_hear_how_many_things_were_left_lying_and_not_what_they_are_called(office: Office) -> None:
    announcer = Announcer(Topic.LEFTOVERS, office.outbox, office.clock, ("anna",), ("mail",))
    leftovers = Leftovers(announcer, voice=office.ports.voice)
    things = {"A. N. Other.docx": "no PDF"}
    for found in ({}, things, things):
        leftovers.look(found)
    told = {parcel.recipient: parcel.message for parcel in office.due()}
    assert "A. N. Other.docx: no PDF" in told["anna"].lines
    assert (told["mail"].title, told["mail"].lines) == (
        "Left in incoming/: 1 thing that is not filed",
        (),
    )
