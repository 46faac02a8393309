"""docs/audit.md tells of every line that the audit trail can have."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
WRITERS = {
    ("_tell", "agent/workflow/searchable.py"),
    ("_note", "agent/workflow/deliveries.py"),
    ("_note", "agent/workflow/showing.py"),
}
"""Functions that write a line of the name that they are given, and where."""


def test_the_page_tells_of_each_event_that_the_program_writes() -> None:
    told = set(re.findall(r"`([a-z_]+)`", (ROOT / "docs/audit.md").read_text(encoding="utf-8")))
    written = {event for path in sorted((ROOT / "agent").rglob("*.py")) for event in _events(path)}
    assert len(written) > 15
    assert written - told == set()


def _events(path: Path) -> Iterator[str]:
    """The names that stand in the program: in `journal.append("rested", ...)`, or handed to a writer."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and call.args and _writes(call.func, path):
            yield from (
                it.value
                for it in ast.walk(call.args[0])
                if isinstance(it, ast.Constant) and isinstance(it.value, str)
            )


def _writes(function: ast.expr, path: Path) -> bool:
    match function:
        case ast.Attribute(attr="append" | "note", value=ast.Attribute(attr=of) | ast.Name(id=of)):
            return of.endswith("journal")
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return (name, str(path.relative_to(ROOT))) in WRITERS
        case _:
            return False
