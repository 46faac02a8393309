"""docs/errors.md tells of every failure and every error, in the program's own words."""

import inspect
from pathlib import Path

from agent import errors
from agent.domain.outcome import FAILURES, FailureReason

PAGE = (Path(__file__).parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")


def test_every_failure_has_its_section_with_sentence_and_hint() -> None:
    assert set(FAILURES) == set(FailureReason)
    for reason, text in FAILURES.items():
        assert f"### `{reason}`\n\n{text.sentence}\n\n*What to do:* {text.hint}\n" in PAGE


def test_the_page_has_no_failure_that_the_program_does_not_know() -> None:
    told = [line.removeprefix("### `").rstrip("`") for line in PAGE.splitlines() if line.startswith("### `")]
    assert told == [*FailureReason]


def test_every_error_of_the_tree_is_in_the_table() -> None:
    tree = [
        it for _, it in inspect.getmembers(errors, inspect.isclass) if issubclass(it, errors.DossierdError)
    ]
    leaves = [it for it in tree if not any(other is not it and issubclass(other, it) for other in tree)]
    for leaf in leaves:
        retried = "yes" if leaf.retryable else "no"
        assert f"| `{leaf.reason}` | {retried} |" in PAGE
