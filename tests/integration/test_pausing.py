"""A pause: asked for, kept across restarts, obeyed by the intake, shown everywhere, and ended."""

import dataclasses
import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.app import build
from agent.cli import app
from agent.config import Settings
from agent.daemon import Daemon
from agent.domain.document import DocumentId
from agent.domain.life import Action, Reply, Request
from agent.domain.pause import Pause
from agent.health import Level, examine_part
from agent.workflow.review import perform
from tests.custody_builders import NOON, Office, make_ports

pytestmark = pytest.mark.reliability

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = make_ports(tmp_path)
    yield made
    made.ledger.close()


def request(action: Action, argument: str = "", at: datetime.datetime = NOON, key: str = "") -> Request:
    return Request(
        key=key or f"{action}-{argument}-{at.timestamp()}",
        action=action,
        document_id=None,
        argument=argument,
        actor="cli:anna",
        requested_at=at,
    )


def asked(
    office: Office, action: Action, argument: str = "", at: datetime.datetime = NOON
) -> tuple[bool, str]:
    """Ask by the way of all requests: kept, found again, carried out."""
    office.requests.submit(request(action, argument, at))
    (found,) = office.requests.open_requests()
    reply = perform(found, office.ports, lambda _: None)
    office.requests.close_request(found.key, reply, NOON)
    return reply.done, reply.sentence


def test_a_pause_holds_until_it_is_ended(office: Office) -> None:
    is_done, sentence = asked(office, Action.PAUSE)
    assert is_done
    assert sentence == (
        "No new documents are taken in: paused by anna at 2026-03-01 12:00 UTC. What was taken in before goes on. "
        "To take them in again: dossierd resume"
    )
    assert office.ports.pauses.standing(NOON + 1000 * HOUR) == Pause(begun_at=NOON, begun_by="cli:anna")
    assert asked(office, Action.RESUME, at=NOON + HOUR) == (True, "New documents are taken in again.")
    assert office.ports.pauses.standing(NOON + HOUR) is None


def test_a_pause_with_an_end_ends_by_itself(office: Office) -> None:
    asked(office, Action.PAUSE, "2h")
    assert office.ports.pauses.standing(NOON + HOUR) is not None
    assert office.ports.pauses.standing(NOON + 2 * HOUR) is None


def test_a_pause_that_waited_until_it_would_be_over_is_refused(office: Office) -> None:
    waited = request(Action.PAUSE, "1h")
    office.clock.advance(hours=1)
    assert perform(waited, office.ports, lambda _: None) == Reply(
        done=False, sentence="That pause would be over by now."
    )
    assert office.ports.pauses.standing(NOON) is None
    assert office.journal.events == []


def test_a_pause_that_waited_until_somebody_had_resumed_is_refused(office: Office) -> None:
    waited = request(Action.PAUSE)
    office.clock.advance(hours=2)
    asked(office, Action.RESUME, at=NOON + HOUR)  # no pause stands: the other has not been heard
    assert perform(waited, office.ports, lambda _: None) == Reply(
        done=False, sentence="Somebody has resumed since that pause was asked for."
    )
    assert office.ports.pauses.standing(NOON + 2 * HOUR) is None
    assert office.journal.events == []
    assert asked(office, Action.PAUSE, at=NOON + 2 * HOUR)[0]


def test_a_resume_that_a_clock_ahead_has_dated_refuses_no_pause(office: Office) -> None:
    asked(office, Action.RESUME, at=NOON + 720 * HOUR)
    assert asked(office, Action.PAUSE)[0]


def test_a_later_pause_takes_the_place_of_an_earlier_one(office: Office) -> None:
    asked(office, Action.PAUSE)
    asked(office, Action.PAUSE, "1h", at=NOON + HOUR)
    standing = office.ports.pauses.standing(NOON + HOUR)
    assert standing is not None
    assert standing.ends_at == NOON + 2 * HOUR
    assert office.ports.pauses.standing(NOON + 2 * HOUR) is None


def test_a_request_that_is_carried_out_again_after_a_death_changes_nothing(office: Office) -> None:
    pause, resume = request(Action.PAUSE), request(Action.RESUME, at=NOON + HOUR)
    for again in (pause, pause, resume, resume):
        assert perform(again, office.ports, lambda _: None).done
    assert office.ports.pauses.standing(NOON + HOUR) is None


