"""Parts are asked side by side: one that hangs, fails or raises is its own finding, and nobody else's."""

import threading
from collections.abc import Callable, Iterator

import pytest

from agent import errors
from agent.domain.phrase import Phrase
from agent.health.asking import Asking
from agent.health.finding import Finding, Level
from tests.findings import each_in_french

pytestmark = [pytest.mark.observability, pytest.mark.timeout(30)]


class Hanging:
    """A part that answers once it is let go."""

    def __init__(self) -> None:
        self.asked = 0
        self.goes_on = threading.Event()
        self.has_answered = threading.Event()

    def __call__(self) -> Finding:
        self.asked += 1
        self.goes_on.wait()
        try:
            return good("disk")
        finally:
            self.has_answered.set()


def good(part: str) -> Finding:
    return Finding(part=part, level=Level.GOOD, said=Phrase("intact"))


def refusing(error: Exception) -> Callable[[], Finding]:
    def part() -> Finding:
        raise error

    return part


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    part = Hanging()
    with each_in_french(monkeypatch):
        yield part
    part.goes_on.set()


def levels(found: list[Finding]) -> list[tuple[str, Level]]:
    return [(it.part, it.level) for it in found]


def test_a_part_that_hangs_is_bad_and_the_others_answer_in_their_order(hanging: Hanging) -> None:
    found = Asking(0.05).ask([("disk", hanging), ("ledger", lambda: good("ledger"))])
    assert levels(found) == [("disk", Level.BAD), ("ledger", Level.GOOD)]
    assert found[0].sentence == "gives no answer within 0.05 seconds"
    assert found[0].hint == (
        "What it looks at hangs: a disk, a network folder or another machine. "
        "The other parts were asked all the same."
    )


def test_a_part_is_not_asked_again_while_it_hangs(hanging: Hanging) -> None:
    asking = Asking(0.01)
    for _ in range(5):
        assert levels(asking.ask([("disk", hanging)])) == [("disk", Level.BAD)]
    assert hanging.asked == 1


def test_a_part_that_hung_is_asked_anew_once_it_has_answered(hanging: Hanging) -> None:
    asking = Asking(0.01)
    asking.ask([("disk", hanging)])
    hanging.goes_on.set()
    assert hanging.has_answered.wait(10)
    assert levels(asking.ask([("disk", hanging)], seconds=10.0)) == [("disk", Level.GOOD)]


def test_parts_are_asked_side_by_side() -> None:
    together = threading.Barrier(3)

    def meeting() -> Finding:
        together.wait(10)
        return good("ledger")

    found = Asking(10.0).ask([("a", meeting), ("b", meeting), ("c", meeting)])
    assert [it.level for it in found] == [Level.GOOD] * 3


def test_who_asks_while_a_part_is_asked_shares_its_answer(hanging: Hanging) -> None:
    asking, found = Asking(10.0), []
    asker = threading.Thread(target=lambda: found.extend(asking.ask([("disk", hanging)])))
    asker.start()
    assert levels(asking.ask([("disk", hanging)], seconds=0.0)) == [("disk", Level.BAD)]
    hanging.goes_on.set()
    asker.join(10)
    assert (levels(found), hanging.asked) == ([("disk", Level.GOOD)], 1)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (errors.LedgerUnavailable("The database is damaged."), "The database is damaged."),
        (PermissionError(13, "no", "/nobody/named"), "can't be looked at (EACCES)"),
        (ZeroDivisionError("nobody is named"), "can't be looked at (ZeroDivisionError)"),
    ],
    ids=["of the tree", "of the kernel", "of our own"],
)
def test_an_error_in_a_part_is_its_finding(error: Exception, sentence: str) -> None:
    found = Asking(10.0).ask([("disk", refusing(error)), ("ledger", lambda: good("ledger"))])
    assert (found[0].sentence, found[0].level, found[1].level) == (sentence, Level.BAD, Level.GOOD)
    assert found[0].hint or isinstance(error, errors.DossierdError)
