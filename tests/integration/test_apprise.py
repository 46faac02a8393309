"""One-way notices by apprise, over real HTTP: who is told what, and what becomes of what can't be sent."""

import importlib.util
import logging
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from agent import app
from agent.adapters.apprise import AppriseNotifier, recipient_of
from agent.adapters.routing import RoutingNotifier
from agent.config import Settings, load
from agent.core.notices import paused_notice, resumed_notice
from agent.core.voice import ENGLISH
from agent.errors import MessageRefused, NotifierUnavailable, SettingInvalid
from agent.health import Level, outside
from agent.workflow.outbox import relay
from tests.fakes_outbox import FakeNotifier, FakeOutbox, StandingClock
from tests.listening import Listening

SECRET = "s3cret-of-the-address"
PAUSED = paused_notice("The disk is full.", "Make room.", voice=ENGLISH)


@pytest.fixture
def server() -> Iterator[Listening]:
    with Listening() as listening:
        yield listening


def test_a_notice_arrives_with_its_title_its_lines_and_how_bad_it_is(server: Listening) -> None:
    notifier = AppriseNotifier([f"{server.address}/office"])
    for message in (PAUSED, resumed_notice(voice=ENGLISH)):
        notifier.send(message, notifier.recipients()[0])
    assert [(path, it["title"], it["message"], it["type"]) for path, it in server.heard] == [
        (
            "/office",
            "No new documents are taken in",
            (
                "The disk is full.\nMake room.\nThey wait in incoming/, and are safe there. More: dossierd check\n"
                "Alert intake (failure; somebody is needed now): docs/operations.md#alert-intake"
            ),
            "warning",
        ),
        ("/office", "Documents are taken in again", "Documents are taken in again", "success"),
    ]


def test_what_replaces_a_message_is_said_anew(server: Listening) -> None:
    notifier = AppriseNotifier([f"{server.address}/office"])
    receipt = notifier.send(PAUSED, notifier.recipients()[0])
    notifier.replace(receipt, resumed_notice(voice=ENGLISH), notifier.recipients()[0])
    assert server.titles("/office") == ["No new documents are taken in", "Documents are taken in again"]


def test_signs_that_apprise_could_take_for_markup_arrive_as_they_are(server: Listening) -> None:
    notifier = AppriseNotifier([f"{server.address}/office"])
    strange = r"<b>a&amp;b</b> \n :smile: *x* " + "\N{RIGHT-TO-LEFT OVERRIDE}"
    notifier.send(paused_notice(strange, "", voice=ENGLISH), notifier.recipients()[0])
    assert server.heard[0][1]["message"].startswith(r"<b>a&amp;b</b> \n :smile: *x* <U+202E>")


@pytest.mark.reliability
@pytest.mark.parametrize("status", [301, 400, 401, 429, 500])
def test_what_is_not_taken_can_be_tried_again(server: Listening, status: int) -> None:
    notifier = AppriseNotifier([f"{server.address}/office"])
    server.status = status
    with pytest.raises(NotifierUnavailable):
        notifier.send(PAUSED, notifier.recipients()[0])
    server.status = 200
    notifier.send(PAUSED, notifier.recipients()[0])
    assert len(server.heard) == 1


@pytest.mark.reliability
def test_nobody_there_can_be_tried_again() -> None:
    with Listening() as server:
        address = server.address
    notifier = AppriseNotifier([address])
    with pytest.raises(NotifierUnavailable):
        notifier.send(PAUSED, notifier.recipients()[0])


@pytest.mark.reliability
def test_a_hanging_address_is_given_up_and_not_called_again_before_it_has_answered(server: Listening) -> None:
    notifier = AppriseNotifier([f"{server.address}/office"], call_seconds=0.2)
    recipient = notifier.recipients()[0]
    server.opens.clear()
    with pytest.raises(NotifierUnavailable, match="took too long"):
        notifier.send(PAUSED, recipient)
    with pytest.raises(NotifierUnavailable, match="still hangs"):
        notifier.send(PAUSED, recipient)
    server.opens.set()
    notifier._calls[recipient].join(10)
    notifier._call_seconds = 10
    notifier.send(resumed_notice(voice=ENGLISH), recipient)
    assert server.titles("/office") == ["No new documents are taken in", "Documents are taken in again"]


