"""What can't be taken, as it is kept and told."""

import pytest
from structlog.testing import capture_logs

from agent.adapters.watch.looking import Odd, OddityKind
from agent.adapters.watch.oddities import MOST_LOGGED, Oddities

pytestmark = pytest.mark.observability


def test_a_project_folder_does_not_fill_the_log() -> None:
    oddities = Oddities()
    with capture_logs() as logs:
        for number in range(MOST_LOGGED + 500):
            oddities.note(f"{number}.js", Odd(kind=OddityKind.OTHER_FORMAT, inode=number))
    assert len(oddities.all()) == MOST_LOGGED + 500
    assert [line["event"] for line in logs] == ["oddity_seen"] * MOST_LOGGED + ["oddities_many"]


def test_another_thing_under_the_same_name_is_told_again() -> None:
    oddities = Oddities()
    with capture_logs() as logs:
        oddities.note("a", Odd(kind=OddityKind.SYMLINK, inode=1))
        oddities.note("a", Odd(kind=OddityKind.SYMLINK, inode=1))
        oddities.note("a", Odd(kind=OddityKind.FIFO, inode=2))
    assert [line["kind"] for line in logs] == ["symlink", "fifo"]
    oddities.drop("a")
    oddities.drop("b")
    assert oddities.all() == ()


def test_people_are_told_of_each_kind_in_words_of_theirs() -> None:
    words = [kind.words for kind in OddityKind]
    assert len(set(words)) == len(OddityKind)
    assert all("_" not in told and told != kind for kind, told in zip(OddityKind, words, strict=True))
