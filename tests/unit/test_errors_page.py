"""docs/errors.md tells of every failure and every error, in the program's own words."""

import inspect
import re
from pathlib import Path

from agent import errors
from agent.domain.outcome import FAILURES, FailureReason

ROOT = Path(__file__).parents[2]
CHOSEN_BY_CIRCUMSTANCE = {"reader_fenced"}
"""A warning at times only: its level is computed."""

PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")


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


def test_the_page_explains_every_event_that_is_a_warning_or_worse_and_no_other() -> None:
    section = PAGE.split("## What the log warns of")[1].split("\n## ")[0]
    first_cells = "".join(re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE))
    program = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "agent").rglob("*.py"))
    warned = set(re.findall(r'\b_?(?:log|line)\.(?:warning|error|exception)\(\s*"(\w+)"', program))
    assert set(re.findall(r"`(\w+)`", first_cells)) - CHOSEN_BY_CIRCUMSTANCE == warned