@pytest.mark.reliability
def test_a_stop_does_not_wait_for_a_hanging_address(server: Listening) -> None:
    server.opens.clear()
    program = f"""
        from agent.adapters.apprise import AppriseNotifier
        from agent.core.notices import resumed_notice
        from agent.core.voice import ENGLISH
        from agent.errors import NotifierUnavailable
        notifier = AppriseNotifier(["{server.address}?rto=60"], call_seconds=0.2)
        try:
            notifier.send(resumed_notice(voice=ENGLISH), notifier.recipients()[0])
        except NotifierUnavailable:
            print("given up")
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    assert (done.stdout, done.stderr) == ("given up\n", "")


@pytest.mark.reliability
def test_an_outage_delays_and_loses_nothing(server: Listening) -> None:
    outward = AppriseNotifier([f"{server.address}/office"])
    outbox, clock = FakeOutbox(), StandingClock()
    router = RoutingNotifier(FakeNotifier(), {"notify:": outward})
    for number, message in enumerate((PAUSED, resumed_notice(voice=ENGLISH))):
        outbox.put(f"card:{number}", outward.recipients()[0], message, clock.now())
    server.status = 500
    relay(outbox, router, clock, jitter=lambda: 1.0)
    clock.advance(3600)
    server.status = 200
    assert relay(outbox, router, clock, jitter=lambda: 1.0) is None
    assert server.titles("/office") == ["No new documents are taken in", "Documents are taken in again"]


def test_each_recipient_is_told_by_its_own_channel(server: Listening) -> None:
    outward = AppriseNotifier([f"{server.address}/office"])
    chats = FakeNotifier()
    router = RoutingNotifier(chats, {"notify:": outward})
    assert router.recipients() == ("anna", "bert", *outward.recipients())
    for recipient in router.recipients():
        router.send(PAUSED, recipient)
    assert chats.sent == [("anna", None), ("bert", None)]
    assert server.titles("/office") == ["No new documents are taken in"]


def test_an_address_that_was_taken_out_is_told_nothing_more(server: Listening) -> None:
    notifier = AppriseNotifier([f"{server.address}/office"])
    with pytest.raises(MessageRefused):
        notifier.send(PAUSED, recipient_of(f"{server.address}/former"))


def test_an_address_keeps_its_key_whatever_stands_beside_it(server: Listening) -> None:
    first, second = f"{server.address}/first", f"{server.address}/second"
    assert AppriseNotifier([second]).recipients()[0] == AppriseNotifier([first, second]).recipients()[1]


@pytest.mark.security
def test_an_address_stands_in_no_key_no_error_no_finding_and_no_log(
    tmp_path: Path, server: Listening, caplog: pytest.LogCaptureFixture
) -> None:
    address = server.address.replace("json://", f"json://anna:{SECRET}@") + f"/{SECRET}"
    caplog.set_level(logging.DEBUG, logger="apprise")
    notifier = AppriseNotifier([address])
    notifier.send(PAUSED, notifier.recipients()[0])
    server.status = 401
    with pytest.raises(NotifierUnavailable) as unavailable:
        notifier.send(PAUSED, notifier.recipients()[0])
    with pytest.raises(SettingInvalid) as invalid:
        AppriseNotifier([address, f"nothing://{SECRET}"])
    assert invalid.value.sentence == "DOSSIERD_NOTIFY_URLS: address 2 is none that apprise understands."
    finding = outside.addresses(Settings(home=tmp_path, notify_urls=SecretStr(address)))
    told = [*notifier.recipients(), str(unavailable.value), str(invalid.value), str(finding)]
    assert not [text for text in told if SECRET in text]
    assert not [record for record in caplog.records if record.name == "apprise"]


def test_check_says_what_is_told(tmp_path: Path, server: Listening) -> None:
    finding = outside.addresses(
        Settings(home=tmp_path, notify_urls=SecretStr(f"{server.address}\nntfys://ntfy.example.org/scanner"))
    )
    assert (finding.level, finding.sentence) == (Level.GOOD, "2 told of trouble: JSON, ntfy")
    assert outside.addresses(Settings(home=tmp_path)).sentence == "no further address"


def test_addresses_without_apprise_are_refused_with_the_command_that_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        SettingInvalid, match="apprise, which tells those addresses, is not installed"
    ) as refused:
        app.build_outward(Settings(home=tmp_path, notify_urls=SecretStr("json://127.0.0.1")))
    assert refused.value.hint == (
        f"Type: sudo {sys.executable} -m pip install 'apprise>=2.3'. Or empty the setting."
    )


def test_without_addresses_apprise_is_not_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert app.build_outward(Settings(home=tmp_path)) is None


def test_without_addresses_apprise_is_not_loaded() -> None:
    command = "import sys, agent.app; sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", command], timeout=60, check=False).returncode == 0


@pytest.mark.security
@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([f"json://{SECRET}{number}" for number in range(11)], "11 addresses, at most 10 are told"),
        ([f"json://{SECRET}", f"json://{SECRET}"], "an address stands there twice"),
    ],
)
def test_too_many_addresses_and_doubles_are_refused_without_naming_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOSSIERD_NOTIFY_URLS", "\n".join(lines))
    with pytest.raises(SettingInvalid) as refused:
        load()
    assert refused.value.sentence == f"DOSSIERD_NOTIFY_URLS: {sentence}"
