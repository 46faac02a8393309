"""A document's row, as the workflow works with it."""

import dataclasses

import pytest

from agent.domain.life import Document
from tests.custody_builders import NOON, a_document, hash_of


def test_a_claimed_document_gives_the_part_that_is_worked_with() -> None:
    document = a_document()
    claim = document.as_claim()
    assert (claim.document_id, claim.epoch, claim.attempt, claim.size) == (7, 2, 1, 3)
    assert (claim.sha256, claim.original_name) == (hash_of(b"abc"), "scan of Anna.pdf")
    assert claim.claimed_at > NOON
    assert claim.reference == document.reference == "D-7"


@pytest.mark.parametrize(
    "document",
    [
        dataclasses.replace(a_document(), claimed_at=None),
        dataclasses.replace(a_document(), sha256=None),
    ],
)
def test_a_document_that_was_not_claimed_and_hashed_is_no_claim(document: Document) -> None:
    with pytest.raises(AssertionError):
        document.as_claim()


def test_temporary_names_are_of_an_epoch_and_of_a_take_where_there_is_one() -> None:
    alone = a_document()
    assert (alone.tag, alone.earlier_tags) == ("D-7-e2", ())
    shared = dataclasses.replace(alone, take=2)
    assert (shared.tag, shared.earlier_tags) == ("D-7-e2-t2", ("D-7-e2", "D-7-e2-t1"))
