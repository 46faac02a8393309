"""The console: readable on a terminal, silent about people in a log."""

import pytest
from structlog.testing import capture_logs

from agent.adapters.console import RECIPIENT, ConsoleNotifier
from agent.errors import NotifierUnavailable
from tests.fakes_outbox import a_message


def test_a_terminal_shows_the_title_and_indented_lines() -> None:
    written: list[str] = []
    ConsoleNotifier(written.append).send(a_message(7, "Filed under file 20817", "D-7", "M. K."), RECIPIENT)
    assert written == ["Filed under file 20817\n  D-7\n  M. K.\n"]


@pytest.mark.security
def test_a_message_can_not_steer_the_terminal() -> None:
    written: list[str] = []
    ConsoleNotifier(written.append).send(a_message(7, "\N{ESCAPE}]0;x\a", "a\rb\ud800"), RECIPIENT)
    assert written == ["<U+001B>]0;x<U+0007>\n  a<U+000D>b<U+D800>\n"]


@pytest.mark.security
def test_without_a_terminal_the_log_tells_reference_and_kind_only() -> None:
    with capture_logs() as lines:
        ConsoleNotifier(None).send(a_message(7, "Filed under file 20817", "M. K."), RECIPIENT)
    assert lines == [{"event": "message_for_human", "document": "D-7", "kind": "filed", "log_level": "info"}]


def test_a_terminal_that_is_gone_keeps_the_message() -> None:
    def gone(text: str) -> None:
        raise BrokenPipeError

    with pytest.raises(NotifierUnavailable):
        ConsoleNotifier(gone).send(a_message(), RECIPIENT)
