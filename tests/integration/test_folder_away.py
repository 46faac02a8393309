"""A folder in which documents rest is away for a while, such as a mount: nobody is called missing, and all goes on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent import errors
from agent.domain.document import DocumentId
from agent.domain.life import Action, Reply
from agent.domain.outcome import Duplicate, FailureReason, State
from agent.places import Places
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.review import perform
from tests.custody_builders import Office, make_ports
from tests.integration.test_custody import ANNAS, BYTES, FILED
from tests.integration.test_searchable_custody import SCANNED, Copies

pytestmark = pytest.mark.reliability

SECOND = FILED.replace("D-1", "D-2")
FIRST_AS_A_COPY = "archive/_duplicates/2026-03-01_D-1.pdf"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = make_ports(tmp_path, searchable=Copies())
    made.text_source.script = [SCANNED]
    yield made
    made.ledger.close()


@pytest.fixture
def first(office: Office) -> DocumentId:
    return process(office, take(office))


def take(office: Office) -> DocumentId:
    document_id = take_in(office.drop(BYTES), office.ports)
    assert document_id is not None
    return document_id


def process(office: Office, document_id: DocumentId) -> DocumentId:
    process_document(document_id, office.ports)
    return document_id


def take_away(office: Office, name: str = "archive") -> Callable[[], None]:
    """Put an empty folder in the place of one; gives what brings that back, with what was filed meanwhile."""
    folder, away = office.home / name, office.home / "away"
    folder.rename(away)
    folder.mkdir()

    def bring_back() -> None:
        meanwhile = [path for path in folder.rglob("*") if path.is_file()]
        for path in meanwhile:
            target = away / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
        folder.rename(office.home / "strays")
        away.rename(folder)

    return bring_back


def start_again(office: Office) -> None:
    office.folders.prepare()


def ask(office: Office, action: Action, document_id: DocumentId) -> Reply:
    return perform(office.request(action, document_id, ""), office.ports, print)


def test_a_copy_waits_for_the_folder_in_which_the_first_lies_and_is_its_duplicate(
    office: Office, first: DocumentId
) -> None:
    bring_back = take_away(office)
    second = take(office)
    with pytest.raises(errors.StorageUnavailable) as refused:
        process_document(second, office.ports)
    assert refused.value.sentence == "archive/ is another folder than when dossierd was started."
    assert office.row(first).state is State.ARCHIVED
    assert office.row(second).state is State.CLAIMED
    bring_back()
    assert office.row(process(office, second)).outcome == Duplicate(original=first)


def test_a_request_waits_for_the_folder_in_which_its_document_lies(office: Office, first: DocumentId) -> None:
    bring_back = take_away(office)
    with pytest.raises(errors.StorageUnavailable):
        ask(office, Action.UNDO, first)
    assert office.row(first).state is State.ARCHIVED
    bring_back()
    assert ask(office, Action.UNDO, first).done


def test_a_move_out_of_a_folder_that_is_away_waits_for_it(office: Office) -> None:
    office.text_source.script = [errors.DocumentUnreadable(FailureReason.TIMED_OUT), ANNAS]
    failed = process(office, take(office))
    assert ask(office, Action.RETRY, failed).done
    bring_back = take_away(office, "failed")
    with pytest.raises(errors.StorageUnavailable, match="failed/ is another folder"):
        process_document(failed, office.ports)
    bring_back()
    assert office.row(process(office, failed)).state is State.ARCHIVED


def test_a_folder_that_is_not_there_at_all_is_away_too(office: Office, first: DocumentId) -> None:
    (office.home / "archive").rename(office.home / "away")
    with pytest.raises(errors.StorageUnavailable, match="can't be read or written to"):
        process_document(take(office), office.ports)
    assert office.row(first).state is State.ARCHIVED


def test_a_folder_that_comes_back_just_when_it_is_looked_at_has_what_was_looked_for(
    office: Office, first: DocumentId, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_back, looks = take_away(office), list[str]()

    def come_back(_: Places, location: str) -> None:
        looks.append(location)
        bring_back()

    monkeypatch.setattr(Places, "must_stand", come_back)
    assert office.row(process(office, take(office))).outcome == Duplicate(original=first)
    assert looks == [FILED]


def test_what_is_gone_from_the_folder_that_stands_is_missing(office: Office, first: DocumentId) -> None:
    (office.home / FILED).unlink()
    assert office.row(process(office, take(office))).state is State.ARCHIVED
    assert office.row(first).state is State.MISSING


def test_after_a_start_with_another_folder_the_copy_is_filed_and_the_first_is_its_duplicate_once_it_is_back(
    office: Office, first: DocumentId
) -> None:
    bring_back = take_away(office)
    start_again(office)
    second = process(office, take(office))
    assert (office.row(first).state, office.row(second).location) == (State.MISSING, SECOND)
    refused = ask(office, Action.RETRY, first)
    assert (refused.done, FILED in refused.sentence) == (False, True)

    bring_back()
    start_again(office)
    office.clock.advance(minutes=1)
    assert ask(office, Action.RETRY, first) == Reply(
        done=True, sentence="D-1 will be read and decided again."
    )
    row = office.row(process(office, first))
    assert (row.state, row.outcome) == (State.DUPLICATE, Duplicate(original=second))
    assert row.location == FIRST_AS_A_COPY
    assert (office.home / FIRST_AS_A_COPY).read_bytes() == BYTES
    assert sorted(it for it in office.files() if it.startswith("archive/R1")) == [
        SECOND.replace(".pdf", ".json"),
        SECOND,
        SECOND.replace(".pdf", ".searchable.pdf"),
    ]
