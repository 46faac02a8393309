"""What every notifier does, the fake included."""

from collections.abc import Iterator

import pytest

from agent.adapters.apprise import AppriseNotifier
from agent.adapters.console import ConsoleNotifier
from agent.adapters.routing import RoutingNotifier
from agent.adapters.telegram.client import TelegramNotifier
from agent.errors import MessageRefused
from agent.notifier import Notifier
from tests.botapi import CHAT, OTHER_CHAT, TOKEN, BotApi
from tests.fakes_outbox import FakeNotifier, a_message
from tests.listening import Listening

HOSTILE = "\N{RIGHT-TO-LEFT OVERRIDE}fdp\N{ESCAPE}[2J <b>&amp; \ud800 \N{SLEEPING SYMBOL} " * 200


@pytest.fixture(params=["fake", "console", "silent console", "apprise", "routing", "telegram"])
def notifier(request: pytest.FixtureRequest) -> Iterator[Notifier]:
    match request.param:
        case "fake":
            yield FakeNotifier()
        case "console":
            written: list[str] = []
            yield ConsoleNotifier(written.append)
        case "silent console":
            yield ConsoleNotifier(None)
        case "apprise":
            with Listening() as server:
                yield AppriseNotifier([f"{server.address}/first", f"{server.address}/second"])
        case "routing":
            yield RoutingNotifier(FakeNotifier(), {"console": ConsoleNotifier(None)})
        case _:
            with BotApi() as api:
                telegram = TelegramNotifier(TOKEN, [CHAT, OTHER_CHAT], api.url, spacing_seconds=0)
                yield telegram
                telegram.close()


def test_each_recipient_can_be_told_and_gives_a_receipt(notifier: Notifier) -> None:
    assert notifier.recipients()
    assert all(notifier.send(a_message(), recipient) for recipient in notifier.recipients())


def test_the_same_message_may_be_sent_again(notifier: Notifier) -> None:
    recipient = notifier.recipients()[0]
    assert notifier.send(a_message(), recipient)
    assert notifier.send(a_message(), recipient)


def test_any_text_can_be_sent(notifier: Notifier) -> None:
    assert notifier.send(a_message(7, HOSTILE, HOSTILE, ""), notifier.recipients()[0])


def test_a_recipient_of_another_channel_is_refused(notifier: Notifier) -> None:
    with pytest.raises(MessageRefused):
        notifier.send(a_message(), "somebody else")


def test_a_copy_may_be_changed_as_often_as_wanted(notifier: Notifier) -> None:
    recipient = notifier.recipients()[0]
    receipt = notifier.send(a_message(7, "asked"), recipient)
    for _ in range(2):
        notifier.amend(receipt, a_message(7, "answered"), recipient)


def test_whether_others_are_answered_can_be_asked_at_any_time(notifier: Notifier) -> None:
    assert notifier.answers(notifier.recipients()[0]) in {True, False}
