"""A scan's searchable copy follows it: laid beside it before it is filed, and never left where it is not."""

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.adapters.folders import HomeFolders
from agent.domain.document import DocumentId, DocumentText, Sha256, TextOrigin
from agent.domain.life import Action
from agent.domain.outcome import State
from agent.domain.searchable import Unsearchable
from agent.errors import ReaderUnavailable, StorageUnavailable
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.review import perform
from tests.custody_builders import BERTA, Office, make_ports
from tests.integration.test_custody import ANNAS, BYTES, FILED

COPY = FILED.removesuffix(".pdf") + ".searchable.pdf"
SCANNED = DocumentText(pages=tuple(replace(page, origin=TextOrigin.OCR) for page in ANNAS.pages))


class Copies:
    """Makes copies of fixed bytes, unless told otherwise."""

    def __init__(self) -> None:
        self.answer: Unsearchable | Exception | None = None

    @contextlib.contextmanager
    def made(
        self, path: Path, text: DocumentText, *, should_stop: Callable[[], bool]
    ) -> Iterator[Path | Unsearchable]:
        if isinstance(self.answer, Exception):
            raise self.answer
        assert path.read_bytes() == BYTES
        made = path.parents[3] / "state" / "made.pdf"
        made.write_bytes(b"searchable")
        yield self.answer or made
        made.unlink()


class Refusing(HomeFolders):
    """Dies, as far as custody can tell, on one side of the copy's placing."""

    refuses: str | None = None

    def place_searchable(self, location: str, made: Path, tag: str) -> Sha256:
        if self.refuses == "before":
            raise StorageUnavailable("The disk is full.")
        placed = super().place_searchable(location, made, tag)
        if self.refuses == "after":
            raise StorageUnavailable("The disk is full.")
        return placed


@pytest.fixture
def copies() -> Copies:
    return Copies()


@pytest.fixture
def office(tmp_path: Path, copies: Copies) -> Iterator[Office]:
    made = make_ports(tmp_path, searchable=copies, folders=Refusing)
    yield made
    made.ledger.close()


def _file(office: Office, text: DocumentText = SCANNED) -> DocumentId:
    office.text_source.script = [text]
    document_id = take_in(office.drop(BYTES), office.ports)
    assert document_id is not None
    process_document(document_id, office.ports)
    return document_id


def _told(office: Office, place: str) -> object:
    return json.loads((office.home / place).with_suffix(".json").read_text()).get("searchable_pdf")


def _copies(office: Office) -> list[str]:
    return sorted(it for it in office.files() if "searchable" in it)


def test_a_filed_scan_has_a_copy_that_its_sidecar_names(office: Office) -> None:
    _file(office)
    told = _told(office, FILED)
    assert isinstance(told, dict)
    assert told["file"] == Path(COPY).name
    assert _copies(office) == [COPY]


def test_a_document_with_text_of_its_own_has_none(office: Office) -> None:
    _file(office, ANNAS)
    assert _copies(office) == []
    assert _told(office, FILED) is None


def test_what_can_not_be_copied_is_filed_and_its_sidecar_says_why(office: Office, copies: Copies) -> None:
    copies.answer = Unsearchable.ENCRYPTED
    document_id = _file(office)
    assert office.row(document_id).state is State.ARCHIVED
    told = _told(office, FILED)
    assert isinstance(told, dict)
    assert (told["file"], told["reason"]) == (None, "encrypted")


def test_undo_takes_the_copy_away_and_refile_lays_it_beside_the_new_place(office: Office) -> None:
    document_id = _file(office)
    assert perform(office.request(Action.REFILE, document_id, BERTA.record_id), office.ports, print).done
    location = office.row(document_id).location
    assert location is not None
    assert f"/{BERTA.record_id}/" in location
    assert _copies(office) == [location.removesuffix(".pdf") + ".searchable.pdf"]
    assert perform(office.request(Action.UNDO, document_id), office.ports, print).done
    assert _copies(office) == []


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_full_disk_at_the_copy_is_tried_again(office: Office, side: str) -> None:
    folders = office.folders
    assert isinstance(folders, Refusing)
    folders.refuses = side
    with pytest.raises(StorageUnavailable):
        _file(office)
    assert office.row(DocumentId(1)).state is State.MOVING
    folders.refuses = None
    process_document(DocumentId(1), office.ports)
    assert office.row(DocumentId(1)).state is State.ARCHIVED
    assert _copies(office) == [COPY]


def test_a_reader_that_is_away_is_waited_for(office: Office, copies: Copies) -> None:
    copies.answer = ReaderUnavailable("It is away.")
    with pytest.raises(ReaderUnavailable):
        _file(office)
    copies.answer = None
    process_document(DocumentId(1), office.ports)
    assert _copies(office) == [COPY]


def test_a_stranger_under_the_copys_name_stays(office: Office) -> None:
    stranger = office.home / COPY
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"somebody's")
    _file(office)
    told = _told(office, FILED)
    assert isinstance(told, dict)
    assert told["reason"] == "name_taken"
    assert stranger.read_bytes() == b"somebody's"
