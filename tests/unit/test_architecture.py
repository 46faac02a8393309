"""The laws of the house that import contracts can't tell."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import agent
from agent.adapters.telemetry import ALLOWED_KEYS

ROOT = Path(agent.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
MOST_LINES = 400
ONE_PAGE = 60

ENVIRONMENT = {"config.py"}
"""The sole reader of the environment."""

LOGGING = frozenset({"debug", "info", "warning", "error", "exception", "bind", "bound_contextvars"})

CLOCKS = {"adapters/clock.py", "cli"}
"""Nobody else asks what time it is; commands show ages and stamp requests."""


def _name(module: Path) -> str:
    return str(module.relative_to(ROOT))


def _is_exempt(module: Path, exempt: set[str]) -> bool:
    return any(_name(module) == one or _name(module).startswith(f"{one}/") for one in exempt)


def _nodes(module: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(module.read_text(encoding="utf-8")))


def _dotted(node: ast.AST) -> str:
    """Write `datetime.datetime.now` as it stands in the code."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _uses(module: Path, *endings: str) -> list[str]:
    """Find what a module reaches for, by the end of its dotted name, imports by name among it."""
    found = []
    for node in _nodes(module):
        if isinstance(node, ast.Attribute | ast.Name):
            names = [_dotted(node)]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found += [name for name in names if any(f".{name}".endswith(f".{ending}") for ending in endings)]
    return found


@pytest.mark.parametrize("module", MODULES, ids=_name)
class TestEachModule:
    def test_says_what_it_is_for(self, module: Path) -> None:
        tree = ast.parse(module.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree) or not tree.body

    def test_is_short_enough_to_be_read(self, module: Path) -> None:
        assert len(module.read_text(encoding="utf-8").splitlines()) <= MOST_LINES

    @pytest.mark.security
    def test_reads_no_environment(self, module: Path) -> None:
        found = _uses(module, "os.environ", "os.environb", "os.getenv")
        assert not found or _is_exempt(module, ENVIRONMENT)

    def test_does_not_ask_what_time_it_is(self, module: Path) -> None:
        found = _uses(module, "datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time")
        assert not found or _is_exempt(module, CLOCKS)

    @pytest.mark.observability
    def test_prints_nothing(self, module: Path) -> None:
        calls = [node.func for node in _nodes(module) if isinstance(node, ast.Call)]
        assert not [call for call in calls if isinstance(call, ast.Name) and call.id == "print"]

    @pytest.mark.observability
    def test_logs_nothing_that_would_be_redacted(self, module: Path) -> None:
        calls = [node for node in _nodes(module) if isinstance(node, ast.Call)]
        logged = [it for it in calls if isinstance(it.func, ast.Attribute) and it.func.attr in LOGGING]
        assert {keyword.arg for call in logged for keyword in call.keywords} - {None} <= ALLOWED_KEYS

    @pytest.mark.security
    def test_decides_nothing_unless_it_is_decide(self, module: Path) -> None:
        calls = [_dotted(node.func) for node in _nodes(module) if isinstance(node, ast.Call)]
        matches = [call for call in calls if call.rpartition(".")[2] == "Match"]
        assert bool(matches) == (_name(module) == "core/decide.py")


def test_no_reader_opens_a_pdf_through_a_stream() -> None:
    """For a stream pdfium calls back into Python, through memory that children would share: see `loading`.

    The fork server's own page (`warming`) is bytes.
    """
    opening = {_name(module) for module in MODULES if _uses(module, "PdfDocument")}
    in_reading = {name for name in opening if name.startswith("adapters/reading/")}
    calling = {
        name
        for name in in_reading
        for node in _nodes(ROOT / name)
        if isinstance(node, ast.Call) and _dotted(node.func).endswith("PdfDocument")
    }
    assert calling == {
        "adapters/reading/loading.py",
        "adapters/reading/proof.py",
        "adapters/reading/warming.py",
    }


def test_the_straight_reading_fits_one_page() -> None:
    assert len((ROOT / "workflow" / "process.py").read_text(encoding="utf-8").splitlines()) <= ONE_PAGE


def test_the_probe_finds_what_it_looks_for(tmp_path: Path) -> None:
    """What the rules above rest on: each way to write a forbidden thing is seen."""
    module = tmp_path / "module.py"
    for line, ending in (
        ("import os\nos.environ['X']", "os.environ"),
        ("from os import environ", "os.environ"),
        ("import os\nx = os.getenv('X')", "os.getenv"),
        ("import datetime\ndatetime.datetime.now()", "datetime.now"),
        ("from datetime import datetime\ndatetime.now()", "datetime.now"),
        ("import datetime\ndatetime.date.today()", "date.today"),
    ):
        module.write_text(line)
        assert _uses(module, ending)
    module.write_text("clock.now()\nmonotonic_time.time_left\nmy_os.environment")
    assert not _uses(module, "datetime.now", "os.environ", "time.time")


def test_a_daemon_loads_none_of_what_only_a_command_or_a_reader_needs() -> None:
    heavy = (
        "fpdf",
        "fontTools",
        "lxml",
        "PIL",
        "pypdfium2",
        "pikepdf",
        "alembic",
        "apprise",
        "httpx",
        "starlette",
        "uvicorn",
        "anyio",
        "http.client",
        "urllib.request",
        "prometheus_client",
        "rich.progress",
    )
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys, agent.cli, agent.daemon; print([m for m in {heavy} if m in sys.modules])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "[]\n"
