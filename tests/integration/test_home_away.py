"""The mount of a home that hosts share is gone: an empty folder is in its place, and nothing in it is believed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent import errors
from agent.adapters.folders import DOCUMENT_FOLDERS, HomeFolders
from agent.domain.document import DocumentId, DocumentText
from agent.domain.life import Action
from agent.domain.outcome import State
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.recovery import stranded
from agent.workflow.review import perform
from tests.custody_builders import Office, hash_of, make_ports
from tests.integration.test_custody import ANNAS, BYTES, FILED

pytestmark = pytest.mark.reliability

REFUSES = "The home is another folder than when dossierd was started"
D1 = DocumentId(1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = make_ports(tmp_path, folders=lambda home, home_id: HomeFolders(home, home_id, host="ada"))
    made.text_source.script = [ANNAS]
    assert take_in(made.drop(BYTES), made.ports) == D1
    yield made
    made.ledger.close()


def take_away(office: Office) -> Callable[[], None]:
    """Put empty folders in the place of those on shared storage; gives what brings these back."""
    away = office.home / "away"
    away.mkdir()
    for name in DOCUMENT_FOLDERS:
        (office.home / name).rename(away / name)
        (office.home / name).mkdir()

    def bring_back() -> None:
        for name in DOCUMENT_FOLDERS:
            assert list((office.home / name).iterdir()) == []
            (office.home / name).rmdir()
            (away / name).rename(office.home / name)

    return bring_back


def test_a_document_waits_for_the_home_and_is_not_called_missing(office: Office) -> None:
    bring_back = take_away(office)
    with pytest.raises(errors.StorageUnavailable, match=REFUSES):
        process_document(D1, office.ports)
    assert office.row(D1).state is State.CLAIMED
    bring_back()
    process_document(D1, office.ports)
    assert office.row(D1).location == FILED


def test_a_home_that_goes_while_a_document_is_read_makes_nothing_missing(office: Office) -> None:
    back: list[Callable[[], None]] = []

    def vanish(_: Path) -> DocumentText:
        back.append(take_away(office))
        raise errors.FileVanished("The document is not where the ledger has it.")

    office.text_source.script = [vanish, ANNAS]
    with pytest.raises(errors.StorageUnavailable, match=REFUSES):
        process_document(D1, office.ports)
    assert office.row(D1).state is State.CLAIMED
    back[0]()
    process_document(D1, office.ports)
    assert office.row(D1).location == FILED


def test_nothing_is_erased_in_an_empty_folder_and_the_file_goes_once_the_home_is_back(office: Office) -> None:
    process_document(D1, office.ports)
    bring_back = take_away(office)
    with pytest.raises(errors.StorageUnavailable, match=REFUSES):
        perform(office.request(Action.FORGET, D1, "asked"), office.ports, print)
    with pytest.raises(errors.StorageUnavailable, match=REFUSES):
        office.folders.erase(FILED, hash_of(BYTES))
    bring_back()
    assert FILED in office.files()
    stranded(office.ports, frozenset)
    assert office.files() == set()


def test_a_file_in_an_empty_folder_is_not_taken_and_no_folder_is_made_there(office: Office) -> None:
    take_away(office)
    with pytest.raises(errors.StorageUnavailable, match=REFUSES):
        take_in(office.drop(BYTES), office.ports)
    with pytest.raises(errors.StorageUnavailable, match=REFUSES):
        office.folders.probe()
    assert office.files() == {"incoming/scan.pdf"}
    assert not (office.home / "incoming" / ".claimed").exists()


def test_another_home_in_its_place_is_refused_until_a_start(office: Office) -> None:
    claim_folder = office.home / "incoming/.claimed/home1"
    claim_folder.rename(office.home / "away")
    claim_folder.mkdir()
    with pytest.raises(errors.StorageUnavailable, match=REFUSES):
        office.folders.hold(D1, 1)
    office.folders.prepare()
    office.folders.hold(D1, 1)


def test_a_home_of_one_host_makes_its_claim_folder_again(tmp_path: Path) -> None:
    alone = make_ports(tmp_path)
    (tmp_path / "incoming/.claimed/home1").rmdir()
    assert take_in(alone.drop(BYTES), alone.ports) == D1
    alone.ledger.close()
