"""What SQLite's refusals are told as."""

import sqlite3

import pytest

from agent import sqlite as told

pytestmark = pytest.mark.reliability


def refusal(word: str) -> sqlite3.Error:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = word
    return error


@pytest.mark.parametrize("word", ["SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_SHMMAP"])
def test_a_full_disk_is_one_also_where_sqlite_says_that_it_fails(word: str) -> None:
    assert str(told.hint_for(refusal(word))).startswith("The disk is full: free some space.")


def test_where_nothing_is_known_for_all_databases_each_says_its_own() -> None:
    assert told.hint_for(refusal("SQLITE_BUSY")) is None
    assert told.hint_for(ValueError()) is None
    assert told.word_for(ValueError()) == "ValueError"


def test_a_broken_file_is_told_from_one_that_cannot_be_written() -> None:
    assert told.is_damaged(refusal("SQLITE_CORRUPT_INDEX"))
    assert told.is_damaged(refusal("SQLITE_NOTADB"))
    assert not told.is_damaged(refusal("SQLITE_READONLY"))
    assert "look at who owns it" in str(told.hint_for(refusal("SQLITE_READONLY")))
