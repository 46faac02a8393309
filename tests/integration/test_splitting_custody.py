"""A document that is split: its parts come into `incoming/` each exactly once, whatever dies, and the whole is kept."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from agent import errors, staged
from agent.adapters.folders import HomeFolders
from agent.domain.document import DocumentId, DocumentText, Page, TextOrigin, text_of_plain
from agent.domain.life import Action, Reply, Request
from agent.domain.message import MessageKind
from agent.domain.outcome import Duplicate, Failed, FailureReason, InReview, State
from agent.domain.searchable import MadeCopy
from agent.domain.splitting import WHY_UNSPLIT, Unsplit
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.recovery import recover
from agent.workflow.review import perform
from tests.custody_builders import NAMES_ANNA_ONLY, Office, hash_of, make_ports, seen_file

pytestmark = pytest.mark.reliability

WHOLE = b"%PDF-1.7 two letters"
FIRST, SECOND = b"pages 1-2 of " + WHOLE, b"pages 3 of " + WHOLE
PARTS = {"incoming/D-1-pages-1-2.pdf": FIRST, "incoming/D-1-page-3.pdf": SECOND}
RESTS = "failed/2026-03-01_D-1.pdf"
FULL = errors.StorageUnavailable("The disk refuses (ENOSPC).")


class Death(BaseException):
    """Stands for SIGKILL: nothing in dossierd catches it."""


class Mortal(HomeFolders):
    """Folders that raise, at the n-th thing that is done with parts."""

    trouble: BaseException | None = None
    steps_left = 0

    def _step(self) -> None:
        self.steps_left -= 1
        if self.trouble is not None and self.steps_left < 0:
            trouble, self.trouble = self.trouble, None
            raise trouble

    def stage_parts(self, document_id: DocumentId, parts: Sequence[tuple[str, MadeCopy]]) -> None:
        self._step()
        super().stage_parts(document_id, parts)
        self._step()

    def _copy(self, source: Path, temporary: Path) -> None:
        super()._copy(source, temporary)
        self._step()

    def lay_parts(self, document_id: DocumentId) -> int:
        self._step()
        laid = super().lay_parts(document_id)
        self._step()
        return laid

    def _lay(self, part: Path, target: Path) -> None:
        super()._lay(part, target)
        self._step()


STEPS = 8
"""What a split of two does: stage, two copies, staged; lay, two parts, laid."""


def three_pages() -> DocumentText:
    """Pages of which the first names somebody, which is not enough."""
    (named,) = text_of_plain(NAMES_ANNA_ONLY).pages
    others = tuple(
        Page(number=number, width=595.0, height=842.0, origin=TextOrigin.BLANK, lines=()) for number in (2, 3)
    )
    return DocumentText(pages=(named, *others))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = make_ports(tmp_path, folders=Mortal)
    made.text_source.script = [three_pages()]
    document_id = take_in(made.drop(WHOLE), made.ports)
    assert document_id is not None
    process_document(document_id, made.ports)
    assert made.row(document_id).state is State.IN_REVIEW
    yield made
    made.ledger.close()


@pytest.fixture
def folders(office: Office) -> Mortal:
    assert isinstance(office.folders, Mortal)
    return office.folders


ONE = DocumentId(1)


def asked(office: Office, pages: str = "1-2,3") -> Request:
    return office.request(Action.SPLIT, ONE, pages)


def done(office: Office, request: Request, enqueue: Callable[[DocumentId], None] = lambda _: None) -> Reply:
    return perform(request, office.ports, enqueue)


def check_split(office: Office) -> None:
    """The whole rests with its bytes, each part lies in `incoming/` once, and nothing else lies anywhere."""
    row = office.row(ONE)
    assert (row.state, row.location, row.target, row.epoch) == (State.FAILED, RESTS, None, 2)
    assert row.outcome == Failed(reason=FailureReason.SPLIT, detail="pages 1-2, 3", decided_by="cli:anna")
    assert office.bytes_of(ONE) == WHOLE
    assert office.files() == {RESTS, RESTS.replace(".pdf", ".json"), *PARTS}
    assert {place: (office.home / place).read_bytes() for place in PARTS} == PARTS
    claimed = office.home / "incoming" / ".claimed" / "home1"
    assert {it.name for it in claimed.iterdir()} == {".last-number"}


def test_a_split_document_is_set_aside_and_its_parts_lie_in_incoming(office: Office) -> None:
    reply = done(office, asked(office))
    assert reply == Reply(
        done=True,
        sentence="D-1 is split into 2 documents: pages 1-2, 3. They are taken in like any other; the whole lies "
        "untouched in failed/.",
    )
    check_split(office)
    told = [it.message for it in office.due() if it.epoch == 2]
    assert [(it.kind, it.title) for it in told] == [(MessageKind.FAILED, "D-1 was split")] * 2
    (review,) = office.ledger.reviews_of(ONE)
    assert (review.answer, review.answered_by) == ("split 1-2, 3", "cli:anna")


def test_the_journal_knows_each_part_by_its_bytes_before_anything_is_laid(office: Office) -> None:
    done(office, asked(office))
    assert office.journal.events[-4:] == ["splitting", "settling", "parts_laid", "rested"]
    (fields,) = [fields for event, _, fields in office.journal.entries if event == "splitting"]
    assert fields["actor"] == "cli:anna"
    assert fields["document"] == "D-1"
    assert fields["parts"] == {"1-2": hash_of(FIRST), "3": hash_of(SECOND)}


def test_the_parts_are_taken_in_like_files_of_their_own(office: Office) -> None:
    done(office, asked(office))
    taken = [
        take_in(seen_file(office.home / place, office.home / "incoming"), office.ports) for place in PARTS
    ]
    for document_id in taken:
        assert document_id is not None
        process_document(document_id, office.ports)
        assert office.row(document_id).state is State.IN_REVIEW
    assert [office.bytes_of(it) for it in taken if it] == [FIRST, SECOND]
    assert [office.row(it).original_name for it in taken if it] == ["D-1-pages-1-2.pdf", "D-1-page-3.pdf"]


@pytest.mark.parametrize("steps", range(STEPS))
def test_a_death_at_any_step_and_the_same_request_again_lay_each_part_once(
    office: Office, folders: Mortal, steps: int
) -> None:
    request = asked(office)
    folders.trouble, folders.steps_left = Death(), steps
    with pytest.raises(Death):
        done(office, request)
    office.clock.advance(seconds=5)
    for suspects in recover(office.ports, []):
        for document_id in suspects:
            process_document(document_id, office.ports)
    reply = done(office, request)
    assert reply.done
    check_split(office)


@pytest.mark.parametrize("steps", range(STEPS))
def test_a_part_that_was_taken_in_before_the_death_is_not_laid_again(
    office: Office, folders: Mortal, steps: int
) -> None:
    """The watcher is quick: whatever lies in `incoming/` when we die is ours before we are back."""
    request = asked(office)
    folders.trouble, folders.steps_left = Death(), steps
    with pytest.raises(Death):
        done(office, request)
    early = _take_all(office)
    for waiting in recover(office.ports, []):
        for document_id in waiting:
            process_document(document_id, office.ports)
    assert done(office, request).done
    everything = early + _take_all(office)
    assert sorted(office.bytes_of(it) for it in everything) == sorted([FIRST, SECOND])


def _take_all(office: Office) -> list[DocumentId]:
    incoming = office.home / "incoming"
    taken = [
        take_in(seen_file(path, incoming), office.ports) for path in incoming.iterdir() if path.is_file()
    ]
    return [it for it in taken if it is not None]


@pytest.mark.parametrize("steps", range(STEPS))
def test_a_disk_that_refuses_puts_the_split_off_and_loses_nothing(
    office: Office, folders: Mortal, steps: int
) -> None:
    request = asked(office)
    folders.trouble, folders.steps_left = FULL, steps
    left: list[DocumentId] = []
    with pytest.raises(errors.StorageUnavailable):
        done(office, request, left.append)
    for document_id in left:
        process_document(document_id, office.ports)
    assert done(office, request).done
    check_split(office)


def test_a_strangers_file_under_a_parts_name_is_left_alone(office: Office) -> None:
    stranger = office.home / "incoming" / "D-1-page-3.pdf"
    stranger.write_bytes(b"a stranger's")
    assert done(office, asked(office)).done
    assert stranger.read_bytes() == b"a stranger's"
    assert stranger.with_name("D-1-page-3~2.pdf").read_bytes() == SECOND


def test_parts_for_which_no_name_is_free_are_kept_until_one_is(tmp_path: Path) -> None:
    folder = tmp_path / "staged"
    folder.mkdir()
    (folder / "part.pdf").write_bytes(b"part")

    def refuse(_part: Path, _target: Path) -> None:
        raise errors.DestinationTaken("Taken.")

    with pytest.raises(errors.StorageUnavailable):
        staged.lay(folder, tmp_path / "incoming", refuse)
    assert (folder / "part.pdf").read_bytes() == b"part"


def test_equal_parts_are_duplicates_of_each_other_like_any_files(office: Office) -> None:
    done(office, asked(office))
    first = office.home / "incoming" / "D-1-pages-1-2.pdf"
    (office.home / "incoming" / "D-1-page-3.pdf").write_bytes(first.read_bytes())
    taken = _take_all(office)
    for document_id in taken:
        process_document(document_id, office.ports)
    outcomes = [office.row(it).outcome for it in taken]
    assert [type(it) for it in outcomes] == [InReview, Duplicate]


@pytest.mark.parametrize(
    ("pages", "sentence"),
    [
        (
            "1-2",
            "D-1 is not split. Page 3 is missing: each page must be in one range, in order.",
        ),
        ("1-2,2-3", "D-1 is not split. Page 2 is twice, or out of order."),
        ("", "D-1 is not split. Pages 1-3 are missing: each page must be in one range, in order."),
    ],
)
def test_ranges_that_are_not_the_document_are_refused(office: Office, pages: str, sentence: str) -> None:
    assert done(office, asked(office, pages)) == Reply(done=False, sentence=sentence)
    assert office.row(ONE).state is State.IN_REVIEW
    assert office.files() == {"review/D-1.pdf"}


@pytest.mark.parametrize("trouble", Unsplit)
def test_a_document_that_can_not_be_split_stays_in_review(office: Office, trouble: Unsplit) -> None:
    office.splitter.trouble = trouble
    reply = done(office, asked(office))
    assert reply == Reply(done=False, sentence=f"D-1 can't be split. {WHY_UNSPLIT[trouble]}")
    assert office.row(ONE).state is State.IN_REVIEW


def test_a_machine_that_can_not_split_now_is_asked_again(office: Office) -> None:
    office.splitter.trouble = errors.ReaderUnavailable("No memory.")
    request = asked(office)
    with pytest.raises(errors.ReaderUnavailable):
        done(office, request)
    office.splitter.trouble = None
    assert done(office, request).done
    check_split(office)


def test_only_a_document_in_review_is_split(office: Office) -> None:
    done(office, office.request(Action.ANSWER, ONE, "1"))
    office.clock.advance(seconds=1)
    reply = done(office, asked(office))
    assert reply == Reply(
        done=False, sentence="The document is archived: only a document in review can be split."
    )


def test_a_split_of_an_earlier_question_is_refused(office: Office) -> None:
    early = office.clock.now() - datetime.timedelta(hours=1)
    late = replace(asked(office), requested_at=early)
    assert done(office, late) == Reply(
        done=False, sentence="D-1 was asked about again meanwhile. What is asked now: dossierd show D-1"
    )


def test_a_split_meant_for_the_epoch_that_stands_is_done(office: Office) -> None:
    assert done(office, replace(asked(office), epoch=1)).done
    check_split(office)


def test_a_split_meant_for_the_epoch_that_stands_is_done_whatever_the_clocks_say(office: Office) -> None:
    early = office.clock.now() - datetime.timedelta(hours=1)
    assert done(office, replace(asked(office), epoch=1, requested_at=early)).done
    check_split(office)


def test_a_split_meant_for_another_epoch_is_refused(office: Office) -> None:
    assert done(office, replace(asked(office), epoch=2)) == Reply(
        done=False, sentence="D-1 was asked about again meanwhile. What is asked now: dossierd show D-1"
    )


def test_a_document_whose_pages_are_no_longer_known_is_not_split(office: Office) -> None:
    office.ledger.forget_text(ONE)
    assert done(office, asked(office)) == Reply(
        done=False,
        sentence="How many pages D-1 has is no longer known. To read it again: dossierd retry D-1",
    )


def test_a_second_split_is_refused_and_changes_nothing(office: Office) -> None:
    done(office, asked(office))
    office.clock.advance(seconds=1)
    reply = done(office, asked(office, "1,2-3"))
    assert reply == Reply(
        done=False, sentence="The document is failed: only a document in review can be split."
    )
    check_split(office)


def test_a_split_document_is_not_tried_again(office: Office) -> None:
    done(office, asked(office))
    office.clock.advance(seconds=1)
    assert done(office, office.request(Action.RETRY, ONE)) == Reply(
        done=False,
        sentence=f"D-1 was split: its pages are filed on their own. To have it filed as one after all, copy {RESTS} "
        "into incoming/.",
    )
    check_split(office)


def test_a_split_document_that_is_dropped_again_is_a_document_of_its_own(office: Office) -> None:
    done(office, asked(office))
    again = take_in(office.drop(WHOLE, "again.pdf"), office.ports)
    assert again is not None
    process_document(again, office.ports)
    assert office.row(again).state is State.IN_REVIEW


def test_parts_of_a_split_that_came_to_nothing_are_removed(office: Office, folders: Mortal) -> None:
    """Death after the parts were kept, and before the document was split: somebody else's answer comes first."""
    folders.trouble, folders.steps_left = Death(), 3
    with pytest.raises(Death):
        done(office, asked(office))
    claimed = office.home / "incoming" / ".claimed" / "home1"
    assert (claimed / ".D-1.parts").is_dir()
    assert done(office, office.request(Action.ANSWER, ONE, "1", "cli:bert")).done
    assert {it.name for it in claimed.iterdir()} == {".last-number"}
    assert not [it for it in office.files() if it.startswith("incoming/")]


def test_a_document_that_was_edited_by_hand_is_missing_and_not_split(office: Office) -> None:
    (office.home / "review" / "D-1.pdf").write_bytes(b"edited")
    reply = done(office, asked(office))
    assert reply == Reply(
        done=False, sentence="D-1 is not where it was put, or was changed by hand. Nothing was done."
    )
    assert office.row(ONE).state is State.MISSING
    assert not [it for it in office.files() if it.startswith("incoming/")]
