"""A scan's searchable copy follows it: laid beside it before it is filed, and never left where it is not."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from agent.adapters.folders import HomeFolders
from agent.domain.document import DocumentId, DocumentText, TextOrigin
from agent.domain.life import Action
from agent.domain.outcome import State
from agent.domain.searchable import MadeCopy, SearchableCopy, Unsearchable
from agent.errors import ReaderUnavailable, StorageUnavailable
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.review import perform
from tests.custody_builders import BERTA, Office, hash_of, make_ports
from tests.integration.test_custody import ANNAS, BYTES, FILED

COPY = FILED.removesuffix(".pdf") + ".searchable.pdf"
SCANNED = DocumentText(pages=tuple(replace(page, origin=TextOrigin.OCR) for page in ANNAS.pages))


class Copies:
    """Makes copies of fixed bytes, unless told otherwise."""

    def __init__(self) -> None:
        self.content = b"searchable"
        self.answer: Unsearchable | Exception | None = None
        self.meanwhile: Callable[[], None] = lambda: None

    @contextlib.contextmanager
    def made(
        self, path: Path, text: DocumentText, *, should_stop: Callable[[], bool]
    ) -> Iterator[MadeCopy | Unsearchable]:
        if isinstance(self.answer, Exception):
            raise self.answer
        assert path.read_bytes() == BYTES
        made = path.parents[3] / "state" / "made.pdf"
        made.write_bytes(self.content)
        self.meanwhile()
        yield self.answer or MadeCopy(path=made, sha256=hash_of(self.content))
        made.unlink()


class Refusing(HomeFolders):
    """Dies, as far as custody can tell, on one side of one step."""

    refuses: tuple[str, str] | None = None

    def _around(self, step: str, call: Callable[[], None]) -> None:
        if self.refuses == (step, "before"):
            raise StorageUnavailable("The disk is full.")
        call()
        if self.refuses == (step, "after"):
            raise StorageUnavailable("The disk is full.")

    def write_sidecar(self, location: str, content: Mapping[str, object], tag: str = "") -> None:
        self._around("sidecar", lambda: super(Refusing, self).write_sidecar(location, content, tag))

    def place_searchable(self, location: str, made: MadeCopy, tag: str) -> None:
        self._around("place", lambda: super(Refusing, self).place_searchable(location, made, tag))

    def remove_searchable(
        self, location: str, before: Callable[[SearchableCopy], None] = lambda _: None
    ) -> SearchableCopy | None:
        gone: list[SearchableCopy | None] = []
        self._around("remove", lambda: gone.append(super(Refusing, self).remove_searchable(location, before)))
        return gone[0]

    def _publish(self, temporary: Path, target: Path) -> None:
        self._around("publish", lambda: super(Refusing, self)._publish(temporary, target))


STEPS = ["remove", "sidecar", "place", "publish"]


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


def _refuse(office: Office, step: tuple[str, str] | None) -> None:
    assert isinstance(office.folders, Refusing)
    office.folders.refuses = step


def _is_whole(office: Office, place: str, content: bytes) -> None:
    """Beside the document lies one copy, this one, and its sidecar tells of it."""
    copy = place.removesuffix(".pdf") + ".searchable.pdf"
    assert _copies(office) == [copy]
    assert (office.home / copy).read_bytes() == content
    assert _told(office, place) == {"file": Path(copy).name, "sha256": hash_of(content)}
    assert not [it for it in office.files() if it.endswith(".part")]


@pytest.mark.parametrize("content", [b"searchable", b"as a later version makes it"])
@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_what_came_to_a_stop_at_the_copy_is_done_again(
    office: Office, copies: Copies, step: str, side: str, content: bytes
) -> None:
    _refuse(office, (step, side))
    with pytest.raises(StorageUnavailable):
        _file(office)
    assert office.row(DocumentId(1)).state is State.MOVING
    _refuse(office, None)
    copies.content = content
    process_document(DocumentId(1), office.ports)
    assert office.row(DocumentId(1)).state is State.ARCHIVED
    _is_whole(office, FILED, content)


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_copy_that_a_later_version_makes_takes_the_place_of_the_earlier(
    office: Office, copies: Copies, step: str, side: str
) -> None:
    document_id = _file(office)
    copies.content = b"as a later version makes it"
    request = office.request(Action.RETRY, document_id)
    _refuse(office, (step, side))
    with pytest.raises(StorageUnavailable):
        perform(request, office.ports, print)
    _refuse(office, None)
    copies.content = b"as a still later one makes it"
    assert perform(request, office.ports, print).sentence == (
        "D-1 stays filed; its searchable copy is made again."
    )
    assert office.row(document_id).state is State.ARCHIVED
    _is_whole(office, FILED, copies.content)


def test_a_copy_that_was_removed_by_hand_is_made_again_on_request(office: Office) -> None:
    document_id = _file(office)
    (office.home / COPY).unlink()
    assert perform(office.request(Action.RETRY, document_id), office.ports, print).done
    _is_whole(office, FILED, b"searchable")


def test_a_copy_that_was_edited_by_hand_stays_and_its_owner_is_told(office: Office) -> None:
    document_id = _file(office)
    (office.home / COPY).write_bytes(b"with notes")
    reply = perform(office.request(Action.RETRY, document_id), office.ports, print)
    assert not reply.done
    assert "Another file stands under its name." in reply.sentence
    assert (office.home / COPY).read_bytes() == b"with notes"
    assert perform(office.request(Action.REFILE, document_id, BERTA.record_id), office.ports, print).done
    assert (office.home / COPY).read_bytes() == b"with notes"
    assert len(_copies(office)) == 2


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


class TestTheAuditTrail:
    """Each copy that is laid down or taken away has a line before it and a line after it."""

    def test_a_filed_scans_copy_has_a_line_before_it_and_one_after(self, office: Office) -> None:
        _file(office)
        assert office.journal.events == [
            *("claiming", "claimed", "settling"),
            *("placing_copy", "copy_placed"),
            "rested",
        ]
        told = [fields for event, _, fields in office.journal.entries if "copy" in event]
        assert [(it["document"], it["epoch"], it["copy"]) for it in told] == [
            ("D-1", 1, hash_of(b"searchable"))
        ] * 2

    def test_a_copy_that_is_taken_away_has_both_lines_too(self, office: Office) -> None:
        document_id = _file(office)
        office.journal.entries.clear()
        perform(office.request(Action.UNDO, document_id), office.ports, print)
        assert office.journal.events == ["settling", "removing_copy", "copy_removed", "rested"]
        told = [fields["copy"] for event, _, fields in office.journal.entries if "copy" in event]
        assert told == [hash_of(b"searchable")] * 2

    def test_one_that_takes_anothers_place_is_told_as_both(self, office: Office, copies: Copies) -> None:
        document_id = _file(office)
        office.journal.entries.clear()
        copies.content = b"as a later version makes it"
        perform(office.request(Action.RETRY, document_id), office.ports, print)
        assert office.journal.events == [
            "laying_beside",
            *("removing_copy", "copy_removed"),
            *("placing_copy", "copy_placed"),
            "laid_beside",
        ]

    def test_one_that_is_not_laid_for_a_strangers_sake_is_told_so(self, office: Office) -> None:
        stranger = office.home / COPY
        stranger.parent.mkdir(parents=True)
        stranger.write_bytes(b"somebody's")
        _file(office)
        assert office.journal.events[2:] == ["settling", "placing_copy", "copy_left_out", "rested"]

    def test_none_is_laid_that_the_trail_can_not_tell_of(self, office: Office, copies: Copies) -> None:
        def refuse() -> None:
            office.journal.trouble = StorageUnavailable("The disk is full.")

        copies.meanwhile = refuse
        with pytest.raises(StorageUnavailable):
            _file(office)
        assert _copies(office) == []
        office.journal.trouble, copies.meanwhile = None, lambda: None
        process_document(DocumentId(1), office.ports)
        _is_whole(office, FILED, b"searchable")

    def test_none_is_taken_away_that_the_trail_can_not_tell_of(self, office: Office, copies: Copies) -> None:
        document_id = _file(office)

        def refuse() -> None:
            office.journal.trouble = StorageUnavailable("The disk is full.")

        copies.meanwhile = refuse
        with pytest.raises(StorageUnavailable):
            perform(office.request(Action.RETRY, document_id), office.ports, print)
        _is_whole(office, FILED, b"searchable")
