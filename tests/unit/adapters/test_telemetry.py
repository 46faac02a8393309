"""What a log line holds, and above all what it never holds."""

import errno
import io
import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from agent.adapters.telemetry import ALLOWED_KEYS, MOST_LETTERS, REDACTED, Telemetry, configure
from agent.domain.outcome import State

pytestmark = pytest.mark.observability

SECRET = "Léa Dupont 123:token"


class Lines:
    """A console that remembers."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def only(self) -> dict[str, Any]:
        [line] = self.all
        return line


@pytest.fixture
def lines() -> Lines:
    return Lines()


Start = Callable[..., Telemetry]


@pytest.fixture
def start(lines: Lines) -> Iterator[Start]:
    root, ours = logging.getLogger(), logging.getLogger("agent")
    levels = root.level, ours.level
    started: list[Telemetry] = []

    def configure_it(level: str = "INFO", **named: Any) -> Telemetry:
        arguments: dict[str, Any] = {"console": "json", "stream": lines.stream} | named
        telemetry = configure(level, None, **arguments)
        started.append(telemetry)
        return telemetry

    yield configure_it
    for telemetry in started:
        telemetry.close()
    root.setLevel(levels[0])
    ours.setLevel(levels[1])
    structlog.contextvars.clear_contextvars()


def log() -> Any:
    return structlog.get_logger("agent.test")


def third_party() -> logging.Logger:
    return logging.getLogger("vendor.library")


def test_our_line_is_one_json_object(start: Start, lines: Lines) -> None:
    start()
    log().info("document_claimed", document="D-1", size=12, state=State.CLAIMED)
    line = lines.only
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "info",
        "event": "document_claimed",
        "logger": "agent.test",
        "document": "D-1",
        "size": 12,
        "state": "claimed",
    }


def test_what_is_bound_to_a_document_is_on_every_line(start: Start, lines: Lines) -> None:
    start()
    with structlog.contextvars.bound_contextvars(correlation_id="c-1", document="D-1"):
        log().info("reading_started")
        third_party().warning("Page %d is odd", 3)
    log().info("idle")
    assert [line.get("correlation_id") for line in lines.all] == ["c-1", "c-1", None]


@pytest.mark.security
def test_unknown_key_shows_but_its_value_does_not(start: Start, lines: Lines) -> None:
    start()
    log().info("document_claimed", document="D-1", original_name=SECRET, patient={"name": SECRET})
    assert lines.only["original_name"] == REDACTED
    assert lines.only["patient"] == REDACTED
    assert lines.only["document"] == "D-1"


@pytest.mark.security
@pytest.mark.parametrize(
    "value",
    [
        {"name": SECRET},
        ValueError(SECRET),
        SECRET.encode(),
        SECRET * MOST_LETTERS,
        [{"name": SECRET}],
        (SECRET.encode(),),
    ],
    ids=["mapping", "exception", "bytes", "long_text", "list_of_mappings", "tuple_of_bytes"],
)
def test_allowed_key_holds_only_plain_short_values(start: Start, lines: Lines, value: object) -> None:
    start()
    log().info("document_settled", reason=value)
    assert lines.only["reason"] in (REDACTED, [REDACTED])
    assert "Dupont" not in lines.text


@pytest.mark.security
@pytest.mark.parametrize("event", [f"claimed {SECRET}", "Claimed", "", 7])
def test_event_that_is_no_fixed_word_is_redacted(start: Start, lines: Lines, event: object) -> None:
    start()
    log().info(event)
    assert lines.only["event"] == REDACTED


@pytest.mark.security
def test_positional_argument_is_redacted(start: Start, lines: Lines) -> None:
    start()
    log().info("document_claimed", SECRET)
    assert "Dupont" not in lines.text


@pytest.mark.security
def test_exception_is_type_and_frames_without_message_or_locals(start: Start, lines: Lines) -> None:
    start()

    def open_it() -> None:
        patient = SECRET
        raise OSError(errno.ENOSPC, f"no space for {patient}", SECRET)

    try:
        try:
            open_it()
        except OSError as error:
            raise ValueError(SECRET) from error
    except ValueError:
        log().exception("document_raised", document="D-1")
    frames = lines.only["exception"]
    assert frames[0] == "builtins.ValueError"
    assert frames[2] == "caused by builtins.OSError[ENOSPC]"
    assert frames[-1].endswith(".open_it")
    assert "test_telemetry.py:" in frames[-1]
    assert lines.only["level"] == "error"
    assert "Dupont" not in lines.text
    assert "no space" not in lines.text


@pytest.mark.security
def test_suppressed_cause_is_not_told(start: Start, lines: Lines) -> None:
    start()
    try:
        try:
            raise KeyError(SECRET)
        except KeyError:
            raise ValueError(SECRET) from None
    except ValueError as error:
        log().warning("document_raised", exc_info=error)
    assert not any("KeyError" in frame for frame in lines.only["exception"])


def test_endless_recursion_is_told_briefly(start: Start, lines: Lines) -> None:
    start()

    def recurse() -> None:
        recurse()

    try:
        recurse()
    except RecursionError:
        log().exception("document_raised")
    assert len(lines.only["exception"]) == 21


@pytest.mark.security
def test_third_party_line_keeps_its_template_without_arguments(start: Start, lines: Lines) -> None:
    start()
    third_party().warning("Cannot open %s for %r", SECRET, SECRET)
    line = lines.only
    assert line["event"] == "Cannot open %s for %r"
    assert line["logger"] == "vendor.library"
    assert line["at"].startswith("test_telemetry.py:")
    assert "Dupont" not in lines.text


@pytest.mark.security
def test_third_party_message_put_together_beforehand_is_redacted(start: Start, lines: Lines) -> None:
    start()
    third_party().warning(f"Cannot open {SECRET}")  # what vendors do
    third_party().warning("Cannot open " + SECRET)
    third_party().warning(ValueError(SECRET))
    assert [line["event"] for line in lines.all] == [REDACTED] * 3


def test_third_party_message_that_is_a_constant_is_kept(start: Start, lines: Lines) -> None:
    start()
    third_party().warning("The queue overflowed; events were lost")
    assert lines.only["event"] == "The queue overflowed; events were lost"


@pytest.mark.security
def test_third_party_exception_and_extras_are_pruned(start: Start, lines: Lines) -> None:
    start()
    try:
        raise ValueError(SECRET)
    except ValueError:
        third_party().exception("It failed", extra={"patient": SECRET}, stack_info=True)
    assert lines.only["exception"][0] == "builtins.ValueError"
    assert "Dupont" not in lines.text


@pytest.mark.security
def test_warning_of_the_language_is_a_line_without_its_text(start: Start, lines: Lines) -> None:
    start()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(SECRET, stacklevel=1)
        logging.captureWarnings(capture=False)
    assert lines.only["logger"] == "py.warnings"
    assert "Dupont" not in lines.text


@pytest.mark.parametrize(("level", "count"), [("DEBUG", 2), ("INFO", 1), ("ERROR", 0)])
def test_level_is_of_our_own_lines(start: Start, lines: Lines, level: str, count: int) -> None:
    start(level)
    log().debug("noted")
    log().info("done")
    third_party().info("Called %s", "url")
    assert len(lines.all) == count


def test_priority_leads_each_line_for_journald(start: Start, lines: Lines) -> None:
    start("DEBUG", to_journald=True)
    for name in ("debug", "info", "warning", "error", "critical"):
        getattr(log(), name)("said")
    assert [line[:3] for line in lines.text.splitlines()] == ["<7>", "<6>", "<4>", "<3>", "<2>"]
    assert json.loads(lines.text.splitlines()[0][3:])["event"] == "said"


@pytest.mark.security
def test_human_line_is_plain_and_obeys_no_control_mark(start: Start, lines: Lines) -> None:
    start(console="human")
    log().info("document_settled", document="D-1", reason="a\nb\x1b[31m", original_name=SECRET)
    assert lines.text.endswith(
        "info     document_settled document=D-1 reason=a\\nb\\x1b[31m original_name=[redacted]\n"
    )


def test_human_exception_stands_below_its_line(start: Start, lines: Lines) -> None:
    start(console="human")
    log().error("document_raised", exc_info=ValueError(SECRET))
    first, second = lines.text.splitlines()
    assert first.endswith("error    document_raised")
    assert second == "    builtins.ValueError"


@pytest.mark.reliability
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), BrokenPipeError(errno.EPIPE, "gone"), ValueError("closed")]
)
def test_line_that_cannot_be_written_is_dropped_and_counted(
    start: Start, lines: Lines, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    class Refusing(io.StringIO):
        def write(self, _text: str) -> int:
            raise error

    telemetry = start(stream=Refusing())
    log().info("said")
    log().info("said")
    assert telemetry.dropped_lines == 2
    assert capsys.readouterr().err == ""


def test_stdout_is_where_lines_go(capsys: pytest.CaptureFixture[str], start: Start) -> None:
    start(stream=sys.stdout)
    log().info("said")
    assert json.loads(capsys.readouterr().out)["event"] == "said"


@pytest.mark.security
def test_keys_that_could_hold_personal_data_are_not_allowed() -> None:
    assert not ALLOWED_KEYS & {
        "name", "original_name", "file", "path", "text", "value", "record_id", "person", "token", "url", "message",
        "error", "birth_date", "identifier", "filename", "title",
    }  # fmt: skip