def test_a_resume_does_not_end_a_pause_that_was_asked_for_after_it(office: Office) -> None:
    asked(office, Action.PAUSE, at=NOON + HOUR)
    reply = perform(request(Action.RESUME), office.ports, lambda _: None)
    assert reply.sentence == "Nobody's pause holds up the intake. Is all well? dossierd check"
    assert office.ports.pauses.standing(NOON + HOUR) is not None


def test_a_span_that_can_not_be_understood_is_refused(office: Office) -> None:
    assert asked(office, Action.PAUSE, "two hours") == (
        False,
        "How long a pause shall last is written like 30m, 2h or 1d, and is at most 30d.",
    )
    assert office.ports.pauses.standing(NOON) is None


def test_what_is_about_documents_needs_one_and_a_pause_none(office: Office) -> None:
    assert asked(office, Action.UNDO) == (False, "No document was named.")
    unknown = dataclasses.replace(request(Action.PAUSE), document_id=DocumentId(7))
    assert perform(unknown, office.ports, lambda _: None).sentence == "There is no document D-7."


def test_the_audit_trail_says_who_paused_and_who_resumed(office: Office) -> None:
    asked(office, Action.PAUSE, "2h")
    asked(office, Action.RESUME, at=NOON + HOUR)
    assert [(event, told["actor"]) for event, _, told in office.journal.entries] == [
        ("intake_paused", "cli:anna"),
        ("intake_resumed", "cli:anna"),
    ]


@pytest.mark.observability
def test_it_is_shown_by_check_status_and_systemd_and_outlives_restarts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    settings = Settings(home=home, allow_root=True, ocr_languages="fra")
    monkeypatch.setenv("DOSSIERD_ALLOW_ROOT", "true")
    build(settings).close()
    run = CliRunner().invoke
    paused = run(app, ["pause", "--home", str(home), "--json"])
    assert paused.exit_code == 0
    assert json.loads(paused.stdout)["sentence"].startswith("No new documents are taken in: paused by ")
    finding = examine_part("pause", settings)
    assert (finding.level, finding.hint) == (Level.NOTICE, "To take them in again: dossierd resume")
    assert "To take them in again: dossierd resume" in run(app, ["status", "--home", str(home)]).stdout
    assert json.loads(run(app, ["status", "--home", str(home), "--json"]).stdout)["pause"]["ends_at"] is None
    parts = build(settings)
    try:
        daemon = Daemon(parts)
        assert daemon._arrivals is not None
        assert not daemon._arrivals.gate.is_open()
        assert daemon._status().startswith("intake paused by ")
    finally:
        parts.close()
    assert run(app, ["resume", "--home", str(home)]).exit_code == 0
    assert examine_part("pause", settings).level is Level.GOOD


def test_a_folder_that_is_no_home_is_not_made_one_by_pausing_it(tmp_path: Path) -> None:
    refused = CliRunner().invoke(app, ["pause", "--home", str(tmp_path / "elsewhere")])
    assert "has not run in" in str(refused.exception)
    assert not (tmp_path / "elsewhere").exists()


def test_it_is_known_in_which_chat_the_intake_was_paused_or_resumed_last(office: Office) -> None:
    def ask(action: Action, argument: str, asked_in: str | None) -> None:
        wanted = dataclasses.replace(
            request(action, argument), asked_in=asked_in, key=f"{action}{argument}{asked_in}"
        )
        office.requests.submit(wanted)
        office.requests.close_request(wanted.key, perform(wanted, office.ports, lambda _: None), NOON)

    assert office.requests.asked_in(Action.PAUSE) is None
    ask(Action.PAUSE, "", "telegram:1")
    assert office.requests.asked_in(Action.PAUSE) == "telegram:1"
    assert office.requests.asked_in(Action.RESUME) is None
    ask(Action.PAUSE, "tomorrow", "telegram:2")
    assert office.requests.asked_in(Action.PAUSE) == "telegram:1"
    ask(Action.RESUME, "", None)
    assert office.requests.asked_in(Action.PAUSE) is None
    assert office.requests.asked_in(Action.RESUME) is None
