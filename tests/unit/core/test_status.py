"""How the work goes, in a line."""

import datetime

from agent.core.status import status_line
from agent.core.voice import ENGLISH
from agent.domain.outcome import FailureReason, State
from agent.domain.pause import Pause
from tests.french import FRENCH

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
COUNTS = {State.IN_REVIEW: 1, State.ARCHIVED: 3, State.FAILED: 0, State.FORGOTTEN: 4}


def test_what_waits_for_people_is_told_first_and_what_is_read_last() -> None:
    assert (
        status_line(COUNTS, ENGLISH, chosen={}) == "1 waits for an answer · 3 filed · nothing is being read"
    )
    under_way = {State.CLAIMED: 1, State.READING: 2, State.MOVING: 1}
    more = {State.IN_REVIEW: 5, State.FAILED: 8, State.DUPLICATE: 1, State.MISSING: 2}
    assert status_line(under_way | more, ENGLISH, chosen={}) == (
        "5 wait for an answer · 1 came twice · 8 could not be filed · 2 not where they were put · 4 are being read"
    )
    assert status_line({}, ENGLISH, chosen={}) == "nothing is being read"


def test_what_humans_put_aside_is_told_from_what_could_not_be_filed() -> None:
    chosen = {FailureReason.REJECTED: 2, FailureReason.SPLIT: 1}
    assert status_line({State.FAILED: 7}, ENGLISH, chosen=chosen) == (
        "4 could not be filed · 2 set aside by you · 1 split · nothing is being read"
    )
    assert status_line({State.FAILED: 3}, ENGLISH, chosen=chosen) == (
        "2 set aside by you · 1 split · nothing is being read"
    )


def test_what_holds_them_up_is_said_in_the_language_of_the_office() -> None:
    pause = Pause(begun_at=NOON, begun_by="cli:anna", ends_at=None)
    told = status_line(COUNTS, FRENCH, chosen={}, stuck=1, pause=pause, is_shut=True)
    assert told.replace("\N{NO-BREAK SPACE}", " ") == (
        "aucun nouveau document n'est pris en charge · mis en pause par anna le 01/03/2026 à 12:00 · "
        "1 attend une réponse · 3 classés · bloqués : 1 · aucun document en cours de lecture"
    )
